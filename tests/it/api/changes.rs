//! What another system may change of drafts and contacts, and what is left to people.

use domain::id::DraftId;
use harness::gateway::APPROVER;

use super::resources::with_victim;
use super::*;

const DRAFTS: &str = "/api/v1/drafts";

/// The obligation of ours to introduce the officer, which can be drafted.
async fn to_draft(api: &Api, token: &str) -> String {
    let list = api.get(token, "/api/v1/obligations").await;
    let list = list.body["obligations"].as_array().expect("a list").clone();
    let ours = list
        .into_iter()
        .find(|owed| owed["owner"] == "cps" && owed["waiting_for"].is_null());
    ours.expect("one of ours")["id"]
        .as_str()
        .expect("an identifier")
        .to_owned()
}

async fn make(api: &Api, token: &str, key: &str, obligation: &str) -> Told {
    let body = json!({"obligation": obligation}).to_string();
    api.post_once(token, key, DRAFTS, &body).await
}

on_both!(
    async fn a_draft_is_made_and_sent_for_a_check_and_a_person_approves_it(database: Database) {
        let (api, token, ..) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let owed = to_draft(&api, &token).await;
        let made = make(&api, &token, "k-1", &owed).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(make(&api, &token, "k-1", &owed).await.body, made.body);
        is_problem(&make(&api, &token, "k-2", &owed).await, 409);

        let id = made.body["draft"].as_str().expect("an identifier");
        let path = format!("{DRAFTS}/{id}");
        let seen = api.get(&token, &path).await;
        assert_eq!(seen.body["sent_for_check"], false);
        let check = format!("{path}/check");
        is_problem(&api.post_once(&token, "k-3", &check, "{}").await, 428);
        is_problem(
            &api.change(&token, &check, "\"other\"", "k-3", &json!({})).await,
            412,
        );
        let unknown = json!({"approve": true});
        is_problem(&api.change(&token, &check, &seen.tag, "k-3", &unknown).await, 422);
        let sent = api.change(&token, &check, &seen.tag, "k-3", &json!({})).await;
        assert_eq!(
            (sent.status, &sent.body["sent_for_check"]),
            (StatusCode::OK, &json!(true))
        );
        let again = api.change(&token, &check, &seen.tag, "k-3", &json!({})).await;
        assert_eq!((again.status, &again.body), (sent.status, &sent.body));
        is_problem(
            &api.change(&token, &check, &seen.tag, "k-4", &json!({})).await,
            412,
        );
        let now = api.get(&token, &path).await;
        assert_ne!(now.tag, seen.tag);
        is_problem(
            &api.change(&token, &check, &now.tag, "k-4", &json!({})).await,
            409,
        );

        for nobody in ["approve", "approval", ""] {
            let path = format!("{path}/{nobody}");
            is_problem(&api.change(&token, &path, &now.tag, "k-5", &json!({})).await, 404);
        }
        let id = DraftId::parse(id).expect("an identifier");
        let by_itself = api.door.flows.approve_draft("case-system", &id).await;
        by_itself.expect_err("another system approves nothing");
        let approved = api.door.flows.approve_draft(APPROVER, &id).await;
        approved.expect("a person approves");
        assert_eq!(api.get(&token, &path).await.body["state"], "approved");
    }
);

on_both!(
    async fn a_void_draft_is_made_again_of_the_record(database: Database) {
        let (api, token, _, victim) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let owed = to_draft(&api, &token).await;
        let first = make(&api, &token, "k-1", &owed).await.body["draft"].clone();
        let path = format!("{DRAFTS}/{}", first.as_str().expect("an identifier"));
        let seen = api.get(&token, &path).await.tag;
        let void = format!("{path}/void");
        let wrong = json!({"reason": "Not a code."});
        is_problem(&api.change(&token, &void, &seen, "k-2", &wrong).await, 422);
        let why = json!({"reason": "record-was-mended"});
        let gone = api.change(&token, &void, &seen, "k-2", &why).await;
        assert_eq!(
            (gone.status, &gone.body["state"]),
            (StatusCode::OK, &json!("void"))
        );
        let second = make(&api, &token, "k-3", &owed).await;
        assert_eq!(second.status, StatusCode::CREATED, "{}", second.body);
        assert_ne!(second.body["draft"], first);
        let list = api.get(&token, &format!("/api/v1/victims/{victim}/drafts")).await;
        assert_eq!(list.body["drafts"].as_array().map(Vec::len), Some(2));

        let narrow = api.token(&[Scope::DraftsRead], DAY).await;
        is_problem(&make(&api, &narrow, "k-4", &owed).await, 403);
    }
);

on_both!(
    async fn nothing_is_drafted_or_recorded_in_another_area(database: Database) {
        let (api, token, _, victim) = with_victim(&database, &["wessex"], &Scope::ALL).await;
        let owed = api.door.flows.list_obligations(None, 1).await.expect("a list");
        let foreign = make(&api, &token, "k-1", owed[0].id.as_str()).await;
        let unknown = make(&api, &token, "k-2", &"0".repeat(32)).await;
        is_problem(&foreign, 404);
        assert_eq!(foreign.body, unknown.body);
        let path = format!("/api/v1/victims/{victim}/contacts");
        let contact = contact(&api, None).to_string();
        is_problem(&api.post_once(&token, "k-3", &path, &contact).await, 404);
    }
);

/// A meeting an hour ago, in which the victim was informed of what is owed.
pub(super) fn contact(api: &Api, owed: Option<&str>) -> Value {
    let at = (api.door.flows.now() - SignedDuration::from_mins(1)).to_string();
    let mut contact = json!({"occurred_at": at, "method": {"method": "in-person"}, "direction": "outbound",
        "person": {"person": "victim"}, "informed_at": at, "purpose": "who the officer is"});
    if let Some(owed) = owed {
        contact["obligation"] = json!(owed);
    }
    contact
}

on_both!(
    async fn a_contact_made_by_hand_is_recorded_by_the_rules_of_the_pages(database: Database) {
        let (api, token, _, victim) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let owed = to_draft(&api, &token).await;
        let path = format!("/api/v1/victims/{victim}/contacts");
        let right = contact(&api, Some(&owed));
        let future = (api.door.flows.now() + DAY).to_string();
        for (pointer, value) in [
            ("/occurred_at", json!(future)),
            (
                "/person",
                json!({"person": "other", "name": "Corin Latchford", "role": "acquaintance"}),
            ),
            ("/obligation", json!("0")),
            ("/purpose", json!("")),
            ("/method", json!({"method": "in-person", "secret-canary": 1})),
        ] {
            let mut wrong = right.clone();
            *wrong.pointer_mut(pointer).expect("a field") = value;
            wrong["informed_at"] = Value::Null;
            let told = api.post_once(&token, "k-1", &path, &wrong.to_string()).await;
            is_problem(&told, 422);
            for word in ["secret-canary", "Latchford"] {
                assert!(!told.body.to_string().contains(word), "{pointer}");
            }
        }
        assert_eq!(api.get(&token, &path).await.body["contacts"], json!([]));

        let told = api.post_once(&token, "k-1", &path, &right.to_string()).await;
        assert_eq!(told.status, StatusCode::CREATED, "{}", told.body);
        assert_eq!(told.body["obligation_ended"], true);
        let again = api.post_once(&token, "k-1", &path, &right.to_string()).await;
        assert_eq!((again.status, &again.body), (told.status, &told.body));
        let list = api.get(&token, &path).await;
        let contacts = list.body["contacts"].as_array().expect("a list");
        assert_eq!(contacts.len(), 1);
        assert_eq!(
            (&contacts[0]["id"], &contacts[0]["informed"]),
            (&told.body["contact"], &json!(true))
        );
        assert!(!list.body.to_string().contains("who the officer is"));
        let ended = api.get(&token, &format!("/api/v1/obligations/{owed}")).await;
        assert_eq!(ended.body["state"], "discharged");

        let narrow = api.token(&[Scope::ContactsRead], DAY).await;
        is_problem(
            &api.post_once(&narrow, "k-2", &path, &right.to_string()).await,
            403,
        );
    }
);
