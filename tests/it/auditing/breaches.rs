//! The register of breaches: a clock from noticing, two people where it is not reported, blocked sends by themselves.

use axum::http::StatusCode;
use flows::Role;
use harness::case::{assigned, case, event};
use harness::database::Database;
use harness::gateway::{HOLD_BACK_ENDS, TestGateway};
use harness::on_both;
use harness::web::{Browser, TestDoor, Who};
use mail::catcher::{Fault, Faults};
use serde_json::json;

use super::{AUDITOR, PERSONAL, entries, index};

const ONE: Who<'static> = Who {
    user: "mara.one",
    name: "Mara One",
    roles: &[Role::VloManager],
    areas: &["north-east"],
};

/// Noticed half an hour before a test begins.
const NOTICED: [(&str, &str); 9] = [
    ("kind", "suspected-breach"),
    ("what", "wrong-recipient"),
    ("done", "nothing-yet"),
    ("area", "north-east"),
    ("day", "23"),
    ("day-month", "11"),
    ("day-year", "2026"),
    ("time", "8"),
    ("time-minutes", "30"),
];

async fn bare(database: &Database) -> TestGateway {
    TestGateway::new(database, Faults::Always(Fault::None)).await
}

/// Somebody who has recorded a breach, and where it stands.
async fn recorded(door: &TestDoor) -> (Browser, String) {
    let browser = door.sign_in_as(ONE).await;
    browser.get("/breaches").await;
    let page = browser.post("/breaches", &NOTICED).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    (browser, page.path)
}

on_both!(
    async fn a_suspected_breach_has_72_hours_from_noticing_and_two_people_find_it_not_reportable(
        database: Database,
    ) {
        let gateway = bare(&database).await;
        let door = gateway.door();
        let (one, path) = recorded(&door).await;
        let page = one.get(&path).await;
        assert!(
            page.says("Report it by 26 November 2026 at 8:30am: 71 hours are left"),
            "{}",
            page.text()
        );
        let page = one.post(&format!("{path}/assess"), &[]).await;
        assert!(page.says("Assessed by"), "{}", page.text());
        assert!(page.says("is for somebody else to find"), "{}", page.text());
        let end = format!("{path}/end");
        let why = [("end", "not-reportable"), ("reason", "no-risk-to-people")];
        let alone = one.post(&end, &why).await;
        assert_eq!(alone.status, StatusCode::CONFLICT, "{}", alone.text());
        let two = door
            .sign_in_as(Who {
                user: "nils.two",
                ..ONE
            })
            .await;
        let page = two.get(&path).await;
        assert!(page.says("It need not be reported"), "{}", page.text());
        let without = two.post(&end, &[("end", "not-reportable")]).await;
        assert!(without.error_at("reason").is_some(), "{}", without.text());
        let ended = two.post(&end, &why).await;
        assert!(
            ended.says("not-reportable") && ended.says("No clock runs"),
            "{}",
            ended.text()
        );
        for verb in ["breach-recorded", "breach-assessed", "breach-not-reportable"] {
            assert_eq!(entries(&gateway, verb).await.len(), 1, "{verb}");
        }
    }
);

on_both!(
    async fn a_late_report_is_said_to_be_late_and_a_moment_to_come_is_refused(database: Database) {
        let gateway = bare(&database).await;
        let door = gateway.door();
        let (one, path) = recorded(&door).await;
        let mut early = NOTICED;
        early[4].1 = "24";
        let page = one.post("/breaches", &early).await;
        assert!(page.error_at("day").is_some(), "{}", page.text());
        assert_eq!(page.value("time").as_deref(), Some("8"), "what was typed stays");
        gateway.clock().set("2026-11-26T08:30:00Z");
        let late = door.sign_in_as(ONE).await.get(&path).await;
        assert!(late.says("The 72 hours ended"), "{}", late.text());
    }
);

on_both!(
    async fn the_register_is_for_its_area_and_auditors_only_read_it(database: Database) {
        let gateway = bare(&database).await;
        let door = gateway.door();
        let (_, path) = recorded(&door).await;
        let far = Who {
            user: "far.manager",
            areas: &["wessex"],
            ..ONE
        };
        assert_eq!(
            door.sign_in_as(far).await.get(&path).await.status,
            StatusCode::NOT_FOUND
        );
        let auditor = door.sign_in_as(AUDITOR).await;
        assert_eq!(auditor.get(&path).await.status, StatusCode::OK);
        let refused = auditor.post_once(&format!("{path}/assess"), &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let officer = Who {
            user: "some.officer",
            roles: &[Role::Vlo],
            ..ONE
        };
        let page = door.sign_in_as(officer).await.get("/breaches").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
);

on_both!(
    async fn a_blocked_send_is_a_near_miss_by_itself(database: Database) {
        let gateway = bare(&database).await;
        gateway.add_victim(&case(&json!({}))).await;
        gateway.event(&event(1, &assigned())).await;
        gateway.draft_and_approve().await;
        // Her address was to be checked again by 2 July 2027, and nobody did.
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.clock().set("2027-07-05T09:00:00Z");
        gateway.deliver().await;
        index(&gateway).await;
        let page = gateway.door().sign_in_as(ONE).await.get("/breaches").await;
        assert!(page.says("contact-point-expired"), "{}", page.text());
        for personal in PERSONAL {
            assert!(!page.html.contains(personal), "{}", page.html);
        }
    }
);
