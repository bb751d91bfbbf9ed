//! The meetings of an officer's own people that are not over.

use axum::extract::State;
use flows::{MEETINGS_SHOWN, OpenMeeting};
use serde::Serialize;

use super::OFFICERS;
use super::meeting_words::{PURPOSES, label, mode};
use crate::door::Door;
use crate::page::{Page, Shown};
use crate::refusal::Refusal;
use crate::route::{Route, get};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![get("/meetings", OFFICERS, list)]
}

#[derive(Serialize)]
struct Meetings {
    lines: Vec<Line>,
    /// Whether there are more than are shown.
    more: bool,
}

#[derive(Serialize)]
struct Line {
    href: String,
    urn: String,
    about: &'static str,
    when: String,
    stands: String,
    /// Its time is over, and what came of it is not recorded.
    is_over: bool,
}

fn line(door: &Door, meeting: OpenMeeting) -> Line {
    Line {
        href: format!("/victims/{}/meetings/{}", meeting.victim, meeting.id),
        urn: meeting.urn,
        about: label(PURPOSES, &meeting.purpose),
        is_over: meeting.agreed.is_some_and(|(at, _)| at <= door.gateway().now()),
        when: meeting.agreed.map_or_else(
            || "No time is agreed".to_owned(),
            |(at, how)| format!("{}, {}", show::moment(at), mode(how)),
        ),
        stands: format!(
            "{}, {}",
            show::sentence(&meeting.state),
            show::moment(meeting.changed_at)
        ),
    }
}

async fn list(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let open = door.gateway().list_open_meetings(visit.user()?).await?;
    let data = Meetings {
        more: open.len() >= MEETINGS_SHOWN as usize,
        lines: open.into_iter().map(|meeting| line(&door, meeting)).collect(),
    };
    Page::new("Meetings")
        .under("/meetings")
        .show(&door, Some(&visit), "acting/meetings-open", &data)
}
