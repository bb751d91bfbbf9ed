//! A message as it is read, and as it is kept.

use std::panic::{AssertUnwindSafe, catch_unwind};

use audit::entry::Entry;
use domain::address::EmailAddress;
use domain::mailbox::{FileKind, Form};
use domain::masked::Masked;
use mail::attachments::{self, Allowed, Refusal, Taken};
use mail::inbound::{self, Automatic, Bound, Inbound};
use mail::origin::Verdict;
use mail::receiving::Received;
use serde::{Deserialize, Serialize};

use super::{Incoming, without_token};

/// What a message held, as it is kept: sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) from: Option<EmailAddress>,
    pub(crate) subject: Masked,
    pub(crate) text: Masked,
    pub(crate) text_cut: bool,
    pub(crate) files: Vec<File>,
    pub(crate) message_id: Option<Masked>,
    /// What the checks of where it comes from found, by their names.
    pub(crate) checks: Vec<(String, String)>,
    /// Why it may be read in more ways than one.
    pub(crate) doubts: Vec<String>,
}

/// A file that came with a message. Where it was taken, its content is kept apart.
#[derive(Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) media_type: String,
    pub(crate) name: Masked,
    pub(crate) bytes: usize,
    /// Why it was not taken, where the mailbox takes files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<String>,
}

/// A message as it was read.
pub(super) struct Looked {
    pub(super) form: Form,
    pub(super) read: Option<Inbound>,
    pub(super) verdict: Verdict,
    pub(super) token: Option<String>,
    /// What was taken of its files, in their order; empty where the mailbox takes none.
    pub(super) files: Vec<Result<Taken, Refusal>>,
}

/// Reads a message for an Area that takes files of these kinds.
pub(super) async fn look(incoming: &Incoming, mail: &Received, kinds: &[FileKind]) -> Looked {
    let token = mail
        .recipients
        .iter()
        .find_map(|recipient| without_token(recipient).1);
    // A message that breaks the parser must not come again and again: it waits for a person like any other doubt.
    let reading = || {
        let read = inbound::read(&mail.bytes, mail.return_path.as_deref(), &incoming.bounds)?;
        let files = take_files(incoming, mail, &read, kinds)?;
        Ok((read, files))
    };
    let read: Result<_, Option<Bound>> = match catch_unwind(AssertUnwindSafe(reading)) {
        Ok(read) => read.map_err(Some),
        Err(_) => Err(None),
    };
    let (read, files) = match read {
        Ok(read) => read,
        Err(bound) => {
            return Looked {
                form: if bound.is_some() {
                    Form::TooMuch
                } else {
                    Form::Ambiguous
                },
                read: None,
                verdict: Verdict::UNKNOWN,
                token,
                files: Vec::new(),
            };
        }
    };
    let verdict = match &read.from {
        Some(from) => {
            let origins = &incoming.origins;
            origins
                .check(
                    &mail.bytes,
                    from,
                    mail.client.as_ref(),
                    mail.return_path.as_deref().unwrap_or_default(),
                )
                .await
        }
        None => Verdict::UNKNOWN,
    };
    let form = match read.automatic {
        _ if !read.doubts.is_empty() => Form::Ambiguous,
        Automatic::No => Form::Plain,
        _ => Form::Automatic,
    };
    Looked {
        form,
        read: Some(read),
        verdict,
        token,
        files,
    }
}

fn take_files(
    incoming: &Incoming,
    mail: &Received,
    read: &Inbound,
    kinds: &[FileKind],
) -> Result<Vec<Result<Taken, Refusal>>, Bound> {
    match &incoming.files {
        Some(rules) if !kinds.is_empty() && !read.attachments.is_empty() => {
            let kinds = kinds.to_vec();
            let allowed = Allowed {
                kinds,
                ..rules.allowed
            };
            attachments::take(&mail.bytes, &incoming.bounds, &allowed)
        }
        _ => Ok(Vec::new()),
    }
}

pub(super) fn content(looked: &Looked) -> Content {
    let verdict = looked.verdict;
    let checks = [
        ("spf", verdict.spf),
        ("dkim", verdict.dkim),
        ("dmarc", verdict.dmarc),
        ("arc", verdict.arc),
    ];
    let checks = checks
        .map(|(name, check)| (name.to_owned(), check.as_str().to_owned()))
        .to_vec();
    let Some(read) = &looked.read else {
        return Content {
            from: None,
            subject: Masked::new(String::new()),
            text: Masked::new(String::new()),
            text_cut: false,
            files: Vec::new(),
            message_id: None,
            checks,
            doubts: Vec::new(),
        };
    };
    let files = read.attachments.iter().enumerate().map(|(nth, file)| File {
        media_type: file.media_type.clone(),
        name: Masked::new(file.name.clone()),
        bytes: file.bytes,
        refused: match looked.files.get(nth) {
            Some(Err(refusal)) => Some(refusal.code().to_owned()),
            _ => None,
        },
    });
    Content {
        from: read.from.clone(),
        subject: Masked::new(read.subject.clone()),
        text: Masked::new(read.text.clone()),
        text_cut: read.text_cut,
        files: files.collect(),
        message_id: read.message_id.clone().map(Masked::new),
        checks,
        doubts: read
            .doubts
            .iter()
            .map(|doubt| doubt.as_str().to_owned())
            .collect(),
    }
}

pub(super) fn with_checks(entry: Entry, content: &Content) -> Entry {
    let checks = content.checks.iter();
    checks.fold(entry, |entry, (name, found)| entry.with_fact(name, found))
}
