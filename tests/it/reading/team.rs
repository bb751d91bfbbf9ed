//! A manager's team: assigning, cover, requests to waive or move, with nothing lost.

use axum::http::StatusCode;
use flows::{Ask, Kind, Role};
use harness::gateway::{OFFICER, TestGateway};
use harness::on_both;
use jiff::civil::date;
use serde_json::json;
use store::obligations::{self, ObligationRow};

use super::{COLLEAGUE, MANAGER, SECOND_MANAGER, STRANGER, house, in_north_east, log, officer, owed};

async fn open_duties(gateway: &TestGateway, victim: &domain::id::VictimId) -> Vec<ObligationRow> {
    let list = obligations::list_open_by_victim(&mut gateway.reader().await, victim).await;
    list.expect("duties")
}

async fn team(gateway: &TestGateway) -> (harness::web::TestDoor, harness::web::Browser) {
    let door = gateway.door();
    door.sign_in_as(officer(OFFICER, "Priya Shah", &["north-east"]))
        .await;
    door.sign_in_as(officer(COLLEAGUE, "Owen Pryce", &["north-east"]))
        .await;
    door.sign_in_as(officer(STRANGER, "Wren Hollis", &["wessex"]))
        .await;
    door.sign_in_as(in_north_east(SECOND_MANAGER, &[Role::VloManager]))
        .await;
    let browser = door.sign_in_as(in_north_east(MANAGER, &[Role::VloManager])).await;
    (door, browser)
}

on_both!(
    async fn a_victim_without_an_officer_is_assigned_and_then_drafted_for(database: Database) {
        let gateway = house(&database).await;
        let victim = owed(&gateway, 1, &json!({"vlo": null})).await;
        gateway.flows.compose_due(10).await.expect("a run");
        let (door, browser) = team(&gateway).await;
        let page = browser.get("/team").await;
        assert!(
            page.says(harness::case::URN) && page.says("Nobody yet"),
            "{}",
            page.text()
        );
        let path = format!("/victims/{victim}/assign");
        let form = browser.get(&path).await;
        assert!(
            form.says("Owen Pryce") && !form.says("Wren Hollis"),
            "{}",
            form.text()
        );
        let wrong = browser.submit(&form, &path, &[]).await;
        assert_eq!(wrong.errors().len(), 2, "{}", wrong.text());
        let (_, rest) = form
            .html
            .split_once("Owen Pryce")
            .map_or(("", ""), |(before, after)| {
                (after, before.rsplit("value=\"").next().unwrap_or_default())
            });
        let mark = rest.split('"').next().unwrap_or_default();
        let done = browser
            .submit(&wrong, &path, &[("officer", mark), ("reason", "new-case")])
            .await;
        assert_eq!(
            (done.status, done.path.as_str()),
            (StatusCode::OK, "/team"),
            "{}",
            done.text()
        );
        assert!(done.says("Everybody has an officer."), "{}", done.text());
        assert_eq!(door.flows.count_work(COLLEAGUE).await.expect("counts").open, 1);
        assert_eq!(door.flows.count_work(OFFICER).await.expect("counts").open, 0);
        assert_eq!(
            door.flows.compose_due(10).await.expect("a run").drafted,
            1,
            "it waited for an officer"
        );
        let entries = log(&gateway).await;
        let entry = entries.iter().find(|text| text.contains("victim-assigned"));
        assert!(
            entry.is_some_and(|text| text.contains(COLLEAGUE) && text.contains("new-case")),
            "{entries:?}"
        );
    }
);

on_both!(
    async fn a_reassignment_takes_every_open_duty_along_and_drafts_anew(database: Database) {
        let gateway = house(&database).await;
        let victim = owed(&gateway, 1, &json!({})).await;
        gateway.flows.compose_due(10).await.expect("a run");
        let before = open_duties(&gateway, &victim).await;
        let (door, _) = team(&gateway).await;
        let flows = &door.flows;
        let elsewhere = flows.assign_vlo(MANAGER, &victim, STRANGER, "workload").await;
        assert_eq!(elsewhere.expect_err("another Area").kind(), Kind::Invalid);
        flows
            .assign_vlo(MANAGER, &victim, COLLEAGUE, "workload")
            .await
            .expect("reassigned");
        let after = open_duties(&gateway, &victim).await;
        let ids = |rows: &[ObligationRow]| {
            rows.iter()
                .map(|row| (row.id.clone(), row.due_at))
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&before), ids(&after), "nothing lost, nothing moved");
        assert_eq!(flows.count_work(OFFICER).await.expect("counts").open, 0);
        assert_eq!(
            gateway.forgotten().await,
            1,
            "its draft is void until the composer runs"
        );
        assert_eq!(door.flows.compose_due(10).await.expect("a run").drafted, 1);
        assert_eq!(gateway.forgotten().await, 0);
        let twice = flows.assign_vlo(MANAGER, &victim, COLLEAGUE, "workload").await;
        assert_eq!(twice.expect_err("the same").kind(), Kind::Conflict);
    }
);

on_both!(
    async fn cover_reaches_for_its_days_and_ends(database: Database) {
        let gateway = house(&database).await;
        owed(&gateway, 1, &json!({})).await;
        let (door, _) = team(&gateway).await;
        let flows = &door.flows;
        let open = async || flows.count_work(COLLEAGUE).await.expect("counts").open;
        assert_eq!(open().await, 0);
        let days = (date(2026, 11, 24), date(2026, 11, 25));
        for (absent, covering, days) in [
            (OFFICER, OFFICER, days),
            (OFFICER, "nobody.known", days),
            (OFFICER, COLLEAGUE, (days.1, days.0)),
            (OFFICER, COLLEAGUE, (date(2026, 11, 20), date(2026, 11, 20))),
        ] {
            let refused = flows.set_cover(MANAGER, absent, covering, days, "leave").await;
            assert_eq!(
                refused.expect_err("no cover").kind(),
                Kind::Invalid,
                "{absent} {covering}"
            );
        }
        let elsewhere = flows.set_cover(MANAGER, OFFICER, STRANGER, days, "leave").await;
        assert_eq!(elsewhere.expect_err("another Area").kind(), Kind::NotAllowed);
        flows
            .set_cover(MANAGER, OFFICER, COLLEAGUE, days, "leave")
            .await
            .expect("set");
        assert_eq!(open().await, 0, "not before its first day");
        gateway.clock().set("2026-11-24T00:00:00Z");
        assert_eq!(open().await, 1);
        gateway.clock().set("2026-11-25T23:59:00Z");
        assert_eq!(open().await, 1);
        gateway.clock().set("2026-11-26T00:00:00Z");
        assert_eq!(open().await, 0);
        let days = (date(2026, 11, 26), date(2026, 11, 27));
        let second = flows
            .set_cover(MANAGER, OFFICER, COLLEAGUE, days, "leave")
            .await
            .expect("set");
        assert_eq!(open().await, 1);
        flows.end_cover(MANAGER, &second).await.expect("ended");
        assert_eq!(open().await, 0, "ended before its time");
        let entries = log(&gateway).await.join("\n");
        assert!(entries.contains("cover-set") && entries.contains("cover-ended"));
    }
);

on_both!(
    async fn an_officer_asks_and_another_person_decides_with_the_first_due_time_kept(database: Database) {
        let gateway = house(&database).await;
        let victim = owed(&gateway, 1, &json!({})).await;
        let (door, manager) = team(&gateway).await;
        let browser = door
            .sign_in_as(officer(OFFICER, "Priya Shah", &["north-east"]))
            .await;
        let duty = open_duties(&gateway, &victim).await.remove(0);
        let path = format!("/obligations/{}/ask", duty.id);
        let form = browser.get(&path).await;
        let sunday = [
            ("kind", "move"),
            ("reason", "waiting-for-facts"),
            ("to", "6"),
            ("to-month", "12"),
            ("to-year", "2026"),
        ];
        let wrong = browser.submit(&form, &path, &sunday).await;
        assert!(
            wrong
                .error_at("to")
                .is_some_and(|words| words.contains("working day")),
            "{}",
            wrong.text()
        );
        assert_eq!(wrong.value("to").as_deref(), Some("6"));
        browser
            .submit(
                &wrong,
                &path,
                &[("to", "7"), ("kind", "move"), ("reason", "waiting-for-facts")],
            )
            .await;
        let again = door
            .flows
            .request_decision(OFFICER, &duty.id, Ask::Waive, "raised-by-mistake")
            .await;
        assert_eq!(again.expect_err("one waits").kind(), Kind::Conflict);
        assert_eq!(
            open_duties(&gateway, &victim).await[0].due_at,
            duty.due_at,
            "it stands until then"
        );

        let page = manager.get("/team").await;
        assert!(
            page.says("To move it to 7 December 2026") && page.says("Priya Shah"),
            "{}",
            page.text()
        );
        let request = door.flows.list_requests(MANAGER).await.expect("a list").remove(0);
        let decided = manager
            .post(
                &format!("/team/requests/{}", request.id),
                &[("decision", "approve")],
            )
            .await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.text());
        let moved = open_duties(&gateway, &victim).await.remove(0);
        assert_eq!(moved.original_due_at, duty.original_due_at);
        assert!(moved.moved_by_hand && moved.due_at > duty.due_at);

        let own = door
            .flows
            .request_decision(MANAGER, &duty.id, Ask::Waive, "no-purpose-any-more")
            .await;
        let own = own.expect("a manager may ask too");
        let refused = door.flows.decide_request(MANAGER, &own, true).await;
        assert_eq!(refused.expect_err("own").kind(), Kind::NotAllowed);
        door.flows
            .decide_request(SECOND_MANAGER, &own, false)
            .await
            .expect("refused");
        assert_eq!(
            open_duties(&gateway, &victim).await.len(),
            1,
            "a refusal changes nothing"
        );
        let waive = door
            .flows
            .request_decision(OFFICER, &duty.id, Ask::Waive, "no-purpose-any-more")
            .await;
        door.flows
            .decide_request(MANAGER, &waive.expect("asked"), true)
            .await
            .expect("waived");
        assert!(open_duties(&gateway, &victim).await.is_empty());
        assert!(
            door.flows
                .list_requests(MANAGER)
                .await
                .expect("a list")
                .is_empty()
        );
    }
);
