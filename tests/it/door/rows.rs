//! What the database was read for: of somebody else's object, not a row.
//!
//! Every statement says how many rows it gave back, on whichever thread it ran, to one listener of the whole process. So that it
//! hears no other test, each of these runs in a process of its own, which the test beside it starts.

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use axum::http::{Method, StatusCode};
use domain::account::Role;
use harness::database::{self, Database};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use web::route::Access;

use super::Doorway;
use super::matrix::is_about_an_object;

/// Tables whose rows belong to a case.
const OF_A_CASE: [&str; 19] = [
    "attempts",
    "cases",
    "consents",
    "contacts",
    "defendants",
    "detail_changes",
    "drafts",
    "events",
    "inbound",
    "meetings",
    "messages",
    "notices",
    "obligations",
    "openings",
    "outbox",
    "plan_proposals",
    "scrutiny_samples",
    "supporters",
    "victims",
];

/// Statements that gave rows back since they were last taken.
static READ: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn read() -> Vec<String> {
    std::mem::take(&mut *READ.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Hears what the database library says of each statement.
struct Listener;

#[derive(Default)]
struct Said {
    words: String,
    rows: u64,
}

impl Visit for Said {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            self.rows = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if matches!(field.name(), "summary" | "db.statement") {
            self.words.push_str(value);
            self.words.push(' ');
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

impl Subscriber for Listener {
    fn enabled(&self, about: &Metadata<'_>) -> bool {
        about.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut said = Said::default();
        event.record(&mut said);
        if said.rows > 0 {
            READ.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(said.words);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn is_of_a_case(statement: &str) -> bool {
    let mut words = statement.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.any(|word| OF_A_CASE.contains(&word))
}

async fn ask_for_somebody_elses(database: Database) {
    tracing::subscriber::set_global_default(Listener).expect("nobody else listens in this process");
    let doorway = Doorway::new(&database).await;
    let hers = format!("/cases/{}", doorway.ids.case);
    let manager = doorway.somebody(Role::VloManager, "north-east").await;
    read();
    let (status, _) = doorway.ask(&manager, &Method::GET, &hers).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        read().iter().any(|statement| is_of_a_case(statement)),
        "what is read is heard"
    );
    let mut tried = 0;
    for role in Role::ALL {
        let who = doorway.somebody(role, "wessex").await;
        let routes = web::table()
            .into_iter()
            .filter(|route| is_about_an_object(route.path));
        for route in routes.filter(|route| !matches!(route.access, Access::Scope(_))) {
            read();
            let (status, _) = doorway.ask(&who, &route.method, &doorway.path(route.path)).await;
            let rows = read();
            let found = rows
                .iter()
                .filter(|statement| is_of_a_case(statement))
                .collect::<Vec<_>>();
            assert!(
                found.is_empty(),
                "{} {} as {} ({status}) read {found:?}",
                route.method,
                route.path,
                role.as_str()
            );
            tried += 1;
        }
    }
    assert!(tried > 8 * 20, "{tried} requests");
}

/// Runs one of the ignored tests below in a process of its own.
fn alone(name: &str) {
    let this = std::env::current_exe().expect("this program");
    let ran = Command::new(this)
        .args(["--ignored", "--exact", &format!("door::rows::{name}")])
        .output()
        .expect("started");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn no_row_of_somebody_elses_object_is_read_from_sqlite() {
    alone("in_its_own_process_on_sqlite");
}

#[test]
fn no_row_of_somebody_elses_object_is_read_from_postgres() {
    alone("in_its_own_process_on_postgres");
}

#[tokio::test]
#[ignore = "started by no_row_of_somebody_elses_object_is_read_from_sqlite"]
async fn in_its_own_process_on_sqlite() {
    ask_for_somebody_elses(database::sqlite().await).await;
}

#[tokio::test]
#[ignore = "started by no_row_of_somebody_elses_object_is_read_from_postgres"]
async fn in_its_own_process_on_postgres() {
    ask_for_somebody_elses(database::postgres().await).await;
}
