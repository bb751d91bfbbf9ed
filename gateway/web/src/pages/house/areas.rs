//! The Areas, with their officers and open cases counted.

use axum::extract::State;

use flows::MailboxSilence;

use super::{List, Section};
use crate::door::Door;
use crate::page::Shown;
use crate::parts::Table;
use crate::refusal::Refusal;
use crate::show;
use crate::visit::Visit;

fn silence(door: &Door, spell: &MailboxSilence) -> String {
    format!(
        "No mail has come to the ISVA mailbox of {} since {}. The most that is usual is {} working days.",
        show::area(door, &spell.area),
        show::moment(spell.since_at),
        spell.usual_days
    )
}

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
    let silent = door.gateway().list_silent_mailboxes().await?;
    List {
        heading: "Areas",
        warnings: silent.iter().map(|spell| silence(&door, spell)).collect(),
        intro: vec!["Officers are Victim Liaison Officers whose account is active in the Area.".to_owned()],
        sections: vec![Section::new(None, table, "There is no Area.")],
    }
    .shown(&door, &visit)
}
