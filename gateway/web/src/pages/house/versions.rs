//! The template versions, and who vetted their words.

use axum::extract::State;
use flows::{SampleCount, VersionShown};
use render::Translation;

use super::{List, Section};
use crate::door::Door;
use crate::page::Shown;
use crate::parts::Table;
use crate::refusal::Refusal;
use crate::show;
use crate::visit::Visit;

pub(super) async fn show(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let versions = door.gateway().list_versions(visit.user()?).await?;
    let found = door.gateway().count_scrutiny(visit.user()?).await?;
    let columns = [
        "Template",
        "State",
        "Version",
        "Translation",
        "Vetted",
        "Scrutiny",
    ];
    let mut table = Table::new("Templates", &columns);
    for version in &versions {
        let (state, colour) = state(version);
        let number = format!(
            "Version {}, {}",
            version.version,
            show::language(&version.language)
        );
        table = table
            .row(
                version.title.clone(),
                vec![
                    Vec::new(),
                    vec![number, version.kind.clone()],
                    vec![translation(&version.translation)],
                    vec![vetted(version)],
                    vec![reviewed(found.get(&(
                        version.kind.clone(),
                        i64::from(version.version),
                        version.language.clone(),
                    )))],
                ],
            )
            .tagged(state, colour);
    }
    let unvetted = versions
        .iter()
        .filter(|one| one.is_newest && one.vetting.is_none());
    List {
        heading: "Templates",
        warnings: warning(unvetted.count()).into_iter().collect(),
        intro: vec![
            "Two people vet a version, and nothing is sent from one that they have not vetted. A vetting has no day on \
             which it ends: it belongs to the very words, and ends when they change."
                .to_owned(),
        ],
        sections: vec![Section::new(None, table, "No template is loaded.")],
    }
    .shown(&door, &visit)
}

fn warning(unvetted: usize) -> Option<String> {
    match unvetted {
        0 => None,
        1 => Some("1 version has not been vetted: nothing is sent from it.".to_owned()),
        many => Some(format!(
            "{many} versions have not been vetted: nothing is sent from them."
        )),
    }
}

fn state(version: &VersionShown) -> (&'static str, Option<&'static str>) {
    match (&version.vetting, version.is_newest) {
        (Some(_), true) => ("In use", Some("govuk-tag--green")),
        (None, true) => ("Not vetted", Some("govuk-tag--red")),
        // What was drafted from it is still rendered from it.
        (_, false) => ("Replaced", Some("govuk-tag--grey")),
    }
}

fn translation(translation: &Translation) -> String {
    match translation {
        Translation::Original => "Written in this language".to_owned(),
        Translation::Unchecked => "Translated; nobody has checked it".to_owned(),
        Translation::Checked { by, on } => format!("Checked by {by} on {}", show::day(*on)),
    }
}

fn vetted(version: &VersionShown) -> String {
    match &version.vetting {
        Some(row) => format!(
            "By {} and {} on {}",
            row.vetted_by,
            row.seconded_by,
            show::moment(row.vetted_at)
        ),
        None => "Nobody has vetted these words".to_owned(),
    }
}

/// What advisers think of letters from it, in numbers: who looks after the service sees no words.
fn reviewed(count: Option<&SampleCount>) -> String {
    match count {
        Some(count) => format!(
            "{} of {} reviews found a letter good enough",
            count.good, count.reviews
        ),
        None => "No letter was reviewed".to_owned(),
    }
}

pub(super) fn in_short(versions: &[VersionShown]) -> String {
    let vetted = versions.iter().filter(|one| one.vetting.is_some()).count();
    format!("{} versions, {vetted} of these vetted", versions.len())
}
