//! The fields of a step of a meeting: what they show, and the step that they describe.

use domain::masked::Masked;
use domain::meeting::{
    Arrangement, AskedBy, CancelWhy, Cancelled, Meeting, Mode, NotOffered, NotOfferedWhy, Outcome, Part,
    People, Place, PlaceKind, Research, Route, State, Step, Word,
};
use jiff::Timestamp;
use serde::Serialize;

use super::fields::{date_names, moment, time_names};
use super::meeting_words::{
    ASKED_BY, CANCELLED, MODES, NOT_OFFERED, NOTES, Options, PARTS, PLACES, RESEARCH, ROUTES,
};
use crate::form::{Form, Problems};
use crate::parts::{Choice, DateInput, Input, Textarea, TimeInput};

/// What may be recorded next, in the order of the page.
const NEXT: Options = &[
    ("offer", "A meeting was offered"),
    ("not-offered", "No meeting was offered"),
    ("accepted", "The victim accepted"),
    ("declined", "The victim declined"),
    ("no-response", "There was no response"),
    ("arrange", "The meeting is arranged"),
    ("cancel", "The meeting is cancelled"),
    ("hold", "The meeting took place"),
];

const PLACE_NAME: (&str, &str) = ("place-name", "Name of the office, court or place");
const LENGTH: [(&str, &str); 2] = [("hours", "Length: hours"), ("minutes", "Length: minutes")];

/// Fields that come once.
const ONCE: [&str; 14] = [
    "step",
    "version",
    "route",
    "why",
    "detail",
    "asked-by",
    "mode",
    "place",
    "place-name",
    "chair",
    "hours",
    "minutes",
    "research",
    "actions",
];
/// Fields that may come often.
pub(super) const MANY: [&str; 2] = ["parts", "notes"];

/// Every field of a step that comes once.
pub(super) fn once() -> Vec<String> {
    let mut names = ONCE.map(str::to_owned).to_vec();
    names.extend(date_names("day"));
    names.extend(time_names("time"));
    names
}

/// The steps that may follow on this state, as they are called in the form.
pub(super) fn next(state: Option<&State>) -> Vec<(&'static str, &'static str)> {
    let follows: &[&str] = match state {
        None | Some(State::Asked) => &["offer", "not-offered", "arrange"],
        Some(State::NotOffered { .. }) => &["offer"],
        Some(State::Offered) => &["offer", "accepted", "declined", "no-response"],
        Some(State::NoResponse { .. }) => &["offer", "accepted", "declined", "arrange"],
        Some(State::Accepted { .. } | State::Declined { .. }) => &["arrange"],
        Some(State::Arranged { .. }) => &["arrange", "cancel", "hold"],
        Some(State::Cancelled { .. } | State::Held { .. }) => &[],
    };
    let is_next = |(code, _): &&(&'static str, &'static str)| follows.contains(code);
    NEXT.iter().filter(is_next).copied().collect()
}

/// The fields of one step, as far as it has them.
#[derive(Default, Serialize)]
pub(super) struct Fields {
    choices: Vec<Choice>,
    checks: Vec<Choice>,
    day: Option<DateInput>,
    time: Option<TimeInput>,
    inputs: Vec<Input>,
    actions: Option<Textarea>,
}

impl Fields {
    /// What the page of this step asks.
    pub(super) fn of(step: &str, form: &Form, problems: &Problems) -> Self {
        let choice = |name, legend, options: Options| {
            Choice::new(name, legend, options.iter().copied(), form, problems)
        };
        let mut fields = Self::default();
        if matches!(step, "offer" | "accepted" | "declined" | "arrange") {
            let legend = if step == "arrange" {
                "When is the meeting?"
            } else {
                "On which day was it?"
            };
            fields.day = Some(DateInput::new("day", legend, form, problems));
            fields.time = Some(TimeInput::new(
                "time",
                "At what time, on the 24-hour clock?",
                form,
                problems,
            ));
        }
        match step {
            "offer" | "accepted" | "declined" => {
                fields.choices.push(choice("route", "By which route?", ROUTES));
            }
            "not-offered" | "cancel" => {
                let (legend, options) = if step == "cancel" {
                    ("Why was it cancelled?", CANCELLED)
                } else {
                    ("Why was no meeting offered?", NOT_OFFERED)
                };
                fields.choices.push(choice("why", legend, options));
                let label = "Details (needed for another reason)";
                fields.inputs.push(Input::new("detail", label, form, problems));
            }
            "arrange" => fields.arrangement(choice, Input::new(PLACE_NAME.0, PLACE_NAME.1, form, problems)),
            "hold" => {
                let length = LENGTH.map(|(name, label)| Input::new(name, label, form, problems));
                let actions = Textarea {
                    name: "actions",
                    label: "Actions that were agreed (optional)".to_owned(),
                    value: form.raw("actions").to_owned(),
                    problem: problems.at("actions").map(str::to_owned),
                    ..Textarea::default()
                };
                fields.outcome(choice, length, actions);
            }
            _ => {}
        }
        fields
    }

    fn arrangement(&mut self, choice: impl Fn(&'static str, &'static str, Options) -> Choice, place: Input) {
        self.choices.extend([
            choice("asked-by", "Who asked for the meeting?", ASKED_BY),
            choice("mode", "How do people meet?", MODES),
            choice("place", "Where? (not for a virtual meeting)", PLACES),
            choice("chair", "Who leads the meeting?", &PARTS[1..]),
        ]);
        self.inputs.push(place);
        self.checks.push(choice("parts", "Who is to attend?", PARTS));
    }

    fn outcome(
        &mut self,
        choice: impl Fn(&'static str, &'static str, Options) -> Choice,
        length: [Input; 2],
        actions: Textarea,
    ) {
        self.inputs.extend(length);
        self.choices.extend([
            choice("chair", "Who led the meeting?", &PARTS[1..]),
            choice(
                "research",
                "Did the victim agree to be asked for research?",
                RESEARCH,
            ),
        ]);
        self.checks.extend([
            choice("parts", "Who attended?", PARTS),
            choice("notes", "Who was sent notes? (optional)", NOTES),
        ]);
        self.actions = Some(actions);
    }
}

/// The step that the form describes, with every fault said at its field.
pub(super) fn read(step: &str, form: &Form, problems: &mut Problems) -> Option<Step> {
    match step {
        "offer" => word(form, problems).map(Step::Offer),
        "accepted" => word(form, problems).map(Step::Accept),
        "declined" => word(form, problems).map(Step::Decline),
        "no-response" => Some(Step::NoResponse),
        "not-offered" => {
            let why = NotOfferedWhy::find(form.value("why"));
            problems.need(why.is_some(), "why", "Select why no meeting was offered");
            let detail = text(form, "detail");
            let needs = why == Some(NotOfferedWhy::Other) && detail.is_none();
            problems.need(!needs, "detail", "Enter the details of the other reason");
            why.map(|why| Step::DoNotOffer(NotOffered { why, detail }))
        }
        "cancel" => {
            let why = CancelWhy::find(form.value("why"));
            problems.need(why.is_some(), "why", "Select why the meeting was cancelled");
            let detail = text(form, "detail");
            let needs = why == Some(CancelWhy::Other) && detail.is_none();
            problems.need(!needs, "detail", "Enter the details of the other reason");
            why.map(|why| Step::Cancel(Cancelled { why, detail }))
        }
        "arrange" => arrangement(form, problems).map(Step::Arrange),
        "hold" => outcome(form, problems).map(Step::Hold),
        _ => {
            problems.add("step", "Select what you want to record");
            None
        }
    }
}

fn text(form: &Form, name: &str) -> Option<Masked> {
    Some(form.value(name))
        .filter(|text| !text.is_empty())
        .map(Masked::from)
}

fn when(form: &Form, what: (&str, &str), problems: &mut Problems) -> Option<Timestamp> {
    moment(form, "day", "time", what, problems)
}

fn word(form: &Form, problems: &mut Problems) -> Option<Word> {
    let at = when(form, ("The date", "The time"), problems);
    let route = Route::find(form.value("route"));
    problems.need(route.is_some(), "route", "Select by which route it went");
    Some(Word {
        route: route?,
        at: at?,
    })
}

fn people(form: &Form, problems: &mut Problems) -> Option<People> {
    let parts = form
        .values("parts")
        .filter_map(Part::find)
        .collect::<std::collections::BTreeSet<_>>();
    problems.need(!parts.is_empty(), "parts", "Select who takes part");
    if parts.iter().any(|part| part.is_defence()) {
        problems.add(
            "parts",
            "Nobody of the defence takes part in a meeting with a victim",
        );
    }
    let chair = Part::find(form.value("chair"));
    problems.need(chair.is_some(), "chair", "Select who leads the meeting");
    Some(People { parts, chair: chair? })
}

fn arrangement(form: &Form, problems: &mut Problems) -> Option<Arrangement> {
    let meeting_at = when(
        form,
        ("The date of the meeting", "The time of the meeting"),
        problems,
    );
    let asked_by = AskedBy::find(form.value("asked-by"));
    problems.need(asked_by.is_some(), "asked-by", "Select who asked for the meeting");
    let mode = Mode::find(form.value("mode"));
    problems.need(mode.is_some(), "mode", "Select how people meet");
    let kind = PlaceKind::find(form.value("place"));
    let name = text(form, "place-name");
    if mode.is_some_and(|mode| mode != Mode::Virtual) {
        problems.need(kind.is_some(), "place", "Select the sort of place");
        problems.need(
            name.is_some(),
            "place-name",
            "Enter the name of the office, court or place",
        );
    }
    let place = kind.zip(name).map(|(kind, name)| Place { kind, name });
    let people = people(form, problems);
    Some(Arrangement {
        asked_by: asked_by?,
        meeting_at: meeting_at?,
        mode: mode?,
        place,
        people: people?,
    })
}

fn outcome(form: &Form, problems: &mut Problems) -> Option<Outcome> {
    let number = |name| match form.value(name) {
        "" => Some(0),
        text => text.parse::<u16>().ok().filter(|number| *number < 60),
    };
    let (hours, minutes) = (number("hours").filter(|hours| *hours <= 24), number("minutes"));
    problems.need(
        hours.is_some(),
        "hours",
        "The hours of the length must be between 0 and 24",
    );
    problems.need(
        minutes.is_some(),
        "minutes",
        "The minutes of the length must be between 0 and 59",
    );
    let people = people(form, problems);
    let research = Research::find(form.value("research"));
    problems.need(
        research.is_some(),
        "research",
        "Select whether the victim agreed to be asked for research",
    );
    let sent = |to: &str| form.values("notes").any(|one| one == to);
    Some(Outcome {
        minutes: hours? * 60 + minutes?,
        people: people?,
        research: research?,
        notes_to_officer: sent("officer"),
        notes_to_victim: sent("victim"),
        actions: text(form, "actions"),
    })
}

/// The plan of a meeting as its form shows it first, so that a change begins with what is agreed.
pub(super) fn chosen(meeting: &Meeting, step: &str) -> Form {
    let mut form = Form::default();
    let State::Arranged { plan } = &meeting.state else {
        return form;
    };
    if matches!(step, "arrange" | "hold") {
        plan.people
            .parts
            .iter()
            .for_each(|part| form.put("parts", part.as_str()));
        form.put("chair", plan.people.chair.as_str());
    }
    if step == "arrange" {
        form.put("asked-by", plan.asked_by.as_str());
        form.put("mode", plan.mode.as_str());
        if let Some(place) = &plan.place {
            form.put("place", place.kind.as_str());
            form.put("place-name", place.name.reveal());
        }
    }
    form
}
