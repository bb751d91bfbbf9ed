//! The mailbox for advisers, as officers see it: what waits in quarantine and why, and what stands in somebody's file.

mod evidence;
mod files;
mod question;
mod referral;
mod silence;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::{InboundId, VictimId};
use domain::mailbox::Reason;
use flows::{AnswerRead, MailOutline, MailRead, MailboxQuestion, REJECTIONS, SIGNED_IN};
use serde::Serialize;

use files::{FileShown, Reader};

use super::rules::Rules;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown};
use crate::pages::acting::{OFFICERS, answer, ask, reach, said_at};
use crate::parts::{Choice, SummaryList, Timeline, TimelineItem};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/mailbox", OFFICERS, list),
        get("/mailbox/{id}", OFFICERS, read),
        post("/mailbox/{id}/file", OFFICERS, file),
        post("/mailbox/{id}/reject", OFFICERS, reject),
        get("/victims/{id}/correspondence", OFFICERS, correspondence),
        post("/victims/{id}/correspondence/open", OFFICERS, open),
    ]
    .into_iter()
    .chain(question::routes())
    .chain(files::routes())
    .chain(evidence::routes())
    .chain(referral::routes())
    .collect()
}

const WHY: [(&str, &str); 5] = [
    ("not-for-us", "It is not for us"),
    ("unwanted", "It is unwanted mail"),
    ("forged", "It is not from who it says it is from"),
    (
        "sent-again-properly",
        "The adviser has sent it again in another way",
    ),
    ("answered-another-way", "It was answered in another way"),
];

#[derive(Serialize)]
struct Mailbox {
    silent: Timeline,
    waiting: Timeline,
    filed: Timeline,
}

/// A message and what was found out about it.
#[derive(Serialize)]
struct Message {
    heading: String,
    facts: SummaryList,
    text: String,
    text_cut: bool,
    files: Vec<FileShown>,
    /// That it may be evidence.
    evidence: Option<String>,
    /// The page on which it is answered.
    href: Option<String>,
    answer: Option<Answer>,
}

/// How far the answer to a message is.
#[derive(Serialize)]
struct Answer {
    state: String,
    href: Option<String>,
    link_text: &'static str,
    words: Option<String>,
}

#[derive(Serialize)]
struct Waiting {
    id: String,
    why: &'static str,
    message: Message,
    victim: Option<Choice>,
    reason: Choice,
}

#[derive(Serialize)]
struct Letters {
    rules: Rules,
    messages: Vec<Message>,
}

fn item(mail: &MailOutline) -> TimelineItem {
    let files = match mail.files {
        0 => None,
        1 => Some("1 file came with it".to_owned()),
        files => Some(format!("{files} files came with it")),
    };
    let (title, href, link_text) = match &mail.victim {
        Some(victim) => (
            "From an adviser",
            format!("/victims/{victim}/correspondence"),
            "Read in the record",
        ),
        None => ("Not filed", format!("/mailbox/{}", mail.id), "Read and decide"),
    };
    let why = mail
        .reason
        .filter(|_| mail.victim.is_none())
        .map(Reason::sentence);
    TimelineItem {
        title: title.to_owned(),
        at: show::moment(mail.received_at),
        lines: why.map(str::to_owned).into_iter().chain(files).collect(),
        href: Some(href),
        link_text: Some(link_text),
        ..TimelineItem::default()
    }
}

fn timeline(list: &[MailOutline]) -> Timeline {
    Timeline {
        items: list.iter().map(item).collect(),
    }
}

async fn list(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let (gateway, user) = (door.gateway(), visit.user()?);
    let waiting = gateway.list_mail(user, MailboxQuestion::Waiting).await?;
    let until = gateway.now();
    let filed = gateway.list_mail(user, MailboxQuestion::Filed { until }).await?;
    let silences = gateway.list_silences(user).await?;
    let data = Mailbox {
        silent: silence::timeline(&door, &silences),
        waiting: timeline(&waiting),
        filed: timeline(&filed),
    };
    Page::new("ISVA mailbox")
        .under("/mailbox")
        .show(&door, Some(&visit), "acting/mailbox", &data)
}

/// What a check found, in words.
fn found(check: &str) -> &'static str {
    match check {
        "pass" => "holds",
        "fail" => "does not hold",
        "neutral" => "says neither",
        "none" => "nothing to check",
        "not-answered" => "could not be asked",
        _ => "cannot be read",
    }
}

fn message(mail: MailRead, reader: Reader) -> Message {
    let checks = mail.checks.iter().map(|(name, check)| match name.as_str() {
        SIGNED_IN => "Written here by an adviser who had signed in".to_owned(),
        _ => format!("{}: {}", name.to_uppercase(), found(check)),
    });
    let checks = checks.collect::<Vec<_>>().join("; ");
    let from = if mail.from.is_empty() {
        "nobody can tell"
    } else {
        mail.from.as_str()
    };
    let facts = SummaryList::default()
        .row("From", from)
        .row("Came on", show::moment(mail.mail.received_at))
        .row(
            "Subject",
            if mail.subject.is_empty() {
                "None"
            } else {
                mail.subject.as_str()
            },
        )
        .row("Where it comes from", checks);
    Message {
        files: files::shown(&mail, reader),
        evidence: mail.evidence.as_ref().map(evidence::said),
        heading: format!("{}, from an adviser", show::moment(mail.mail.received_at)),
        facts,
        text: mail.text,
        text_cut: mail.text_cut,
        href: None,
        answer: mail.answer.map(answer_of),
    }
}

fn answer_of(answer: AnswerRead) -> Answer {
    let due = answer.due_at.map_or_else(String::new, |due| {
        format!(" by {} (a local target)", show::moment(due))
    });
    match (answer.approved, answer.draft) {
        (Some((id, words)), _) => Answer {
            state: "It was answered.".to_owned(),
            href: Some(format!("/messages/{id}")),
            link_text: "See what became of the answer",
            words: Some(words),
        },
        (None, Some(draft)) => Answer {
            state: format!("An answer is drafted and has not been approved. It is owed{due}."),
            href: Some(format!("/drafts/{draft}")),
            link_text: "Read the draft",
            words: None,
        },
        (None, None) => Answer {
            state: if answer.is_owed {
                format!("An answer is owed{due}.")
            } else {
                "No answer is owed.".to_owned()
            },
            href: None,
            link_text: "",
            words: None,
        },
    }
}

async fn read(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    show_waiting(&door, &visit, &id, &Form::default(), &Problems::default()).await
}

async fn show_waiting(
    door: &Door,
    visit: &Visit,
    id: &str,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let id = InboundId::parse(id).map_err(|_| Refusal::NotFound)?;
    let mail = door.gateway().read_quarantined(visit.user()?, &id).await?;
    let people = mail
        .supported
        .iter()
        .map(|(victim, urn)| (victim.as_str(), urn.as_str()));
    let victim = (!mail.supported.is_empty()).then(|| {
        Choice::new(
            "victim",
            "Whose record does it belong to?",
            people,
            form,
            problems,
        )
    });
    let data = Waiting {
        id: id.as_str().to_owned(),
        why: mail.mail.reason.map_or("", Reason::sentence),
        victim,
        reason: Choice::new("why", "Why is it not filed?", WHY, form, problems),
        message: message(mail, Reader::Officer),
    };
    let shown = Page::new("A message that waits")
        .under("/mailbox")
        .back("/mailbox".to_owned())
        .problems(problems)
        .show(door, Some(visit), "acting/mailbox-waiting", &data)?;
    Ok(answer(problems, shown))
}

async fn file(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["victim"], &[])?;
    let mut problems = Problems::default();
    if form.value("victim").is_empty() {
        problems.add("victim", "Select whose record it belongs to");
        return show_waiting(&door, &visit, &id, &form, &problems).await;
    }
    let inbound = InboundId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let victim = VictimId::parse(form.value("victim")).map_err(|_| Refusal::NotFound)?;
    door.gateway()
        .file_quarantined(visit.user()?, &inbound, &victim)
        .await?;
    Ok(Redirect::to(&format!("/victims/{victim}/correspondence")).into_response())
}

async fn reject(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["why"], &[])?;
    let mut problems = Problems::default();
    let why = form.value("why");
    if REJECTIONS.contains(&why) {
        let inbound = InboundId::parse(&id).map_err(|_| Refusal::NotFound)?;
        match door
            .gateway()
            .reject_quarantined(visit.user()?, &inbound, why)
            .await
        {
            Ok(()) => return Ok(Redirect::to("/mailbox").into_response()),
            Err(fault) => said_at("why", fault, &mut problems)?,
        }
    } else {
        problems.add("why", "Select why it is not filed");
    }
    show_waiting(&door, &visit, &id, &form, &problems).await
}

/// A message in a file, with the way to its own page.
fn filed(victim: &VictimId, mail: MailRead) -> Message {
    let href = format!("/victims/{victim}/correspondence/{}", mail.mail.id);
    Message {
        href: Some(href),
        ..message(mail, Reader::Officer)
    }
}

fn path(victim: &VictimId) -> String {
    format!("/victims/{victim}/correspondence")
}

async fn open(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let victim = reach(&door, &visit, &id).await?;
    ask::take(&door, &visit, &victim, &path(&victim), &form).await
}

async fn correspondence(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let victim = reach(&door, &visit, &id).await?;
    let reason = match ask::reason(&door, &visit, &victim, &path(&victim)).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(page),
    };
    let gateway = door.gateway();
    let (plan, list) = gateway
        .read_correspondence(visit.user()?, &victim, &reason)
        .await?;
    let data = Letters {
        rules: Rules::of(&plan, gateway.now(), false),
        messages: list.into_iter().map(|mail| filed(&victim, mail)).collect(),
    };
    let shown = Page::new("Messages from advisers")
        .under("/mailbox")
        .back(format!("/victims/{victim}"))
        .show(&door, Some(&visit), "acting/correspondence", &data)?;
    Ok(shown.into_response())
}
