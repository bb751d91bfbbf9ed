//! Due times that move: by a person with a reason, by a bank holiday that is added, never silently.

use audit::entry::Entry;
use domain::calendar::Calendar;
use domain::obligation::{Attention, Lateness};
use flows::{Gateway, Kind, known_calendar};
use harness::case::{case, event, not_charged};
use harness::database::Database;
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::on_both;
use jiff::civil::date;
use mail::catcher::{Fault, Faults};
use serde_json::json;
use store::obligations::ObligationRow;

async fn owed(gateway: &TestGateway, rule: &str) -> ObligationRow {
    let open = gateway.flows.list_obligations(None, 100).await;
    let open = open.expect("the obligations").into_iter();
    let mut of_rule = open.filter(|owed| owed.rule == rule);
    of_rule.next().unwrap_or_else(|| panic!("{rule} is owed"))
}

async fn begun(database: &Database) -> TestGateway {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    gateway.add_victim(&case(&json!({}))).await;
    let decision = not_charged("The evidence does not meet the test that we have to apply.");
    gateway.event(&event(1, &decision)).await;
    gateway
}

on_both!(
    async fn a_due_time_moved_by_a_person_keeps_the_first_one_and_its_lateness(database: Database) {
        let gateway = begun(&database).await;
        let decision = owed(&gateway, "R6-06").await;
        assert_eq!(
            decision.due_at.map(|due| due.to_string()).as_deref(),
            Some("2026-11-24T23:59:59Z")
        );
        let flows = &gateway.flows;
        let id = &decision.id;
        let move_to =
            |user: &'static str, day, reason: &'static str| flows.move_obligation(user, id, day, reason);
        let friday = date(2026, 11, 27);
        for (user, day, reason, kind) in [
            (OFFICER, friday, "asked-by-the-victim", Kind::NotAllowed),
            (APPROVER, friday, "She asked for it.", Kind::Invalid),
            (APPROVER, date(2026, 11, 28), "asked-by-the-victim", Kind::Invalid),
            (APPROVER, date(2026, 11, 22), "asked-by-the-victim", Kind::Invalid),
            (APPROVER, date(2029, 1, 3), "asked-by-the-victim", Kind::Invalid),
            (APPROVER, date(2026, 11, 24), "asked-by-the-victim", Kind::Invalid),
        ] {
            let refused = move_to(user, day, reason).await;
            assert_eq!(refused.expect_err("refused").kind(), kind, "{day}");
        }
        move_to(APPROVER, friday, "asked-by-the-victim")
            .await
            .expect("moved");

        gateway.clock().set("2026-11-25T12:00:00Z");
        let explained = flows.explain_obligation(id).await.expect("it explains itself");
        let text = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string());
        assert_eq!(
            text(explained.owed.due_at).as_deref(),
            Some("2026-11-27T23:59:59Z")
        );
        assert_eq!(explained.owed.original_due_at, decision.due_at);
        assert_eq!(explained.moves.len(), 1);
        assert_eq!(explained.moves[0].old_due_at, decision.due_at);
        assert_eq!(
            (
                explained.moves[0].moved_by.as_str(),
                explained.moves[0].reason.as_str()
            ),
            (APPROVER, "asked-by-the-victim")
        );
        assert!(
            matches!(explained.lateness, Lateness::Late(_)),
            "late against the first due time"
        );
        assert_eq!(explained.deadline.expect("it was computed").counted.len(), 1);
    }
);

on_both!(
    async fn an_obligation_asks_for_attention_before_it_is_due(database: Database) {
        let gateway = begun(&database).await;
        let decision = owed(&gateway, "R6-06").await;
        for (at, attention) in [
            ("2026-11-23T09:00:00Z", Attention::None),
            ("2026-11-24T00:30:00Z", Attention::Soon),
            ("2026-11-24T20:00:00Z", Attention::Urgent),
            ("2026-11-25T00:00:00Z", Attention::Overdue),
        ] {
            gateway.clock().set(at);
            assert_eq!(gateway.flows.attention(&decision), attention, "{at}");
        }
    }
);

/// The same house, opened again with a calendar that has these days as well.
async fn opened_with(gateway: &TestGateway, days: &[&str]) -> Gateway {
    let events = days
        .iter()
        .map(|day| format!(r#"{{"title":"A day of thanks","date":"{day}","notes":"","bunting":false}}"#))
        .collect::<Vec<_>>()
        .join(",");
    let newer = format!(r#"{{"england-and-wales":{{"division":"england-and-wales","events":[{events}]}}}}"#);
    gateway
        .reopened(&Calendar::parse(&newer).expect("a calendar"))
        .await
}

on_both!(
    async fn a_bank_holiday_that_is_added_moves_open_due_times_and_says_so(database: Database) {
        let gateway = begun(&database).await;
        let first = gateway.flows.change_calendar("operator").await;
        assert!(
            first.expect("the calendar is kept").is_empty(),
            "the first calendar moves nothing"
        );
        let decision = owed(&gateway, "R6-06").await;
        let tuesday = opened_with(&gateway, &["2026-11-24"]).await;
        let shown = tuesday.change_calendar("operator").await.expect("computed again");
        let of_decision = shown
            .iter()
            .find(|change| change.obligation == decision.id.as_str())
            .expect("the decision moves");
        assert_eq!(of_decision.old, decision.due_at);
        assert_eq!(of_decision.new.to_string(), "2026-11-25T23:59:59Z");
        let again = tuesday.change_calendar("operator").await;
        assert!(again.expect("nothing new").is_empty());
        let moved = owed(&gateway, "R6-06").await;
        assert_eq!(moved.due_at, Some(of_decision.new));
        assert_eq!(
            moved.original_due_at, decision.due_at,
            "lateness is measured against the first"
        );
        let bodies = gateway.log_bodies().await;
        let recomputed = bodies.iter().map(|body| Entry::parse(body).expect("an entry"));
        let recomputed = recomputed
            .filter(|entry| {
                entry.verb() == "due-time-recomputed" && entry.obligation() == Some(decision.id.as_str())
            })
            .count();
        assert_eq!(recomputed, 1, "nothing moves silently");

        // A list that lacks the day, and lacks years, takes nothing away.
        let shorter = opened_with(&gateway, &["2026-12-30"]).await;
        shorter.change_calendar("operator").await.expect("computed again");
        let kept = known_calendar(gateway.pool(), &shorter.parts().calendar)
            .await
            .expect("kept");
        assert!(!kept.is_working(date(2026, 11, 24)).expect("a known year"));
        assert!(!kept.is_working(date(2026, 12, 30)).expect("a known year"));
        assert!(!kept.is_working(date(2026, 12, 25)).expect("a known year"));
        assert_eq!(owed(&gateway, "R6-06").await.due_at, Some(of_decision.new));
    }
);

on_both!(
    async fn what_a_person_moved_no_holiday_moves_again(database: Database) {
        let gateway = begun(&database).await;
        gateway
            .flows
            .change_calendar("operator")
            .await
            .expect("the calendar is kept");
        let decision = owed(&gateway, "R6-06").await;
        gateway
            .flows
            .move_obligation(APPROVER, &decision.id, date(2026, 11, 27), "asked-by-the-victim")
            .await
            .expect("moved");
        let tuesday = opened_with(&gateway, &["2026-11-24"]).await;
        let shown = tuesday.change_calendar("operator").await.expect("computed again");
        assert!(
            shown
                .iter()
                .all(|change| change.obligation != decision.id.as_str())
        );
        let still = owed(&gateway, "R6-06").await.due_at;
        assert_eq!(
            still.map(|due| due.to_string()).as_deref(),
            Some("2026-11-27T23:59:59Z")
        );
    }
);

on_both!(
    async fn a_duty_that_another_message_would_have_done_goes_back_to_its_officer(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        gateway.add_victim(&case(&json!({}))).await;
        let set = json!({
            "kind": "trial-set", "trial_date": "2027-03-01", "after_not_guilty_plea": true, "plea_date": "2026-11-20",
        });
        gateway.event(&event(3, &set)).await;
        let local = owed(&gateway, "PTM-LOCAL").await;
        let national = owed(&gateway, "PTM-01").await;
        assert_eq!(national.waiting_for.as_deref(), Some("message-of-ptm-local"));
        gateway
            .flows
            .waive_obligation(APPROVER, &local.id, "told-in-person")
            .await
            .expect("waived");
        let back = owed(&gateway, "PTM-01").await;
        assert_eq!(back.waiting_for.as_deref(), Some("act-by-the-officer"));
        let notices = gateway.unseen().await;
        assert!(notices.iter().any(|(kind, _)| kind == "carrier-ended"));
        assert_eq!(gateway.forgotten().await, 0);
    }
);
