//! From JSON to [`Event`], with faults that name the field and never repeat its value.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

use super::check::{EventFault, reference};
use super::schema;
use super::{Detail, Event};
use crate::urn::Urn;

impl Event {
    /// Reads one flat JSON object.
    pub fn parse(json: &str) -> Result<Self, EventFault> {
        let value: Value = serde_json::from_str(json).map_err(|e| {
            EventFault::new(
                "(whole line)",
                format!("is not JSON, at column {}", e.column()),
                "one JSON object as docs/events.md describes it",
            )
        })?;
        match value {
            Value::Object(fields) => Self::from_fields(fields),
            _ => Err(EventFault::new(
                "(whole line)",
                "is not an object",
                "one JSON object with a `kind`",
            )),
        }
    }

    /// Makes an event of named fields; a CSV row comes this way after [`schema::KindSchema::typed`].
    pub fn from_fields(mut fields: Map<String, Value>) -> Result<Self, EventFault> {
        let source = take_text(&mut fields, "source")?;
        let source_event_id = take_text(&mut fields, "source_event_id")?;
        let urn = Urn::parse(&take_text(&mut fields, "urn")?).map_err(|_| {
            EventFault::new(
                "urn",
                "is not a URN",
                "two digits, two letters or digits, seven digits: 01AB1234526",
            )
        })?;
        let victim_ref = take_text(&mut fields, "victim_ref")?;
        let occurred_at = instant("occurred_at", &take_text(&mut fields, "occurred_at")?)?;
        let received_at = match fields.remove("received_at") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(instant("received_at", &text)?),
            Some(_) => return Err(not_an_instant("received_at")),
        };
        let detail = Detail::from_fields(&fields)?;
        let event = Self {
            source,
            source_event_id,
            urn,
            victim_ref,
            occurred_at,
            received_at,
            detail,
        };
        event.validate()?;
        Ok(event)
    }

    /// Checks what the types cannot say: bounds, and fields that belong together.
    pub fn validate(&self) -> Result<(), EventFault> {
        reference("source", &self.source)?;
        reference("source_event_id", &self.source_event_id)?;
        reference("victim_ref", &self.victim_ref)?;
        if self.received_at.is_some_and(|at| at < self.occurred_at) {
            return Err(EventFault::new(
                "received_at",
                "lies before occurred_at",
                "the instant at which the agency received the news, not before it happened",
            ));
        }
        self.detail.validate()
    }
}

impl Detail {
    /// Reads a `kind` and its fields.
    pub fn from_fields(fields: &Map<String, Value>) -> Result<Self, EventFault> {
        let kind = match fields.get("kind") {
            Some(Value::String(kind)) => kind.clone(),
            Some(_) => {
                return Err(EventFault::new(
                    "kind",
                    "is not a text",
                    "one of the kinds in docs/events.md",
                ));
            }
            None => {
                return Err(EventFault::new(
                    "kind",
                    "is missing",
                    "one of the kinds in docs/events.md",
                ));
            }
        };
        let Some(schema) = schema::find(&kind) else {
            return Err(EventFault::new(
                "kind",
                "is not known",
                format!("one of {}", Detail::KINDS.join(", ")),
            ));
        };
        match Self::deserialize(fields) {
            Ok(detail) => Ok(detail),
            Err(_) => Err(schema.fault_in(fields)),
        }
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Map::<String, Value>::deserialize(deserializer)?;
        Self::from_fields(fields).map_err(de::Error::custom)
    }
}

fn take_text(fields: &mut Map<String, Value>, name: &'static str) -> Result<String, EventFault> {
    match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(EventFault::new(name, "is not a text", "a text")),
        None => Err(EventFault::new(name, "is missing", "every event has it")),
    }
}

fn instant(name: &'static str, text: &str) -> Result<Timestamp, EventFault> {
    text.parse().map_err(|_| not_an_instant(name))
}

fn not_an_instant(name: &'static str) -> EventFault {
    EventFault::new(
        name,
        "is not an instant",
        "an instant with its offset: 2026-11-23T09:00:00Z",
    )
}
