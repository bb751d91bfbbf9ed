//! Services that support victims, and their advisers with masked addresses.

use axum::extract::State;
use domain::calendar::london_date;

use super::{List, Section};
use crate::door::Door;
use crate::page::Shown;
use crate::parts::Table;
use crate::refusal::Refusal;
use crate::show;
use crate::visit::Visit;

pub(super) async fn show(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let (services, advisers) = door.gateway().list_services(visit.user()?).await?;
    let mut by_service = Table::new(
        "Services",
        &["Service", "Written to", "Advisers now", "Advisers ever"],
    );
    for row in services {
        by_service = by_service.row(
            row.service,
            vec![
                vec![transport(&row.transport)],
                vec![row.now.to_string()],
                vec![row.advisers.to_string()],
            ],
        );
    }
    let mut one_by_one = Table::new("Advisers", &["Service", "Address", "From", "Until"]);
    for adviser in advisers {
        let until = adviser
            .until_at
            .map_or_else(|| "No end is known".to_owned(), |at| show::day(london_date(at)));
        one_by_one = one_by_one.row(
            adviser.service,
            vec![
                vec![adviser.address.unwrap_or_else(|| "Erased".to_owned())],
                vec![show::day(london_date(adviser.from_at))],
                vec![until],
            ],
        );
    }
    let none = "No service is known yet. They come in with cases.";
    List {
        heading: "Services and advisers",
        intro: vec![format!(
            "An adviser’s name is not shown, and their address only from the @ on. Up to {} advisers are named. Opening \
             this page is recorded.",
            flows::ADVISERS_MAX
        )],
        sections: vec![
            Section::new(Some("Services"), by_service, none),
            Section::new(Some("Advisers"), one_by_one, none),
        ],
        ..List::default()
    }
    .shown(&door, &visit)
}

fn transport(code: &str) -> String {
    match code {
        "cjsm" => "By CJSM".to_owned(),
        "aligned-tls-dmarc" => "By email with TLS and DMARC".to_owned(),
        "portal-only" => "Not by email: it reads here".to_owned(),
        other => crate::words::code(other),
    }
}
