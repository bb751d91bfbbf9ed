//! Names with macros in them (RFC 7208 section 7).

use std::fmt::Write as _;
use std::net::IpAddr;

/// Longest name that a macro may make, in characters (section 7.3).
const NAME_CHARS_MAX: usize = 253;
const SEPARATORS: [char; 7] = ['.', '-', '+', ',', '/', '_', '='];

/// A name, or a text, with macros.
#[derive(Debug)]
pub(super) struct Spec(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Macro(Macro),
}

#[derive(Debug)]
struct Macro {
    letter: char,
    escaped: bool,
    keep: Option<usize>,
    reversed: bool,
    separators: Vec<char>,
}

/// What the macros stand for.
pub(super) struct Values<'v> {
    pub(super) sender: &'v str,
    pub(super) domain: &'v str,
    pub(super) hello: &'v str,
    pub(super) ip: IpAddr,
    /// A name of the client that its address bears out.
    pub(super) validated: &'v str,
}

impl Spec {
    /// A `domain-spec`: it ends in a macro, or in a label that a top-level domain could be (section 7.1).
    pub(super) fn domain(text: &str) -> Option<Self> {
        let spec = Self::any(text)?;
        let of_macros =
            |piece: &Piece| matches!(piece, Piece::Macro(one) if matches!(one.letter, 'c' | 'r' | 't'));
        if spec.0.iter().any(of_macros) {
            return None;
        }
        let ends_in_macro = text.ends_with('}') && matches!(spec.0.last(), Some(Piece::Macro(_)))
            || ["%%", "%_", "%-"].iter().any(|end| text.ends_with(end));
        let named = text.strip_suffix('.').unwrap_or(text).rsplit_once('.');
        (ends_in_macro || named.is_some_and(|(_, last)| is_top_label(last))).then_some(spec)
    }

    /// A `macro-string`.
    pub(super) fn any(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            if !c.is_ascii_graphic() {
                return None;
            }
            if c != '%' {
                plain.push(c);
                continue;
            }
            let next = rest.chars().next()?;
            rest = &rest[next.len_utf8()..];
            match next {
                '%' => plain.push('%'),
                '_' => plain.push(' '),
                '-' => plain.push_str("%20"),
                '{' => {
                    let (inside, after) = rest.split_once('}')?;
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    pieces.push(Piece::Macro(Macro::parse(inside)?));
                    rest = after;
                }
                _ => return None,
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Some(Self(pieces))
    }

    /// Whether it asks for a name of the client that its address bears out.
    pub(super) fn needs_validated(&self) -> bool {
        self.0
            .iter()
            .any(|piece| matches!(piece, Piece::Macro(one) if one.letter == 'p'))
    }

    /// The name, cut from its left where it is too long.
    pub(super) fn expand(&self, values: &Values<'_>) -> String {
        let mut name = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => name.push_str(text),
                Piece::Macro(one) => name.push_str(&one.expand(values)),
            }
        }
        let mut rest = name.strip_suffix('.').unwrap_or(&name);
        while rest.len() > NAME_CHARS_MAX {
            let Some((_, shorter)) = rest.split_once('.') else {
                break;
            };
            rest = shorter;
        }
        rest.to_owned()
    }
}

impl Macro {
    fn parse(inside: &str) -> Option<Self> {
        let written = inside.chars().next()?;
        let letter = written.to_ascii_lowercase();
        if !"slodiphcrtv".contains(letter) {
            return None;
        }
        let rest = &inside[1..];
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, rest) = rest.split_at(digits);
        let keep = match digits {
            "" => None,
            digits => Some(digits.parse().ok().filter(|keep| *keep > 0)?),
        };
        let turned = rest.strip_prefix(['r', 'R']);
        let separators: Vec<char> = turned.unwrap_or(rest).chars().collect();
        separators
            .iter()
            .all(|separator| SEPARATORS.contains(separator))
            .then_some(Self {
                letter,
                escaped: written.is_ascii_uppercase(),
                keep,
                reversed: turned.is_some(),
                separators,
            })
    }

    fn expand(&self, values: &Values<'_>) -> String {
        let (local, of) = values
            .sender
            .rsplit_once('@')
            .unwrap_or(("postmaster", values.sender));
        let value = match self.letter {
            's' => values.sender.to_owned(),
            'l' => local.to_owned(),
            'o' => of.to_owned(),
            'd' => values.domain.to_owned(),
            'i' => dotted(values.ip),
            'p' => values.validated.to_owned(),
            'h' => values.hello.to_owned(),
            'v' if values.ip.is_ipv4() => "in-addr".to_owned(),
            'v' => "ip6".to_owned(),
            // `c`, `r` and `t` are of explanations, which we do not fetch.
            _ => String::new(),
        };
        let at = |c: char| match self.separators.as_slice() {
            [] => c == '.',
            separators => separators.contains(&c),
        };
        let mut parts: Vec<&str> = value.split(at).collect();
        if self.reversed {
            parts.reverse();
        }
        let from = parts.len().saturating_sub(self.keep.unwrap_or(usize::MAX));
        let text = parts[from..].join(".");
        if self.escaped { escape(&text) } else { text }
    }
}

/// An address as section 7.3 writes it: IPv6 digit by digit.
fn dotted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let digits = ip.octets().map(|byte| format!("{:x}.{:x}", byte >> 4, byte & 15));
            digits.join(".")
        }
    }
}

/// URL escaping (RFC 3986 section 2.3).
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

fn is_top_label(label: &str) -> bool {
    !label.is_empty()
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label.bytes().all(|b| b.is_ascii_digit())
}
