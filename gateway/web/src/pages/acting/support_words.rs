//! Somebody who helps, and a consent, as pages say them.

use domain::address::{EmailAddress, PhoneNumber};
use domain::people::ConsentState;
use domain::supporter::Details;
use flows::{ConsentRead, SupporterRead};
use jiff::Timestamp;

use super::support_form::{CHANGED, ENDED, HOW, KINDS, SCOPES, label};
use crate::door::Door;
use crate::parts::SummaryList;
use crate::{officers, show, words};

fn of_details(rows: SummaryList, details: &Details) -> SummaryList {
    let none = || "Not provided".to_owned();
    let email = details.email.as_ref().map(EmailAddress::reveal);
    let phone = details.phone.as_ref().map(PhoneNumber::reveal);
    rows.row("Name", details.name.reveal())
        .row("Organisation", details.organisation.reveal())
        .row("Email address", email.map_or_else(none, str::to_owned))
        .row("Telephone number", phone.map_or_else(none, str::to_owned))
}

fn why(code: &str) -> &'static str {
    let all = if CHANGED.iter().any(|(known, _)| *known == code) {
        CHANGED
    } else {
        ENDED
    };
    label(all, code)
}

fn who(door: &Door, user: &str) -> String {
    if user.starts_with("system:") {
        "the source of the case".to_owned()
    } else {
        officers::name(door, user)
    }
}

/// Who helps, since when, and whether still.
pub(crate) fn facts(door: &Door, read: &SupporterRead) -> SummaryList {
    let row = &read.row;
    let rows = SummaryList::default().row("What they do", label(KINDS, &row.kind));
    let mut rows = of_details(rows, &read.details);
    if let Some(transport) = &read.transport {
        rows = rows.row("May be written to by", words::code(transport));
    }
    let by = |at: Timestamp, user: &str| format!("{} by {}", show::moment(at), who(door, user));
    rows = rows.row("Recorded", by(row.added_at, &row.added_by));
    if let Some(code) = &row.replaced_why {
        rows = rows.row("In the place of somebody else because", why(code));
    }
    if let (Some(at), Some(code)) = (row.ended_at, &row.ended_why) {
        rows = rows
            .row("Ended", by(at, &row.changed_by))
            .row("Why it ended", why(code));
    }
    rows
}

/// What stood before each change, newest first.
pub(super) fn history(door: &Door, read: &SupporterRead) -> Vec<SummaryList> {
    let newest_first = read.history.iter().rev();
    newest_first
        .map(|old| {
            let changed = format!("{} by {}", show::moment(old.at), who(door, &old.by));
            of_details(SummaryList::default(), &old.before)
                .row("Changed", changed)
                .row("Why", why(old.why.as_str()))
        })
        .collect()
}

/// Where a consent stands now.
pub(crate) fn standing(read: &ConsentRead, is_current: bool, now: Timestamp) -> String {
    let row = &read.row;
    let is_over = row.until_at.is_some_and(|until| until <= now);
    match (ConsentState::find(&row.state), row.revoked_at) {
        (_, Some(at)) => format!("Ended {}", show::moment(at)),
        (Some(ConsentState::Refused), None) => "Not confirmed: it opens nothing".to_owned(),
        _ if is_over => "Over".to_owned(),
        _ if !is_current => "Ended with the adviser’s help".to_owned(),
        (Some(ConsentState::Recorded), None) => "Waits to be confirmed by a second person".to_owned(),
        _ if row.given_at > now => format!("Begins {}", show::moment(row.given_at)),
        _ => "Holds".to_owned(),
    }
}

/// What a consent says.
pub(crate) fn of_consent(door: &Door, read: &ConsentRead, is_current: bool, now: Timestamp) -> SummaryList {
    let row = &read.row;
    let scopes = read.scopes.iter().map(|scope| label(SCOPES, scope.as_str()));
    let mut rows = SummaryList::default()
        .row("Consent", standing(read, is_current, now))
        .row("May be told of", scopes.collect::<Vec<_>>().join(", "))
        .row("Given", show::day(domain::calendar::london_date(row.given_at)))
        .row(
            "Last day",
            row.until_at.map_or_else(
                || "No end named".to_owned(),
                // It ends with the day: the instant is the first one of the next.
                |until| {
                    show::day(domain::calendar::london_date(
                        until - jiff::SignedDuration::from_secs(1),
                    ))
                },
            ),
        )
        .row(
            "How",
            row.how
                .as_deref()
                .map_or("As the source of the case says", |how| label(HOW, how)),
        );
    let by = |at: Timestamp, user: &str| format!("{} by {}", show::moment(at), who(door, user));
    if let (Some(at), Some(user)) = (row.recorded_at, &row.recorded_by) {
        rows = rows.row("Recorded", by(at, user));
    }
    if let (Some(at), Some(user)) = (row.decided_at, &row.decided_by) {
        let words = if row.state == ConsentState::Refused.as_str() {
            "Not confirmed"
        } else {
            "Confirmed"
        };
        rows = rows.row(words, by(at, user));
    }
    match row.ended_why.as_deref() {
        Some(code) => rows.row("Why it ended", why(code)),
        None => rows,
    }
}
