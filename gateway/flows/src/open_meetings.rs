//! Meetings that are not over, of everybody whom an officer has by name: when, about what, and how far it has come. Nobody is named
//! and no place is said; who wants more opens the meeting, with a reason.

use audit::entry::Act;
use domain::id::{MeetingId, VictimId};
use domain::meeting::{Meeting, Mode, State};
use jiff::Timestamp;
use store::{keys, meetings};

use crate::entries::entry;
use crate::whose::OFFICERS;
use crate::{Gateway, Result};

/// Meetings that are shown to one person.
pub const MEETINGS_SHOWN: u32 = 100;

/// A meeting that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenMeeting {
    /// Its identifier.
    pub id: MeetingId,
    /// With whom.
    pub victim: VictimId,
    /// The case.
    pub urn: String,
    /// What it is about, a word of `domain::meeting::Purpose`.
    pub purpose: String,
    /// Where it stands, a word of `domain::meeting::State`.
    pub state: String,
    /// Since when.
    pub changed_at: Timestamp,
    /// When it begins, and how it is held, once that is agreed.
    pub agreed: Option<(Timestamp, Mode)>,
}

impl Gateway {
    /// The open meetings of one's own people, of whom one covers, and behind a broken glass: what is arranged by its time, and then
    /// what is not, by how long it has stood. At most [`MEETINGS_SHOWN`].
    pub async fn list_open_meetings(&self, user: &str) -> Result<Vec<OpenMeeting>> {
        let staff = self.authorise(user, &OFFICERS)?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        let mut open = Vec::new();
        for (row, urn) in meetings::list_open(&mut tx, &scope, MEETINGS_SHOWN).await? {
            let owner = row.victim_id.as_str();
            // Somebody who is erased has no meetings.
            let key = match keys::find(&mut tx, owner).await? {
                None => continue,
                wrapped => self.unwrap(owner, wrapped)?,
            };
            let meeting: Meeting = Self::open(&key, "meetings", row.id.as_str(), &row.sealed)?;
            let agreed = match meeting.state {
                State::Arranged { plan } => Some((plan.meeting_at, plan.mode)),
                _ => None,
            };
            open.push(OpenMeeting {
                id: row.id,
                victim: row.victim_id,
                urn,
                purpose: row.purpose,
                state: row.state,
                changed_at: row.changed_at,
                agreed,
            });
        }
        drop(tx);
        open.sort_by_key(|one| {
            (
                one.agreed.is_none(),
                one.agreed.map_or(one.changed_at, |(at, _)| at),
            )
        });
        let read = entry(self.now(), user, Act::Consultation, "meetings-ahead-listed")?;
        self.record(read.with_fact("meetings", open.len().to_string()))
            .await?;
        Ok(open)
    }
}
