//! Files that come with a message, where an Area allows them: few kinds, known by what they hold, without what they tell by
//! the way (attacks 8 and 10).
//!
//! Whether a file is harmful is not decided here: every one that is taken has still to pass [`crate::scanning`].
//!
//! **Invariant:** the kind of a file is what its bytes are; a name or a declared type that says otherwise refuses it.
//! **Invariant:** what is in no list ([`Kind`], the segments and chunks that are kept) is refused or left out.

mod jpeg;
mod orientation;
mod png;

use mail_parser::{MessageParser, MessagePart, PartType};

use crate::inbound::{self, Attached, Bound, Bounds};

/// Which files an Area takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The kinds.
    pub kinds: Vec<Kind>,
    /// Most bytes of one file when decoded.
    pub bytes_each: usize,
    /// Most bytes of all that are taken of one message.
    pub bytes_all: usize,
    /// Most files of one message; with more, none is taken, since nobody could say which of them matter.
    pub files: usize,
}

/// What a file is, by its content. HTML, SVG, archives, programs and documents with macros are none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ISO 32000.
    Pdf,
    /// ISO 15948.
    Png,
    /// ITU-T T.81.
    Jpeg,
    /// UTF-8 without control characters and without markup at its beginning.
    Text,
}

/// What holds for one kind.
struct Facts {
    code: &'static str,
    media_types: &'static [&'static str],
    endings: &'static [&'static str],
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Pdf, Self::Png, Self::Jpeg, Self::Text];

    /// Kebab-case, for the configuration and the database.
    pub const fn code(self) -> &'static str {
        self.facts().code
    }

    /// The kind with this code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        self.facts().media_types[0]
    }

    /// The kind of these bytes.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"%PDF-") {
            return Some(Self::Pdf);
        }
        if bytes.starts_with(png::SIGNATURE) {
            return Some(Self::Png);
        }
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            return Some(Self::Jpeg);
        }
        is_text(bytes).then_some(Self::Text)
    }

    const fn facts(self) -> Facts {
        let (code, media_types, endings): (_, &'static [&'static str], &'static [&'static str]) = match self {
            Self::Pdf => ("pdf", &["application/pdf"], &["pdf"]),
            Self::Png => ("png", &["image/png"], &["png"]),
            Self::Jpeg => ("jpeg", &["image/jpeg", "image/jpg"], &["jpg", "jpeg"]),
            Self::Text => ("text", &["text/plain"], &["txt"]),
        };
        Facts {
            code,
            media_types,
            endings,
        }
    }

    /// Whether the sender's words about the file fit. `application/octet-stream` says nothing, and some mail programs say it of all.
    fn fits(self, said: &Attached) -> bool {
        let facts = self.facts();
        let silent = said.media_type == "application/octet-stream";
        (silent || facts.media_types.contains(&said.media_type.as_str()))
            && ending(&said.name).is_none_or(|ending| facts.endings.contains(&ending.as_str()))
    }
}

/// A file that is taken, not yet scanned.
#[derive(Clone, PartialEq, Eq)]
pub struct Taken {
    /// What it is.
    pub kind: Kind,
    /// Its name as the sender wrote it, on one line and without folders.
    pub name: String,
    /// What is to be scanned and kept.
    pub bytes: Vec<u8>,
    /// Whether what it tells by the way (place, time, device, author) was taken out. Never of a PDF.
    pub stripped: bool,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Taken({}, [{} bytes])", self.kind.code(), self.bytes.len())
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
    /// Kebab-case, for the database and the contact log.
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
    let kind = Kind::of(content).filter(|kind| allowed.kinds.contains(kind));
    let kind = kind.ok_or(Refusal::Kind)?;
    let said = inbound::attached(part);
    if !kind.fits(&said) {
        return Err(Refusal::Mismatch);
    }
    let (bytes, stripped) = without_asides(kind, content).ok_or(Refusal::Damaged)?;
    Ok(Taken {
        kind,
        name: said.name,
        bytes,
        stripped,
    })
}

/// The file without what it tells by the way, and whether that could be done; none when it is not whole.
fn without_asides(kind: Kind, content: &[u8]) -> Option<(Vec<u8>, bool)> {
    match kind {
        Kind::Jpeg => jpeg::stripped(content).map(|bytes| (bytes, true)),
        Kind::Png => png::stripped(content).map(|bytes| (bytes, true)),
        // Its metadata stand in objects that only a whole reader of PDF could take out without breaking others.
        Kind::Pdf => is_whole_pdf(content).then(|| (content.to_vec(), false)),
        Kind::Text => Some((content.to_vec(), false)),
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
