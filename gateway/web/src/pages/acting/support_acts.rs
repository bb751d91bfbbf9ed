//! The acts on people who help: add, change, end, and a consent recorded, decided about and ended.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::{ConsentId, SupporterId, VictimId};
use domain::supporter::Kind;
use flows::ConsentDecision;

use super::support::{path, path_of, show_one};
use super::support_ask::{show_change, show_consent, show_new};
use super::support_form::{NOT_CONFIRMED, PERSON, change_why, consent, consent_once, end_why, person};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::pages::acting::{OFFICERS, reach, said_at};
use crate::refusal::Refusal;
use crate::route::{Route, post};
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/victims/{id}/support", OFFICERS, add),
        post("/victims/{id}/support/{supporter}/change", OFFICERS, change),
        post("/victims/{id}/support/{supporter}/end", OFFICERS, end),
        post("/victims/{id}/support/{supporter}/consent", OFFICERS, record),
        post(
            "/victims/{id}/support/{supporter}/consent/end",
            OFFICERS,
            end_consent,
        ),
        post(
            "/victims/{id}/support/{supporter}/consents/{consent}/confirm",
            OFFICERS,
            confirm,
        ),
        post(
            "/victims/{id}/support/{supporter}/consents/{consent}/refuse",
            OFFICERS,
            refuse,
        ),
    ]
}

fn version(form: &Form) -> Result<i64, Refusal> {
    let lost = "the page has lost which version it shows; read it again";
    let version = form.value("version").parse();
    version.map_err(|_| Refusal::Invalid(lost.to_owned()))
}

async fn find(
    door: &Door,
    visit: &Visit,
    id: &str,
    supporter: &str,
) -> Result<(VictimId, SupporterId), Refusal> {
    let supporter = SupporterId::parse(supporter).map_err(|_| Refusal::NotFound)?;
    Ok((reach(door, visit, id).await?, supporter))
}

/// Where a refusal of a whole person is said: at the first field, so that it tells nothing about one of the others.
fn first_field(kind: Kind) -> &'static str {
    if kind == Kind::Isva {
        "service"
    } else {
        "organisation"
    }
}

async fn add(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&PERSON, &[])?;
    let victim = reach(&door, &visit, &id).await?;
    let kind = Kind::find(form.value("kind")).ok_or_else(|| {
        Refusal::Invalid("what this person does is none of the list; go back and select it".to_owned())
    })?;
    let mut problems = Problems::default();
    let new = person(kind, &form, &mut problems);
    if let (Some(new), true) = (new, problems.is_empty()) {
        match door.gateway().add_supporter(visit.user()?, &victim, new).await {
            Ok(added) => return Ok(Redirect::to(&path_of(&victim, &added)).into_response()),
            Err(fault) => said_at(first_field(kind), fault, &mut problems)?,
        }
    }
    show_new(&door, &visit, &victim, kind, &form, &problems).await
}

async fn change(
    State(door): State<Door>,
    visit: Visit,
    Path((id, named)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    let mut once = PERSON.to_vec();
    once.push("why");
    form.only(&once, &[])?;
    let (victim, supporter) = find(&door, &visit, &id, &named).await?;
    let seen = version(&form)?;
    let kind = Kind::find(form.value("kind")).ok_or(Refusal::NotFound)?;
    let mut problems = Problems::default();
    let new = person(kind, &form, &mut problems);
    let why = change_why(&form, &mut problems);
    if let (Some(new), Some(why), true) = (new, why, problems.is_empty()) {
        let user = visit.user()?;
        let about = (&supporter, seen);
        match door
            .gateway()
            .change_supporter(user, &victim, about, new, why)
            .await
        {
            Ok(now) => return Ok(Redirect::to(&path_of(&victim, &now)).into_response()),
            Err(fault) => said_at(first_field(kind), fault, &mut problems)?,
        }
    }
    show_change(&door, &visit, &victim, &named, Some(&form), &problems).await
}

async fn end(
    State(door): State<Door>,
    visit: Visit,
    Path((id, named)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["why", "version"], &[])?;
    let (victim, supporter) = find(&door, &visit, &id, &named).await?;
    let seen = version(&form)?;
    let mut problems = Problems::default();
    if let Some(why) = end_why(&form, "why", "Select why their help ends", &mut problems) {
        let user = visit.user()?;
        match door
            .gateway()
            .end_supporter(user, &victim, (&supporter, seen), why)
            .await
        {
            Ok(()) => return Ok(Redirect::to(&path(&victim)).into_response()),
            Err(fault) => said_at("why", fault, &mut problems)?,
        }
    }
    show_one(&door, &visit, &victim, &named, &form, &problems).await
}

async fn record(
    State(door): State<Door>,
    visit: Visit,
    Path((id, named)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    let once = consent_once();
    let once = once.iter().map(String::as_str).collect::<Vec<_>>();
    form.only(&once, &["scopes"])?;
    let (victim, supporter) = find(&door, &visit, &id, &named).await?;
    let seen = version(&form)?;
    let mut problems = Problems::default();
    let now = door.gateway().now();
    if let Some(given) = consent(&form, now, &mut problems) {
        let user = visit.user()?;
        match door
            .gateway()
            .record_consent(user, &victim, (&supporter, seen), given)
            .await
        {
            Ok(_) => return Ok(Redirect::to(&path_of(&victim, &supporter)).into_response()),
            Err(fault) => said_at("given", fault, &mut problems)?,
        }
    }
    show_consent(&door, &visit, &victim, &named, &form, &problems).await
}

async fn end_consent(
    State(door): State<Door>,
    visit: Visit,
    Path((id, named)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["ended"], &[])?;
    let (victim, supporter) = find(&door, &visit, &id, &named).await?;
    let mut problems = Problems::default();
    if let Some(why) = end_why(&form, "ended", "Select why the consent ends", &mut problems) {
        let user = visit.user()?;
        match door.gateway().end_consent(user, &victim, &supporter, why).await {
            Ok(()) => return Ok(Redirect::to(&path_of(&victim, &supporter)).into_response()),
            Err(fault) => said_at("ended", fault, &mut problems)?,
        }
    }
    show_one(&door, &visit, &victim, &named, &form, &problems).await
}

async fn confirm(
    State(door): State<Door>,
    visit: Visit,
    Path(named): Path<(String, String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&[], &[])?;
    decide(
        &door,
        &visit,
        &named,
        ConsentDecision::Confirm,
        &form,
        Problems::default(),
    )
    .await
}

async fn refuse(
    State(door): State<Door>,
    visit: Visit,
    Path(named): Path<(String, String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["refused"], &[])?;
    let why = form.value("refused");
    let mut problems = Problems::default();
    let is_known = NOT_CONFIRMED.iter().any(|(code, _)| *code == why);
    problems.need(is_known, "refused", "Select why it is not confirmed");
    decide(
        &door,
        &visit,
        &named,
        ConsentDecision::Refuse(why),
        &form,
        problems,
    )
    .await
}

async fn decide(
    door: &Door,
    visit: &Visit,
    (id, named, consent): &(String, String, String),
    decision: ConsentDecision<'_>,
    form: &Form,
    problems: Problems,
) -> Result<Response, Refusal> {
    let (victim, supporter) = find(door, visit, id, named).await?;
    let consent = ConsentId::parse(consent).map_err(|_| Refusal::NotFound)?;
    if problems.is_empty() {
        let user = visit.user()?;
        door.gateway()
            .decide_consent(user, &victim, &consent, decision)
            .await?;
        return Ok(Redirect::to(&path_of(&victim, &supporter)).into_response());
    }
    show_one(door, visit, &victim, named, form, &problems).await
}
