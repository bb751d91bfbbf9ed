//! Victims without end, each of whom is owed one message: for kills, trials and measurements.

use std::ops::Range;

use flows::Gateway;
use flows::import::{self, Format};
use jiff::{SignedDuration, Timestamp};

use crate::gateway::{APPROVER, OFFICER};

/// Brings in the victims of these numbers, whose officer has just been assigned, has an introduction drafted for
/// each and approves it: where nothing is held back, as many messages are due now.
pub async fn queue(flows: &Gateway, numbers: Range<usize>, now: Timestamp) {
    let count = numbers.len();
    let mut events = String::new();
    for number in numbers {
        let line = victim(number, now);
        let mut records = import::cases(line.as_bytes(), Format::JsonLines);
        let (_, record) = records.next().expect("a line").expect("a case that can be read");
        let added = flows.add_case("operator", &record).await;
        added.expect("the case comes in");
        events += &assigned(number, now);
    }
    let events = import::events(events.as_bytes(), Format::JsonLines)
        .map(|event| event.expect("an event that can be read").1)
        .collect::<Vec<_>>();
    for batch in events.chunks(256) {
        let recorded = flows.record_events("operator", batch).await;
        recorded.expect("the events come in");
    }
    while flows.compose_due(256).await.expect("drafts").drafted > 0 {}
    let mut approved = 0;
    loop {
        let drafts = flows.list_drafts(256).await.expect("the drafts");
        if drafts.is_empty() {
            break;
        }
        for draft in drafts {
            let one = flows.approve_draft(APPROVER, &draft.id).await;
            one.expect("the approver approves");
            approved += 1;
        }
    }
    assert_eq!(approved, count, "every victim has one message");
}

/// A victim who may be written to at any hour, at an address that was verified lately, as a line of an import.
pub fn victim(number: usize, now: Timestamp) -> String {
    let day = |days: i64| {
        let at = now + SignedDuration::from_hours(24 * days);
        at.to_zoned(domain::calendar::london()).date()
    };
    let (opened, verified, review) = (day(-60), day(-30), day(300));
    let number = format!("{number:07}");
    format!(
        r#"{{"urn":"01NE{number}","area":"north-east","offence":"adult-rape","opened_at":"{opened}","defendants":[{{"label":"Defendant 1","name":"Corin Latchford","addresses":[["35 Foundry Street","Middleford","ZZ87 7DQ"]],"phones":["07700 900534"],"emails":["corin.latchford@elsewhere.test"]}}],"victim_ref":"V-{number}","legal_name":"Maren Holloway","preferred_name":"Maren","language":"english","service":"rasso","enhanced":true,"enhanced_ground":"most-serious-crime","wants_contact":true,"vlo":"{OFFICER}","email":{{"value":"maren{number}@inbox.example","safety":"verified-safe","said_by":"the victim","how":"asked in person","verified_at":"{verified}","review_by":"{review}"}},"preferred":"email","windows":["any"],"content_in_email":true}}"#
    ) + "\n"
}

/// The event that assigns her officer, five minutes ago.
pub fn assigned(number: usize, now: Timestamp) -> String {
    let number = format!("{number:07}");
    let at = now - SignedDuration::from_mins(5);
    format!(
        r#"{{"source":"cms","source_event_id":"CMS-{number}","urn":"01NE{number}","victim_ref":"V-{number}","occurred_at":"{at}","kind":"vlo-assigned"}}"#
    ) + "\n"
}
