//! Somebody else's victim: not found, nothing read, no word of hers on any page, whatever is asked for.

use axum::http::StatusCode;
use domain::contact::{PointValue, Route, Why};
use domain::id::{ContactPointId, DraftId, ObligationId, VictimId};
use domain::masked::Masked;
use flows::{Kind, ProposedPoint, Role};
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::on_both;
use serde_json::json;
use store::{drafts, obligations};

use super::{COLLEAGUE, STRANGER, find, house, in_north_east, log, officer, owed};

const CANARY: &str = "Zephyrine";
const FOREIGN_URN: &str = "05WX7700126";

async fn foreign(gateway: &TestGateway) -> VictimId {
    let changes = json!({
        "urn": FOREIGN_URN, "area": "wessex", "victim_ref": "V-9", "legal_name": "Zephyrine Quarles",
        "preferred_name": "Zephyrine", "vlo": STRANGER,
        "email": harness::case::safe("zephyrine@inbox.example"),
    });
    owed(gateway, 9, &changes).await
}

async fn duty_of(gateway: &TestGateway, victim: &VictimId) -> ObligationId {
    let list = obligations::list_open_by_victim(&mut gateway.reader().await, victim).await;
    list.expect("duties").remove(0).id
}

async fn draft_of(gateway: &TestGateway, victim: &VictimId) -> DraftId {
    let list = drafts::list_waiting(&mut gateway.reader().await, 10).await;
    let mut list = list.expect("drafts").into_iter();
    list.find(|draft| draft.victim_id == *victim).expect("a draft").id
}

on_both!(
    async fn no_page_shows_a_row_of_a_victim_who_is_somebody_elses(database: Database) {
        let gateway = house(&database).await;
        owed(&gateway, 1, &json!({})).await;
        let victim = foreign(&gateway).await;
        gateway.flows.compose_due(10).await.expect("drafts");
        let duty = duty_of(&gateway, &victim).await;
        let case = {
            let row = obligations::find(&mut gateway.reader().await, &duty).await;
            row.expect("a duty").expect("a duty").case_id
        };
        let door = gateway.door();
        let browser = door
            .sign_in_as(officer(OFFICER, "Priya Shah", &["north-east"]))
            .await;
        let before = log(&gateway).await.len();
        for path in [
            format!("/victims/{victim}"),
            format!("/victims/{victim}?page=1"),
            format!("/cases/{case}"),
            format!("/obligations/{duty}/ask"),
            format!("/work?after={duty}"),
        ] {
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text());
            assert!(!answer.html.contains(CANARY) && !answer.html.contains(FOREIGN_URN));
        }
        let answer = browser
            .post(
                &format!("/victims/{victim}/open"),
                &[("reason", "follow-the-case")],
            )
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let answer = browser.post(&format!("/victims/{victim}/open"), &[]).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "no question about her either"
        );
        assert_eq!(log(&gateway).await.len(), before, "nothing was read");

        for path in [
            "/work",
            "/work?sort=urn",
            "/work?sort=officer",
            "/work?area=wessex",
            "/cases",
        ] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
            assert!(
                !answer.html.contains(CANARY) && !answer.html.contains(FOREIGN_URN),
                "{path}"
            );
        }
        for fields in [[("urn", FOREIGN_URN)], [("name", "zephyrine quarles")]] {
            let answer = browser.post("/work/search", &fields).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(
                answer.says("Nobody was found whom you reach"),
                "{}",
                answer.text()
            );
        }
        let unknown = browser.get(&format!("/victims/{}", "0".repeat(32))).await;
        let theirs = browser.get(&format!("/victims/{victim}")).await;
        assert_eq!(unknown.text(), theirs.text(), "unknown and foreign look the same");
    }
);

on_both!(
    async fn every_verb_answers_not_found_for_a_victim_who_is_somebody_elses(database: Database) {
        let gateway = house(&database).await;
        let victim = foreign(&gateway).await;
        let door = gateway.door();
        door.sign_in_as(officer(STRANGER, "Wren Hollis", &["wessex"]))
            .await;
        door.flows.compose_due(10).await.expect("drafts");
        let (duty, draft) = (
            duty_of(&gateway, &victim).await,
            draft_of(&gateway, &victim).await,
        );
        door.sign_in_as(officer(COLLEAGUE, "Owen Pryce", &["north-east"]))
            .await;
        door.sign_in_as(in_north_east("manager", &[Role::VloManager]))
            .await;
        let flows = &door.flows;
        let refused = |what: &str, kind: Option<Kind>| assert_eq!(kind, Some(Kind::NotFound), "{what}");
        for user in [COLLEAGUE, "manager"] {
            refused(
                "plan",
                flows
                    .show_plan(user, &victim, "inspection")
                    .await
                    .err()
                    .map(|f| f.kind()),
            );
            refused(
                "contacts",
                flows
                    .list_contacts(user, &victim, "inspection")
                    .await
                    .err()
                    .map(|f| f.kind()),
            );
            refused(
                "draft",
                flows
                    .read_draft(user, &draft, "inspection")
                    .await
                    .err()
                    .map(|f| f.kind()),
            );
            refused(
                "approving",
                flows.approve_draft(user, &draft).await.err().map(|f| f.kind()),
            );
            refused(
                "again",
                flows
                    .draft_again(user, &duty, "wrong-words")
                    .await
                    .err()
                    .map(|f| f.kind()),
            );
            refused(
                "not contacted",
                flows
                    .add_not_contacted(user, &duty, "unsafe")
                    .await
                    .err()
                    .map(|f| f.kind()),
            );
            refused(
                "explaining",
                flows.explain(user, &duty).await.err().map(|f| f.kind()),
            );
            let point = ContactPointId::parse(&"0".repeat(32)).expect("an identifier");
            refused(
                "barring",
                flows
                    .bar_point(user, &victim, &point, Why::ThirdParty)
                    .await
                    .err()
                    .map(|f| f.kind()),
            );
            let proposed = ProposedPoint {
                route: Route::ViaIsva,
                value: PointValue::Person(Masked::new("the adviser")),
                replaces: None,
            };
            refused(
                "proposing",
                flows
                    .propose_change(user, &victim, proposed)
                    .await
                    .err()
                    .map(|f| f.kind()),
            );
            let ask = flows
                .request_decision(user, &duty, flows::Ask::Waive, "raised-by-mistake")
                .await;
            refused("asking", ask.err().map(|f| f.kind()));
        }
        refused(
            "waiving",
            flows
                .waive_obligation("manager", &duty, "no-purpose")
                .await
                .err()
                .map(|f| f.kind()),
        );
        let monday = jiff::civil::date(2026, 11, 30);
        refused(
            "moving",
            flows
                .move_obligation("manager", &duty, monday, "facts")
                .await
                .err()
                .map(|f| f.kind()),
        );
        refused(
            "assigning",
            flows
                .assign_vlo("manager", &victim, COLLEAGUE, "workload")
                .await
                .err()
                .map(|f| f.kind()),
        );
        assert_eq!(
            flows.compose_drafts(COLLEAGUE, 10).await.expect("a run").drafted,
            0
        );
        // Who reaches everybody still does; the answer above was about the reach.
        flows
            .approve_draft(APPROVER, &draft)
            .await
            .expect("a manager of every Area");
    }
);

on_both!(
    async fn an_event_about_somebody_elses_victim_is_refused_like_one_about_nobody(database: Database) {
        let gateway = house(&database).await;
        foreign(&gateway).await;
        let door = gateway.door();
        door.sign_in_as(officer(COLLEAGUE, "Owen Pryce", &["north-east"]))
            .await;
        let mut said = Vec::new();
        for (number, urn) in [(51, FOREIGN_URN), (52, "05WX7700226")] {
            let line = harness::case::event(
                number,
                &json!({"kind": "victim-withdrew", "urn": urn, "victim_ref": "V-9"}),
            );
            let mut events = flows::import::events(line.as_bytes(), flows::import::Format::JsonLines);
            let (_, event) = events.next().expect("a line").expect("an event");
            let recorded = door.flows.record_events(COLLEAGUE, &[event]).await;
            said.push(recorded.expect("a batch").remove(0));
        }
        assert!(matches!(said[0], flows::Recorded::Refused(_)), "{said:?}");
        assert_eq!(said[0], said[1]);
    }
);

on_both!(
    async fn who_reaches_nobody_is_shown_no_page_of_anybody(database: Database) {
        let gateway = house(&database).await;
        owed(&gateway, 1, &json!({})).await;
        let victim = find(&gateway, harness::case::URN, harness::case::VICTIM).await;
        let door = gateway.door();
        for (user, role) in [
            ("auditor-1", Role::Auditor),
            ("admin-1", Role::Administrator),
            ("reviewer-1", Role::TemplateReviewer),
        ] {
            let roles: &'static [Role] = Box::leak(Box::new([role]));
            let browser = door.sign_in_as(in_north_east(user, roles)).await;
            for path in ["/work", "/team", "/cases", &format!("/victims/{victim}")] {
                let answer = browser.get(path).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{user} {path}");
            }
        }
    }
);
