//! The door: who may ask for what, and what no request does.

mod certificates;
mod matrix;
mod rows;
mod tls;
mod tool;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use domain::account::{Role, SignIn};
use domain::id::SampleId;
use flows::{AccountDetails, MailboxQuestion};
use harness::case::{assigned, case, event};
use harness::database::Database;
use harness::gateway::{APPROVER, TestGateway};
use harness::web::{ORIGIN, TestDoor};
use harness::zone::NO_RESOLVER;
use mail::catcher::{Fault, Faults};
use serde_json::json;
use store::drafts::MessageRow;
use store::scrutiny::{Letter, SampleRow};
use web::visit::COOKIE;

use crate::mailbox::mail;

/// Words of the one victim of this house, which no page may show to who is not hers.
const CANARIES: [&str; 2] = ["Maren", "Holloway"];

/// A house with a victim in the North East, a draft and a message to her.
struct Doorway {
    house: TestGateway,
    door: TestDoor,
    ids: Ids,
}

/// What can stand in a path.
struct Ids {
    case: String,
    victim: String,
    obligation: String,
    draft: String,
    message: String,
    inbound: String,
    sample: String,
    account: String,
    session: String,
}

/// Somebody signed in: the cookie and the token of their forms.
struct Who {
    cookie: String,
    token: String,
}

/// A letter to her that was drawn for scrutiny.
async fn drawn(house: &TestGateway, message: &MessageRow) -> String {
    let id = SampleId::parse(&"5".repeat(32)).expect("an identifier");
    let row = SampleRow {
        id: id.clone(),
        letter: Letter {
            message: message.id.clone(),
            victim: message.victim_id.clone(),
            kind: message.kind.clone(),
            version: message.version,
            language: message.language.clone(),
            digest: message.digest.clone(),
            was_late: false,
        },
        area: "north-east".to_owned(),
        chosen: "random".to_owned(),
        drawn_by: APPROVER.to_owned(),
        drawn_at: message.approved_at,
        sealed: None,
    };
    let mut tx = house.pool().begin().await.expect("a transaction");
    store::scrutiny::add(&mut tx, &row).await.expect("a letter");
    tx.commit(&[]).await.expect("kept");
    id.to_string()
}

impl Doorway {
    async fn new(database: &Database) -> Self {
        let house = TestGateway::new(database, Faults::Always(Fault::None)).await;
        house.add_victim(&case(&json!({}))).await;
        house.event(&event(1, &assigned())).await;
        let approved = house.draft_and_approve().await;
        let message = house.message(&approved[0].message).await;
        let owed = house.obligation_of(&approved[0].message).await;
        let door = house.door();
        let details = details(Role::Vlo, "north-east");
        let account = door
            .flows
            .add_account("operator", "somebody.else", &details)
            .await;
        let account = account.expect("an account");
        let ids = Ids {
            case: owed.case_id.to_string(),
            victim: owed.victim_id.to_string(),
            obligation: owed.id.to_string(),
            draft: message.draft_id.to_string(),
            message: message.id.to_string(),
            inbound: waiting(&house).await,
            sample: drawn(&house, &message).await,
            session: "0".repeat(32),
            account: account.to_string(),
        };
        Self { house, door, ids }
    }

    /// Somebody with this role in this Area.
    async fn somebody(&self, role: Role, area: &str) -> Who {
        let user = format!("{}.{area}", role.as_str());
        let account = self
            .door
            .flows
            .add_account("operator", &user, &details(role, area))
            .await;
        let opened = self
            .door
            .flows
            .open_session(&account.expect("an account"), SignIn::Passkey, None)
            .await;
        let token = opened.expect("a session").token;
        Who {
            cookie: format!("{COOKIE}={}", *token),
            token: flows::sign_in::form_token(&token)
                .expect("a form token")
                .to_string(),
        }
    }

    /// A route's path with what there is in the places of its parameters.
    fn path(&self, route: &str) -> String {
        let ids = &self.ids;
        let id = match route.split('/').nth(1).unwrap_or_default() {
            "cases" => &ids.case,
            "victims" => &ids.victim,
            "obligations" => &ids.obligation,
            "drafts" => &ids.draft,
            "messages" => &ids.message,
            "mailbox" => &ids.inbound,
            "accounts" => &ids.account,
            "scrutiny" => &ids.sample,
            _ => &ids.session,
        };
        let path = route.replace("{id}", id).replace("{*path}", "gateway.css");
        path.replace("{contact}", &ids.session)
            .replace("{meeting}", &ids.session)
            .replace("{supporter}", &ids.session)
            .replace("{consent}", &ids.session)
            .replace("{answer}", &ids.session)
            .replace("{token}", &"0".repeat(64))
            .replace("{index}", "0")
    }

    async fn send(&self, request: axum::http::request::Builder, body: String) -> (StatusCode, String) {
        let request = request.header(header::HOST, ORIGIN.trim_start_matches("https://"));
        let (status, _, body) = self
            .door
            .send(request.body(Body::from(body)).expect("a request"))
            .await;
        (status, body)
    }

    /// Asks as this person's browser would: with their cookie and, for a form, their token and our origin.
    async fn ask(&self, who: &Who, method: &Method, path: &str) -> (StatusCode, String) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &who.cookie);
        if *method == Method::GET {
            return self.send(request, String::new()).await;
        }
        let request = request
            .header(header::ORIGIN, ORIGIN)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, format!("token={}", who.token)).await
    }
}

/// A message that waits in the quarantine of the North East.
async fn waiting(house: &TestGateway) -> String {
    let flows = house.taking_mail(NO_RESOLVER);
    let stranger = mail("nobody", "Subject: x\r\n", "Who is she?");
    Box::pin(flows.receive_mail(&stranger)).await.expect("stored");
    let list = flows.list_mail(APPROVER, MailboxQuestion::Waiting).await;
    list.expect("a list")[0].id.to_string()
}

fn details(role: Role, area: &str) -> AccountDetails {
    AccountDetails {
        name: "Somebody".to_owned(),
        phone: String::new(),
        roles: vec![role],
        areas: vec![area.to_owned()],
    }
}
