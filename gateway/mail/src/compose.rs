//! From words to the bytes of one message for one recipient.

use std::fmt;
use std::fmt::Write as _;
use std::time::SystemTime;

use domain::address::EmailAddress;
use jiff::Timestamp;
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use ring::digest;

use crate::dkim::{DkimError, Signer};
use crate::header::{HeaderFault, check_language, check_message_id, check_text};
use crate::return_path::ReturnPath;

/// Most characters of a subject.
pub const SUBJECT_CHARS_MAX: usize = 200;
/// Most characters of the sender's display name.
pub const NAME_CHARS_MAX: usize = 100;
/// Most bytes of the text or of the HTML.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Most bytes of a line without its CRLF (RFC 5322 section 2.1.1).
const LINE_BYTES_MAX: usize = 998;

/// What is to be said, by whom, to the one recipient.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// The sender's display name.
    pub from_name: &'a str,
    /// The sender's address.
    pub from: &'a EmailAddress,
    /// The one recipient.
    pub to: &'a EmailAddress,
    /// The subject, without personal data.
    pub subject: &'a str,
    /// The plain text.
    pub text: &'a str,
    /// The same words in HTML.
    pub html: &'a str,
    /// Our own Message-ID, `<id@host>`, made once and kept over retries.
    pub message_id: &'a str,
    /// The date of the message, between 1970 and 9999.
    pub date: Timestamp,
    /// Whether a program wrote it (`Auto-Submitted: auto-generated`, RFC 3834 section 5).
    pub auto_submitted: bool,
    /// Where bounces go.
    pub return_path: &'a ReturnPath,
    /// The language tag of the words, such as `en` or `cy`.
    pub language: &'a str,
    /// The conversation that it goes on with, if it does.
    pub conversation: Option<Conversation<'a>>,
}

/// The conversation that a message goes on with.
#[derive(Clone, Copy)]
pub struct Conversation<'a> {
    /// Where an answer is known to belong to it.
    pub reply_to: &'a EmailAddress,
    /// The Message-ID that is answered, `<id@host>`; one that cannot be written safely is left out.
    pub in_reply_to: Option<&'a str>,
}

/// Why a message was not composed. Never holds what was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// A value for a header was refused.
    #[error("{field} {fault}")]
    Header {
        /// Which one.
        field: &'static str,
        /// Why.
        fault: HeaderFault,
    },
    /// A body was refused.
    #[error("the {part} {what}")]
    Body {
        /// `text` or `HTML`.
        part: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// The date is outside 1970 to 9999.
    #[error("the date lies outside 1970 to 9999")]
    Date,
    /// An address passed our grammar and not that of the mail library.
    #[error("the address of the {0} was refused by the mail library")]
    Address(&'static str),
    /// The finished bytes are not what may go on the wire; a fault of this program.
    #[error("the finished message {0}")]
    Bytes(&'static str),
}

/// A finished message for one recipient. Only [`compose`] makes one.
#[derive(Clone)]
pub struct Composed {
    envelope_from: Address,
    envelope_to: Address,
    bytes: Vec<u8>,
}

impl Composed {
    /// The return path, for `MAIL FROM`.
    pub fn envelope_from(&self) -> &Address {
        &self.envelope_from
    }

    /// The one recipient, for `RCPT TO`.
    pub fn envelope_to(&self) -> &Address {
        &self.envelope_to
    }

    /// The message, ending with CRLF.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same message with a DKIM signature made at `at` before its headers.
    pub fn signed(self, signer: &Signer, at: Timestamp) -> Result<Self, DkimError> {
        let bytes = signer.sign(&self.bytes, at)?;
        Ok(Self { bytes, ..self })
    }
}

impl fmt::Debug for Composed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Composed([{} bytes])", self.bytes.len())
    }
}

/// Composes a message. The same input gives the same bytes, so that a retry sends what was sent before.
pub fn compose(outgoing: &Outgoing<'_>) -> Result<Composed, ComposeError> {
    check_headers(outgoing)?;
    let text = body("text", outgoing.text)?;
    let html = body("HTML", outgoing.html)?;
    let date = date(outgoing.date)?;
    let from = address("sender", outgoing.from)?;
    let envelope_to = address("recipient", outgoing.to)?;
    let envelope_from = address("return path", outgoing.return_path.address())?;
    let envelope = Envelope::new(Some(envelope_from.clone()), vec![envelope_to.clone()])
        .map_err(|_| ComposeError::Address("return path"))?;

    let mut builder = lettre::Message::builder()
        .envelope(envelope)
        .from(Mailbox::new(Some(outgoing.from_name.to_owned()), from))
        .to(Mailbox::new(None, envelope_to.clone()))
        .subject(outgoing.subject)
        .date(date)
        .message_id(Some(outgoing.message_id.to_owned()))
        .raw_header(raw("Content-Language", outgoing.language));
    if outgoing.auto_submitted {
        builder = builder.raw_header(raw("Auto-Submitted", "auto-generated"));
    }
    if let Some(conversation) = outgoing.conversation {
        builder = builder.reply_to(Mailbox::new(None, address("mailbox", conversation.reply_to)?));
        if let Some(earlier) = conversation.in_reply_to.filter(|id| check_message_id(id).is_ok()) {
            builder = builder
                .in_reply_to(earlier.to_owned())
                .references(earlier.to_owned());
        }
    }
    let parts = MultiPart::builder()
        .kind(lettre::message::MultiPartKind::Alternative)
        .boundary(boundary(outgoing.message_id))
        .singlepart(part(ContentType::TEXT_PLAIN, text))
        .singlepart(part(ContentType::TEXT_HTML, html));
    let message = builder
        .multipart(parts)
        .map_err(|_| ComposeError::Bytes("was refused by the mail library"))?;
    let bytes = message.formatted();
    check_wire(&bytes).map_err(ComposeError::Bytes)?;
    Ok(Composed {
        envelope_from,
        envelope_to,
        bytes,
    })
}

/// Checks that bytes may go on the wire as they are: ASCII without NUL, every CR before an LF, every LF
/// after a CR, no line over 998 bytes, CRLF at the end (RFC 5321 section 2.3.8). Says what is not so.
pub fn check_wire(bytes: &[u8]) -> Result<(), &'static str> {
    if !bytes.ends_with(b"\r\n") {
        return Err("does not end with CRLF");
    }
    for line in bytes[..bytes.len() - 1].split(|b| *b == b'\n') {
        let Some(content) = line.strip_suffix(b"\r") else {
            return Err("holds an LF without its CR");
        };
        if content.contains(&b'\r') {
            return Err("holds a CR without its LF");
        }
        if content.len() > LINE_BYTES_MAX {
            return Err("has a line over 998 bytes");
        }
        if !content.iter().all(|b| (1..=127).contains(b)) {
            return Err("holds a byte that is not 7-bit text");
        }
    }
    Ok(())
}

fn check_headers(outgoing: &Outgoing<'_>) -> Result<(), ComposeError> {
    let checks = [
        (
            "the sender's name",
            check_text(outgoing.from_name, NAME_CHARS_MAX),
        ),
        ("the subject", check_text(outgoing.subject, SUBJECT_CHARS_MAX)),
        ("the Message-ID", check_message_id(outgoing.message_id)),
        ("the language", check_language(outgoing.language)),
    ];
    for (field, result) in checks {
        result.map_err(|fault| ComposeError::Header { field, fault })?;
    }
    Ok(())
}

/// CRLF line ends and no other control character than a tab.
fn body(part: &'static str, words: &str) -> Result<String, ComposeError> {
    if words.is_empty() || words.len() > BODY_BYTES_MAX {
        return Err(ComposeError::Body {
            part,
            what: format!("must hold 1 to {BODY_BYTES_MAX} bytes"),
        });
    }
    let unix = words.replace("\r\n", "\n");
    if let Some(c) = unix.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        let what = format!(
            "holds U+{:04X}; only tabs and line ends may stand there",
            u32::from(c)
        );
        return Err(ComposeError::Body { part, what });
    }
    Ok(unix.replace('\n', "\r\n"))
}

fn date(at: Timestamp) -> Result<SystemTime, ComposeError> {
    const YEAR_10000: i64 = 253_402_300_800;
    if (0..YEAR_10000).contains(&at.as_second()) {
        Ok(SystemTime::from(at))
    } else {
        Err(ComposeError::Date)
    }
}

fn address(whose: &'static str, address: &EmailAddress) -> Result<Address, ComposeError> {
    address.reveal().parse().map_err(|_| ComposeError::Address(whose))
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn part(kind: ContentType, words: String) -> SinglePart {
    SinglePart::builder()
        .header(kind)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(words)
}

/// A boundary that follows from the Message-ID and cannot occur in a part: quoted-printable never writes
/// `=_`.
fn boundary(message_id: &str) -> String {
    let hash = digest::digest(&digest::SHA256, message_id.as_bytes());
    hash.as_ref()[..16]
        .iter()
        .fold("=_".to_owned(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
