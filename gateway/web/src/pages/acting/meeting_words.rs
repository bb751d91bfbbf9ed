//! The words of meetings on pages, after the option lists of CPS's own application.

use domain::meeting::{Arrangement, Meeting, Mode, Outcome, Part, People, State, Word};

use crate::parts::SummaryList;
use crate::show;

/// Values of a form as (code, words).
pub(crate) type Options = &'static [(&'static str, &'static str)];

pub(super) const PURPOSES: Options = &[
    ("pre-trial", "Meeting before trial"),
    ("charging-decision", "Decision to charge or not to charge"),
    ("stopped-or-altered", "Stopped or substantially altered charge"),
    ("review", "Victims' Right to Review"),
    ("complaint", "Complaint"),
    ("other", "Another meeting"),
];
pub(super) const ROUTES: Options = &[
    ("post", "Letter by post"),
    ("email", "Email"),
    ("telephone", "Telephone"),
    ("police", "Letter through the police"),
    ("isva", "Letter through the ISVA"),
];
pub(super) const NOT_OFFERED: Options = &[
    ("prosecutor-decided", "The prosecutor decided so, with reasons"),
    (
        "victim-asked-not",
        "The victim asked not to be contacted about it",
    ),
    ("no-safe-route", "There is no safe way to offer it"),
    ("not-entitled", "This case gives no right to it"),
    ("other", "Another reason"),
];
pub(super) const ASKED_BY: Options = &[
    ("victim", "The victim asked for it"),
    ("cps-offered", "CPS offered it and the victim accepted"),
    ("third-party", "Somebody else asked for it"),
];
pub(super) const MODES: Options = &[
    ("in-person", "In person"),
    ("hybrid", "Hybrid: in person and by video"),
    ("virtual", "Virtual: by video"),
];
pub(super) const PLACES: Options = &[
    ("cps-office", "CPS office"),
    ("magistrates-court", "Magistrates' court"),
    ("crown-court", "Crown Court"),
    ("other", "Another place"),
];
/// The parts that can be chosen: nobody of the defence.
pub(super) const PARTS: Options = &[
    ("victim", "Victim"),
    ("isva", "ISVA"),
    ("idva", "IDVA"),
    ("flo", "Family liaison officer"),
    ("counsel", "Prosecuting counsel"),
    ("reviewing-lawyer", "Reviewing lawyer"),
    ("paralegal-officer", "Paralegal officer"),
    ("vlo", "Victim Liaison Officer"),
    ("officer-in-the-case", "Officer in the case"),
    ("interpreter", "Interpreter"),
    ("supporter", "Somebody whom the victim brings along"),
];
pub(super) const CANCELLED: Options = &[
    ("victim-withdrew", "The victim withdrew"),
    ("created-in-error", "It was created in error"),
    ("court-date-changed", "The court date changed"),
    ("no-longer-required", "It is no longer required"),
    ("other", "Another reason"),
];
pub(super) const RESEARCH: Options = &[("yes", "Yes"), ("no", "No"), ("not-asked", "Question not asked")];
pub(super) const NOTES: Options = &[("officer", "The officer in the case"), ("victim", "The victim")];

/// The words of a code.
pub(crate) fn label(options: Options, code: &str) -> &'static str {
    let found = options.iter().find(|(known, _)| *known == code);
    found.map_or("Not known", |(_, words)| *words)
}

fn went(word: &Word) -> String {
    format!(
        "{}, {}",
        label(ROUTES, word.route.as_str()),
        show::moment(word.at)
    )
}

fn part(part: Part) -> &'static str {
    label(PARTS, part.as_str())
}

fn people(rows: SummaryList, people: &People, who: &str) -> SummaryList {
    let parts = people.parts.iter().map(|one| part(*one)).collect::<Vec<_>>();
    rows.row(who, parts.join(", "))
        .row(&format!("{who}: led by"), part(people.chair))
}

fn plan(rows: SummaryList, plan: &Arrangement) -> SummaryList {
    let mut rows = rows
        .row("Who asked", label(ASKED_BY, plan.asked_by.as_str()))
        .row("Meeting on", show::moment(plan.meeting_at))
        .row("How people meet", label(MODES, plan.mode.as_str()));
    if let Some(place) = &plan.place {
        let kind = label(PLACES, place.kind.as_str());
        rows = rows.row("Place", format!("{kind}: {}", place.name.reveal()));
    }
    people(rows, &plan.people, "To attend")
}

fn outcome(rows: SummaryList, outcome: &Outcome) -> SummaryList {
    let yes_no = |yes: bool| if yes { "Yes" } else { "No" };
    let length = format!("{} hours {} minutes", outcome.minutes / 60, outcome.minutes % 60);
    let rows = people(rows.row("Length", length), &outcome.people, "Attended")
        .row("Agreed to research", label(RESEARCH, outcome.research.as_str()))
        .row(
            "Notes to the officer in the case",
            yes_no(outcome.notes_to_officer),
        )
        .row("Notes to the victim", yes_no(outcome.notes_to_victim));
    match &outcome.actions {
        Some(actions) => rows.row("Actions", actions.reveal()),
        None => rows.row("Actions", "None"),
    }
}

/// How people meet, to go on a sentence.
pub(crate) fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::InPerson => "in person",
        Mode::Hybrid => "in person, and by video for some",
        Mode::Virtual => "by video",
    }
}

/// Everything that is recorded of a meeting.
pub(super) fn facts(meeting: &Meeting) -> SummaryList {
    let state = meeting.state.as_str();
    let mut rows = SummaryList::default()
        .row("About", label(PURPOSES, meeting.purpose.as_str()))
        .row("Where it stands", show::sentence(&state.replace('-', " ")));
    if let Some(name) = &meeting.purpose_name {
        rows = rows.row("It is", name.reveal());
    }
    for offer in &meeting.offers {
        rows = rows.row("Offered", went(offer));
    }
    match &meeting.state {
        State::Asked | State::Offered => rows,
        State::NotOffered { reason } => {
            let rows = rows.row("Why it was not offered", label(NOT_OFFERED, reason.why.as_str()));
            detail(rows, reason.detail.as_ref().map(domain::masked::Masked::reveal))
        }
        State::Accepted { answer } => rows.row("Accepted", went(answer)),
        State::Declined { answer } => rows.row("Declined", went(answer)),
        State::NoResponse { since } => rows.row("No response", format!("Recorded {}", show::moment(*since))),
        State::Arranged { plan: agreed } => plan(rows, agreed),
        State::Cancelled { plan: agreed, reason } => {
            let rows = plan(rows, agreed).row("Why it was cancelled", label(CANCELLED, reason.why.as_str()));
            detail(rows, reason.detail.as_ref().map(domain::masked::Masked::reveal))
        }
        State::Held {
            plan: agreed,
            outcome: was,
        } => outcome(plan(rows, agreed), was),
    }
}

fn detail(rows: SummaryList, words: Option<&str>) -> SummaryList {
    match words {
        Some(words) => rows.row("Details", words),
        None => rows,
    }
}
