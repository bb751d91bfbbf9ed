//! What an auditor takes away, for a reason: the table of a search, the pack of a case.

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::question::{FIELDS, question};
use super::show;
use super::words::REASONS;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::download;
use crate::refusal::Refusal;
use crate::visit::Visit;

fn need_reason(form: &Form, problems: &mut Problems) {
    let is_reason = REASONS.iter().any(|(code, _)| *code == form.value("reason"));
    problems.need(is_reason, "reason", "Select a reason");
}

/// The entries of a search, flat: the columns of the pack, no cell a formula.
pub(super) async fn table(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    let fields = FIELDS.into_iter().chain(["reason"]).collect::<Vec<_>>();
    form.only(&fields, &[])?;
    let mut problems = Problems::default();
    need_reason(&form, &mut problems);
    let asked = question(&form, &mut problems);
    if !problems.is_empty() {
        return Ok(show(&door, &visit, &form, problems).await?.into_response());
    }
    let reason = form.value("reason");
    let table = door
        .gateway()
        .export_search(visit.user()?, &asked, reason)
        .await?;
    Ok(download(
        "text/csv; charset=utf-8",
        "contact-log.csv",
        table.into_bytes(),
    ))
}

/// One case: its entries, their proofs, the checkpoint, the policy, a table and how to check it all.
pub(super) async fn pack(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    form.only(&["pack-urn", "reason"], &[])?;
    let mut problems = Problems::default();
    need_reason(&form, &mut problems);
    let urn = form.value("pack-urn");
    let is_urn = domain::urn::Urn::parse(urn).is_ok();
    problems.need(is_urn, "pack-urn", "Enter a case number such as 07XQ0040126");
    if !problems.is_empty() {
        return Ok(show(&door, &visit, &form, problems).await?.into_response());
    }
    let packed = door
        .gateway()
        .pack_case(visit.user()?, urn, form.value("reason"))
        .await?;
    Ok(download(
        "application/x-tar",
        "contact-log-of-one-case.tar",
        packed,
    ))
}
