//! The form on which a contact is written down, with what was typed before.

use domain::id::VictimId;
use flows::{Desk, Identity};
use serde::Serialize;

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::pages::acting::contact_form::{DIRECTIONS, LEFT, METHODS, OUTCOMES, PERSONS, SUPPORT, YES_NO};
use crate::pages::acting::rules::{self, Rules};
use crate::parts::{Choice, DateInput, Input, Textarea, TimeInput};
use crate::show;

/// What the page shows.
#[derive(Serialize)]
pub(super) struct ContactPage {
    victim: String,
    name: String,
    identity: String,
    message: String,
    /// Whether case facts may stand on the page.
    facts: bool,
    owed: Vec<String>,
    code_word: Option<String>,
    rules: Rules,
    obligation: Choice,
    point: Choice,
    fields: Fields,
}

/// The fields that are the same for everybody.
#[derive(Serialize)]
struct Fields {
    occurred: DateInput,
    time: TimeInput,
    method: Choice,
    other_method: Input,
    outcome: Choice,
    left: Choice,
    left_words: Input,
    promised: DateInput,
    promised_time: TimeInput,
    third: DateInput,
    third_time: TimeInput,
    direction: Choice,
    person: Choice,
    other_name: Input,
    other_role: Input,
    informed: Choice,
    informed_on: DateInput,
    informed_time: TimeInput,
    support: Choice,
    purpose: Input,
    info_pack: Input,
    notes: Textarea,
}

/// The page for somebody who was asked whether it is them, with this answer.
pub(super) fn form_page(
    door: &Door,
    victim: &VictimId,
    identity: Identity,
    desk: &Desk,
    form: &Form,
    problems: &Problems,
) -> ContactPage {
    let now = door.gateway().now();
    let rulebook = &door.gateway().parts().rulebook;
    let title = |rule: &str| {
        let found = rulebook.rule(rule);
        found.map_or_else(|| rule.to_owned(), |rule| rule.title.clone())
    };
    let duties = desk.owed.iter();
    let duties = duties.map(|owed| (owed.id.as_str().to_owned(), title(&owed.rule)));
    let mut duties = duties.collect::<Vec<_>>();
    duties.insert(0, (String::new(), "No duty, or it is not known".to_owned()));
    let points = desk.plan.points().iter().map(|point| {
        let words = rules::line(point, false);
        (point.id().as_str().to_owned(), words)
    });
    let mut points = points.collect::<Vec<_>>();
    points.insert(0, (String::new(), "None, or they contacted us".to_owned()));
    let own = |name, legend, options: &[(String, String)]| {
        let options = options
            .iter()
            .map(|(code, words)| (code.as_str(), words.as_str()));
        Choice::new(name, legend, options, form, problems)
    };
    ContactPage {
        victim: victim.as_str().to_owned(),
        identity: identity.as_str().to_owned(),
        message: form.value("message").to_owned(),
        facts: identity != Identity::NotConfirmed,
        owed: desk
            .owed
            .iter()
            .map(|owed| match owed.due_at {
                Some(due) => format!("{}, due {}", title(&owed.rule), show::moment(due)),
                None => title(&owed.rule),
            })
            .collect(),
        // Shown while a call is going on and nowhere else (requirement A12).
        code_word: (identity == Identity::Confirmed)
            .then(|| desk.plan.code_word.as_ref().map(|word| word.reveal().to_owned()))
            .flatten(),
        rules: Rules::of(&desk.plan, now, true),
        obligation: own("obligation", "Which duty was it about?", &duties),
        point: own("point", "Which address or number was used?", &points),
        fields: fields(form, problems),
        name: desk.name.clone(),
    }
}

fn fields(form: &Form, problems: &Problems) -> Fields {
    let choice = |name, legend, options: &[(&'static str, &'static str)]| {
        Choice::new(name, legend, options.iter().copied(), form, problems)
    };
    let input = |name, label| Input::new(name, label, form, problems);
    let date = |name, legend| DateInput::new(name, legend, form, problems);
    let time = |name, legend| TimeInput::new(name, legend, form, problems);
    Fields {
        occurred: date("occurred", "Date of the contact"),
        time: time("time", "Time of the contact, on the 24-hour clock"),
        method: choice("method", "How was the contact made?", &METHODS),
        other_method: input("other-method", "If other: what was it?"),
        outcome: choice("outcome", "If it was a call: what came of it?", &OUTCOMES),
        left: choice("left", "If it was a call: was a message left on voicemail?", &LEFT),
        left_words: input("left-words", "If other words were left: which?"),
        promised: date("promised", "If a text was sent: date of the next call that it promised"),
        promised_time: time("promised-time", "Time of the next call"),
        third: date("third", "Date of the call after that, if it was promised"),
        third_time: time("third-time", "Time of the call after that"),
        direction: choice("direction", "Who contacted whom?", &DIRECTIONS),
        person: choice("person", "Who was contacted?", &PERSONS),
        other_name: input("other-name", "If somebody else: their name"),
        other_role: input("other-role", "If somebody else: their part in the case"),
        informed: Choice {
            hint: Some(
                "That the ISVA or the police were told does not mean that the victim was. A text, letter or email that \
                 was only sent does not inform either."
                    .to_owned(),
            ),
            ..choice("informed", "Was the victim informed?", &YES_NO)
        },
        informed_on: date("informed-on", "If it was at another time: date on which they were informed"),
        informed_time: time("informed-time", "Time at which they were informed"),
        support: choice("support", "Support that they were told of", &SUPPORT),
        purpose: input("purpose", "What was the contact about?"),
        info_pack: input("info-pack", "Version of the information pack that went with it, if one did"),
        notes: Textarea {
            name: "notes",
            label: "Notes (optional)".to_owned(),
            value: form.raw("notes").to_owned(),
            problem: problems.at("notes").map(str::to_owned),
            characters_max: Some(4000),
            ..Textarea::default()
        },
    }
}
