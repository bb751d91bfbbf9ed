//! Header fields as they stand (RFC 5322 section 2.2), and what the ones that shape a message say (RFC 2045).

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// In lower case.
    pub name: String,
    /// On one line, trimmed; bytes that are no UTF-8 replaced.
    pub value: String,
}

/// What Content-Type says of a part, as far as it shapes the message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ContentType {
    /// `multipart/mixed`, in lower case; empty when there is none.
    pub(super) media_type: String,
    pub(super) boundary: Option<String>,
    /// More than one way to read it: two boundaries, one in pieces (RFC 2231), a comment, a quotation without end.
    pub(super) doubtful: bool,
}

impl ContentType {
    pub(super) fn parse(value: &str) -> Self {
        let mut parts = split(value);
        let media_type = parts.pieces.remove(0).trim().to_ascii_lowercase();
        let mut boundary = None;
        let mut doubtful =
            parts.open || media_type.split('/').count() != 2 || media_type.contains([' ', '\t', '"', '(']);
        for piece in parts.pieces {
            let (name, value) = piece.split_once('=').unwrap_or((piece.as_str(), ""));
            let name = name.trim().to_ascii_lowercase();
            if !name.starts_with("boundary") {
                continue;
            }
            let value = value.trim();
            let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let plain = quoted.unwrap_or(value);
            let whole = quoted.is_some() || !plain.contains(['"', ' ', '\t', '(', ')']);
            let fits =
                (1..=70).contains(&plain.len()) && !plain.ends_with(' ') && !plain.contains(['"', '\\']);
            doubtful |= name != "boundary" || boundary.is_some() || !whole || !fits;
            boundary = Some(plain.to_owned());
        }
        Self {
            media_type,
            boundary,
            doubtful,
        }
    }

    pub(super) fn is_multipart(&self) -> bool {
        self.media_type.starts_with("multipart/")
    }

    pub(super) fn is_message(&self) -> bool {
        matches!(self.media_type.as_str(), "message/rfc822" | "message/global")
    }
}

struct Pieces {
    pieces: Vec<String>,
    open: bool,
}

/// Splits at semicolons outside quotations.
fn split(value: &str) -> Pieces {
    let mut pieces = vec![String::new()];
    let mut open = false;
    let mut escaped = false;
    for c in value.chars() {
        if c == ';' && !open {
            pieces.push(String::new());
            continue;
        }
        open ^= c == '"' && !escaped;
        escaped = c == '\\' && open && !escaped;
        if let Some(last) = pieces.last_mut() {
            last.push(c);
        }
    }
    Pieces { pieces, open }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_read_in_both_its_forms() {
        for value in [
            "multipart/mixed; boundary=abc",
            "Multipart/Mixed;\tcharset=x ; BOUNDARY=\"abc\"",
        ] {
            let read = ContentType::parse(value);
            assert_eq!(read.media_type, "multipart/mixed");
            assert_eq!(read.boundary.as_deref(), Some("abc"), "{value}");
            assert!(!read.doubtful, "{value}");
        }
        let with_semicolon = ContentType::parse("multipart/mixed; boundary=\"a;b\"");
        assert_eq!(with_semicolon.boundary.as_deref(), Some("a;b"));
    }

    #[test]
    fn what_could_be_read_two_ways_is_doubtful() {
        for value in [
            "multipart/mixed; boundary=a; boundary=b",
            "multipart/mixed; boundary*0=a; boundary*1=b",
            "multipart/mixed; boundary=\"a",
            "multipart/mixed; boundary=\"a\"b",
            "multipart/mixed (a comment); boundary=a",
            "multipart/mixed; boundary=",
            "multipart; boundary=a",
            "",
        ] {
            assert!(ContentType::parse(value).doubtful, "{value}");
        }
        assert!(!ContentType::parse("text/plain; charset=\"utf-8\"; format=flowed").doubtful);
    }
}
