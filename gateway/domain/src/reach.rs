//! Need to know (law 10, requirement E4): whom somebody of the service reaches.
//!
//! The store says the same in SQL, so that nothing of somebody else's is ever read; a test holds the two against each
//! other. This is the text that people can read.

use jiff::Timestamp;

use crate::account::Role;
use crate::id::VictimId;

/// Who reads.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The user name.
    pub user: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// In which Areas; none named is all of them.
    pub areas: Vec<String>,
    /// For whom they cover.
    pub covers: Vec<Cover>,
    /// For which victims they broke the glass.
    pub glasses: Vec<Glass>,
}

/// A time in which somebody covers for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// The user name of who is away.
    pub absent: String,
    /// From this instant on.
    pub from: Timestamp,
    /// Until before this one.
    pub until: Timestamp,
}

/// A victim who is not theirs, opened with a reason for a short time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glass {
    /// Whom.
    pub victim: VictimId,
    /// Until before this instant.
    pub until: Timestamp,
}

/// Where a victim stands.
#[derive(Debug, Clone)]
pub struct Place {
    /// Whom.
    pub victim: VictimId,
    /// The Area of the case.
    pub area: String,
    /// The officer's user name.
    pub vlo: Option<String>,
}

/// Whether these roles reach everybody of their Areas.
pub fn reaches_areas(roles: &[Role]) -> bool {
    roles.contains(&Role::VloManager) || roles.contains(&Role::Prosecutor)
}

/// Whether these roles reach whom they are assigned to, whom they cover, and who has nobody yet.
pub fn reaches_assigned(roles: &[Role]) -> bool {
    roles.contains(&Role::Vlo)
}

/// Whether a reader reaches a victim now. An auditor reads the log only; an administrator, a template reviewer and an
/// adviser reach nobody. An API client reaches nobody as a person would, by pages and commands; by the API it reaches the
/// Areas of its account, within its scopes (`flows::ApiClient`).
pub fn reaches(reader: &Reader, place: &Place, now: Timestamp) -> bool {
    let (areas, assigned) = (reaches_areas(&reader.roles), reaches_assigned(&reader.roles));
    let in_area = reader.areas.is_empty() || reader.areas.contains(&place.area);
    let by_glass = (areas || assigned)
        && reader
            .glasses
            .iter()
            .any(|glass| glass.victim == place.victim && glass.until > now);
    let by_name = match &place.vlo {
        None => assigned && in_area,
        Some(vlo) => assigned && (*vlo == reader.user || is_covered(reader, vlo, now)),
    };
    (areas && in_area) || by_name || by_glass
}

fn is_covered(reader: &Reader, vlo: &str, now: Timestamp) -> bool {
    let covers = |cover: &Cover| cover.absent == vlo && cover.from <= now && now < cover.until;
    reader.covers.iter().any(covers)
}
