//! The words of a victim's details on pages, after the option lists of CPS's own application.

use domain::people::{Correspondence, DetailChange, Language, PersonDetail};

use super::meeting_words::{Options, label};
use crate::show;

/// Every detail that may be changed, in the order of the page.
pub(super) const DETAILS: Options = &[
    ("preferred-name", "Preferred name and title"),
    ("language", "Language and formats"),
    ("birth", "Born"),
    ("gender", "Gender"),
    ("service", "CPS service"),
    ("enhanced-ground", "Victim category"),
    ("wants-contact", "Wants to be contacted"),
    ("abuse-risk", "Domestic abuse risk"),
    ("statement", "Victim Personal Statement"),
];
pub(super) const LANGUAGES: Options = &[
    ("english", "English"),
    ("welsh", "Welsh"),
    ("other", "Another language"),
];
pub(super) const YES_NO: Options = &[("yes", "Yes"), ("no", "No")];
pub(super) const GENDERS: Options = &[
    ("female", "Female"),
    ("male", "Male"),
    ("unknown-or-other", "Unknown or other"),
];
pub(super) const SERVICES: Options = &[
    ("universal", "Universal"),
    ("enhanced", "Enhanced"),
    ("rasso", "RASSO"),
    ("bereaved", "Bereaved Family Scheme"),
];
pub(super) const GROUNDS: Options = &[
    ("most-serious-crime", "Victim of the most serious crime"),
    ("persistently-targeted", "Persistently targeted"),
    ("vulnerable-or-intimidated", "Vulnerable or intimidated"),
    ("none", "None of these"),
];
pub(super) const RISKS: Options = &[
    ("high", "High"),
    ("medium", "Medium"),
    ("low", "Low (Standard)"),
    ("unknown", "Unknown"),
];
pub(super) const STATEMENTS: Options = &[
    ("received", "Received"),
    ("declined", "Declined"),
    ("offering-support", "Offering VPS support"),
    ("needs-updating", "VPS needs updating"),
    ("not-received", "Not received"),
];
pub(crate) const CHARGING: Options = &[
    ("red", "Red"),
    ("green", "Green"),
    ("police-charged", "Police charged"),
];
/// The ways to contact somebody, as the casework application lists them.
pub(super) const PREFERRED: Options = &[
    ("home-phone", "Home phone"),
    ("mobile", "Mobile"),
    ("email", "Email"),
    ("post", "Post"),
    ("via-police", "Via police"),
    ("via-isva", "Via ISVA"),
];
pub(super) const OFFENCES: Options = &[
    ("adult-rape", "Rape of an adult"),
    (
        "serious-sexual",
        "Another serious sexual offence against an adult",
    ),
    ("other", "Another offence"),
];
pub(super) const REASONS: Options = &[
    ("victim-asked", "The victim asked for it"),
    ("recorded-wrongly", "It was recorded wrongly"),
    ("not-recorded", "It had not been recorded"),
    ("assessed-again", "Needs or rights were assessed again"),
    (
        "source-corrected",
        "Police or the casework application corrected it",
    ),
    ("other", "Another reason"),
];

const NOT_RECORDED: &str = "Not recorded";

/// What a detail is called.
pub(super) fn name(detail: &PersonDetail) -> &'static str {
    label(DETAILS, detail.field())
}

/// A detail's value, line by line.
pub(super) fn value(detail: &PersonDetail) -> Vec<String> {
    let of =
        |options, word: Option<&str>| vec![word.map_or(NOT_RECORDED, |word| label(options, word)).to_owned()];
    match detail {
        PersonDetail::PreferredName { title, name } => {
            let title = title.as_ref().map(|title| format!("{} ", title.reveal()));
            vec![title.unwrap_or_default() + name.reveal()]
        }
        PersonDetail::Language { correspondence } => language(correspondence),
        PersonDetail::Birth { year, date } => vec![match (date, year) {
            (Some(date), _) => show::day(*date),
            (None, Some(year)) => year.to_string(),
            (None, None) => NOT_RECORDED.to_owned(),
        }],
        PersonDetail::Gender { gender } => of(GENDERS, gender.map(domain::people::Gender::as_str)),
        PersonDetail::AbuseRisk { risk } => of(RISKS, risk.map(domain::people::AbuseRisk::as_str)),
        PersonDetail::Statement { status } => {
            of(STATEMENTS, status.map(domain::people::StatementStatus::as_str))
        }
        PersonDetail::Service { service } => of(SERVICES, Some(service.as_str())),
        PersonDetail::EnhancedGround { ground } => of(
            GROUNDS,
            Some(ground.map_or("none", domain::people::EnhancedGround::as_str)),
        ),
        PersonDetail::WantsContact { wants } => vec![yes_no(*wants).to_owned()],
    }
}

/// Language, translator and formats, line by line.
pub(super) fn language(correspondence: &Correspondence) -> Vec<String> {
    let language = match &correspondence.language {
        Language::English => "English",
        Language::Welsh => "Welsh",
        Language::Other { name } => name,
    };
    let translator = correspondence.translator.as_ref();
    let mut lines = vec![language.to_owned()];
    lines.push(translator.map_or_else(
        || "No translator needed".to_owned(),
        |who| format!("Translator: {}", who.reveal()),
    ));
    let formats = correspondence.formats.iter();
    lines.extend(formats.map(|format| format!("Format: {format}")));
    lines
}

pub(super) const fn yes_no(yes: bool) -> &'static str {
    if yes { "Yes" } else { "No" }
}

/// A change on the timeline: its title and its lines.
pub(crate) fn change(change: &DetailChange) -> (String, Vec<String>) {
    let because = label(REASONS, change.because.why.as_str());
    let words = change.because.words.as_ref();
    let lines = vec![
        format!("Before: {}", value(&change.before).join("; ")),
        format!("Now: {}", value(&change.after).join("; ")),
        words.map_or_else(
            || format!("Why: {because}"),
            |words| format!("Why: {because}: {}", words.reveal()),
        ),
    ];
    (format!("Detail changed: {}", name(&change.after)), lines)
}
