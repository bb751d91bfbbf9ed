//! Victims, contact plans, drafts, contacts and the published log, as another system asks for them.

use audit::offline_proof::OfflineProof;
use harness::gateway::HOLD_BACK_ENDS;

use super::*;

/// A house with one victim who is owed something, and a token of these Areas with these scopes.
pub(super) async fn with_victim(
    database: &Database,
    areas: &[&str],
    scopes: &[Scope],
) -> (Api, String, String, String) {
    let api = Api::new(database, areas).await;
    let now = api.door.flows.now();
    api.house.add_victim(&victim(1, now)).await;
    api.house.event(&assigned(1, now)).await;
    let owed = api.door.flows.list_obligations(None, 1).await.expect("a list");
    let (case, victim) = (owed[0].case_id.to_string(), owed[0].victim_id.to_string());
    let token = api.token(scopes, DAY).await;
    (api, token, case, victim)
}

impl Api {
    async fn propose(&self, token: &str, victim: &str, seen: Option<&str>, key: &str, body: &Value) -> Told {
        let path = format!("/api/v1/victims/{victim}/plan/changes");
        let mut request = asking(token, "POST", &path)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key);
        if let Some(seen) = seen {
            request = request.header(header::IF_MATCH, seen);
        }
        self.ask(request.body(Body::from(body.to_string())).expect("a request"))
            .await
    }

    async fn plan(&self, token: &str, victim: &str) -> Value {
        let told = self.get(token, &format!("/api/v1/victims/{victim}/plan")).await;
        assert_eq!(told.status, StatusCode::OK, "{}", told.body);
        told.body
    }
}

fn paths(case: &str, victim: &str) -> [String; 5] {
    [
        format!("/api/v1/cases/{case}/victims"),
        format!("/api/v1/victims/{victim}"),
        format!("/api/v1/victims/{victim}/plan"),
        format!("/api/v1/victims/{victim}/drafts"),
        format!("/api/v1/victims/{victim}/contacts"),
    ]
}

on_both!(
    async fn what_there_is_of_a_victim_is_read_without_the_person(database: Database) {
        let (api, token, case, victim) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        api.house.draft_and_approve().await;
        for path in paths(&case, &victim) {
            let told = api.get(&token, &path).await;
            assert_eq!(told.status, StatusCode::OK, "{path}: {}", told.body);
            for name in ["Maren", "Holloway", "inbox.example"] {
                assert!(
                    !told.body.to_string().contains(name),
                    "{path} says nothing of {name}"
                );
            }
        }
        let [listed, ..] = paths(&case, &victim);
        assert_eq!(api.get(&token, &listed).await.body["victims"][0]["id"], victim);
        let plan = api.plan(&token, &victim).await;
        assert_eq!(plan["points"][0]["safety"], "verified-safe");
        let drafts = api.get(&token, &format!("/api/v1/victims/{victim}/drafts")).await;
        let draft = drafts.body["drafts"][0].clone();
        let id = draft["id"].as_str().expect("an identifier");
        assert_eq!(api.get(&token, &format!("/api/v1/drafts/{id}")).await.body, draft);
    }
);

on_both!(
    async fn what_is_out_of_reach_or_scope_is_not_read(database: Database) {
        let (api, token, case, victim) = with_victim(&database, &["wessex"], &Scope::ALL).await;
        for path in paths(&case, &victim) {
            is_problem(&api.get(&token, &path).await, 404);
        }
        let body = json!({"route": "email", "value": "new@inbox.example"});
        is_problem(
            &api.propose(&token, &victim, Some("\"1\""), "k", &body).await,
            404,
        );
        let narrow = api.token(&[Scope::CasesAdd], DAY).await;
        for path in paths(&case, &victim) {
            is_problem(&api.get(&narrow, &path).await, 403);
        }
        is_problem(&api.get(&narrow, "/api/v1/log/checkpoint").await, 403);
        is_problem(
            &api.propose(&narrow, &victim, Some("\"1\""), "k", &body).await,
            403,
        );
    }
);

on_both!(
    async fn a_change_is_proposed_on_the_plan_that_was_seen_and_no_other(database: Database) {
        let (api, token, _, victim) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let before = api.plan(&token, &victim).await;
        let seen = format!("\"{}\"", before["version"]);
        let body =
            json!({"route": "email", "value": "new@inbox.example", "replaces": before["points"][0]["id"]});
        is_problem(&api.propose(&token, &victim, None, "k-1", &body).await, 428);
        for stale in ["\"999\"", "999", "*"] {
            is_problem(
                &api.propose(&token, &victim, Some(stale), "k-1", &body).await,
                412,
            );
        }
        let unknown = json!({"route": "email", "value": "new@inbox.example", "secret-canary": 1});
        let refused = api.propose(&token, &victim, Some(&seen), "k-1", &unknown).await;
        is_problem(&refused, 422);
        assert!(!refused.body.to_string().contains("secret-canary"));
        assert_eq!(api.plan(&token, &victim).await, before, "nothing was changed");

        let first = api.propose(&token, &victim, Some(&seen), "k-1", &body).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        let again = api.propose(&token, &victim, Some(&seen), "k-1", &body).await;
        assert_eq!((again.status, &again.body), (StatusCode::CREATED, &first.body));
        is_problem(
            &api.propose(&token, &victim, Some(&seen), "k-2", &body).await,
            412,
        );
        let after = api.plan(&token, &victim).await;
        assert_eq!(
            after["changes"].as_array().map(Vec::len),
            Some(1),
            "one change: {after}"
        );
        assert_eq!(after["changes"][0]["id"], first.body["change"]);
        assert_eq!(
            after["points"][0]["why"], "being-changed",
            "the old value is barred"
        );
    }
);

on_both!(
    async fn the_log_proves_itself_to_another_system(database: Database) {
        let (api, token, ..) = with_victim(&database, &["north-east"], &[Scope::LogRead]).await;
        is_problem(&api.get(&token, "/api/v1/log/checkpoint").await, 404);
        api.house.seal().await;
        let checkpoint = api.get(&token, "/api/v1/log/checkpoint").await;
        let proved = api.get(&token, "/api/v1/log/entries/0/proof").await;
        assert_eq!(proved.body["note"], checkpoint.body["note"]);
        let file = proved.body["tlog_proof"].as_str().expect("a proof");
        let proof = OfflineProof::parse(file.as_bytes()).expect("a tlog-proof");
        let entry = api.house.log_bodies().await.swap_remove(0);
        let size = proof.check(&entry).expect("the proof holds").size;
        let told = api
            .get(&token, &format!("/api/v1/log/consistency?from=1&to={size}"))
            .await;
        assert_eq!(told.body["to"], size, "{}", told.body);
        is_problem(
            &api.get(&token, &format!("/api/v1/log/entries/{size}/proof"))
                .await,
            404,
        );
        is_problem(
            &api.get(&token, &format!("/api/v1/log/consistency?from=0&to={size}"))
                .await,
            422,
        );
        is_problem(
            &api.get(&token, "/api/v1/log/consistency?from=1&to=999999").await,
            422,
        );
        is_problem(&api.get(&token, "/api/v1/log/consistency?from=1&to=x").await, 400);
    }
);

on_both!(
    async fn an_email_that_was_delivered_is_a_contact(database: Database) {
        let (api, token, _, victim) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let path = format!("/api/v1/victims/{victim}/contacts");
        let approved = api.house.draft_and_approve().await;
        let waiting = api.get(&token, &path).await;
        api.house.deliver_all().await;
        let held = api.get(&token, &path).await;
        assert_eq!(waiting.body, held.body, "nothing leaves during the hold-back");
        assert_eq!(held.body["contacts"], json!([]));
        api.house.clock().set(HOLD_BACK_ENDS);
        api.house.deliver_all().await;
        let told = api.get(&token, &path).await;
        let contacts = told.body["contacts"].as_array().expect("a list");
        assert_eq!(contacts.len(), approved.len(), "{}", told.body);
        for contact in contacts {
            assert_eq!(
                (&contact["method"], &contact["result"], &contact["informed"]),
                (&json!("email"), &json!("accepted"), &json!(false)),
                "taken by the receiving server, and nobody knows more"
            );
        }
    }
);
