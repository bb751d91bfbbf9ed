//! One message of an adviser: who wrote it, what the victim allows, and the answer.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::{InboundId, VictimId};
use domain::people::TransportClass;
use flows::{ANSWER_CHARS_MAX, QuestionRead, ReferralEnd, ReferralRead};
use serde::Serialize;

use super::files::Reader;
use super::{Message, referral};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::fields::to_adviser;
use crate::pages::acting::rules::Rules;
use crate::pages::acting::{OFFICERS, answer, ask, reach, said_with_conflict};
use crate::parts::{SummaryList, Textarea};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}/correspondence/{message}", OFFICERS, read),
        post("/victims/{id}/correspondence/{message}/open", OFFICERS, open),
        post("/victims/{id}/correspondence/{message}/answer", OFFICERS, write),
    ]
}

#[derive(Serialize)]
struct Question {
    name: String,
    path: String,
    rules: Rules,
    message: Message,
    adviser: SummaryList,
    /// Why an answer would not leave.
    held: Option<&'static str>,
    /// How a question to a prosecutor stands.
    referral: Option<referral::Standing>,
    words: Option<Textarea>,
    /// What to ask a prosecutor.
    ask: Option<Textarea>,
    /// Whether it can be marked as what may be evidence.
    may_mark: bool,
}

pub(super) fn path(victim: &VictimId, question: &InboundId) -> String {
    format!("/victims/{victim}/correspondence/{question}")
}

pub(super) async fn named(
    door: &Door,
    visit: &Visit,
    id: &str,
    message: &str,
) -> Result<(VictimId, InboundId), Refusal> {
    let victim = reach(door, visit, id).await?;
    let question = InboundId::parse(message).map_err(|_| Refusal::NotFound)?;
    Ok((victim, question))
}

async fn open(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    let (victim, question) = named(&door, &visit, &id, &message).await?;
    ask::take(&door, &visit, &victim, &path(&victim, &question), &form).await
}

async fn read(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (victim, question) = named(&door, &visit, &id, &message).await?;
    shown(
        &door,
        &visit,
        (&victim, &question),
        &Form::default(),
        &Problems::default(),
    )
    .await
}

async fn write(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["answer"], &[])?;
    let (victim, question) = named(&door, &visit, &id, &message).await?;
    let words = form.raw("answer").replace("\r\n", "\n");
    let mut problems = Problems::default();
    problems.need(!words.trim().is_empty(), "answer", "Write the answer");
    problems.need(
        words.chars().count() <= ANSWER_CHARS_MAX,
        "answer",
        &format!("The answer must have {ANSWER_CHARS_MAX} characters or fewer"),
    );
    if problems.is_empty() {
        let drafted = door
            .gateway()
            .answer_adviser(visit.user()?, &victim, &question, &words)
            .await;
        match drafted {
            Ok(draft) => return Ok(Redirect::to(&format!("/drafts/{draft}")).into_response()),
            Err(fault) => said_with_conflict("answer", fault, &mut problems)?,
        }
    }
    shown(&door, &visit, (&victim, &question), &form, &problems).await
}

pub(super) async fn shown(
    door: &Door,
    visit: &Visit,
    (victim, question): (&VictimId, &InboundId),
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let path = path(victim, question);
    let reason = match ask::reason(door, visit, victim, &path).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(page),
    };
    let gateway = door.gateway();
    let read = gateway
        .read_question(visit.user()?, victim, question, &reason)
        .await?;
    let is_open = read
        .mail
        .answer
        .as_ref()
        .is_some_and(|it| it.is_owed && it.draft.is_none());
    let is_with_prosecutor = read.referral.as_ref().is_some_and(|asked| asked.ended.is_none());
    let may_write = is_open && !is_with_prosecutor;
    let data = Question {
        path,
        rules: Rules::of(&read.plan, gateway.now(), false),
        adviser: adviser(&read),
        held: (!read.may_be_answered).then_some(
            "An answer would be held now: the adviser has left, the victim’s consent does not cover it, or this service \
             is not written to by email. Ring the adviser, or look at the consents in the record.",
        ),
        referral: read.referral.as_ref().filter(|_| is_open).map(referral::standing),
        words: (may_write || problems.at("answer").is_some()).then(|| words(form, problems, read.referral.as_ref())),
        ask: (may_write || problems.at("question").is_some()).then(|| referral::ask_field(form, problems)),
        may_mark: read.mail.evidence.is_none(),
        name: read.name,
        message: super::message(read.mail, Reader::Officer),
    };
    let page = Page::new("A message from an adviser")
        .under("/mailbox")
        .back(format!("/victims/{victim}/correspondence"))
        .problems(problems)
        .show(door, Some(visit), "acting/question", &data)?;
    Ok(answer(problems, page))
}

fn words(form: &Form, problems: &Problems, referral: Option<&ReferralRead>) -> Textarea {
    // What a prosecutor wrote stands ready until the officer has written.
    let mut field = to_adviser("answer", "Your answer", form, problems);
    if let Some((ReferralEnd::Answered, _, words)) = referral.and_then(|asked| asked.ended.as_ref())
        && form.values("answer").next().is_none()
    {
        field.value.clone_from(words);
    }
    field
}

fn adviser(read: &QuestionRead) -> SummaryList {
    let way = match read.transport {
        TransportClass::Cjsm => "Criminal justice secure mail",
        TransportClass::AlignedTlsDmarc => "Email with protected connections",
        TransportClass::PortalOnly => "Not by email",
    };
    let consent = match read.consent_until {
        Some(until) => format!("Until {}", show::day(until)),
        None => "None that stands".to_owned(),
    };
    SummaryList::default()
        .row("Adviser", read.adviser.clone())
        .row("Registered address", read.address.clone())
        .row("Way to write", way)
        .row("The victim’s consent", consent)
}
