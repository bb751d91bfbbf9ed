//! A victim's details: read, and one of them changed, with what stood there before and what follows shown first.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::VictimId;
use domain::people::PersonDetail;
use flows::{DetailsRead, Kind, WhatFollows};
use serde::{Deserialize, Serialize};

use super::detail_form::{Fields, field_of, filled, once, read};
use super::detail_words::{DETAILS, REASONS, name, value};
use super::event::{Line, Typed, line};
use super::meeting_words::label;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::{OFFICERS, answer, ask, reach, said_at};
use crate::parts::{SummaryList, SummaryRow};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}/details", OFFICERS, details),
        post("/victims/{id}/details/open", OFFICERS, open),
        get("/victims/{id}/details/change", OFFICERS, ask_change),
        post("/victims/{id}/details/change", OFFICERS, change),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    detail: String,
}

#[derive(Serialize)]
struct Details {
    victim: String,
    facts: SummaryList,
}

#[derive(Serialize)]
struct ChangePage {
    victim: String,
    words: &'static str,
    detail: &'static str,
    version: i64,
    /// What the record says now, when somebody else changed something meanwhile.
    now: Option<Vec<String>>,
    fields: Fields,
}

#[derive(Serialize)]
struct Check {
    victim: String,
    facts: SummaryList,
    lines: Vec<Line>,
    typed: Vec<Typed>,
}

fn path(victim: &VictimId) -> String {
    format!("/victims/{victim}/details")
}

/// The details, or the page that asks why they are read.
async fn load(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
) -> Result<Result<DetailsRead, Response>, Refusal> {
    let reason = match ask::reason(door, visit, victim, &path(victim)).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(Err(page)),
    };
    Ok(Ok(door
        .gateway()
        .read_details(visit.user()?, victim, &reason)
        .await?))
}

async fn details(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let victim = reach(&door, &visit, &id).await?;
    let read = match load(&door, &visit, &victim).await? {
        Ok(read) => read,
        Err(page) => return Ok(page),
    };
    let mut facts = SummaryList::default().row("Name in the papers", read.legal_name.reveal());
    facts.rows.extend(read.details.iter().map(|detail| SummaryRow {
        key: name(detail).to_owned(),
        lines: value(detail),
        action_href: Some(format!("{}/change?detail={}", path(&victim), detail.field())),
        action_text: Some("Change"),
        ..SummaryRow::default()
    }));
    let data = Details {
        victim: victim.to_string(),
        facts,
    };
    let shown = Page::new("Details of this person")
        .under("/work")
        .back(format!("/victims/{victim}"))
        .show(&door, Some(&visit), "acting/details", &data)?;
    Ok(shown.into_response())
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

/// A detail of the list, by its word.
fn known(word: &str) -> Result<&'static str, Refusal> {
    let found = DETAILS.iter().find(|(code, _)| *code == word);
    found.map(|(code, _)| *code).ok_or(Refusal::NotFound)
}

async fn ask_change(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let victim = reach(&door, &visit, &id).await?;
    let detail = known(&asked.detail)?;
    let read = match load(&door, &visit, &victim).await? {
        Ok(read) => read,
        Err(page) => return Ok(page),
    };
    let form = read.details.iter().find(|one| one.field() == detail).map(filled);
    let seen = (&victim, read.version, None);
    page(
        &door,
        &visit,
        seen,
        detail,
        &form.unwrap_or_default(),
        &Problems::default(),
    )
}

fn page(
    door: &Door,
    visit: &Visit,
    (victim, version, now): (&VictimId, i64, Option<Vec<String>>),
    detail: &'static str,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let is_late = now.is_some();
    let data = ChangePage {
        victim: victim.to_string(),
        words: label(DETAILS, detail),
        detail,
        version,
        now,
        fields: Fields::of(detail, form, problems),
    };
    let shown = Page::new("Change a detail")
        .under("/work")
        .back(path(victim))
        .problems(problems)
        .show(door, Some(visit), "acting/detail-change", &data)?;
    if is_late {
        return Ok((StatusCode::CONFLICT, shown).into_response());
    }
    Ok(answer(problems, shown))
}

async fn change(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&once(), &[])?;
    let victim = reach(&door, &visit, &id).await?;
    let detail = known(form.value("detail"))?;
    let version = form
        .value("version")
        .parse::<i64>()
        .map_err(|_| Refusal::Invalid("the page has lost its version; load it again".to_owned()))?;
    let mut problems = Problems::default();
    if let Some((after, because)) = read(detail, &form, &mut problems) {
        let (gateway, user, seen) = (door.gateway(), visit.user()?, (&victim, version));
        let fault = if form.value("confirmed") == "yes" {
            match gateway.change_detail(user, seen, after, because).await {
                Ok(()) => return Ok(Redirect::to(&path(&victim)).into_response()),
                Err(fault) => fault,
            }
        } else {
            match gateway.preview_detail(user, seen, after, because).await {
                Ok(follows) => return check(&door, &visit, &victim, &form, &follows),
                Err(fault) => fault,
            }
        };
        if fault.kind() == Kind::Conflict {
            return late(&door, &visit, &victim, detail, &form).await;
        }
        said_at(field_of(detail), fault, &mut problems)?;
    }
    page(&door, &visit, (&victim, version, None), detail, &form, &problems)
}

/// Somebody was faster: what stands now, and what was typed, to be compared and sent again.
async fn late(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    detail: &'static str,
    form: &Form,
) -> Result<Response, Refusal> {
    let read = match load(door, visit, victim).await? {
        Ok(read) => read,
        Err(page) => return Ok(page),
    };
    let now = read.details.iter().find(|one| one.field() == detail).map(value);
    let seen = (victim, read.version, Some(now.unwrap_or_default()));
    page(door, visit, seen, detail, form, &Problems::default())
}

fn check(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    form: &Form,
    follows: &WhatFollows,
) -> Result<Response, Refusal> {
    let change = &follows.change;
    let lines = |key: &str, detail: &PersonDetail| SummaryRow {
        key: key.to_owned(),
        lines: value(detail),
        ..SummaryRow::default()
    };
    let mut facts = SummaryList::default().row("What is changed", name(&change.after));
    facts.rows.push(lines("Before", &change.before));
    facts.rows.push(lines("After", &change.after));
    facts = facts.row("Why", label(REASONS, change.because.why.as_str()));
    if let Some(words) = &change.because.words {
        facts = facts.row("Details of the reason", words.reveal());
    }
    let data = Check {
        victim: victim.to_string(),
        facts,
        lines: follows.consequences.iter().map(|one| line(door, one)).collect(),
        typed: Typed::all(form),
    };
    let shown = Page::new("Check the change before you save it")
        .under("/work")
        .back(path(victim))
        .show(door, Some(visit), "acting/detail-check", &data)?;
    Ok(shown.into_response())
}
