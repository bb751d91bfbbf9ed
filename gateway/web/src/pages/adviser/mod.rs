//! The adviser's own mailbox: conversations, the people they support, meetings ahead, and the service of a lead. Plain
//! pages that work on a telephone and without scripts.

mod conversation;
mod meetings;
mod messages;
mod people;
mod scrutiny;
mod service;

use domain::account::Role;
use domain::adviser::{WRITTEN_CHARS_MAX, check_written};

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::pages::acting::fields::text_area;
use crate::parts::Textarea;
use crate::route::{Access, Route};
use crate::show::sentence;

const ADVISERS: Access = Access::Roles(&[Role::Adviser]);

pub(super) fn routes() -> Vec<Route> {
    [
        conversation::routes(),
        meetings::routes(),
        messages::routes(),
        people::routes(),
        scrutiny::routes(),
        service::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What an adviser writes.
fn words(label: &str, form: &Form, problems: &Problems) -> Textarea {
    let hint = "The CPS keeps a copy. Do not include counselling notes or anything about what happened.";
    text_area(("words", label, hint), (WRITTEN_CHARS_MAX, 8), form, problems)
}

/// What was written, if it can be sent.
fn written(form: &Form, problems: &mut Problems) -> String {
    let text = form.raw("words").replace("\r\n", "\n");
    if let Err(fault) = check_written(&text) {
        problems.add("words", sentence(&fault.to_string()));
    }
    text
}

/// What the form carries so that it counts once: the value that it was sent with, or a fresh one.
fn once(door: &Door, form: &Form) -> String {
    match form.value("once") {
        "" => door.gateway().once(),
        once => once.to_owned(),
    }
}
