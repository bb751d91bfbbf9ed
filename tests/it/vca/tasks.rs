//! S57: what a decision makes owed is listed once the decision is recorded; nobody makes such a duty by hand.

use harness::case::{URN, VICTIM, case};
use harness::gateway::TestGateway;
use harness::on_both;
use harness::web::Browser;
use serde_json::json;

use crate::acting::PRIYA;

/// How often My work names this duty: once in its filter, and more where it is listed.
async fn listed(browser: &Browser, title: &str) -> usize {
    let work = browser.get("/work").await;
    work.text().matches(title).count()
}

on_both!(
    async fn s57_a_b_what_a_decision_makes_owed_is_listed_once_it_is_recorded(database: Database) {
        let gateway = TestGateway::confirming(&database, &["R6-05"]).await;
        gateway.add_victim(&case(&json!({}))).await;
        let rulebook = gateway.flows.parts().rulebook.clone();
        let door = gateway.door_with(|mut parts| {
            parts.rulebook = rulebook;
            parts
        });
        let priya = door.sign_in_as(PRIYA).await;
        let victim = gateway.victim(URN, VICTIM).await;
        let decided = [
            ("occurred", "23"),
            ("occurred-month", "11"),
            ("occurred-year", "2026"),
            ("time", "8"),
            ("time-minutes", "45"),
            ("decided_by", "cps"),
            ("charges", "Rape"),
        ];
        let charged = [
            ("decision", "charge"),
            ("first_hearing_court", "Anytown Magistrates' Court"),
        ];
        let none = [
            ("decision", "no-charge"),
            ("reasons", "The evidence does not meet the test."),
            ("reasons_author", "Ishaan Merrick"),
        ];
        let runs: [(&[(&str, &str)], &str); 2] = [(&charged, "R6-05"), (&none, "R6-06")];
        let (new, send) = (
            format!("/victims/{victim}/events/new?kind=charge-decision"),
            format!("/victims/{victim}/events"),
        );
        for (decision, rule) in runs {
            let rulebook = &gateway.flows.parts().rulebook;
            let title = rulebook.rule(rule).expect("the rule").title.as_str();
            let before = listed(&priya, title).await;
            let page = priya.get(&new).await;
            let preview = priya
                .submit(&page, &send, &[&decided[..], decision].concat())
                .await;
            assert!(
                preview.says("Nothing has been recorded yet"),
                "{:?}",
                preview.errors()
            );
            let done = priya.submit(&preview, &send, &[]).await;
            assert!(done.says("Recorded"), "{}", done.text());
            assert!(listed(&priya, title).await > before, "{rule} is listed");
        }
    }
);
