//! The contacts with a victim, and one more that was made by hand (docs/contacts.md).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::contact::MadeContact;
use domain::id::{MessageId, ObligationId};
use domain::scope::Scope;
use flows::{Contacted, GivenAnswer, NewContact};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::cases::one_line;
use super::paging::{self, Asked, NoPart, Parameters};
use super::problem::{ApiRefusal, NoAccess, NotTaken, NotThere};
use super::victims::victim_id;
use super::{Client, Sent, idempotent};
use crate::door::Door;
use crate::route::{Access, Route, get, post};

pub(super) fn routes() -> Vec<Route> {
    let path = "/api/v1/victims/{id}/contacts";
    vec![
        get(path, Access::Scope(Scope::ContactsRead), list),
        post(path, Access::Scope(Scope::ContactsAdd), add),
    ]
}

/// A contact, without what was said.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Contact {
    /// Its identifier.
    id: String,
    /// The obligation behind it, if one is.
    obligation: Option<String>,
    /// The message, if it was one of ours.
    message: Option<String>,
    /// `telephone-call`, `email`, `post`, `text-message`, `in-person` or `other`.
    method: String,
    /// `outbound` or `inbound`.
    direction: String,
    /// Who was actually reached.
    person: String,
    /// What came of it.
    result: String,
    /// Whether the victim herself or himself was informed; never because somebody else was.
    informed: bool,
    /// When it happened.
    #[schema(format = DateTime)]
    occurred_at: String,
    /// When it was written down.
    #[schema(format = DateTime)]
    logged_at: String,
}

impl From<flows::ContactRow> for Contact {
    fn from(row: flows::ContactRow) -> Self {
        Self {
            id: row.id.to_string(),
            obligation: row.obligation_id.map(|id| id.to_string()),
            message: row.message_id.map(|id| id.to_string()),
            method: row.method,
            direction: row.direction,
            person: row.person,
            result: row.result,
            informed: row.informed,
            occurred_at: row.occurred_at.to_string(),
            logged_at: row.logged_at.to_string(),
        }
    }
}

/// The contacts with a victim.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Contacts {
    /// In the order in which they were written down.
    contacts: Vec<Contact>,
    /// Where the next part begins; none after the last.
    next: Option<String>,
}

/// What recording a contact came to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Logged {
    /// The contact.
    contact: String,
    /// What a person should look at: `outside-window`, `point-not-safe`, `text-not-agreed`, `follow-dropped-call-note`.
    flags: Vec<&'static str>,
    /// Whether it ended the obligation.
    obligation_ended: bool,
}

/// A part of the contacts with a victim of the client's Areas.
#[utoipa::path(
    get, path = "/api/v1/victims/{id}/contacts",
    params(("id" = String, Path, description = "32 hexadecimal digits"), Asked),
    responses((status = 200, description = "a part of the contacts", body = Contacts), NoPart, NoAccess, NotThere)
)]
pub(super) async fn list(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Json<Contacts>, ApiRefusal> {
    let victim = victim_id(&id)?;
    let part = paging::part(parameters)?;
    let mut rows = door.gateway().list_contacts_of(&client, &victim, &part).await?;
    let next = paging::next(&mut rows, &part, |row| (Some(row.logged_at), row.id.to_string()));
    let contacts = rows.into_iter().map(Contact::from).collect();
    Ok(Json(Contacts { contacts, next }))
}

/// Records a contact with a victim of the client's Areas that a person made by hand.
///
/// The body is one object with the fields of `docs/contacts.md`, and `obligation` and `message` where there is one behind it; a
/// field that is not listed there is refused.
#[utoipa::path(
    post, path = "/api/v1/victims/{id}/contacts", request_body(content = Object, content_type = "application/json"),
    params(
        ("id" = String, Path, description = "32 hexadecimal digits"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters; the same key gives the same answer for a day")
    ),
    responses((status = 201, description = "recorded", body = Logged), NotTaken, NotThere, NoAccess)
)]
pub(super) async fn add(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, ApiRefusal> {
    let victim = victim_id(&id)?;
    let mut sent: Map<String, Value> = serde_json::from_str(&one_line(&headers, &body)?)
        .map_err(|_| ApiRefusal::NotReadable("the body is no JSON object".to_owned()))?;
    let obligation = named(&mut sent, "obligation", ObligationId::parse)?;
    let message = named(&mut sent, "message", MessageId::parse)?;
    let path = format!("/api/v1/victims/{victim}/contacts");
    let new = NewContact {
        victim,
        obligation,
        message,
        made: made(&Value::Object(sent))?,
    };
    let request = idempotent::request(&client, &headers, (&path, &body), logged)?;
    let given = door.gateway().add_contact_of(&request, &new).await?;
    Ok(idempotent::answer(given))
}

fn logged(contacted: &Contacted) -> serde_json::Result<GivenAnswer> {
    let logged = Logged {
        contact: contacted.id.to_string(),
        flags: contacted.flags.iter().map(|flag| flag.code()).collect(),
        obligation_ended: contacted.ended,
    };
    idempotent::given(StatusCode::CREATED, &logged)
}

fn named<T, E>(
    sent: &mut Map<String, Value>,
    field: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, ApiRefusal> {
    let wrong = || ApiRefusal::invalid(&format!("/{field}"), "32 hexadecimal digits, or left out");
    match sent.remove(field) {
        None => Ok(None),
        Some(Value::String(text)) => parse(&text).map(Some).map_err(|_| wrong()),
        Some(_) => Err(wrong()),
    }
}

/// The contact that was sent. The parser's own words may quote it, and are not used.
fn made(sent: &Value) -> Result<MadeContact, ApiRefusal> {
    let wrong = || {
        ApiRefusal::invalid(
            "/",
            "a contact with the fields of docs/contacts.md, and no other field",
        )
    };
    let made: MadeContact = serde_json::from_value(sent.clone()).map_err(|_| wrong())?;
    let read = serde_json::to_value(&made).map_err(|_| wrong())?;
    if is_all_read(sent, &read) {
        Ok(made)
    } else {
        Err(wrong())
    }
}

/// Whether every field that was sent was read: the parser passes over fields beside a word that needs none.
fn is_all_read(sent: &Value, read: &Value) -> bool {
    match (sent, read) {
        (Value::Object(sent), Value::Object(read)) => sent
            .iter()
            .all(|(name, value)| read.get(name).is_some_and(|read| is_all_read(value, read))),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_field_is_refused_wherever_it_stands() {
        let right = json!({"occurred_at": "2026-11-24T09:30:00Z", "method": {"method": "email"}, "direction": "inbound",
            "person": {"person": "via-isva"}, "purpose": "the adviser confirms"});
        assert!(made(&right).is_ok());
        for (pointer, name) in [("", "canary"), ("/method", "canary"), ("/person", "canary")] {
            let mut wrong = right.clone();
            let object = wrong.pointer_mut(pointer).expect("an object");
            object[name] = json!(1);
            assert!(made(&wrong).is_err(), "{pointer}");
        }
    }
}
