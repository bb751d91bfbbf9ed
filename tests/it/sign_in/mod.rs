//! Signing in: invitations, passkeys, sessions, and everything that lets nobody in.

mod authenticator;
mod kept_words;
mod passkeys;
mod recovery;
mod sessions;
mod single_sign_on;
mod ways_in;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use domain::account::SignIn;
use domain::id::AccountId;
use flows::{AccountDetails, Role};
use harness::database::Database;
use harness::gateway::TestGateway;
use harness::web::{ORIGIN, TestDoor};
use jiff::{SignedDuration, Timestamp};
use mail::catcher::{Fault, Faults};
use serde_json::Value;
use web::visit::COOKIE;

/// A house with its door and one officer's account, to which nobody has signed in yet.
struct Entrance {
    house: TestGateway,
    door: TestDoor,
    officer: AccountId,
}

impl Entrance {
    async fn new(database: &Database) -> Self {
        let house = TestGateway::new(database, Faults::Always(Fault::None)).await;
        let door = house.door();
        Self {
            officer: officer(&door, "mina.varga", "Mina Varga").await,
            house,
            door,
        }
    }

    /// Another officer's account.
    async fn somebody_else(&self) -> AccountId {
        officer(&self.door, "theo.lind", "Theo Lind").await
    }

    /// A browser in which the officer has just signed in.
    async fn signed_in(&self) -> Scripted {
        let opened = self.door.flows.open_session(&self.officer, SignIn::Passkey, None);
        let token = opened.await.expect("a session").token.to_string();
        Scripted {
            cookies: vec![(COOKIE.to_owned(), token)],
            ..Scripted::default()
        }
    }

    async fn is_in(&self, browser: &mut Scripted) -> bool {
        browser.get(&self.door, "/account").await.0 == StatusCode::OK
    }

    fn later(&self, by: SignedDuration) -> Timestamp {
        let at = self.door.flows.now() + by;
        self.house.clock().set(&at.to_string());
        at
    }

    /// How many entries the log has of this verb.
    async fn entries_of(&self, verb: &str) -> usize {
        let mark = format!("\"verb\":\"{verb}\"");
        let log = self.house.log_bodies().await;
        let all = log.iter().map(|body| String::from_utf8_lossy(body));
        all.filter(|body| body.contains(&mark)).count()
    }

    async fn invitation(&self) -> String {
        let made = self.door.flows.invite("operator", &self.officer).await;
        made.expect("an invitation").to_string()
    }
}

/// An officer's account.
async fn officer(door: &TestDoor, user: &str, name: &str) -> AccountId {
    let details = AccountDetails {
        name: name.to_owned(),
        phone: "01632 960222".to_owned(),
        roles: vec![Role::Vlo],
        areas: vec!["north-east".to_owned()],
    };
    let added = door.flows.add_account("operator", user, &details).await;
    added.expect("an account")
}

/// A browser that speaks as the pages' script does.
#[derive(Default)]
struct Scripted {
    cookies: Vec<(String, String)>,
    token: String,
    /// Where the last answer leads; empty for nowhere.
    location: String,
}

impl Scripted {
    async fn send(
        &mut self,
        door: &TestDoor,
        request: axum::http::request::Builder,
        body: String,
    ) -> (StatusCode, String) {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let request = request
            .header(header::HOST, ORIGIN.trim_start_matches("https://"))
            .header(header::COOKIE, cookies.collect::<Vec<_>>().join("; "));
        let (status, headers, body) = door
            .send(request.body(Body::from(body)).expect("a request"))
            .await;
        self.keep(&headers);
        if let Some((_, rest)) = body.split_once("<meta name=\"token\" content=\"") {
            rest.split('"')
                .next()
                .unwrap_or_default()
                .clone_into(&mut self.token);
        }
        (status, body)
    }

    fn keep(&mut self, headers: &HeaderMap) {
        let location = headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok());
        location.unwrap_or_default().clone_into(&mut self.location);
        for set in headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().expect("plain");
            let (name, rest) = set.split_once('=').expect("a cookie");
            self.cookies.retain(|(known, _)| known != name);
            if !set.contains("Max-Age=0") {
                let value = rest.split(';').next().unwrap_or_default();
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    async fn get(&mut self, door: &TestDoor, path: &str) -> (StatusCode, String) {
        self.send(door, Request::get(path), String::new()).await
    }

    async fn post(&mut self, door: &TestDoor, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header(header::ORIGIN, ORIGIN)
            .header("sec-fetch-site", "same-origin")
            .header("x-csrf-token", self.token.as_str())
            .header(header::CONTENT_TYPE, "application/json");
        let (status, body) = self.send(door, request, body.to_string()).await;
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    /// Sends a form of the page that was shown last.
    async fn form(&mut self, door: &TestDoor, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("token", &self.token);
        body.extend_pairs(fields);
        let request = Request::post(path)
            .header(header::ORIGIN, ORIGIN)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(door, request, body.finish()).await
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        let found = self.cookies.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}
