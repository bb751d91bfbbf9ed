//! One entry: every field in words, its bytes, its proof; and one masked field at a time, opened for a reason.

use axum::extract::{Path, State};
use axum::response::Response;
use flows::FoundEntry;
use serde::Serialize;

use super::words::{REASONS, fields, in_words};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown, download};
use crate::parts::{Choice, SummaryList};
use crate::refusal::Refusal;
use crate::visit::Visit;

#[derive(Serialize)]
struct Read {
    index: String,
    fields: SummaryList,
    proof: SummaryList,
    json: String,
    case: Option<String>,
    victim: Option<String>,
    masked: Option<Choice>,
    reason: Choice,
}

fn index_of(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

pub(super) async fn read(
    State(door): State<Door>,
    visit: Visit,
    Path(index): Path<String>,
) -> Result<Shown, Refusal> {
    show(
        &door,
        &visit,
        index_of(&index)?,
        &Form::default(),
        &Problems::default(),
    )
    .await
}

async fn show(
    door: &Door,
    visit: &Visit,
    index: u64,
    form: &Form,
    problems: &Problems,
) -> Result<Shown, Refusal> {
    let found = door.gateway().read_entry(visit.user()?, index).await?;
    let proof = door.gateway().proof_of(index)?;
    let path = proof
        .path
        .iter()
        .map(audit::merkle::Hash::to_hex)
        .collect::<Vec<_>>();
    let mut proved = SummaryList::default()
        .row("Leaf hash", found.leaf.clone())
        .row(
            "Proof",
            format!("Holds. {} hashes lead from the entry to the root", path.len()),
        )
        .row("Checkpoint", "");
    if let Some(row) = proved.rows.last_mut() {
        row.lines = String::from_utf8_lossy(&proof.note.to_bytes())
            .lines()
            .map(str::to_owned)
            .collect();
    }
    let data = Read {
        index: index.to_string(),
        fields: fields(&found),
        proof: proved,
        case: found.entry.case().map(str::to_owned),
        victim: found.entry.victim().map(str::to_owned),
        masked: masked(&found, form, problems),
        json: found.json,
        reason: Choice::new("reason", "Reason", REASONS, form, problems),
    };
    Page::new(format!("Entry {index}"))
        .under("/log")
        .back("/log")
        .problems(problems)
        .show(door, Some(visit), "log-entry", &data)
}

/// The fields that can be opened; none where the entry has none.
fn masked(found: &FoundEntry, form: &Form, problems: &Problems) -> Option<Choice> {
    let names = found.entry.commitments().keys();
    let names = names
        .map(|name| (name.clone(), in_words(name)))
        .collect::<Vec<_>>();
    let options = names.iter().map(|(name, words)| (name.as_str(), words.as_str()));
    (!names.is_empty()).then(|| Choice::new("field", "Field to open", options, form, problems))
}

/// The proof as a file, for `contact-log-verify` and whatever else reads C2SP's.
pub(super) async fn proof(
    State(door): State<Door>,
    visit: Visit,
    Path(index): Path<String>,
) -> Result<Response, Refusal> {
    let index = index_of(&index)?;
    let proof = door.gateway().prove_entry(visit.user()?, index).await?;
    Ok(download(
        "application/octet-stream",
        &format!("entry-{index}.tlog-proof"),
        proof.to_bytes(),
    ))
}

#[derive(Serialize)]
struct Opened {
    index: String,
    rows: SummaryList,
}

pub(super) async fn open(
    State(door): State<Door>,
    visit: Visit,
    Path(index): Path<String>,
    form: Form,
) -> Result<Shown, Refusal> {
    form.only(&["field", "reason"], &[])?;
    let index = index_of(&index)?;
    let mut problems = Problems::default();
    problems.need(!form.value("field").is_empty(), "field", "Select a field to open");
    let is_reason = REASONS.iter().any(|(code, _)| *code == form.value("reason"));
    problems.need(is_reason, "reason", "Select a reason");
    if !problems.is_empty() {
        return show(&door, &visit, index, &form, &problems).await;
    }
    let (field, reason) = (form.value("field"), form.value("reason"));
    let opened = door
        .gateway()
        .open_field(visit.user()?, index, field, reason)
        .await?;
    let data = Opened {
        index: index.to_string(),
        rows: SummaryList::default()
            .row("Field", in_words(field))
            .row("Value", opened.value.reveal())
            .row("Nonce", opened.nonce)
            .row("Key", opened.key.reveal())
            .row("Commitment", opened.commitment),
    };
    Page::new("Opened field")
        .under("/log")
        .back(format!("/log/{index}"))
        .show(&door, Some(&visit), "log-opened", &data)
}
