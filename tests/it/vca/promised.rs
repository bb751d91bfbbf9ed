//! The times of calls that a text promises are duties: listed with their time, late when they are late, ended by the call.
//! Whoever is away for hours signs in again.

use domain::id::VictimId;
use harness::case::{assigned, safe};
use harness::gateway::TestGateway;
use harness::on_both;
use harness::web::Browser;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::obligations::{self, ObligationRow};

use super::{at, call, log, typed};
use crate::acting::{PRIYA, house, logged};

/// Reachable by a mobile, at any hour.
fn by_mobile() -> Value {
    json!({"mobile": safe("07700 900466")})
}

/// Logs a text of the morning that promises a call at two and another at four.
async fn text(browser: &Browser, victim: &VictimId, hour: &'static str) {
    let mut fields = typed(
        at("23", hour, "20"),
        &[
            ("method", "text-message"),
            ("direction", "outbound"),
            ("person", "victim"),
            ("informed", "no"),
            ("purpose", "asked to expect a call"),
        ],
    );
    fields.extend([
        ("promised", "23"),
        ("promised-month", "11"),
        ("promised-year", "2026"),
        ("promised-time", "14"),
        ("promised-time-minutes", "0"),
        ("third", "23"),
        ("third-month", "11"),
        ("third-year", "2026"),
        ("third-time", "16"),
        ("third-time-minutes", "0"),
    ]);
    let page = log(browser, victim, "nobody-to-ask", &fields).await;
    assert!(
        page.says("Next calls promised"),
        "{:?} {}",
        page.errors(),
        page.text()
    );
}

/// Logs a call of this day, with what came of it.
async fn ring(browser: &Browser, victim: &VictimId, hour: &'static str, outcome: &'static str) {
    let identity = if outcome == "answered" {
        "confirmed"
    } else {
        "nobody-to-ask"
    };
    let fields = typed(typed(call(), &[("outcome", outcome)]), &at("23", hour, "30"));
    let page = log(browser, victim, identity, &fields).await;
    assert!(
        page.says("What came of it"),
        "{:?} {}",
        page.errors(),
        page.text()
    );
}

/// The promises that are open, by their due time, as hours of the day.
async fn open(gateway: &TestGateway, victim: &VictimId) -> Vec<ObligationRow> {
    let open = obligations::list_open_by_victim(&mut gateway.reader().await, victim).await;
    let mut open = open.expect("the duties");
    open.retain(|owed| owed.rule == "HOUSE-CALL-PROMISED");
    open.sort_by_key(|owed| owed.due_at);
    open
}

async fn due(gateway: &TestGateway, victim: &VictimId) -> Vec<Timestamp> {
    let open = open(gateway, victim).await.into_iter();
    open.filter_map(|owed| owed.due_at).collect()
}

fn hour(text: &str) -> Timestamp {
    format!("2026-11-23T{text}:00:00Z").parse().expect("an instant")
}

on_both!(
    async fn a_promised_call_stands_in_the_worklist_is_late_and_ends_with_the_call(database: Database) {
        let (gateway, door, victim) = house(&database, &by_mobile(), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        text(&priya, &victim, "8").await;
        assert_eq!(
            due(&gateway, &victim).await,
            [hour("14"), hour("16")],
            "due at the very time"
        );
        let work = priya.get("/work").await;
        for words in [
            "Ring at the time that was promised",
            "23 November 2026 at 2pm",
            "23 November 2026 at 4pm",
        ] {
            assert!(work.says(words), "{words}: {}", work.text());
        }
        gateway.clock().set("2026-11-23T14:29:00Z");
        let priya = door.sign_in_as(PRIYA).await;
        let late = priya.get("/work?due=overdue").await;
        assert!(
            late.says("23 November 2026 at 2pm") && !late.says("23 November 2026 at 4pm"),
            "{}",
            late.text()
        );
        gateway.clock().set("2026-11-23T14:31:00Z");
        ring(&priya, &victim, "14", "not-answered").await;
        assert_eq!(
            due(&gateway, &victim).await,
            [hour("16")],
            "one call keeps one promise, late or not"
        );
        let late = priya.get("/work?due=overdue").await;
        assert!(!late.says("23 November 2026 at 2pm"), "{}", late.text());
        assert_eq!(logged(&gateway, "call-made").await, 1);
    }
);

on_both!(
    async fn once_somebody_spoke_no_later_promise_is_left(database: Database) {
        let (gateway, door, victim) = house(&database, &by_mobile(), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        text(&priya, &victim, "8").await;
        gateway.clock().set("2026-11-23T13:31:00Z");
        let priya = door.sign_in_as(PRIYA).await;
        ring(&priya, &victim, "13", "answered").await;
        assert_eq!(due(&gateway, &victim).await, []);
        let introduction = obligations::list_open_by_victim(&mut gateway.reader().await, &victim).await;
        assert!(
            !introduction.expect("the duties").is_empty(),
            "the duty behind it is another matter"
        );
    }
);

on_both!(
    async fn a_call_before_the_text_keeps_nothing_whenever_either_is_logged(database: Database) {
        let (gateway, door, victim) = house(&database, &by_mobile(), &[assigned()]).await;
        gateway.clock().set("2026-11-23T13:31:00Z");
        let priya = door.sign_in_as(PRIYA).await;
        text(&priya, &victim, "10").await;
        ring(&priya, &victim, "9", "answered").await;
        assert_eq!(
            due(&gateway, &victim).await,
            [hour("14"), hour("16")],
            "that call was made before"
        );
        ring(&priya, &victim, "11", "not-answered").await;
        assert_eq!(due(&gateway, &victim).await, [hour("16")]);
    }
);

on_both!(
    async fn a_text_that_is_logged_late_raises_what_its_calls_have_not_kept(database: Database) {
        let (gateway, door, victim) = house(&database, &by_mobile(), &[assigned()]).await;
        gateway.clock().set("2026-11-23T13:31:00Z");
        let priya = door.sign_in_as(PRIYA).await;
        ring(&priya, &victim, "13", "not-answered").await;
        text(&priya, &victim, "8").await;
        assert_eq!(due(&gateway, &victim).await, [hour("16")]);
        let closed = json!({"kind": "case-closed", "occurred_at": "2026-11-23T13:00:00Z"});
        gateway.event(&harness::case::event(9, &closed)).await;
        let ended = open(&gateway, &victim).await;
        assert!(ended.is_empty(), "a closed case rings nobody");
    }
);
