//! Files that come with a message, where an Area allows them: few kinds, known by what they hold, without what they tell by
//! the way (attacks 8 and 10).
//!
//! Whether a file is harmful is not decided here: every one that is taken has still to pass [`crate::scanning`].
//!
//! **Invariant:** the kind of a file is what its bytes are; a name or a declared type that says otherwise refuses it.
//! **Invariant:** what is in no list ([`FileKind`], the segments and chunks that are kept) is refused or left out.

mod jpeg;
mod orientation;
mod png;

use domain::mailbox::FileKind;
use mail_parser::{MessageParser, MessagePart, PartType};

use crate::inbound::{self, Attached, Bound, Bounds};

/// Which files an Area takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The kinds.
    pub kinds: Vec<FileKind>,
    /// Most bytes of one file when decoded.
    pub bytes_each: usize,
    /// Most bytes of all that are taken of one message.
    pub bytes_all: usize,
    /// Most files of one message; with more, none is taken, since nobody could say which of them matter.
    pub files: usize,
}

/// The kind of these bytes.
fn kind_of(bytes: &[u8]) -> Option<FileKind> {
    if bytes.starts_with(b"%PDF-") {
        return Some(FileKind::Pdf);
    }
    if bytes.starts_with(png::SIGNATURE) {
        return Some(FileKind::Png);
    }
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return Some(FileKind::Jpeg);
    }
    is_text(bytes).then_some(FileKind::Text)
}

/// Whether the sender's words about a file fit what it is. `application/octet-stream` says nothing, and some mail programs say it
/// of all.
fn fits(kind: FileKind, said: &Attached) -> bool {
    let (media_types, endings): (&[&str], &[&str]) = match kind {
        FileKind::Pdf => (&["application/pdf"], &["pdf"]),
        FileKind::Png => (&["image/png"], &["png"]),
        FileKind::Jpeg => (&["image/jpeg", "image/jpg"], &["jpg", "jpeg"]),
        FileKind::Text => (&["text/plain"], &["txt"]),
    };
    let silent = said.media_type == "application/octet-stream";
    (silent || media_types.contains(&said.media_type.as_str()))
        && ending(&said.name).is_none_or(|ending| endings.contains(&ending.as_str()))
}

/// A file that is taken, not yet scanned.
#[derive(Clone, PartialEq, Eq)]
pub struct Taken {
    /// What it is.
    pub kind: FileKind,
    /// Its name as the sender wrote it, on one line and without folders.
    pub name: String,
    /// What is to be scanned and kept, without what a picture tells by the way (place, time, device).
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Taken({}, [{} bytes])", self.kind, self.bytes.len())
    }
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More files than [`Allowed::files`].
    #[error("there are more files than this mailbox takes with one message")]
    TooMany,
    /// A message inside the message.
    #[error("it is a message inside the message")]
    Nested,
    /// Its encoding is broken.
    #[error("its encoding is broken")]
    Undecodable,
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// Over [`Allowed::bytes_each`].
    #[error("it is larger than this mailbox takes")]
    TooLarge,
    /// Over [`Allowed::bytes_all`] with those before it.
    #[error("the files together are larger than this mailbox takes")]
    TooLargeTogether,
    /// No kind that we know, or not one of [`Allowed::kinds`].
    #[error("it is of no kind that this mailbox takes")]
    Kind,
    /// Its name or its declared type says otherwise than its content.
    #[error("its name or its type says otherwise than its content")]
    Mismatch,
    /// It breaks off, or holds what its kind does not know.
    #[error("it is not whole")]
    Damaged,
}

impl Refusal {
    const ALL: [Self; 9] = [
        Self::TooMany,
        Self::Nested,
        Self::Undecodable,
        Self::Empty,
        Self::TooLarge,
        Self::TooLargeTogether,
        Self::Kind,
        Self::Mismatch,
        Self::Damaged,
    ];

    /// Kebab-case, as it is kept with the message.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooMany => "too-many",
            Self::Nested => "nested",
            Self::Undecodable => "undecodable",
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::TooLargeTogether => "too-large-together",
            Self::Kind => "kind",
            Self::Mismatch => "mismatch",
            Self::Damaged => "damaged",
        }
    }

    /// The refusal with this code.
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }
}

/// Takes the files of a message, in the order of [`inbound::Inbound::attachments`].
///
/// # Errors
/// The bound that the message breaks; then nothing of it was parsed.
pub fn take(raw: &[u8], bounds: &Bounds, allowed: &Allowed) -> Result<Vec<Result<Taken, Refusal>>, Bound> {
    inbound::look(raw, bounds)?;
    let Some(message) = MessageParser::new().parse(raw) else {
        return Ok(Vec::new());
    };
    let too_many = message.attachment_count() > allowed.files;
    let mut room = allowed.bytes_all;
    let mut one = |part: &MessagePart<'_>| {
        if too_many {
            return Err(Refusal::TooMany);
        }
        let taken = take_one(part, allowed)?;
        room = room
            .checked_sub(taken.bytes.len())
            .ok_or(Refusal::TooLargeTogether)?;
        Ok(taken)
    };
    Ok(message.attachments().map(&mut one).collect())
}

fn take_one(part: &MessagePart<'_>, allowed: &Allowed) -> Result<Taken, Refusal> {
    if matches!(part.body, PartType::Message(_) | PartType::Multipart(_)) {
        return Err(Refusal::Nested);
    }
    if part.is_encoding_problem {
        return Err(Refusal::Undecodable);
    }
    let content = part.contents();
    if content.is_empty() {
        return Err(Refusal::Empty);
    }
    if content.len() > allowed.bytes_each {
        return Err(Refusal::TooLarge);
    }
    let kind = kind_of(content).filter(|kind| allowed.kinds.contains(kind));
    let kind = kind.ok_or(Refusal::Kind)?;
    let said = inbound::attached(part);
    if !fits(kind, &said) {
        return Err(Refusal::Mismatch);
    }
    let bytes = without_asides(kind, content).ok_or(Refusal::Damaged)?;
    Ok(Taken {
        kind,
        name: said.name,
        bytes,
    })
}

/// The file without what it tells by the way (place, time, device, author), as far as that can be taken out; none when it is not
/// whole.
fn without_asides(kind: FileKind, content: &[u8]) -> Option<Vec<u8>> {
    match kind {
        FileKind::Jpeg => jpeg::stripped(content),
        FileKind::Png => png::stripped(content),
        // Its metadata stand in objects that only a whole reader of PDF could take out without breaking others.
        FileKind::Pdf => is_whole_pdf(content).then(|| content.to_vec()),
        FileKind::Text => Some(content.to_vec()),
    }
}

/// The mark at the end, which readers look for in the last kilobyte (ISO 32000-1, annex H.3, note 18).
fn is_whole_pdf(content: &[u8]) -> bool {
    let end = &content[content.len().saturating_sub(1024)..];
    end.windows(5).any(|window| window == b"%%EOF")
}

fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    // A browser that guesses takes what begins so for HTML, SVG or XML; and no letter of an adviser does.
    let begins = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    !begins.is_empty()
        && !begins.starts_with('<')
        && !text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

/// What stands behind the last dot, in lower case, when it looks like the ending of a file's name.
fn ending(name: &str) -> Option<String> {
    let (_, ending) = name.rsplit_once('.')?;
    let looks_like_one = (1..=8).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    looks_like_one.then(|| ending.to_ascii_lowercase())
}
