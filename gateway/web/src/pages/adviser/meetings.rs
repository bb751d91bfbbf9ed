//! Meetings that lie ahead of the people whom an adviser supports.

use axum::extract::State;
use flows::MeetingAhead;
use serde::Serialize;

use super::super::acting::meeting_words::mode;
use super::ADVISERS;
use crate::door::Door;
use crate::page::{Page, Shown};
use crate::parts::Table;
use crate::refusal::Refusal;
use crate::route::{Route, get};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![get("/adviser/meetings", ADVISERS, list)]
}

#[derive(Serialize)]
struct Meetings {
    table: Option<Table>,
}

async fn list(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let ahead = door.gateway().list_meetings_ahead(visit.user()?).await?;
    let empty = Table::new("Meetings to come", &["With", "When", "How", "Where"]);
    let filled = |table: Table, meeting: MeetingAhead| {
        let how = show::sentence(mode(meeting.mode));
        let place = meeting.place.unwrap_or_else(|| "No place".to_owned());
        let cells = vec![vec![show::moment(meeting.at)], vec![how], vec![place]];
        table.row(meeting.name, cells)
    };
    let data = Meetings {
        table: (!ahead.is_empty()).then(|| ahead.into_iter().fold(empty, filled)),
    };
    Page::new("Meetings")
        .under("/adviser/meetings")
        .show(&door, Some(&visit), "adviser/meetings", &data)
}
