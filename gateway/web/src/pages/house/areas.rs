//! The Areas, with their officers and open cases counted.

use axum::extract::State;

use super::{List, Section};
use crate::door::Door;
use crate::page::Shown;
use crate::parts::Table;
use crate::refusal::Refusal;
use crate::visit::Visit;

pub(super) async fn show(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let mut table = Table::new("Areas", &["Area", "Code", "Officers", "Open cases"]);
    for area in door.gateway().count_areas(visit.user()?).await? {
        let open = area
            .open_cases
            .map_or_else(|| "Not one of your Areas".to_owned(), |count| count.to_string());
        table = table.row(
            area.name,
            vec![vec![area.code], vec![area.officers.to_string()], vec![open]],
        );
    }
    List {
        heading: "Areas",
        intro: vec!["Officers are Victim Liaison Officers whose account is active in the Area.".to_owned()],
        sections: vec![Section::new(None, table, "There is no Area.")],
        ..List::default()
    }
    .shown(&door, &visit)
}
