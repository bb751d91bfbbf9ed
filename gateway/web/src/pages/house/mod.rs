//! The administrator's pages: what the service works with, and whether that is in order. No content of a case is here: no
//! name, no address, no URN, no words of a message.

mod areas;
mod holidays;
mod keys;
mod mail;
mod messages;
mod rules;
mod services;
mod versions;

use axum::extract::State;
use serde::Serialize;

use super::accounts::ADMINISTRATOR;
use crate::door::Door;
use crate::page::{Page, Shown};
use crate::parts::{SummaryList, SummaryRow, Table};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::visit::Visit;

const HOUSE: &str = "/house";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(HOUSE, ADMINISTRATOR, index),
        get("/house/areas", ADMINISTRATOR, areas::show),
        get("/house/services", ADMINISTRATOR, services::show),
        get("/house/rules", ADMINISTRATOR, rules::show),
        get("/house/bank-holidays", ADMINISTRATOR, holidays::show),
        get("/house/templates", ADMINISTRATOR, versions::show),
        get("/house/keys", ADMINISTRATOR, keys::show),
        get("/house/mail", ADMINISTRATOR, mail::show),
        post("/house/mail/relay", ADMINISTRATOR, mail::try_relay),
        post("/house/mail/domain", ADMINISTRATOR, mail::ask_about_domain),
        get("/house/messages", ADMINISTRATOR, messages::show),
    ]
}

/// A page of tables.
#[derive(Serialize, Default)]
struct List {
    heading: &'static str,
    warnings: Vec<String>,
    intro: Vec<String>,
    sections: Vec<Section>,
}

/// One table under its heading.
#[derive(Serialize)]
struct Section {
    heading: Option<String>,
    /// None when it would be empty; then `none` is said.
    table: Option<Table>,
    none: &'static str,
}

impl Section {
    fn new(heading: Option<&str>, table: Table, none: &'static str) -> Self {
        Self {
            heading: heading.map(str::to_owned),
            table: (!table.rows.is_empty()).then_some(table),
            none,
        }
    }
}

impl List {
    fn shown(&self, door: &Door, visit: &Visit) -> Result<Shown, Refusal> {
        framed(self.heading).show(door, Some(visit), "house/list", self)
    }
}

fn framed(heading: &str) -> Page {
    Page::new(heading).under(HOUSE).back(HOUSE)
}

#[derive(Serialize)]
struct Index {
    warnings: Vec<String>,
    rooms: SummaryList,
}

/// Each page with what stands on it, in a sentence; what needs somebody comes first.
async fn index(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let (gateway, user) = (door.gateway(), visit.user()?);
    let undelivered = gateway.list_undelivered(user).await?;
    let versions = gateway.list_versions(user).await?;
    let keys = gateway.list_keys(user).await?;
    let parts = gateway.parts();
    let room = |key: &str, value: String, href: &str| SummaryRow {
        key: key.to_owned(),
        value,
        lines: Vec::new(),
        action_href: Some(format!("{HOUSE}/{href}")),
        action_text: Some("Look at"),
    };
    let data = Index {
        warnings: holidays::warning(&parts.calendar, gateway.now())
            .into_iter()
            .collect(),
        rooms: SummaryList {
            rows: vec![
                room("Messages", messages::in_short(&undelivered), "messages"),
                room("Mail", mail::in_short(&door, user)?, "mail"),
                room("Templates", versions::in_short(&versions), "templates"),
                room("Rulebook", rules::in_short(parts.rulebook.rules()), "rules"),
                room(
                    "Bank holidays",
                    holidays::in_short(&parts.calendar),
                    "bank-holidays",
                ),
                room("Keys", keys::in_short(&keys), "keys"),
                room("Areas", format!("{} Areas", parts.areas.list().len()), "areas"),
                room(
                    "Services and advisers",
                    "Who supports victims, and how they are written to".to_owned(),
                    "services",
                ),
            ],
        },
    };
    Page::new("Administration")
        .under(HOUSE)
        .show(&door, Some(&visit), "house/index", &data)
}
