//! An administrator gives an adviser of the register an account for the adviser's mailbox.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;

use super::accounts::ADMINISTRATOR;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::{answer, said_at};
use crate::parts::{Choice, Input};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/accounts/advisers/new", ADMINISTRATOR, new),
        post("/accounts/advisers/new", ADMINISTRATOR, give),
    ]
}

const LEAD: &str = "lead";
const PARTS: [(&str, &str); 2] = [
    ("adviser", "Adviser"),
    (LEAD, "Adviser who also leads the service: cover and leavers"),
];

#[derive(Serialize)]
struct Access {
    address: Input,
    part: Choice,
}

async fn new(State(door): State<Door>, visit: Visit) -> Result<Response, Refusal> {
    shown(&door, &visit, &Form::default(), &Problems::default())
}

fn shown(door: &Door, visit: &Visit, form: &Form, problems: &Problems) -> Result<Response, Refusal> {
    let mut address = Input::new("address", "Registered email address", form, problems)
        .hint("As the service gave it to the officer. Nothing is sent to it from here.");
    address.r#type = Some("email");
    let data = Access {
        address,
        part: Choice::new("part", "What do they do at the service?", PARTS, form, problems),
    };
    let page = Page::new("Give an adviser access")
        .under("/accounts")
        .back("/accounts")
        .problems(problems)
        .show(door, Some(visit), "adviser-access", &data)?;
    Ok(answer(problems, page))
}

async fn give(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    form.only(&["address", "part"], &[])?;
    let mut problems = Problems::default();
    let (address, part) = (form.value("address"), form.value("part"));
    problems.need(
        !address.is_empty(),
        "address",
        "Enter the registered email address",
    );
    let known = PARTS.iter().any(|(code, _)| *code == part);
    problems.need(known, "part", "Select what they do at the service");
    if problems.is_empty() {
        let given = door
            .gateway()
            .give_adviser_access(visit.user()?, address, part == LEAD)
            .await;
        match given {
            Ok(id) => return Ok(Redirect::to(&format!("/accounts/{id}")).into_response()),
            Err(fault) => said_at("address", fault, &mut problems)?,
        }
    }
    shown(&door, &visit, &form, &problems)
}
