//! What somebody had typed when their session ran out: to be read, sent once more, or thrown away.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Redirect;
use domain::id::KeptId;
use flows::KeptForm;
use serde::Serialize;

use crate::door::Door;
use crate::form::Form;
use crate::page::{Page, Shown};
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::visit::Visit;
use crate::{kept, show, words};

pub(super) const PATH: &str = "/kept-words";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/kept-words", Access::SignedIn, list),
        post("/kept-words/{id}/send", Access::SignedIn, send),
        post("/kept-words/{id}/forget", Access::SignedIn, forget),
    ]
}

#[derive(Serialize)]
struct Kept {
    forms: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    kept: String,
    sent: Option<String>,
    fields: Vec<Field>,
}

#[derive(Serialize)]
struct Field {
    name: String,
    label: String,
    value: String,
    /// What the page put there and nobody typed is sent and not shown.
    is_typed: bool,
}

/// Fields that pages fill themselves: which version was shown, and which form it is.
fn is_typed(name: &str, value: &str) -> bool {
    let is_machine = value.len() == 32 && value.bytes().all(|b| b.is_ascii_hexdigit());
    name != "version" && !is_machine && !value.is_empty()
}

fn line(form: KeptForm) -> Line {
    let fields = form.typed.fields.into_iter().map(|(name, value)| Field {
        label: words::code(&name),
        is_typed: is_typed(&name, &value),
        name,
        value,
    });
    Line {
        id: form.id.to_string(),
        kept: show::moment(form.kept_at),
        sent: form.sent_at.map(show::moment),
        fields: fields.collect(),
    }
}

async fn own(door: &Door, visit: &Visit, headers: &HeaderMap) -> Result<Vec<KeptForm>, Refusal> {
    let token = kept::token(headers);
    Ok(door.gateway().list_kept(visit.visitor()?, &token).await?)
}

/// Whether something waits in this browser that was not sent yet.
pub(super) async fn is_waiting(door: &Door, visit: &Visit, headers: &HeaderMap) -> Result<bool, Refusal> {
    let forms = own(door, visit, headers).await?;
    Ok(forms.iter().any(|form| form.sent_at.is_none()))
}

async fn list(State(door): State<Door>, visit: Visit, headers: HeaderMap) -> Result<Shown, Refusal> {
    let forms = own(&door, &visit, &headers).await?;
    let data = Kept {
        forms: forms.into_iter().map(line).collect(),
    };
    Page::new("What you typed")
        .back("/")
        .show(&door, Some(&visit), "kept-words", &data)
}

async fn find(door: &Door, visit: &Visit, headers: &HeaderMap, id: &str) -> Result<KeptForm, Refusal> {
    let id = KeptId::parse(id).map_err(|_| Refusal::NotFound)?;
    let forms = own(door, visit, headers).await?;
    forms
        .into_iter()
        .find(|form| form.id == id)
        .ok_or(Refusal::NotFound)
}

/// Sends the browser with the same form to where it belongs: there it is a form like any other.
async fn send(
    State(door): State<Door>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    let found = find(&door, &visit, &headers, &id).await?;
    let kept = found.typed.fields.iter();
    if !form
        .fields()
        .eq(kept.map(|(name, value)| (name.as_str(), value.as_str())))
    {
        let why = "this form is not the one that was kept";
        return Err(Refusal::Invalid(why.to_owned()));
    }
    door.gateway().send_kept(visit.visitor()?, &found.id).await?;
    Ok(Redirect::temporary(&found.typed.path))
}

async fn forget(
    State(door): State<Door>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let found = find(&door, &visit, &headers, &id).await?;
    door.gateway().forget_kept(visit.visitor()?, &found.id).await?;
    Ok(Redirect::to(PATH))
}
