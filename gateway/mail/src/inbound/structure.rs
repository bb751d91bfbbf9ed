//! The shape of a message, found in one pass without decoding anything, so that a bomb is known before a parser meets it
//! (attack 8) and a message that two programs may read differently is known as such (attack 9).

use super::fields::{ContentType, Field};

/// How large a message may be in each respect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes in all.
    pub bytes_max: usize,
    /// Bytes of all headers together, those of parts too.
    pub header_bytes_max: usize,
    /// Fields of all headers together.
    pub fields_max: usize,
    /// Parts, those that hold others too.
    pub parts_max: usize,
    /// Parts within parts, and messages within messages.
    pub depth_max: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            bytes_max: 25 * 1024 * 1024,
            header_bytes_max: 64 * 1024,
            fields_max: 1000,
            parts_max: 100,
            depth_max: 16,
        }
    }
}

/// Which bound a message breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bound {
    /// Bytes in all.
    #[error("the message is too large")]
    Bytes,
    /// Bytes of headers.
    #[error("the message's headers are too large")]
    HeaderBytes,
    /// Fields of headers.
    #[error("the message's headers have too many fields")]
    Fields,
    /// Parts.
    #[error("the message has too many parts")]
    Parts,
    /// Parts within parts.
    #[error("the message's parts are nested too deep")]
    Depth,
}

/// Why two programs might read a message differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// A field that stands once (RFC 5322 section 3.6, RFC 2045 section 3) stands twice.
    RepeatedField,
    /// A line in a header that is no field.
    NotAField,
    /// A byte 0.
    Nul,
    /// A Content-Type that can be read in more ways than one, or parts without a boundary.
    ContentType,
    /// A Content-Transfer-Encoding that does not exist, or one of a part that holds others.
    Encoding,
    /// Parts without an end.
    Unended,
    /// The parser found other parts than stand there.
    PartsDiffer,
    /// A part that cannot be decoded as it says.
    Undecodable,
    /// Not exactly one address in From that mail could be sent to.
    Sender,
    /// The parser found no message.
    Unreadable,
}

impl Doubt {
    /// Kebab-case, for the contact log and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RepeatedField => "repeated-field",
            Self::NotAField => "not-a-field",
            Self::Nul => "nul",
            Self::ContentType => "content-type",
            Self::Encoding => "encoding",
            Self::Unended => "unended",
            Self::PartsDiffer => "parts-differ",
            Self::Undecodable => "undecodable",
            Self::Sender => "sender",
            Self::Unreadable => "unreadable",
        }
    }
}

/// The shape of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    /// The fields of the message itself, in order.
    pub fields: Vec<Field>,
    /// Parts that hold something, also inside messages that are attached.
    pub leaves: usize,
    /// Why it may be read in more ways than one, each once.
    pub doubts: Vec<Doubt>,
}

const ONCE: [&str; 14] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
];
const ENCODINGS: [&str; 6] = ["", "7bit", "8bit", "binary", "quoted-printable", "base64"];

/// What holds the part that is being read.
enum Holder {
    Parts(Vec<u8>),
    Message,
}

struct Looking<'b> {
    bounds: &'b Bounds,
    holders: Vec<Holder>,
    header: Vec<Field>,
    in_header: bool,
    first: Option<Vec<Field>>,
    header_bytes: usize,
    fields: usize,
    parts: usize,
    leaves: usize,
    doubts: Vec<Doubt>,
}

/// Finds the shape of a message.
///
/// # Errors
/// The first bound that it breaks.
pub fn look(raw: &[u8], bounds: &Bounds) -> Result<Structure, Bound> {
    if raw.len() > bounds.bytes_max {
        return Err(Bound::Bytes);
    }
    let mut looking = Looking {
        bounds,
        holders: Vec::new(),
        header: Vec::new(),
        in_header: true,
        first: None,
        header_bytes: 0,
        fields: 0,
        parts: 0,
        leaves: 0,
        doubts: Vec::new(),
    };
    if raw.contains(&0) {
        looking.doubt(Doubt::Nul);
    }
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        looking.line(line.strip_suffix(b"\r").unwrap_or(line))?;
    }
    if looking.in_header {
        looking.end_header()?;
    }
    if looking
        .holders
        .iter()
        .any(|holder| matches!(holder, Holder::Parts(_)))
    {
        looking.doubt(Doubt::Unended);
    }
    Ok(Structure {
        fields: looking.first.unwrap_or_default(),
        leaves: looking.leaves,
        doubts: looking.doubts,
    })
}

impl Looking<'_> {
    fn doubt(&mut self, doubt: Doubt) {
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Bound> {
        if self.delimiter(line)? {
            return Ok(());
        }
        if !self.in_header {
            return Ok(());
        }
        if line.is_empty() {
            return self.end_header();
        }
        self.header_bytes += line.len() + 2;
        if self.header_bytes > self.bounds.header_bytes_max {
            return Err(Bound::HeaderBytes);
        }
        self.field(line)
    }

    /// Whether the line ends a part, and what follows from it (RFC 2046 section 5.1.1).
    fn delimiter(&mut self, line: &[u8]) -> Result<bool, Bound> {
        let Some(rest) = line.strip_prefix(b"--") else {
            return Ok(false);
        };
        let rest = rest.trim_ascii_end();
        let matching = self
            .holders
            .iter()
            .enumerate()
            .rev()
            .find_map(|(at, holder)| match holder {
                Holder::Parts(boundary) if rest == boundary => Some((at, false)),
                Holder::Parts(boundary) if rest.strip_suffix(b"--") == Some(boundary) => Some((at, true)),
                _ => None,
            });
        let Some((at, last)) = matching else {
            return Ok(false);
        };
        if self.in_header {
            self.end_header()?;
        }
        let left_open = self.holders.get(at + 1..).unwrap_or_default();
        if left_open.iter().any(|holder| matches!(holder, Holder::Parts(_))) {
            self.doubt(Doubt::Unended);
        }
        self.holders.truncate(if last { at } else { at + 1 });
        self.in_header = !last;
        Ok(true)
    }

    fn field(&mut self, line: &[u8]) -> Result<(), Bound> {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            match self.header.last_mut() {
                Some(field) => {
                    field.value.push(' ');
                    field.value.push_str(String::from_utf8_lossy(line).trim());
                }
                None => self.doubt(Doubt::NotAField),
            }
            return Ok(());
        }
        self.fields += 1;
        if self.fields > self.bounds.fields_max {
            return Err(Bound::Fields);
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0);
        let (name, value) = line.split_at(colon);
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            self.doubt(Doubt::NotAField);
            return Ok(());
        }
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if ONCE.contains(&name.as_str()) && self.header.iter().any(|field| field.name == name) {
            self.doubt(Doubt::RepeatedField);
        }
        let value = String::from_utf8_lossy(value.get(1..).unwrap_or_default())
            .trim()
            .to_owned();
        self.header.push(Field { name, value });
        Ok(())
    }

    fn end_header(&mut self) -> Result<(), Bound> {
        self.in_header = false;
        self.parts += 1;
        if self.parts > self.bounds.parts_max {
            return Err(Bound::Parts);
        }
        let header = std::mem::take(&mut self.header);
        let value = |name: &str| {
            header
                .iter()
                .find(|field| field.name == name)
                .map(|field| field.value.as_str())
        };
        let kind = value("content-type").map(ContentType::parse).unwrap_or_default();
        let encoding = value("content-transfer-encoding")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let holds_parts = kind.is_multipart() || kind.is_message();
        if kind.doubtful || kind.is_multipart() && kind.boundary.is_none() {
            self.doubt(Doubt::ContentType);
        }
        let encoded = matches!(encoding.as_str(), "quoted-printable" | "base64");
        if !ENCODINGS.contains(&encoding.as_str()) || holds_parts && encoded {
            self.doubt(Doubt::Encoding);
        }
        self.first.get_or_insert(header);
        if kind.is_message() {
            self.holders.push(Holder::Message);
            self.in_header = true;
        } else if let (true, Some(boundary)) = (kind.is_multipart(), kind.boundary) {
            self.holders.push(Holder::Parts(boundary.into_bytes()));
        } else {
            self.leaves += 1;
        }
        if self.holders.len() > self.bounds.depth_max {
            return Err(Bound::Depth);
        }
        Ok(())
    }
}
