//! The pages on which an officer does things: reviews and sends, logs a contact, records an event, changes a plan, keeps who helps.
//!
//! Each shows how the person may be reached, since nobody should have to look for that on another page (requirement A10),
//! and each asks once in a session why somebody reads.

mod ask;
mod charging;
mod contact;
mod contact_form;
mod contact_page;
mod contact_read;
mod detail_form;
pub(crate) mod detail_words;
mod details;
mod draft;
mod draft_checks;
mod event;
mod event_form;
pub(crate) mod fields;
mod mailbox;
pub(crate) mod meeting;
mod meeting_form;
pub(crate) mod meeting_words;
mod meetings_open;
mod merged;
mod message;
mod message_words;
mod onboard;
mod onboard_form;
mod plan;
mod plan_acts;
mod rules;
mod support;
mod support_acts;
mod support_ask;
mod support_form;
pub(crate) mod support_words;
mod support_write;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::account::Role;
use domain::id::VictimId;

use crate::door::Door;
use crate::form::Problems;
use crate::page::Shown;
use crate::refusal::Refusal;
use crate::route::{Access, Route};
use crate::show::sentence;
use crate::visit::Visit;

/// Who acts.
pub(crate) const OFFICERS: Access = Access::Roles(&[Role::Vlo, Role::VloManager]);
/// Who is asked for words, and gets what may be evidence.
const PROSECUTORS: Access = Access::Roles(&[Role::Prosecutor]);

pub(super) fn routes() -> Vec<Route> {
    [
        charging::routes(),
        contact::routes(),
        contact_read::routes(),
        details::routes(),
        draft::routes(),
        event::routes(),
        mailbox::routes(),
        meeting::routes(),
        meetings_open::routes(),
        message::routes(),
        onboard::routes(),
        plan::routes(),
        plan_acts::routes(),
        support::routes(),
        support_acts::routes(),
        support_ask::routes(),
        support_write::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The victim whom an address names; whoever is out of reach is not there.
async fn reach(door: &Door, visit: &Visit, id: &str) -> Result<VictimId, Refusal> {
    let id = VictimId::parse(id).map_err(|_| Refusal::NotFound)?;
    Ok(door.gateway().reach_victim(visit.user()?, &id).await?)
}

/// A page with what is wrong on it, or the page as it is.
pub(crate) fn answer(problems: &Problems, page: Shown) -> Response {
    if problems.is_empty() {
        page.into_response()
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    }
}

/// What a flow refused, said at a field of the page; anything else is answered as everywhere.
pub(crate) fn said_at(field: &str, fault: flows::Error, problems: &mut Problems) -> Result<(), Refusal> {
    match fault {
        flows::Error::Invalid(words) | flows::Error::NotAllowed(words) => {
            problems.add(field, sentence(&words));
            Ok(())
        }
        fault => Err(fault.into()),
    }
}

/// The same, and that it does not go as things stand.
pub(crate) fn said_with_conflict(
    field: &str,
    fault: flows::Error,
    problems: &mut Problems,
) -> Result<(), Refusal> {
    match fault {
        flows::Error::Conflict(words) => {
            problems.add(field, sentence(&words));
            Ok(())
        }
        fault => said_at(field, fault, problems),
    }
}
