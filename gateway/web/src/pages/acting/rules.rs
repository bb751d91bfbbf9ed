//! How a person may be reached, in words, for the top of every page on which something is done (requirement A10).

use domain::calendar::london;
use domain::contact::{Plan, Point, PointValue, Route, Safety, TextRule, VoicemailRule, Why};
use domain::window::{Exclusion, Windows, default_windows};
use jiff::Timestamp;
use serde::Serialize;

use crate::show;

/// What `acting/rules` shows.
#[derive(Debug, Serialize)]
pub(super) struct Rules {
    /// What holds at this moment.
    now: String,
    /// Whether the person may be contacted at this moment.
    open: bool,
    /// Ways that may be used.
    use_these: Vec<String>,
    /// Ways that may not.
    not_these: Vec<String>,
    /// When.
    times: Vec<String>,
    /// Voicemail, texts, content in email, code word, broken calls.
    also: Vec<String>,
}

impl Rules {
    /// The rules of a plan now. `whole` shows numbers as they are dialled; otherwise values are masked.
    pub(super) fn of(plan: &Plan, now: Timestamp, whole: bool) -> Self {
        let open = plan.schedule.is_open(now);
        let next = plan.schedule.next_open(now);
        let (mut use_these, mut not_these) = (Vec::new(), Vec::new());
        for point in plan.points() {
            let line = line(point, whole);
            match point.usable(now) {
                Ok(()) => use_these.push(format!("{line} ({})", safety(point))),
                Err(_) => not_these.push(format!("{line} ({})", safety(point))),
            }
        }
        Self {
            now: match (open, next) {
                (true, _) => "You may contact this person now.".to_owned(),
                (false, Some(at)) => format!(
                    "Do not contact this person now. The next time is {}.",
                    show::moment(at)
                ),
                (false, None) => "Do not contact this person. No time has been agreed.".to_owned(),
            },
            open,
            use_these,
            not_these,
            times: times(plan),
            also: also(plan),
        }
    }
}

/// A route in words.
pub(super) fn route(route: Route) -> &'static str {
    match route {
        Route::Email => "Email",
        Route::Mobile => "Mobile",
        Route::HomePhone => "Home telephone",
        Route::Post => "Post",
        Route::ViaIsva => "Through the ISVA",
        Route::ViaPolice => "Through the police",
    }
}

/// A point by its route and value: whole, or enough of it to recognise.
pub(super) fn line(point: &Point, whole: bool) -> String {
    format!("{}: {}", route(point.route()), value(point, whole))
}

/// A new value, whole: whoever verifies or approves it has to read it.
pub(super) fn plain(value: &PointValue) -> String {
    match value {
        PointValue::Email(address) => address.reveal().to_owned(),
        PointValue::Phone(number) => number.reveal().to_owned(),
        PointValue::Post(address) => address.reveal().collect::<Vec<_>>().join(", "),
        PointValue::Person(person) => person.reveal().to_owned(),
    }
}

/// A point's value: whole, or enough of it to recognise.
pub(super) fn value(point: &Point, whole: bool) -> String {
    match point.value() {
        PointValue::Email(address) if !whole => {
            let text = address.reveal();
            let (local, domain) = text.rsplit_once('@').unwrap_or((text, ""));
            let first = local.chars().next().map(String::from).unwrap_or_default();
            format!("{first}•••••@{domain}")
        }
        PointValue::Email(address) => address.reveal().to_owned(),
        PointValue::Phone(number) if !whole => {
            let digits = number.reveal();
            let end = digits.chars().rev().take(3).collect::<Vec<_>>();
            format!("•••••{}", end.into_iter().rev().collect::<String>())
        }
        PointValue::Phone(number) => number.reveal().to_owned(),
        PointValue::Post(address) if !whole => format!("address in {}", outward(address.postcode())),
        PointValue::Post(address) => address.reveal().collect::<Vec<_>>().join(", "),
        PointValue::Person(person) => person.reveal().to_owned(),
    }
}

fn outward(postcode: &str) -> &str {
    postcode.split(' ').next().unwrap_or_default()
}

/// What is known of a point's safety, in words.
pub(super) fn safety(point: &Point) -> String {
    match point.safety() {
        Safety::VerifiedSafe {
            verified_at,
            review_by,
            ..
        } => format!(
            "agreed as safe on {}, to be checked again by {}",
            show::day(verified_at.to_zoned(london()).date()),
            show::day(*review_by)
        ),
        Safety::Unknown { why, .. } => format!("not known to be safe: {}", because(*why)),
        Safety::Unsafe { why, .. } => format!("unsafe: {}", because(*why)),
    }
}

fn because(why: Why) -> &'static str {
    match why {
        Why::NeverVerified => "nobody has asked yet",
        Why::HardBounce => "the receiving server refused it for good",
        Why::BeingChanged => "a change was proposed",
        Why::Replaced => "it was replaced",
        Why::ReportedUnsafe => "somebody said so",
        Why::ThirdParty => "it belongs to somebody else",
        Why::DefenceSide => "it meets somebody on the defence side",
    }
}

fn times(plan: &Plan) -> Vec<String> {
    let mut lines = match &plan.schedule.windows {
        Windows::Any => vec!["At any time".to_owned()],
        Windows::Unrecorded => default_windows().iter().map(show::window).collect(),
        Windows::Only { windows } if windows.is_empty() => vec!["Never".to_owned()],
        Windows::Only { windows } => windows.iter().map(show::window).collect(),
    };
    if matches!(plan.schedule.windows, Windows::Unrecorded) {
        lines.push("These are the usual times: this person has not been asked yet.".to_owned());
    }
    lines.extend(plan.schedule.exclusions.iter().map(|exclusion| match exclusion {
        Exclusion::Weekly { window: hours } => format!("Not {}", show::window(hours)),
        Exclusion::Dates { first, last } => format!("Not from {} to {}", show::day(*first), show::day(*last)),
    }));
    lines
}

fn also(plan: &Plan) -> Vec<String> {
    let voicemail = match &plan.voicemail {
        VoicemailRule::Forbidden => "Do not leave a voicemail.".to_owned(),
        VoicemailRule::Allowed { wording, .. } => {
            format!("Voicemail in these words only: “{}”", wording.reveal())
        }
    };
    let text = match &plan.text {
        TextRule::Forbidden => "Do not send a text message.".to_owned(),
        TextRule::Allowed { wording, .. } => {
            format!("Text messages in these words only: “{}”", wording.reveal())
        }
    };
    let email = if plan.content_in_email {
        "An email may say what it is about."
    } else {
        "An email may only say that there is an update."
    };
    let mut lines = vec![voicemail, text, email.to_owned()];
    if plan.code_word.is_some() {
        lines.push("A code word has been agreed. It is shown when a call has begun.".to_owned());
    }
    if let Some(note) = &plan.dropped_call {
        lines.push(format!("If a call breaks off: {}", note.reveal()));
    }
    lines
}
