//! What the contact form sends, read into a contact; whatever cannot be is said at its field.

use std::collections::BTreeSet;

use domain::contact::{
    CallContext, CallFault, CallOutcome, ContactFault, Direction, MadeContact, MessageLeft, Method,
    PersonContacted, Support,
};
use domain::id::ContactPointId;
use domain::masked::Masked;
use jiff::Timestamp;

use crate::form::{Form, Problems};
use crate::pages::acting::fields::{date_names, is_given, moment, time_names};
use crate::show;

/// Every field that may come once.
pub(super) const ONCE: [&str; 37] = [
    "identity",
    "obligation",
    "message",
    "occurred",
    "occurred-month",
    "occurred-year",
    "time",
    "time-minutes",
    "method",
    "other-method",
    "direction",
    "person",
    "other-name",
    "other-role",
    "outcome",
    "left",
    "left-words",
    "informed",
    "informed-on",
    "informed-on-month",
    "informed-on-year",
    "informed-time",
    "informed-time-minutes",
    "point",
    "promised",
    "promised-month",
    "promised-year",
    "promised-time",
    "promised-time-minutes",
    "third",
    "third-month",
    "third-year",
    "third-time",
    "third-time-minutes",
    "purpose",
    "notes",
    "info-pack",
];

pub(super) const METHODS: [(&str, &str); 6] = [
    ("telephone-call", "Telephone call"),
    ("email", "Email that this service did not send"),
    ("post", "Post"),
    ("text-message", "Text message"),
    ("in-person", "In person"),
    ("other", "Other"),
];
pub(super) const DIRECTIONS: [(&str, &str); 2] = [
    ("outbound", "Outbound: we contacted them"),
    ("inbound", "Inbound: they contacted us"),
];
pub(super) const PERSONS: [(&str, &str); 5] = [
    ("victim", "Victim"),
    ("via-police", "Via police"),
    ("via-isva", "Via ISVA"),
    ("via-idva", "Via IDVA"),
    ("other", "Other"),
];
pub(super) const OUTCOMES: [(&str, &str); 3] = [
    ("answered", "Somebody answered"),
    ("not-answered", "Nobody answered"),
    ("dropped", "It broke off"),
];
pub(super) const LEFT: [(&str, &str); 3] = [
    ("nothing", "No message was left"),
    ("agreed-wording", "The agreed words were left"),
    ("words", "Other words were left"),
];
pub(super) const SUPPORT: [(&str, &str); 6] = [
    ("isva", "ISVA"),
    ("idva", "IDVA"),
    ("local-support", "Local support"),
    ("witness-care", "Witness care"),
    ("officer-in-the-case", "Officer in the case"),
    ("other", "Other"),
];
pub(super) const YES_NO: [(&str, &str); 2] = [("yes", "Yes"), ("no", "No")];

/// Reads the form. None when something is wrong, which then stands in `problems`.
pub(super) fn read(form: &Form, context: &CallContext<'_>, problems: &mut Problems) -> Option<MadeContact> {
    let what = ("The date of the contact", "The time of the contact");
    let occurred = moment(form, "occurred", "time", what, problems);
    let method = method(form, problems);
    // A meeting in person has no direction; it counts as made by us.
    let direction = match (form.value("direction"), form.value("method")) {
        (_, "in-person") | ("outbound", _) => Some(Direction::Outbound),
        ("inbound", _) => Some(Direction::Inbound),
        _ => {
            problems.add("direction", "Select whether it was outbound or inbound");
            None
        }
    };
    let person = person(form, problems);
    let informed = informed(form, occurred, problems);
    let point = match form.value("point") {
        "" => None,
        text => {
            let found = ContactPointId::parse(text).ok();
            problems.need(
                found.is_some(),
                "point",
                "Select an address or number of the contact plan",
            );
            found
        }
    };
    let signposted = support(form, problems);
    let optional = |name: &str| Some(form.value(name)).filter(|text| !text.is_empty());
    if !problems.is_empty() {
        // Nobody corrects a form twice who could have corrected it once.
        problems.need(
            !form.value("purpose").is_empty(),
            "purpose",
            "Enter what the contact was about",
        );
        return None;
    }
    let made = MadeContact {
        occurred_at: occurred?,
        method: method?,
        direction: direction?,
        point,
        person: person?,
        informed_at: informed?,
        purpose: Masked::new(form.value("purpose")),
        notes: optional("notes").map(Masked::new),
        signposted,
        info_pack: optional("info-pack").map(str::to_owned),
    };
    match made.check(context) {
        Ok(_) => Some(made),
        Err(faults) => {
            let faults = faults
                .into_iter()
                .map(|fault| (field_of(fault), show::sentence(&fault.to_string())));
            for (field, words) in faults.collect::<BTreeSet<_>>() {
                problems.add(field, words);
            }
            None
        }
    }
}

/// Where a fault is said.
fn field_of(fault: ContactFault) -> &'static str {
    match fault {
        ContactFault::Future
        | ContactFault::BeforeCase
        | ContactFault::Call(CallFault::Future | CallFault::BeforeCase) => "occurred",
        ContactFault::Call(CallFault::InboundFailed) => "direction",
        ContactFault::Call(CallFault::LeftWhileAnswered | CallFault::VoicemailNotAgreed) => "left",
        ContactFault::Call(CallFault::NoPoint) | ContactFault::NoPoint => "point",
        ContactFault::Call(CallFault::InformedUnheard)
        | ContactFault::SentIsNotInformed
        | ContactFault::SomebodyElseInformed
        | ContactFault::InformedAt => "informed",
        ContactFault::Purpose => "purpose",
        ContactFault::Notes => "notes",
        ContactFault::Somebody => "person",
        ContactFault::OtherMethod => "other-method",
        ContactFault::PromisedAt => "promised",
    }
}

fn method(form: &Form, problems: &mut Problems) -> Option<Method> {
    Some(match form.value("method") {
        "telephone-call" => Method::TelephoneCall {
            outcome: outcome(form, problems)?,
            left: left(form, problems)?,
        },
        "email" => Method::Email,
        "post" => Method::Post,
        "text-message" => Method::TextMessage {
            promised: promised(form, problems)?,
        },
        "in-person" => Method::InPerson,
        "other" => {
            let name = form.value("other-method");
            problems.need(!name.is_empty(), "other-method", "Enter what it was");
            Method::Other {
                name: Masked::new(name),
            }
        }
        _ => {
            problems.add("method", "Select how the contact was made");
            return None;
        }
    })
}

fn outcome(form: &Form, problems: &mut Problems) -> Option<CallOutcome> {
    Some(match form.value("outcome") {
        "answered" => CallOutcome::Answered,
        "not-answered" => CallOutcome::NotAnswered,
        "dropped" => CallOutcome::Dropped,
        _ => {
            problems.add("outcome", "Select what came of the call");
            return None;
        }
    })
}

/// "Was a message left, and with what words?" (requirement A7).
fn left(form: &Form, problems: &mut Problems) -> Option<MessageLeft> {
    Some(match form.value("left") {
        "nothing" => MessageLeft::Nothing,
        "agreed-wording" => MessageLeft::AgreedWording,
        "words" => {
            let words = form.value("left-words");
            problems.need(!words.is_empty(), "left-words", "Enter the words that were left");
            MessageLeft::Words {
                words: Masked::new(words),
            }
        }
        _ => {
            problems.add("left", "Select whether a message was left on voicemail");
            return None;
        }
    })
}

/// The second call that a text promised must be named, a third may be.
fn promised(form: &Form, problems: &mut Problems) -> Option<Vec<Timestamp>> {
    let mut times = Vec::new();
    for (day, clock, what) in [
        (
            "promised",
            "promised-time",
            ("The date of the next call", "The time of the next call"),
        ),
        (
            "third",
            "third-time",
            (
                "The date of the call after that",
                "The time of the call after that",
            ),
        ),
    ] {
        if is_given(form, &date_names(day)) || is_given(form, &time_names(clock)) {
            times.push(moment(form, day, clock, what, problems)?);
        }
    }
    Some(times)
}

fn person(form: &Form, problems: &mut Problems) -> Option<PersonContacted> {
    Some(match form.value("person") {
        "victim" => PersonContacted::Victim,
        "via-police" => PersonContacted::ViaPolice,
        "via-isva" => PersonContacted::ViaIsva,
        "via-idva" => PersonContacted::ViaIdva,
        "other" => {
            let (name, role) = (form.value("other-name"), form.value("other-role"));
            problems.need(!name.is_empty(), "other-name", "Enter the name of the person");
            problems.need(!role.is_empty(), "other-role", "Enter their part in the case");
            PersonContacted::Other {
                name: Masked::new(name),
                role: role.to_owned(),
            }
        }
        _ => {
            problems.add("person", "Select who was contacted");
            return None;
        }
    })
}

/// None when something is wrong; otherwise when the victim was informed, if that is known (law 8).
#[expect(
    clippy::option_option,
    reason = "wrong, not known, and known are three answers"
)]
fn informed(form: &Form, occurred: Option<Timestamp>, problems: &mut Problems) -> Option<Option<Timestamp>> {
    match (form.value("informed"), form.value("identity")) {
        ("no", _) => Some(None),
        ("yes", "not-confirmed") => {
            problems.add(
                "informed",
                "Select no: somebody who is not known to be this person cannot have been informed",
            );
            None
        }
        ("yes", _) => {
            if is_given(form, &date_names("informed-on")) || is_given(form, &time_names("informed-time")) {
                let what = (
                    "The date on which they were informed",
                    "The time at which they were informed",
                );
                Some(Some(moment(
                    form,
                    "informed-on",
                    "informed-time",
                    what,
                    problems,
                )?))
            } else {
                occurred.map(Some)
            }
        }
        _ => {
            problems.add("informed", "Select whether the victim was informed");
            None
        }
    }
}

fn support(form: &Form, problems: &mut Problems) -> BTreeSet<Support> {
    let mut found = BTreeSet::new();
    for word in form.values("support") {
        found.insert(match word {
            "isva" => Support::Isva,
            "idva" => Support::Idva,
            "local-support" => Support::LocalSupport,
            "witness-care" => Support::WitnessCare,
            "officer-in-the-case" => Support::OfficerInTheCase,
            "other" => {
                let told = !form.value("notes").is_empty();
                problems.need(told, "notes", "Enter in the notes which other support it was");
                Support::Other
            }
            _ => {
                problems.add("support", "Select support from the list");
                continue;
            }
        });
    }
    found
}
