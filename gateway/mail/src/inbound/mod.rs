//! A message from outside, bounded before anything reads it and reduced to a small typed record (attacks 8, 9 and 15).
//!
//! Nothing here is believed: the addresses are what the sender wrote, and who they are is decided elsewhere.
//!
//! **Invariant:** [`read`] looks at no more than [`Bounds`] allow, and answers for every sequence of bytes.
//! **Invariant:** the text holds no control character but line ends and tabs, and none that hides or turns letters around.

mod automatic;
mod clean;
mod fields;
mod structure;

use domain::address::EmailAddress;
use mail_parser::{Address, Message, MessageParser, MimeHeaders as _, PartType};

pub use automatic::Automatic;
pub use structure::{Bound, Bounds, Doubt, Structure, look};

/// Most characters of the text that are kept; what is over is cut and said so.
pub const TEXT_CHARS_MAX: usize = 50_000;
/// Most characters of a subject that are kept.
pub const SUBJECT_CHARS_MAX: usize = 200;
/// Most identifiers of earlier messages that are kept, the newest.
const REFERENCES_MAX: usize = 50;
/// A Message-ID fits on one line (RFC 5322 section 2.1.1); a longer one is nobody's.
const MESSAGE_ID_CHARS_MAX: usize = 998;
const FILE_NAME_CHARS_MAX: usize = 100;
const DOMAIN_CHARS_MAX: usize = 255;
/// What the servers on the way write on a message.
const TRACE: [&str; 6] = [
    "received",
    "return-path",
    "delivered-to",
    "x-original-to",
    "authentication-results",
    "received-spf",
];

/// What a message holds.
#[derive(Clone)]
pub struct Inbound {
    /// The one address in From; none when there is not exactly one that we could use.
    pub from: Option<EmailAddress>,
    /// What stands behind the last `@` of From, as it was written and in lower case: what a reader takes for the domain.
    pub from_domain: String,
    /// The subject, on one line.
    pub subject: String,
    /// Its own identifier, without angle brackets.
    pub message_id: Option<String>,
    /// The identifiers it answers to (In-Reply-To, References), each once.
    pub references: Vec<String>,
    /// The text; made of the HTML when there is no other.
    pub text: String,
    /// Whether the text was longer than [`TEXT_CHARS_MAX`].
    pub text_cut: bool,
    /// What comes with it.
    pub attachments: Vec<Attached>,
    /// Whether a machine sent it (RFC 3834).
    pub automatic: Automatic,
    /// Why two programs might read it differently; empty for an ordinary message.
    pub doubts: Vec<Doubt>,
}

impl std::fmt::Debug for Inbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Inbound([{} attachments])", self.attachments.len())
    }
}

/// A file that came with a message, without its content.
#[derive(Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its media type in lower case, such as `application/pdf`; what the sender says.
    pub media_type: String,
    /// Its name without folders; empty when it has none.
    pub name: String,
    /// Its size when decoded, in bytes.
    pub bytes: usize,
}

impl std::fmt::Debug for Attached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Attached([{} bytes])", self.bytes)
    }
}

/// Reads a message. `return_path` is the envelope's, empty for `<>`, none for a message without an envelope.
///
/// # Errors
/// The bound that it breaks; then nothing of it was parsed.
pub fn read(raw: &[u8], return_path: Option<&str>, bounds: &Bounds) -> Result<Inbound, Bound> {
    let structure = look(raw, bounds)?;
    let mut doubts = structure.doubts.clone();
    let Some(message) = MessageParser::new().parse(raw) else {
        doubts.push(Doubt::Unreadable);
        return Ok(Inbound {
            from: None,
            from_domain: domain_written(&structure.fields),
            subject: String::new(),
            message_id: None,
            references: Vec::new(),
            text: String::new(),
            text_cut: false,
            attachments: Vec::new(),
            automatic: Automatic::of(&structure.fields, return_path),
            doubts,
        });
    };
    if leaves(&message) != structure.leaves {
        doubts.push(Doubt::PartsDiffer);
    }
    if message.parts.iter().any(|part| part.is_encoding_problem) {
        doubts.push(Doubt::Undecodable);
    }
    let from = one_address(message.from()).filter(|from| stands_last(from, &structure.fields));
    if from.is_none() {
        doubts.push(Doubt::Sender);
    }
    let (text, text_cut) = text(&message);
    Ok(Inbound {
        from,
        from_domain: domain_written(&structure.fields),
        subject: clean::one_line(message.subject().unwrap_or_default(), SUBJECT_CHARS_MAX),
        message_id: message.message_id().and_then(identifier),
        references: references(&message),
        text,
        text_cut,
        attachments: message.attachments().map(attached).collect(),
        automatic: Automatic::of(&structure.fields, return_path),
        doubts,
    })
}

/// What makes a message the same one, whichever way and however often it came: SHA-256 over it without what the servers on
/// the way wrote on it.
pub fn identity(raw: &[u8]) -> [u8; 32] {
    let mut hash = ring::digest::Context::new(&ring::digest::SHA256);
    let (mut in_header, mut in_trace) = (true, false);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        in_header &= !text.is_empty();
        if in_header {
            let goes_on = line.starts_with(b" ") || line.starts_with(b"\t");
            in_trace = if goes_on { in_trace } else { is_trace(text) };
        }
        if !(in_header && in_trace) {
            hash.update(text);
            hash.update(b"\n");
        }
    }
    let mut identity = [0; 32];
    identity.copy_from_slice(hash.finish().as_ref());
    identity
}

fn is_trace(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    TRACE
        .iter()
        .any(|trace| name.eq_ignore_ascii_case(trace.as_bytes()))
}

/// Parts that hold something, also inside messages that are attached: what both readers must agree on.
fn leaves(message: &Message<'_>) -> usize {
    let each = message.parts.iter().map(|part| match &part.body {
        PartType::Multipart(_) => 0,
        PartType::Message(nested) => leaves(nested),
        _ => 1,
    });
    each.sum()
}

fn one_address(from: Option<&Address<'_>>) -> Option<EmailAddress> {
    let Address::List(list) = from? else { return None };
    let [one] = list.as_slice() else { return None };
    EmailAddress::parse(one.address()?).ok()
}

/// Whether From ends with the address that the parser found there, bare or in angle brackets: nothing after it or left open,
/// which another program could take for the sender.
fn stands_last(from: &EmailAddress, fields: &[fields::Field]) -> bool {
    let value = fields
        .iter()
        .find(|field| field.name == "from")
        .map(|field| field.value.to_lowercase());
    let address = from.reveal().to_lowercase();
    value.is_some_and(|value| value == address || value.ends_with(&format!("<{address}>")))
}

fn domain_written(fields: &[fields::Field]) -> String {
    let from = fields
        .iter()
        .find(|field| field.name == "from")
        .map(|field| field.value.as_str());
    let after = from
        .and_then(|from| from.rsplit_once('@'))
        .map(|(_, after)| after)
        .unwrap_or_default();
    let end = after.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_')));
    let domain = &after[..end.unwrap_or(after.len())];
    domain
        .chars()
        .take(DOMAIN_CHARS_MAX)
        .collect::<String>()
        .to_lowercase()
}

fn text(message: &Message<'_>) -> (String, bool) {
    let mut whole = String::new();
    for at in 0..message.text_body_count() {
        let Some(part) = message.body_text(at) else {
            continue;
        };
        if !whole.is_empty() {
            whole.push('\n');
        }
        whole.push_str(&part);
        if whole.len() > TEXT_CHARS_MAX * 4 {
            break;
        }
    }
    clean::text(&whole, TEXT_CHARS_MAX)
}

fn references(message: &Message<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in [message.in_reply_to(), message.references()] {
        for id in value.as_text_list().unwrap_or_default().iter().rev() {
            if let Some(id) = identifier(id)
                && !found.contains(&id)
                && found.len() < REFERENCES_MAX
            {
                found.push(id);
            }
        }
    }
    found
}

fn identifier(id: &str) -> Option<String> {
    let plain =
        !id.is_empty() && id.len() <= MESSAGE_ID_CHARS_MAX && id.bytes().all(|b| b.is_ascii_graphic());
    plain.then(|| id.to_owned())
}

pub(crate) fn attached(part: &mail_parser::MessagePart<'_>) -> Attached {
    let kind = part.content_type();
    let media_type = kind.map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")),
    );
    let name = part.attachment_name().unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    Attached {
        media_type: clean::one_line(&media_type.to_ascii_lowercase(), FILE_NAME_CHARS_MAX),
        name: clean::one_line(name, FILE_NAME_CHARS_MAX),
        bytes: part.contents().len(),
    }
}
