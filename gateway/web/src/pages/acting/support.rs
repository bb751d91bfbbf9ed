//! Who helps a victim, read: the list, and one of them with consents and history.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::id::{SupporterId, VictimId};
use domain::supporter::Kind;
use flows::SupporterRead;
use serde::Serialize;

use super::support_form::{ENDED, KINDS, NOT_CONFIRMED, label};
use super::support_words::{facts, history, of_consent};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::{OFFICERS, answer, ask, reach};
use crate::parts::{Choice, SummaryList};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}/support", OFFICERS, list),
        post("/victims/{id}/support/open", OFFICERS, open),
        get("/victims/{id}/support/{supporter}", OFFICERS, one),
    ]
}

#[derive(Serialize)]
struct Link {
    href: String,
    words: String,
}

#[derive(Serialize)]
struct Shown {
    href: String,
    name: String,
    facts: SummaryList,
}

#[derive(Serialize)]
struct ListPage {
    name: String,
    now: Vec<Shown>,
    before: Vec<Shown>,
    add: Vec<Link>,
}

#[derive(Serialize)]
struct ConsentShown {
    id: String,
    facts: SummaryList,
    /// Whether whoever reads may confirm it.
    confirm: bool,
    refuse: Option<Choice>,
}

#[derive(Serialize)]
struct OnePage {
    path: String,
    caption: String,
    version: i64,
    facts: SummaryList,
    before: Vec<SummaryList>,
    consents: Vec<ConsentShown>,
    is_isva: bool,
    is_current: bool,
    end_consent: Option<Choice>,
    end: Choice,
}

pub(super) fn path(victim: &VictimId) -> String {
    format!("/victims/{victim}/support")
}

pub(super) fn path_of(victim: &VictimId, supporter: &SupporterId) -> String {
    format!("/victims/{victim}/support/{supporter}")
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

async fn list(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    let victim = reach(&door, &visit, &id).await?;
    let reason = match ask::reason(&door, &visit, &victim, &path(&victim)).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(page),
    };
    let desk = door
        .gateway()
        .read_supporters(visit.user()?, &victim, &reason)
        .await?;
    let show = |read: &SupporterRead| Shown {
        href: path_of(&victim, &read.row.id),
        name: read.details.name.reveal().to_owned(),
        facts: facts(&door, read),
    };
    let (now, before): (Vec<_>, Vec<_>) = desk
        .supporters
        .iter()
        .partition(|read| read.row.ended_at.is_none());
    let add = KINDS.iter().map(|(code, words)| Link {
        href: format!("{}/new?kind={code}", path(&victim)),
        words: (*words).to_owned(),
    });
    let data = ListPage {
        name: desk.name,
        now: now.into_iter().map(show).collect(),
        before: before.into_iter().map(show).collect(),
        add: add.collect(),
    };
    let page = Page::new("Advisers and agencies")
        .under("/work")
        .back(format!("/victims/{victim}"))
        .show(&door, Some(&visit), "acting/support", &data)?;
    Ok(page.into_response())
}

/// Somebody who helps this very victim, or the page that asks why this is read.
pub(super) async fn load(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    id: &str,
) -> Result<Result<SupporterRead, Response>, Refusal> {
    let id = SupporterId::parse(id).map_err(|_| Refusal::NotFound)?;
    let reason = match ask::reason(door, visit, victim, &path(victim)).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(Err(page)),
    };
    let desk = door
        .gateway()
        .read_supporters(visit.user()?, victim, &reason)
        .await?;
    let found = desk.supporters.into_iter().find(|read| read.row.id == id);
    found.map(Ok).ok_or(Refusal::NotFound)
}

async fn one(
    State(door): State<Door>,
    visit: Visit,
    Path((id, supporter)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let victim = reach(&door, &visit, &id).await?;
    show_one(
        &door,
        &visit,
        &victim,
        &supporter,
        &Form::default(),
        &Problems::default(),
    )
    .await
}

/// One of them, with what was typed and what is wrong with it.
pub(super) async fn show_one(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    id: &str,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let read = match load(door, visit, victim, id).await? {
        Ok(read) => read,
        Err(page) => return Ok(page),
    };
    let (user, now) = (visit.user()?, door.gateway().now());
    let is_current = read.row.ended_at.is_none();
    let choice = |name, legend, options: &'static [(&'static str, &'static str)]| {
        Choice::new(name, legend, options.iter().copied(), form, problems)
    };
    let refuse = || choice("refused", "Why is it not confirmed?", NOT_CONFIRMED);
    let consents = read.consents.iter();
    let consents = consents.map(|consent| {
        let may_decide = is_current
            && consent.waits(now)
            && consent.row.recorded_by.as_deref().is_some_and(|by| by != user);
        ConsentShown {
            id: consent.row.id.to_string(),
            facts: of_consent(door, consent, is_current, now),
            confirm: may_decide,
            refuse: may_decide.then(refuse),
        }
    });
    let can_end = is_current && read.consents.iter().any(|consent| consent.stands(now));
    let data = OnePage {
        path: path_of(victim, &read.row.id),
        caption: label(KINDS, &read.row.kind).to_owned(),
        version: read.row.version,
        facts: facts(door, &read),
        before: history(door, &read),
        consents: consents.collect(),
        is_isva: read.kind == Kind::Isva,
        is_current,
        end_consent: can_end.then(|| choice("ended", "Why does the consent end?", ENDED)),
        end: choice("why", "Why does their help end?", ENDED),
    };
    let page = Page::new("Adviser or agency")
        .under("/work")
        .back(path(victim))
        .problems(problems)
        .show(door, Some(visit), "acting/support-one", &data)?;
    Ok(answer(problems, page))
}
