//! Files that came with a message: what became of each, and the download of one that the scanner judged clean.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::Role;
use domain::id::{InboundId, VictimId};
use flows::{FileRead, FileStanding, FileState, MailRead};
use serde::Serialize;

use super::question::path as question_path;
use super::referral::parsed;
use crate::door::Door;
use crate::page::download;
use crate::refusal::Refusal;
use crate::route::{Access, Route, get};
use crate::show;
use crate::visit::Visit;

/// Officers, and a prosecutor who has the question.
const READERS: Access = Access::Roles(&[Role::Vlo, Role::VloManager, Role::Prosecutor]);

pub(super) fn routes() -> Vec<Route> {
    vec![get(
        "/victims/{id}/correspondence/{message}/files/{number}",
        READERS,
        take,
    )]
}

/// One file on the page of its message.
#[derive(Serialize)]
pub(super) struct FileShown {
    number: usize,
    name: String,
    said: String,
    href: Option<String>,
}

/// For whom a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    Officer,
    Prosecutor,
}

/// The files of a message. A message that waits in quarantine hands none of them out, and what may be evidence only to a prosecutor.
pub(super) fn shown(mail: &MailRead, reader: Reader) -> Vec<FileShown> {
    let victim = mail.mail.victim.as_ref();
    let may_have = mail.evidence.is_none() || reader == Reader::Prosecutor;
    mail.files
        .iter()
        .map(|file| FileShown {
            number: file.number,
            name: if file.name.is_empty() {
                "A file without a name".to_owned()
            } else {
                file.name.clone()
            },
            said: said(file, victim.is_some()),
            href: victim
                .filter(|_| may_have && matches!(file.standing, FileStanding::Taken(_, FileState::Clean)))
                .map(|victim| path(victim, &mail.mail.id, file.number)),
        })
        .collect()
}

fn path(victim: &VictimId, message: &InboundId, number: usize) -> String {
    format!("{}/files/{number}", question_path(victim, message))
}

fn said(file: &FileRead, is_filed: bool) -> String {
    let size = show::bytes(file.bytes);
    match file.standing {
        FileStanding::NotTaken => format!(
            "{}, {size}. Not kept: this mailbox takes no files.",
            file.media_type
        ),
        FileStanding::Refused(why) => format!("{}, {size}. Not kept: {why}.", file.media_type),
        FileStanding::Taken(kind, FileState::Waiting) => {
            format!(
                "{}, {size}. It is still to be scanned for harmful content.",
                kind.name()
            )
        }
        FileStanding::Taken(kind, FileState::Clean) if is_filed => format!("{}, {size}.", kind.name()),
        FileStanding::Taken(kind, FileState::Clean) => {
            format!(
                "{}, {size}. You can download it once the message is filed.",
                kind.name()
            )
        }
        FileStanding::Taken(kind, FileState::Infected) => format!(
            "{}, {size}. It was harmful and is not kept. Ring the adviser: somebody else may be using their computer.",
            kind.name()
        ),
    }
}

/// Hands a file out to be saved, under a name of ours that says nothing about anybody.
async fn take(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message, number)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let (victim, message) = parsed(&id, &message)?;
    let number = number.parse::<u16>().map_err(|_| Refusal::NotFound)?;
    let roles = &visit.visitor()?.account.roles;
    let is_officer = roles.contains(&Role::Vlo) || roles.contains(&Role::VloManager);
    let Some(reason) = door.gateway().find_reason(visit.visitor()?, &victim).await? else {
        // The page of the message asks for it.
        let page = if is_officer {
            question_path(&victim, &message)
        } else {
            "/questions".to_owned()
        };
        return Ok(Redirect::to(&page).into_response());
    };
    let file = door
        .gateway()
        .read_file(visit.user()?, (&victim, &message, i64::from(number)), &reason)
        .await?;
    let name = format!(
        "message-{}-file-{number}.{}",
        show::iso_day(file.received_at),
        file.kind.ending()
    );
    Ok(download("application/octet-stream", &name, file.bytes.to_vec()))
}
