//! Events that arrive late, after others that happened later, undo nothing and say nothing that is no longer so.

use flows::Recorded;
use harness::case::{assigned, case, event, over};
use harness::database::Database;
use harness::gateway::TestGateway;
use harness::on_both;
use mail::catcher::{Fault, Faults};
use serde_json::{Value, json};

async fn victim(database: &Database) -> TestGateway {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    gateway.add_victim(&case(&json!({}))).await;
    gateway
}

async fn told(gateway: &TestGateway) -> usize {
    gateway.draft_and_approve().await;
    gateway.clock().set("2026-11-23T12:00:00Z");
    gateway.deliver_all().await;
    gateway.caught().len()
}

fn on(day: &str, detail: &Value) -> Value {
    over(
        detail.clone(),
        &json!({ "occurred_at": format!("2026-11-{day}T08:30:00Z") }),
    )
}

on_both!(
    async fn an_opt_in_from_before_the_opt_out_does_not_undo_it(database: Database) {
        let gateway = victim(&database).await;
        gateway
            .event(&event(1, &on("23", &json!({"kind": "opt-out", "all": true}))))
            .await;
        gateway
            .event(&event(2, &on("20", &json!({"kind": "opt-in", "all": true}))))
            .await;
        gateway.event(&event(3, &assigned())).await;
        assert_eq!(told(&gateway).await, 0, "a victim who opted out is written to");
    }
);

on_both!(
    async fn news_of_a_trial_does_not_follow_news_that_the_case_was_stopped(database: Database) {
        let gateway = victim(&database).await;
        let stopped = json!({
            "kind": "charge-stopped", "how": "discontinued", "charges": ["Rape"], "all_proceedings_end": true,
            "reasons": "It could not be proved.", "reasons_author": "Ishaan Merrick",
        });
        gateway.event(&event(1, &on("23", &stopped))).await;
        let trial = json!({
            "kind": "trial-set", "after_not_guilty_plea": true, "plea_date": "2026-11-19", "trial_date": "2027-05-10",
        });
        let answer = gateway.event(&event(2, &on("20", &trial))).await;
        assert!(matches!(answer, Recorded::New { raised: 0, .. }), "{answer:?}");
        assert_eq!(told(&gateway).await, 1, "that the case was stopped, and no more");
    }
);

on_both!(
    async fn an_older_date_of_the_trial_does_not_replace_a_newer_one(database: Database) {
        let gateway = victim(&database).await;
        let trial = |day: &str| {
            json!({
                "kind": "trial-set", "after_not_guilty_plea": true, "plea_date": "2026-11-19", "trial_date": "2027-05-10",
                "s28_date": day,
            })
        };
        gateway.event(&event(1, &on("20", &trial("2027-03-15")))).await;
        gateway
            .event(&event(
                2,
                &on("22", &json!({"kind": "s28-set", "date": "2027-02-15"})),
            ))
            .await;
        gateway
            .event(&event(
                3,
                &on("21", &json!({"kind": "s28-set", "date": "2027-04-15"})),
            ))
            .await;
        let open = gateway.flows.list_obligations(None, 100).await;
        let open = open.expect("the obligations");
        let offer = open.iter().find(|owed| owed.rule == "PTM-LOCAL");
        let latest = offer.expect("a meeting is offered").latest_at;
        assert_eq!(
            latest.map(|at| at.to_string()).as_deref(),
            Some("2027-02-14T23:59:59Z"),
            "before the day that was set last"
        );
    }
);
