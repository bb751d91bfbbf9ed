//! A victim and the events about her, as lines of the files that they come in.

use serde_json::{Value, json};

use crate::gateway::OFFICER;

/// The case of [`case`].
pub const URN: &str = "01NE4400126";
/// The victim of [`case`].
pub const VICTIM: &str = "V-1";
/// The only address of the victim of [`case`].
pub const EMAIL: &str = "maren.holloway7@inbox.example";

/// An address or number that was verified lately and may be used for months.
pub fn safe(value: impl Into<Value>) -> Value {
    json!({
        "value": value.into(), "safety": "verified-safe", "said_by": "the victim", "how": "asked in person",
        "verified_at": "2026-09-07", "review_by": "2027-07-02",
    })
}

/// A victim who may be written to at any hour; `changes` are laid over it, and `null` takes a field away.
pub fn case(changes: &Value) -> String {
    let whole = json!({
        "urn": URN, "area": "north-east", "offence": "adult-rape", "opened_at": "2026-06-14", "defendants": [],
        "victim_ref": VICTIM, "legal_name": "Maren Holloway", "preferred_name": "Maren", "language": "english",
        "service": "rasso", "enhanced": true, "enhanced_ground": "most-serious-crime", "wants_contact": true,
        "vlo": OFFICER, "email": safe(EMAIL), "preferred": "email", "windows": ["any"], "content_in_email": true,
    });
    changed(whole, changes)
}

/// Somebody of the defence side, with nothing but a name; `changes` are laid over it.
pub fn defendant(changes: &Value) -> Value {
    let whole = json!({"label": "Defendant 1", "name": "Corin Latchford", "addresses": [], "phones": [], "emails": []});
    serde_json::from_str(&changed(whole, changes)).expect("it was JSON before")
}

/// An event about the victim of [`case`], half an hour before a test begins.
pub fn event(number: usize, changes: &Value) -> String {
    let whole = json!({
        "source": "cms", "source_event_id": format!("CMS-{number}"), "urn": URN, "victim_ref": VICTIM,
        "occurred_at": "2026-11-23T08:30:00Z",
    });
    changed(whole, changes)
}

/// The officer was assigned: an introduction is owed, which needs no second person.
pub fn assigned() -> Value {
    json!({"kind": "vlo-assigned"})
}

/// Nobody is charged, for these reasons.
pub fn not_charged(reasons: &str) -> Value {
    json!({
        "kind": "charge-decision", "decision": "no-charge", "decided_by": "cps", "charges": ["Rape"],
        "reasons": reasons, "reasons_author": "Ishaan Merrick",
    })
}

/// One object over another, field by field.
pub fn over(mut whole: Value, changes: &Value) -> Value {
    let fields = whole.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    whole
}

fn changed(whole: Value, changes: &Value) -> String {
    over(whole, changes).to_string()
}
