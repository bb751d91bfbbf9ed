//! The API as another system uses it: tokens, scopes, Areas, cases and events in, obligations and messages out.

mod changes;
mod once;
mod parts;
mod resources;
pub(crate) mod tool;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::id::SessionId;
use domain::scope::Scope;
use flows::{AccountDetails, Role};
use harness::database::Database;
use harness::gateway::TestGateway;
use harness::on_both;
use harness::queue::{assigned, victim};
use harness::web::{ORIGIN, TestDoor};
use jiff::SignedDuration;
use mail::catcher::{Fault, Faults};
use serde_json::{Value, json};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A house with its door, and an account of another system with these Areas.
struct Api {
    house: TestGateway,
    door: TestDoor,
}

/// What came back.
struct Told {
    status: StatusCode,
    kind: String,
    tag: String,
    body: Value,
}

impl Api {
    async fn new(database: &Database, areas: &[&str]) -> Self {
        let house = TestGateway::new(database, Faults::Always(Fault::None)).await;
        let door = house.door();
        let details = AccountDetails {
            name: "Case system".to_owned(),
            phone: String::new(),
            roles: vec![Role::ApiClient],
            areas: areas.iter().map(|area| (*area).to_owned()).collect(),
        };
        let added = door.flows.add_account("operator", "case-system", &details).await;
        added.expect("the account is made");
        Self { house, door }
    }

    async fn token(&self, scopes: &[Scope], life: SignedDuration) -> String {
        let flows = &self.door.flows;
        let made = flows
            .make_api_token("operator", "case-system", "nightly", scopes, life)
            .await;
        made.expect("a token").to_string()
    }

    async fn ask(&self, request: Request<Body>) -> Told {
        let (status, headers, body) = self.door.send(request).await;
        let plain = |name| {
            let value = headers.get(name).map(|value| value.to_str().expect("plain"));
            value.unwrap_or_default().to_owned()
        };
        Told {
            status,
            kind: plain(header::CONTENT_TYPE),
            tag: plain(header::ETAG),
            body: serde_json::from_str(&body).unwrap_or(Value::Null),
        }
    }

    async fn get(&self, token: &str, path: &str) -> Told {
        self.ask(asking(token, "GET", path).body(Body::empty()).expect("a request"))
            .await
    }

    async fn post(&self, token: &str, path: &str, kind: &str, body: &str) -> Told {
        let request = asking(token, "POST", path).header(header::CONTENT_TYPE, kind);
        self.ask(request.body(Body::from(body.to_owned())).expect("a request"))
            .await
    }

    /// With the tag of what was seen, and with a key.
    async fn change(&self, token: &str, path: &str, seen: &str, key: &str, body: &Value) -> Told {
        let request = asking(token, "POST", path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::IF_MATCH, seen)
            .header("idempotency-key", key);
        self.ask(request.body(Body::from(body.to_string())).expect("a request"))
            .await
    }

    async fn post_once(&self, token: &str, key: &str, path: &str, body: &str) -> Told {
        let request = asking(token, "POST", path)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key);
        self.ask(request.body(Body::from(body.to_owned())).expect("a request"))
            .await
    }
}

fn asking(token: &str, method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, ORIGIN.trim_start_matches("https://"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
}

fn is_problem(told: &Told, status: u16) {
    assert_eq!(told.status.as_u16(), status, "{}", told.body);
    assert_eq!(told.kind, "application/problem+json");
    assert_eq!(told.body["status"], status, "{}", told.body);
}

on_both!(
    async fn a_case_and_its_event_come_in_and_what_is_owed_is_seen(database: Database) {
        let api = Api::new(&database, &["north-east"]).await;
        let token = api
            .token(&[Scope::CasesAdd, Scope::EventsAdd, Scope::ObligationsRead], DAY)
            .await;
        let now = api.door.flows.now();
        let added = api
            .post(&token, "/api/v1/cases", "application/json", &victim(1, now))
            .await;
        assert_eq!(
            (added.status, &added.body),
            (StatusCode::CREATED, &json!({"outcome": "added"}))
        );
        let again = api
            .post(&token, "/api/v1/cases", "application/json", &victim(1, now))
            .await;
        assert_eq!(
            (again.status, &again.body),
            (StatusCode::OK, &json!({"outcome": "known-before"}))
        );

        let event = assigned(1, now);
        let recorded = api.post_once(&token, "k-1", "/api/v1/events", &event).await;
        assert_eq!(recorded.status, StatusCode::CREATED);
        assert!(recorded.body["raised"].as_u64().expect("a number") > 0);
        let same = api.post_once(&token, "k-1", "/api/v1/events", &event).await;
        assert_eq!(
            (same.status, &same.body),
            (StatusCode::CREATED, &recorded.body),
            "the answer that was given"
        );
        let other = api
            .post_once(&token, "k-1", "/api/v1/events", &assigned(2, now))
            .await;
        is_problem(&other, 422);
        let known = api
            .post(&token, "/api/v1/events", "application/json", &event)
            .await;
        assert_eq!(
            (known.status, &known.body["outcome"]),
            (StatusCode::OK, &json!("known-before"))
        );

        api.post(&token, "/api/v1/cases", "application/json", &victim(2, now))
            .await;
        api.post(&token, "/api/v1/events", "application/json", &assigned(2, now))
            .await;
        let list = api.get(&token, "/api/v1/obligations?limit=1").await;
        let owed = list.body["obligations"][0].clone();
        assert_eq!(owed["state"], "open", "{}", list.body);
        let id = owed["id"].as_str().expect("an identifier");
        assert_eq!(
            api.get(&token, &format!("/api/v1/obligations/{id}")).await.body,
            owed
        );
        let next = list.body["next"].as_str().expect("there is more");
        let rest = api
            .get(&token, &format!("/api/v1/obligations?after={next}"))
            .await;
        let rest = rest.body["obligations"].as_array().expect("a list");
        assert!(
            rest.iter().all(|other| other["id"] != owed["id"]),
            "no page shows one twice"
        );
        for name in ["Maren", "Holloway", "inbox.example"] {
            assert!(
                !list.body.to_string().contains(name),
                "nothing about a person: {name}"
            );
        }
    }
);

on_both!(
    async fn a_system_of_another_area_meets_nothing(database: Database) {
        let api = Api::new(&database, &["wessex"]).await;
        let now = api.door.flows.now();
        api.house.add_victim(&victim(1, now)).await;
        api.house.event(&assigned(1, now)).await;
        let owed = api.door.flows.list_obligations(None, 1).await.expect("a list");
        let token = api.token(&Scope::ALL, DAY).await;
        let list = api.get(&token, "/api/v1/obligations").await;
        assert_eq!(list.body, json!({"obligations": [], "next": null}));
        let foreign = api
            .get(&token, &format!("/api/v1/obligations/{}", owed[0].id))
            .await;
        let unknown = api
            .get(&token, &format!("/api/v1/obligations/{}", "0".repeat(32)))
            .await;
        is_problem(&foreign, 404);
        assert_eq!(
            foreign.body, unknown.body,
            "somebody else's and nobody's are answered the same"
        );
        is_problem(
            &api.post(&token, "/api/v1/cases", "application/json", &victim(2, now))
                .await,
            422,
        );
        let refused = api
            .post(&token, "/api/v1/events", "application/json", &assigned(1, now))
            .await;
        let nobody = api
            .post(&token, "/api/v1/events", "application/json", &assigned(7, now))
            .await;
        is_problem(&refused, 422);
        assert_eq!(refused.body, nobody.body);
    }
);

on_both!(
    async fn a_token_opens_what_it_names_while_it_lives(database: Database) {
        let api = Api::new(&database, &["north-east"]).await;
        let token = api.token(&[Scope::ObligationsRead], DAY).await;
        assert_eq!(
            api.get(&token, "/api/v1/obligations").await.status,
            StatusCode::OK
        );
        let now = api.door.flows.now();
        is_problem(
            &api.post(&token, "/api/v1/cases", "application/json", &victim(1, now))
                .await,
            403,
        );
        for wrong in ["", "x", &token.to_uppercase(), &"0".repeat(64)] {
            is_problem(&api.get(wrong, "/api/v1/obligations").await, 401);
        }
        let listed = api.door.flows.list_api_tokens("operator").await.expect("a list");
        assert!(listed.iter().all(|token| token.user == "case-system"));
        let id: &SessionId = &listed[0].id;
        api.door
            .flows
            .revoke_api_token("operator", id)
            .await
            .expect("revoked");
        is_problem(&api.get(&token, "/api/v1/obligations").await, 401);

        let short = api.token(&[Scope::ObligationsRead], DAY).await;
        api.house.clock().set(&(now + DAY).to_string());
        is_problem(&api.get(&short, "/api/v1/obligations").await, 401);
    }
);

on_both!(
    async fn a_file_is_read_to_its_end_and_each_refusal_is_named(database: Database) {
        let api = Api::new(&database, &["north-east"]).await;
        let token = api.token(&[Scope::CasesAdd, Scope::EventsAdd], DAY).await;
        let now = api.door.flows.now();
        let file = [victim(1, now), "{\"urn\":1}\n".to_owned(), victim(2, now)].concat();
        let report = api
            .post(&token, "/api/v1/imports/cases", "application/x-ndjson", &file)
            .await;
        assert_eq!(report.status, StatusCode::OK);
        assert_eq!(
            (&report.body["added"], &report.body["refused"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(report.body["refusals"][0]["line"], 2);
        is_problem(
            &api.post(&token, "/api/v1/imports/cases", "text/plain", &file)
                .await,
            400,
        );
        let long = "x".repeat(11 * 1024 * 1024);
        is_problem(
            &api.post(&token, "/api/v1/imports/events", "text/csv", &long)
                .await,
            413,
        );
    }
);

on_both!(
    async fn what_cannot_be_read_is_said_without_repeating_it(database: Database) {
        let api = Api::new(&database, &["north-east"]).await;
        let token = api.token(&[Scope::CasesAdd, Scope::ObligationsRead], DAY).await;
        let now = api.door.flows.now();
        for body in ["", "[1]", "{\"secret-canary\"", "null"] {
            let told = api.post(&token, "/api/v1/cases", "application/json", body).await;
            is_problem(&told, 400);
            assert!(!told.body.to_string().contains("secret-canary"));
        }
        let unknown = victim(1, now).replacen('{', "{\"secret-canary\":1,", 1);
        is_problem(
            &api.post(&token, "/api/v1/cases", "application/json", &unknown)
                .await,
            422,
        );
        is_problem(&api.get(&token, "/api/v1/obligations?limit=0").await, 422);
        is_problem(
            &api.get(&token, "/api/v1/obligations?after=secret-canary").await,
            422,
        );
        is_problem(&api.get(&token, "/api/v1/obligations?other=1").await, 400);
        is_problem(&api.get(&token, "/api/v1/nothing").await, 404);
        is_problem(
            &api.ask(
                asking(&token, "DELETE", "/api/v1/cases")
                    .body(Body::empty())
                    .expect("a request"),
            )
            .await,
            405,
        );
    }
);
