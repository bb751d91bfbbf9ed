//! What stands in a mail that left, read by another program's eyes.

use mail::catcher::Caught;
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

/// A mail that left.
pub struct Mail<'m> {
    /// The one recipient of the envelope.
    pub recipient: &'m str,
    parsed: Message<'m>,
}

impl<'m> Mail<'m> {
    /// Reads it; fails when the envelope has not exactly one recipient.
    pub fn read(caught: &'m Caught) -> Self {
        let [recipient] = caught.recipients.as_slice() else {
            panic!("{} recipients in one envelope", caught.recipients.len());
        };
        let parsed = MessageParser::default().parse(&caught.bytes);
        Self {
            recipient,
            parsed: parsed.expect("a mail parses"),
        }
    }

    /// The names of its headers, in lower case.
    pub fn headers(&self) -> Vec<String> {
        let headers = self.parsed.headers().iter();
        headers.map(|header| header.name().to_ascii_lowercase()).collect()
    }

    /// The addresses in `To`.
    pub fn to(&self) -> Vec<String> {
        let to = self.parsed.to().expect("a To");
        to.iter()
            .filter_map(|one| one.address().map(str::to_owned))
            .collect()
    }

    /// The subject.
    pub fn subject(&self) -> &str {
        self.parsed.subject().expect("a subject")
    }

    /// Its identifier, without our domain.
    pub fn id(&self) -> &str {
        let id = self.parsed.message_id().expect("a Message-ID");
        id.split('@').next().expect("its first part")
    }

    /// The words of both parts and the subject, decoded.
    pub fn words(&self) -> String {
        let mut words = self.subject().to_owned();
        for part in &self.parsed.parts {
            if let PartType::Text(text) | PartType::Html(text) = &part.body {
                words.push('\n');
                words.push_str(text);
            }
        }
        words
    }

    /// The media types of its parts in order, the container first, with whatever calls itself an attachment.
    pub fn parts(&self) -> Vec<String> {
        let parts = self.parsed.parts.iter();
        parts
            .map(|part| {
                let kind = part.content_type().expect("a content type");
                let subtype = kind.subtype().unwrap_or_default();
                let disposition = part.content_disposition().map_or("", |_| " with a disposition");
                format!("{}/{subtype}{disposition}", kind.ctype())
            })
            .collect()
    }

    /// How many attachments a mail program would show.
    pub fn attachments(&self) -> usize {
        self.parsed.attachment_count()
    }
}
