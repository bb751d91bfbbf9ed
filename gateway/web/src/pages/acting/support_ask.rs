//! The forms by which somebody who helps is added or changed and a consent recorded.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::id::VictimId;
use domain::supporter::Kind;
use flows::AdviserRegister;
use serde::{Deserialize, Serialize};

use super::support::{load, path, path_of};
use super::support_form::{CHANGED, ConsentFields, Fields, KINDS, chosen, label};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::{OFFICERS, answer, ask, reach};
use crate::parts::Choice;
use crate::refusal::Refusal;
use crate::route::{Route, get};
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}/support/new", OFFICERS, new),
        get("/victims/{id}/support/{supporter}/change", OFFICERS, change),
        get("/victims/{id}/support/{supporter}/consent", OFFICERS, consent),
    ]
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    kind: Option<String>,
}

#[derive(Serialize)]
struct FormPage {
    action: String,
    words: &'static str,
    kind: &'static str,
    version: Option<i64>,
    isva: bool,
    fields: Fields,
    why: Option<Choice>,
}

#[derive(Serialize)]
struct ConsentPage {
    action: String,
    name: String,
    version: i64,
    fields: ConsentFields,
}

/// The register, read for whoever fills a form for an ISVA; nobody else needs the names.
async fn register(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    kind: Kind,
) -> Result<Result<AdviserRegister, Response>, Refusal> {
    let reason = match ask::reason(door, visit, victim, &path(victim)).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(Err(page)),
    };
    if kind != Kind::Isva {
        return Ok(Ok(AdviserRegister {
            services: Vec::new(),
            advisers: Vec::new(),
        }));
    }
    let read = door
        .gateway()
        .read_register(visit.user()?, victim, &reason)
        .await?;
    Ok(Ok(read))
}

async fn new(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let victim = reach(&door, &visit, &id).await?;
    let kind = asked.kind.as_deref().and_then(Kind::find);
    let kind = kind.ok_or(Refusal::NotFound)?;
    show_new(
        &door,
        &visit,
        &victim,
        kind,
        &Form::default(),
        &Problems::default(),
    )
    .await
}

pub(super) async fn show_new(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    kind: Kind,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let register = match register(door, visit, victim, kind).await? {
        Ok(register) => register,
        Err(page) => return Ok(page),
    };
    let data = FormPage {
        action: path(victim),
        words: label(KINDS, kind.as_str()),
        kind: kind.as_str(),
        version: None,
        isva: kind == Kind::Isva,
        fields: Fields::of(kind, &register, form, problems),
        why: None,
    };
    let page = Page::new("Add an adviser or agency")
        .under("/work")
        .back(path(victim))
        .problems(problems)
        .show(door, Some(visit), "acting/support-form", &data)?;
    Ok(answer(problems, page))
}

async fn change(
    State(door): State<Door>,
    visit: Visit,
    Path((id, supporter)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let victim = reach(&door, &visit, &id).await?;
    show_change(&door, &visit, &victim, &supporter, None, &Problems::default()).await
}

/// The form of a change, with what was typed, or with what stands.
pub(super) async fn show_change(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    id: &str,
    typed: Option<&Form>,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let read = match load(door, visit, victim, id).await? {
        Ok(read) if read.row.ended_at.is_none() => read,
        Ok(_) => return Err(Refusal::NotFound),
        Err(page) => return Ok(page),
    };
    let register = match register(door, visit, victim, read.kind).await? {
        Ok(register) => register,
        Err(page) => return Ok(page),
    };
    let stands = chosen(&read);
    let form = typed.unwrap_or(&stands);
    let data = FormPage {
        action: format!("{}/change", path_of(victim, &read.row.id)),
        words: label(KINDS, &read.row.kind),
        kind: read.kind.as_str(),
        version: Some(read.row.version),
        isva: read.kind == Kind::Isva,
        fields: Fields::of(read.kind, &register, form, problems),
        why: Some(Choice::new(
            "why",
            "Why is it changed?",
            CHANGED.iter().copied(),
            form,
            problems,
        )),
    };
    let page = Page::new("Change an adviser or agency")
        .under("/work")
        .back(path_of(victim, &read.row.id))
        .problems(problems)
        .show(door, Some(visit), "acting/support-form", &data)?;
    Ok(answer(problems, page))
}

async fn consent(
    State(door): State<Door>,
    visit: Visit,
    Path((id, supporter)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let victim = reach(&door, &visit, &id).await?;
    show_consent(
        &door,
        &visit,
        &victim,
        &supporter,
        &Form::default(),
        &Problems::default(),
    )
    .await
}

pub(super) async fn show_consent(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    id: &str,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let read = match load(door, visit, victim, id).await? {
        Ok(read) if read.row.ended_at.is_none() && read.kind == Kind::Isva => read,
        Ok(_) => return Err(Refusal::NotFound),
        Err(page) => return Ok(page),
    };
    let data = ConsentPage {
        action: format!("{}/consent", path_of(victim, &read.row.id)),
        name: read.details.name.reveal().to_owned(),
        version: read.row.version,
        fields: ConsentFields::of(form, problems),
    };
    let page = Page::new("Record a consent")
        .under("/work")
        .back(path_of(victim, &read.row.id))
        .problems(problems)
        .show(door, Some(visit), "acting/support-consent", &data)?;
    Ok(answer(problems, page))
}
