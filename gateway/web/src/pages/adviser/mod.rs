//! The adviser's own mailbox: conversations, the people they support, meetings ahead, and the service of a lead. Plain
//! pages that work on a telephone and without scripts.

mod conversation;
mod meetings;
mod messages;
mod people;
mod service;

use domain::account::Role;
use domain::adviser::{WRITTEN_CHARS_MAX, check_written};

use crate::form::{Form, Problems};
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
        service::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What an adviser writes.
fn words(label: &str, form: &Form, problems: &Problems) -> Textarea {
    Textarea {
        name: "words",
        label: label.to_owned(),
        hint: Some(
            "The CPS keeps a copy. Do not include counselling notes or anything about what happened."
                .to_owned(),
        ),
        value: form.raw("words").to_owned(),
        characters_max: u32::try_from(WRITTEN_CHARS_MAX).ok(),
        rows: Some(8),
        problem: problems.at("words").map(str::to_owned),
    }
}

/// What was written, if it can be sent.
fn written(form: &Form, problems: &mut Problems) -> String {
    let text = form.raw("words").replace("\r\n", "\n");
    if let Err(fault) = check_written(&text) {
        problems.add("words", sentence(&fault.to_string()));
    }
    text
}
