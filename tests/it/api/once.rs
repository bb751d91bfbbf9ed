//! A key does its work once: also when the same request comes several times at one instant, and when one that is under way
//! ends in the middle.

use std::time::Duration;

use futures_util::future::join_all;
use harness::gateway::HOLD_BACK_ENDS;

use super::changes::contact;
use super::resources::with_victim;
use super::*;

on_both!(
    async fn the_same_request_at_one_instant_is_done_once(database: Database) {
        let (api, token, _, victim) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let path = format!("/api/v1/victims/{victim}/contacts");
        let body = contact(&api, None).to_string();
        for round in 1..=3 {
            let key = format!("k-{round}");
            let told = join_all((0..8).map(|_| api.post_once(&token, &key, &path, &body))).await;
            for one in &told {
                assert_eq!(one.status, StatusCode::CREATED, "{}", one.body);
                assert_eq!(one.body, told[0].body, "everybody hears the same");
            }
            let list = api.get(&token, &path).await;
            assert_eq!(list.body["contacts"].as_array().map(Vec::len), Some(round));
        }
    }
);

on_both!(
    async fn two_requests_under_one_key_at_one_instant_are_not_both_done(database: Database) {
        let (api, token, _, victim) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let path = format!("/api/v1/victims/{victim}/contacts");
        let bodies = (0..8).map(|n| {
            let mut body = contact(&api, None);
            body["purpose"] = json!(format!("purpose {n}"));
            body.to_string()
        });
        let bodies = bodies.collect::<Vec<_>>();
        let told = join_all(bodies.iter().map(|body| api.post_once(&token, "k", &path, body))).await;
        let (done, refused): (Vec<_>, Vec<_>) =
            told.iter().partition(|one| one.status == StatusCode::CREATED);
        assert_eq!((done.len(), refused.len()), (1, 7));
        for one in refused {
            is_problem(one, 422);
        }
        let list = api.get(&token, &path).await;
        assert_eq!(list.body["contacts"].as_array().map(Vec::len), Some(1));
    }
);

on_both!(
    async fn a_version_belongs_to_what_is_asked_under_a_key(database: Database) {
        let (api, token, _, victim) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let seen = api
            .get(&token, &format!("/api/v1/victims/{victim}/plan"))
            .await
            .tag;
        let path = format!("/api/v1/victims/{victim}/plan/changes");
        let body = json!({"route": "email", "value": "new@inbox.example"});
        // What was not done leaves its key as new.
        is_problem(&api.change(&token, &path, "\"999\"", "k", &body).await, 412);
        let told = api.change(&token, &path, &seen, "k", &body).await;
        assert_eq!(told.status, StatusCode::CREATED, "{}", told.body);
        is_problem(&api.change(&token, &path, "\"999\"", "k", &body).await, 422);
    }
);

on_both!(
    async fn a_refusal_that_bars_a_point_leaves_no_answer(database: Database) {
        let (api, token, _, victim) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let plan = api.get(&token, &format!("/api/v1/victims/{victim}/plan")).await;
        let path = format!("/api/v1/victims/{victim}/plan/changes");
        let body = json!({"route": "email", "value": "corin.latchford@elsewhere.test",
            "replaces": plan.body["points"][0]["id"]});
        let told = api.change(&token, &path, &plan.tag, "k", &body).await;
        assert!(told.status.is_client_error(), "{}", told.body);
        let after = api.get(&token, &format!("/api/v1/victims/{victim}/plan")).await;
        assert_ne!(after.tag, plan.tag, "the point is barred");
        is_problem(&api.change(&token, &path, &plan.tag, "k", &body).await, 412);
    }
);

on_both!(
    async fn whatever_ends_in_the_middle_leaves_its_key_usable(database: Database) {
        let (api, token, _, victim) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let path = format!("/api/v1/victims/{victim}/contacts");
        let body = contact(&api, None).to_string();
        let mut cut_off = 0;
        for round in 1..=24 {
            let key = format!("k-{round}");
            let request = api.post_once(&token, &key, &path, &body);
            let end = Duration::from_micros(400 * u64::try_from(round).expect("a small number"));
            cut_off += usize::from(tokio::time::timeout(end, request).await.is_err());
            let told = api.post_once(&token, &key, &path, &body).await;
            assert_eq!(told.status, StatusCode::CREATED, "{}", told.body);
            let list = api.get(&token, &path).await;
            let contacts = list.body["contacts"].as_array().expect("a list");
            assert_eq!(contacts.len(), round, "once for each key");
            let known = contacts
                .iter()
                .any(|contact| contact["id"] == told.body["contact"]);
            assert!(known, "the answer is that of what was done");
        }
        assert!(cut_off > 0, "some were cut off");
    }
);

on_both!(
    async fn an_answer_is_kept_for_a_day(database: Database) {
        let (api, token, _, victim) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let token_of_days = api.token(&Scope::ALL, DAY * 9).await;
        let path = format!("/api/v1/victims/{victim}/contacts");
        let body = contact(&api, None).to_string();
        let first = api.post_once(&token, "k", &path, &body).await;
        api.house.clock().set(HOLD_BACK_ENDS);
        let same = api.post_once(&token, "k", &path, &body).await;
        assert_eq!(same.body, first.body);
        let later = api.door.flows.now() + DAY;
        api.house.clock().set(&later.to_string());
        let other = api.post_once(&token_of_days, "k", &path, &body).await;
        assert_eq!(other.status, StatusCode::CREATED);
        assert_ne!(other.body, first.body);
    }
);
