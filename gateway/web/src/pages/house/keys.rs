//! Which keys there are, by their ids. Never anything of a key itself.

use axum::extract::State;
use flows::{KeysShown, MasterKey};
use jiff::Timestamp;

use super::{List, Section};
use crate::door::Door;
use crate::page::Shown;
use crate::parts::Table;
use crate::refusal::Refusal;
use crate::show;
use crate::visit::Visit;

pub(super) async fn show(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let keys = door.gateway().list_keys(visit.user()?).await?;
    let mut masters = Table::new(
        "Master keys",
        &["Id", "State", "In use since", "Keys that it wraps"],
    );
    for key in &keys.masters {
        let (state, colour) = state(key);
        let since = if key.is_active {
            since(keys.master_since)
        } else {
            "Not in use for anything new".to_owned()
        };
        masters = masters
            .row(
                key.id.clone(),
                vec![Vec::new(), vec![since], vec![key.wraps.to_string()]],
            )
            .tagged(state, colour);
    }
    let mut signing = Table::new("Keys that sign", &["Key", "What it signs", "In use since"]);
    for key in &keys.log {
        signing = signing.row(
            key.clone(),
            vec![
                vec!["Checkpoints of the contact log".to_owned()],
                vec![since(keys.log_since)],
            ],
        );
    }
    if let Some((selector, domain)) = &keys.dkim {
        signing = signing.row(
            format!("{selector}._domainkey.{domain}"),
            vec![
                vec!["Mail that leaves (DKIM)".to_owned()],
                vec!["Not recorded; the record in DNS is on the page about mail".to_owned()],
            ],
        );
    }
    List {
        heading: "Keys",
        warnings: lost(&keys.masters).into_iter().collect(),
        intro: vec![
            "Ids only: no page shows a key. The key file also holds the key of the indexes, which is never replaced."
                .to_owned(),
            "`gateway vault rotate` wraps every key under the active master key; docs/operations.md says how.".to_owned(),
        ],
        sections: vec![
            Section::new(Some("Master keys"), masters, "There is no master key."),
            Section::new(Some("Keys that sign"), signing, "This process signs nothing."),
        ],
    }
    .shown(&door, &visit)
}

fn since(at: Option<Timestamp>) -> String {
    at.map_or_else(
        || "No start of the service has been recorded yet".to_owned(),
        show::moment,
    )
}

fn state(key: &MasterKey) -> (&'static str, Option<&'static str>) {
    match (key.is_active, key.is_in_file, key.wraps) {
        (true, ..) => ("Active", Some("govuk-tag--green")),
        (false, false, _) => ("Not in the key file", Some("govuk-tag--red")),
        (false, true, 0) => ("Not needed any more", Some("govuk-tag--grey")),
        (false, true, _) => ("Still needed", Some("govuk-tag--yellow")),
    }
}

fn lost(masters: &[MasterKey]) -> Option<String> {
    let lost = masters.iter().filter(|key| !key.is_in_file);
    let ids = lost.map(|key| key.id.as_str()).collect::<Vec<_>>();
    (!ids.is_empty()).then(|| {
        format!(
            "The key file does not hold {}, and what that wraps cannot be read. Put the key file back from its copy.",
            ids.join(", ")
        )
    })
}

pub(super) fn in_short(keys: &KeysShown) -> String {
    let active = keys.masters.iter().find(|key| key.is_active);
    format!(
        "{} master keys; {} is active",
        keys.masters.len(),
        active.map_or("none", |key| key.id.as_str())
    )
}
