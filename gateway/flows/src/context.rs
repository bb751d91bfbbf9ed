//! The values of a message: from the event, the victim's record and the staff file, never typed by hand.

use domain::calendar::london_date;
use domain::event::Detail;
use domain::masked::Masked;
use serde_json::{Map, Value, json};
use store::obligations::ObligationRow;

use crate::person::{Dates, Person};
use crate::{Gateway, Staff};

/// What the values of one message are taken from.
pub(crate) struct Sources<'a> {
    pub(crate) person: &'a Person,
    pub(crate) dates: &'a Dates,
    pub(crate) officer: &'a Staff,
    pub(crate) detail: &'a Detail,
    pub(crate) owed: &'a ObligationRow,
    pub(crate) welsh: bool,
    pub(crate) has_adviser: bool,
}

fn text(value: Option<&Masked>) -> Option<Value> {
    value
        .filter(|value| !value.is_empty())
        .map(|value| json!(value.reveal()))
}

fn list(values: &[Masked]) -> Option<Value> {
    (!values.is_empty()).then(|| json!(values.iter().map(Masked::reveal).collect::<Vec<_>>()))
}

/// The value of a field that belongs to the event.
fn from_event(name: &str, detail: &Detail) -> Option<Value> {
    let (charges, reasons, author) = match detail {
        Detail::ChargeDecision {
            charges,
            reasons,
            reasons_author,
            ..
        }
        | Detail::ChargeStopped {
            charges,
            reasons,
            reasons_author,
            ..
        }
        | Detail::ChargeAltered {
            charges,
            reasons,
            reasons_author,
            ..
        } => (charges.as_slice(), reasons, reasons_author),
        Detail::ProvisionalDecision {
            reasons,
            reasons_author,
        }
        | Detail::ReviewOutcome {
            reasons,
            reasons_author,
            ..
        } => (&[][..], reasons, reasons_author),
        _ => (&[][..], &None, &None),
    };
    match (name, detail) {
        ("charges", _) => list(charges),
        ("reasons", _) => text(reasons.as_ref()),
        ("reasons_author", _) => text(author.as_ref()),
        ("review_qualifies", Detail::ChargeDecision { review_qualifies, .. }) => {
            Some(json!(review_qualifies.unwrap_or(true)))
        }
        ("first_hearing_at", Detail::ChargeDecision { first_hearing_at, .. }) => {
            first_hearing_at.map(|at| json!(at.to_string()))
        }
        (
            "first_hearing_court",
            Detail::ChargeDecision {
                first_hearing_court, ..
            },
        ) => text(first_hearing_court.as_ref()),
        (
            "all_proceedings_end",
            Detail::ChargeStopped {
                all_proceedings_end, ..
            },
        ) => Some(json!(all_proceedings_end)),
        ("level_increased", Detail::ChargeAltered { level, .. }) => {
            Some(json!(level.as_str() == "increased"))
        }
        ("upheld", Detail::ReviewOutcome { upheld, .. }) => Some(json!(upheld)),
        ("answer", Detail::SentenceQuestion { answer, .. }) => text(answer.as_ref()),
        ("answer_author", Detail::SentenceQuestion { answer_author, .. }) => text(answer_author.as_ref()),
        (
            "meeting_at",
            Detail::MeetingArranged { meeting_at, .. }
            | Detail::MeetingChanged { meeting_at, .. }
            | Detail::MeetingCancelled { meeting_at, .. },
        ) => Some(json!(meeting_at.to_string())),
        ("meeting_place", Detail::MeetingArranged { place, .. } | Detail::MeetingChanged { place, .. }) => {
            text(Some(place))
        }
        _ => None,
    }
}

impl Gateway {
    /// The value of one declared field, if there is one. `Masked` values are revealed here and nowhere else
    /// on the way to a draft.
    fn value(&self, name: &str, from: &Sources<'_>) -> Option<Value> {
        let settings = &self.parts.settings;
        match name {
            "preferred_name" => Some(json!(from.person.preferred_name.reveal())),
            "vlo_name" => Some(json!(from.officer.name)),
            "vlo_phone" => Some(json!(from.officer.phone)),
            "office_hours" => Some(json!(if from.welsh {
                &settings.office_hours.1
            } else {
                &settings.office_hours.0
            })),
            "our_reference" => Some(json!(reference(from.owed.victim_id.as_str()))),
            "late" => Some(json!(
                from.owed.original_due_at.is_some_and(|due| self.now() > due)
            )),
            "adviser_support" => Some(json!(from.has_adviser)),
            "trial_date" => from.dates.trial.map(|date| json!(date.to_string())),
            "reply_by" => from
                .owed
                .latest_at
                .map(london_date)
                .map(|date| json!(date.to_string())),
            _ => from_event(name, from.detail),
        }
    }

    /// The values of every field that the template declares; a field without a value is left out, and
    /// rendering says which one is missing.
    pub(crate) fn values<'n>(
        &self,
        fields: impl Iterator<Item = &'n str>,
        from: &Sources<'_>,
    ) -> Map<String, Value> {
        fields
            .filter_map(|name| Some((name.to_owned(), self.value(name, from)?)))
            .collect()
    }
}

/// What a victim may quote to us: eight letters and digits of a random identifier, which tell nobody
/// anything. Never the URN, which anybody with the defence papers knows.
pub(crate) fn reference(id: &str) -> String {
    let short = id.chars().take(8).collect::<String>().to_uppercase();
    format!("{}-{}", &short[..4], &short[4..])
}
