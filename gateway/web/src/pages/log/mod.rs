//! The auditor's pages: how the contact log stands, what is in it, who has looked, and what is taken away. Everything is
//! masked until one field of one entry is opened for a reason.

mod entry;
mod question;
mod take;
mod words;

use axum::extract::{Path, State};
use axum::response::Redirect;
use domain::account::Role;
use flows::{LogQuestion, TABLE_MAX};
use serde::Serialize;

use self::question::{Asked, FIELDS, Kept, kept, question};
use self::words::{REASONS, at, in_words, item};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown};
use crate::parts::{Choice, Input, SummaryList, Timeline};
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::show;
use crate::visit::Visit;

const AUDITORS: Access = Access::Roles(&[Role::Auditor]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/log", AUDITORS, newest),
        post("/log", AUDITORS, search),
        post("/log/verify", AUDITORS, verify),
        post("/log/csv", AUDITORS, take::table),
        post("/log/pack", AUDITORS, take::pack),
        get("/log/about/{id}", AUDITORS, about),
        get("/log/{index}", AUDITORS, entry::read),
        get("/log/{index}/proof", AUDITORS, entry::proof),
        post("/log/{index}/open", AUDITORS, entry::open),
    ]
}

#[derive(Serialize)]
struct Log {
    standing: SummaryList,
    can_verify: bool,
    asked: Asked,
    heading: String,
    found: Timeline,
    kept: Vec<Kept>,
    next: Option<String>,
    reason: Choice,
    pack_urn: Input,
    table_max: u32,
}

async fn newest(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    show(&door, &visit, &Form::default(), Problems::default()).await
}

async fn search(State(door): State<Door>, visit: Visit, form: Form) -> Result<Shown, Refusal> {
    let fields = FIELDS.into_iter().chain(["before"]).collect::<Vec<_>>();
    form.only(&fields, &[])?;
    show(&door, &visit, &form, Problems::default()).await
}

/// The page, also when something that was sent from it could not be done.
async fn show(door: &Door, visit: &Visit, form: &Form, mut problems: Problems) -> Result<Shown, Refusal> {
    let user = visit.user()?;
    let asked = question(form, &mut problems);
    // Nothing is searched for, and nothing recorded as searched, while what was typed is not right.
    let found = if problems.is_empty() {
        Some(door.gateway().search_log(user, &asked).await?)
    } else {
        None
    };
    let (standing, can_verify) = standing(door, user).await?;
    let next = found
        .as_ref()
        .and_then(|found| found.next)
        .map(|next| next.to_string());
    let list = found.map(|found| found.list).unwrap_or_default();
    let data = Log {
        standing,
        can_verify,
        asked: Asked::new(door, form, &problems),
        heading: match (list.len(), next.is_some()) {
            (0, _) => "No entries".to_owned(),
            (1, false) => "1 entry".to_owned(),
            (count, false) => format!("{count} entries, newest first"),
            (count, true) => format!("The {count} newest of these entries"),
        },
        found: Timeline {
            items: list.iter().map(item).collect(),
        },
        kept: kept(form),
        next,
        reason: Choice::new("reason", "Reason", REASONS, form, &problems),
        pack_urn: Input::new("pack-urn", "Case number (URN)", form, &problems),
        table_max: TABLE_MAX,
    };
    Page::new("Contact log")
        .under("/log")
        .problems(&problems)
        .show(door, Some(visit), "log", &data)
}

/// How the log stands, and whether a verification can be asked for.
async fn standing(door: &Door, user: &str) -> Result<(SummaryList, bool), Refusal> {
    let gateway = door.gateway();
    let Some(standing) = gateway.log_standing(user).await? else {
        let none =
            "Nothing is published yet. The first checkpoint follows within a second of the first entry";
        return Ok((SummaryList::default().row("Checkpoint", none), false));
    };
    let (have, all) = standing.witnesses;
    let sealed = standing.sealed_at.map_or_else(
        || "A moment ago".to_owned(),
        |at| {
            let ago = gateway.now().duration_since(at).as_secs().max(0);
            format!("{}, {ago} seconds ago", show::moment(at))
        },
    );
    let quorum = if standing.has_quorum {
        "the quorum is there"
    } else {
        "too few for the quorum"
    };
    let verified = match gateway.last_verification(user).await? {
        _ if standing.is_verified_now => "Under way. Load this page again in a moment".to_owned(),
        None => "Nobody has asked for one on this page yet".to_owned(),
        Some(last) => {
            let size = last
                .entry
                .facts()
                .get("size")
                .map(|size| format!(", {size} entries"));
            let result = in_words(last.entry.result().unwrap_or_default());
            format!(
                "{result}{}, asked for by {} on {}",
                size.unwrap_or_default(),
                last.entry.actor(),
                at(&last)
            )
        }
    };
    let list = SummaryList::default()
        .row("Log", standing.checkpoint.origin.clone())
        .row("Entries sealed", standing.checkpoint.size.to_string())
        .row("Root", standing.checkpoint.root.to_hex())
        .row("Sealed", sealed)
        .row("Witnesses", format!("{have} of {all} have cosigned; {quorum}"))
        .row("Last verification", verified);
    Ok((list, !standing.is_verified_now))
}

async fn verify(State(door): State<Door>, visit: Visit, form: Form) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    door.gateway_beside().begin_verification(visit.user()?)?;
    Ok(Redirect::to("/log"))
}

#[derive(Serialize)]
struct About {
    id: String,
    looks: Timeline,
    next: Option<String>,
}

async fn about(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Shown, Refusal> {
    let asked = LogQuestion {
        about: Some(id.clone()),
        act: Some("consultation".to_owned()),
        ..LogQuestion::default()
    };
    let found = door.gateway().search_log(visit.user()?, &asked).await?;
    let data = About {
        id,
        looks: Timeline {
            items: found.list.iter().map(item).collect(),
        },
        next: found.next.map(|next| next.to_string()),
    };
    Page::new("Who has looked at this")
        .under("/log")
        .back("/log")
        .show(&door, Some(&visit), "log-about", &data)
}
