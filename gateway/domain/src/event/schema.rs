//! Every kind with its fields as data: for reading CSV, for naming faults, for checking the rulebook.

use serde_json::{Map, Value};

use super::check::EventFault;
use super::words::{
    AppealStage, ChargeLevel, ChargeOutcome, DecidedBy, MeetingHow, Outcome, PleaWord, PoliceStep,
    ReviewStage, Stage, StopMethod,
};
use crate::people::EnhancedGround;

/// What a field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Free text of several lines.
    Text,
    /// One line.
    Name,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0 to 65,535.
    Number,
    /// A day: `2026-11-23`.
    Day,
    /// An instant with its offset: `2026-11-23T09:00:00Z`.
    Instant,
    /// A list of texts; in CSV separated by `|`.
    List,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of these words; in CSV separated by `|`.
    Words(&'static [&'static str]),
}

/// One field of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may hold.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
}

/// One kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindSchema {
    /// The kind.
    pub kind: &'static str,
    /// Its own fields, without the envelope.
    pub fields: &'static [Field],
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        required: true,
    }
}

const fn may(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        required: false,
    }
}

const fn kind(kind: &'static str, fields: &'static [Field]) -> KindSchema {
    KindSchema { kind, fields }
}

const REASONS: Field = may("reasons", Shape::Text);
const AUTHOR: Field = may("reasons_author", Shape::Name);
const CHARGES: Field = may("charges", Shape::List);
const QUALIFIES: Field = may("review_qualifies", Shape::Flag);
const AT_COURT: Field = may("victim_at_court", Shape::Flag);
const MEETING_AT: Field = must("meeting_at", Shape::Instant);
const WHERE: Field = must("where", Shape::Name);
const HOW: Field = must("how", Shape::Word(MeetingHow::WORDS));
const STAGES: Field = may("stages", Shape::Words(Stage::WORDS));
const ALL: Field = may("all", Shape::Flag);

/// Every kind, in the order of [`super::Detail::KINDS`].
pub const KINDS: &[KindSchema] = &[
    kind("vlo-assigned", &[]),
    kind("crime-reported", &[]),
    kind("police-update", &[must("what", Shape::Word(PoliceStep::WORDS))]),
    kind("police-no-investigation", &[REASONS]),
    kind(
        "charge-decision",
        &[
            must("decision", Shape::Word(ChargeOutcome::WORDS)),
            must("decided_by", Shape::Word(DecidedBy::WORDS)),
            CHARGES,
            REASONS,
            AUTHOR,
            QUALIFIES,
            may("first_hearing_at", Shape::Instant),
            may("first_hearing_court", Shape::Name),
        ],
    ),
    kind("provisional-decision", &[REASONS, AUTHOR]),
    kind(
        "charge-stopped",
        &[
            must("how", Shape::Word(StopMethod::WORDS)),
            CHARGES,
            must("all_proceedings_end", Shape::Flag),
            may("after_victim_withdrawal", Shape::Flag),
            AT_COURT,
            QUALIFIES,
            REASONS,
            AUTHOR,
        ],
    ),
    kind(
        "charge-altered",
        &[
            must("level", Shape::Word(ChargeLevel::WORDS)),
            CHARGES,
            AT_COURT,
            REASONS,
            AUTHOR,
        ],
    ),
    kind(
        "hearing-listed",
        &[may("hearing_at", Shape::Instant), may("court", Shape::Name)],
    ),
    kind(
        "bail-outcome",
        &[may("outcome", Shape::Text), may("conditions", Shape::List)],
    ),
    kind("warrant-issued", &[may("outcome", Shape::Text)]),
    kind(
        "plea",
        &[
            must("plea", Shape::Word(PleaWord::WORDS)),
            may("must_give_evidence", Shape::Flag),
        ],
    ),
    kind(
        "trial-set",
        &[
            may("trial_date", Shape::Day),
            must("after_not_guilty_plea", Shape::Flag),
            may("plea_date", Shape::Day),
            may("s28_date", Shape::Day),
            may("evidence_date", Shape::Day),
        ],
    ),
    kind("s28-set", &[must("date", Shape::Day)]),
    kind("evidence-day", &[]),
    kind(
        "case-outcome",
        &[must("outcome", Shape::Word(Outcome::WORDS)), REASONS],
    ),
    kind(
        "sentence",
        &[
            may("months", Shape::Number),
            may("hospital_order", Shape::Flag),
            may("explanation", Shape::Text),
        ],
    ),
    kind(
        "sentence-question",
        &[
            may("question", Shape::Text),
            may("answer", Shape::Text),
            may("answer_author", Shape::Name),
        ],
    ),
    kind("transcript-request", &[]),
    kind("appeal", &[must("stage", Shape::Word(AppealStage::WORDS))]),
    kind("vcs-referral", &[]),
    kind("decision-communicated", &[must("review_qualifies", Shape::Flag)]),
    kind(
        "review-request",
        &[must("stage", Shape::Word(ReviewStage::WORDS))],
    ),
    kind("review-outcome", &[must("upheld", Shape::Flag), REASONS, AUTHOR]),
    kind("complaint", &[]),
    kind("expenses-claim", &[]),
    kind("meeting-arranged", &[MEETING_AT, WHERE, HOW]),
    kind("meeting-changed", &[MEETING_AT, WHERE, HOW]),
    kind("meeting-cancelled", &[MEETING_AT, may("reason", Shape::Text)]),
    kind("call-promised", &[must("call_at", Shape::Instant)]),
    kind(
        "enhanced-rights-found",
        &[must("ground", Shape::Word(EnhancedGround::WORDS))],
    ),
    kind(
        "contact-change",
        &[must("said_by", Shape::Name), may("note", Shape::Text)],
    ),
    kind("update-impossible", &[may("reason", Shape::Text)]),
    kind("safety-check-due", &[]),
    kind("adviser-message", &[]),
    kind("adviser-update", &[]),
    kind("adviser-answered", &[]),
    kind("no-contact", &[]),
    kind("evidence-arrived", &[]),
    kind("victim-withdrew", &[]),
    kind("opt-out", &[STAGES, ALL]),
    kind("opt-in", &[STAGES, ALL]),
    kind("victim-deceased", &[]),
    kind("case-closed", &[]),
];

/// The schema of a kind, if there is such a kind.
pub fn find(kind: &str) -> Option<&'static KindSchema> {
    KINDS.iter().find(|schema| schema.kind == kind)
}

impl Shape {
    /// What would be right, in words.
    pub fn right(self) -> String {
        match self {
            Self::Text => format!("a text of at most {} characters", super::TEXT_CHARS_MAX),
            Self::Name => format!("one line of at most {} characters", super::NAME_CHARS_MAX),
            Self::Flag => "true or false".to_owned(),
            Self::Number => "a whole number from 0 to 65535".to_owned(),
            Self::Day => "a day such as 2026-11-23".to_owned(),
            Self::Instant => "an instant with its offset such as 2026-11-23T09:00:00Z".to_owned(),
            Self::List => format!("a list of at most {} texts", super::LIST_ITEMS_MAX),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Words(words) => format!("a list of {}", words.join(", ")),
        }
    }

    /// Whether a JSON value has this shape.
    fn accepts(self, value: &Value) -> bool {
        let words = |words: &[&str], value: &Value| value.as_str().is_some_and(|word| words.contains(&word));
        match self {
            Self::Text | Self::Name => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Number => value.as_u64().is_some_and(|n| u16::try_from(n).is_ok()),
            Self::Day => value
                .as_str()
                .is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok()),
            Self::Instant => value
                .as_str()
                .is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
            Self::List => value
                .as_array()
                .is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Word(allowed) => words(allowed, value),
            Self::Words(allowed) => value
                .as_array()
                .is_some_and(|items| items.iter().all(|v| words(allowed, v))),
        }
    }

    /// The JSON value for one cell of a CSV file. A cell that does not fit stays a text, so that reading the
    /// event refuses it by name.
    fn typed(self, cell: &str) -> Value {
        let text = || Value::String(cell.to_owned());
        match self {
            Self::Flag => match cell {
                "true" | "yes" => Value::Bool(true),
                "false" | "no" => Value::Bool(false),
                _ => text(),
            },
            Self::Number => cell.parse::<u16>().map_or_else(|_| text(), Value::from),
            Self::List | Self::Words(_) => cell.split('|').map(|item| Value::from(item.trim())).collect(),
            Self::Text | Self::Name | Self::Day | Self::Instant | Self::Word(_) => text(),
        }
    }
}

impl KindSchema {
    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Turns the cells of a CSV row into typed fields: empty cells are absent; columns that the kind does not
    /// have stay texts, so that reading the event refuses them by name.
    pub fn typed<'a>(&self, cells: impl IntoIterator<Item = (&'a str, &'a str)>) -> Map<String, Value> {
        cells
            .into_iter()
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(name, cell)| {
                let value = self
                    .field(name)
                    .map_or_else(|| Value::from(cell), |f| f.shape.typed(cell));
                (name.to_owned(), value)
            })
            .collect()
    }

    /// Names the field for which `fields` is not an event of this kind: first one that is unknown, then one
    /// that is missing, then one that holds something else than its shape.
    pub(super) fn fault_in(&self, fields: &Map<String, Value>) -> EventFault {
        for name in fields.keys().filter(|name| name.as_str() != "kind") {
            if self.field(name).is_none() {
                let known: Vec<_> = self.fields.iter().map(|field| field.name).collect();
                return EventFault::new(
                    &shown(name),
                    format!("does not belong to `{}`", self.kind),
                    format!(
                        "only {}",
                        if known.is_empty() {
                            "kind".to_owned()
                        } else {
                            known.join(", ")
                        }
                    ),
                );
            }
        }
        for field in self.fields.iter().filter(|field| field.required) {
            if !fields.contains_key(field.name) {
                return EventFault::new(field.name, "is missing", field.shape.right());
            }
        }
        for field in self.fields {
            if fields
                .get(field.name)
                .is_some_and(|value| !field.shape.accepts(value))
            {
                return EventFault::new(field.name, "cannot be read", field.shape.right());
            }
        }
        EventFault::new(
            "(fields)",
            format!("do not make a `{}`", self.kind),
            "the fields of docs/events.md",
        )
    }
}

/// A name from outside, if it is harmless to show.
fn shown(name: &str) -> String {
    let plain = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if plain {
        name.to_owned()
    } else {
        "(a name that is not a field's)".to_owned()
    }
}
