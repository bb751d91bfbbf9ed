//! HTML as messages may hold it: a short list of elements and attributes, no script, no picture, no link
//! that a value could steer, nothing hidden; and the words that a reader of it sees.

/// One `<...>` of a text, from byte to byte.
pub(crate) struct Tag<'a> {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) inner: &'a str,
}

/// All tags in order. A `<` without its `>` ends the list with what is left.
pub(crate) fn tags(html: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = html[from..].find('<').map(|at| from + at) {
        let to = html[open..].find('>').map_or(html.len(), |end| open + end + 1);
        found.push(Tag {
            from: open,
            to,
            inner: html[open + 1..to].trim_end_matches('>'),
        });
        from = to;
    }
    found
}

const ELEMENTS: [&str; 29] = [
    "html", "head", "meta", "title", "body", "table", "tbody", "thead", "tr", "td", "th", "div", "p", "h1",
    "h2", "h3", "ul", "ol", "li", "strong", "em", "b", "i", "br", "hr", "a", "span", "abbr", "main",
];

const ATTRIBUTES: [&str; 17] = [
    "lang",
    "dir",
    "role",
    "style",
    "align",
    "valign",
    "width",
    "cellpadding",
    "cellspacing",
    "border",
    "bgcolor",
    "href",
    "title",
    "charset",
    "name",
    "content",
    "colspan",
];

/// Why this tag is refused, or `None`.
pub(crate) fn refused(tag: &Tag<'_>) -> Option<String> {
    let inner = tag.inner;
    if inner.contains("{{") {
        return Some("a field inside a tag".into());
    }
    if inner.eq_ignore_ascii_case("!doctype html") {
        return None;
    }
    let body = inner.strip_prefix('/').unwrap_or(inner).trim_end_matches('/');
    let (name, mut rest) = body.split_at(body.find(char::is_whitespace).unwrap_or(body.len()));
    if !ELEMENTS.contains(&name) {
        return Some(format!("<{name}>"));
    }
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let parsed = rest
            .split_once("=\"")
            .and_then(|(key, tail)| tail.split_once('"').map(|(value, tail)| (key, value, tail)));
        let Some((key, value, tail)) = parsed else {
            return Some("an attribute that is not name=\"value\"".into());
        };
        if !ATTRIBUTES.contains(&key) {
            return Some(format!("the attribute {key:?}"));
        }
        if let Some(why) = refused_value(name, key, value) {
            return Some(why);
        }
        rest = tail;
    }
}

fn refused_value(element: &str, key: &str, value: &str) -> Option<String> {
    let compact: String = value
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase();
    match key {
        "href"
            if !["https://", "tel:", "mailto:"]
                .iter()
                .any(|scheme| compact.starts_with(scheme)) =>
        {
            Some("a link that is not https:, tel: or mailto:".into())
        }
        "style"
            if ["url(", "expression", "@import", "\\"]
                .iter()
                .any(|bad| compact.contains(bad)) =>
        {
            Some("a style that fetches or computes".into())
        }
        "style"
            if [
                "display:none",
                "visibility:hidden",
                "font-size:0",
                "opacity:0",
                "text-transform:uppercase",
            ]
            .iter()
            .any(|bad| compact.contains(bad)) =>
        {
            Some("a style that hides or shouts words".into())
        }
        "name" | "content" if element != "meta" => Some(format!("the attribute {key:?} on <{element}>")),
        "content" if compact.contains("url=") => Some("a redirect".into()),
        _ => None,
    }
}

/// Escapes a value for HTML text and attributes; a line break becomes `<br>`.
pub(crate) fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            '=' => out.push_str("&#61;"),
            '\n' => out.push_str("<br>\n"),
            other => out.push(other),
        }
    }
    out
}

/// Elements that stand in a line of words; every other one parts words.
const INLINE: [&str; 7] = ["strong", "em", "b", "i", "a", "span", "abbr"];

/// What a reader sees: no head, no tags, entities decoded. Blocks are parted by line feeds.
pub(crate) fn visible(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut from = 0;
    let mut in_head = false;
    for tag in tags(html) {
        if !in_head {
            out.push_str(&html[from..tag.from]);
        }
        from = tag.to;
        let name = tag
            .inner
            .trim_start_matches('/')
            .split(|c: char| c.is_whitespace() || c == '/')
            .next()
            .unwrap_or("");
        if name == "head" {
            in_head = !tag.inner.starts_with('/');
        } else if !INLINE.contains(&name) {
            out.push('\n');
        }
    }
    out.push_str(html.get(from..).unwrap_or(""));
    decode(&out)
}

fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let known = after
            .split_once(';')
            .and_then(|(name, tail)| Some((entity(name)?, tail)));
        if let Some((c, tail)) = known {
            out.push(c);
            rest = tail;
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    let number = name.strip_prefix('#');
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "nbsp" => Some(' '),
        "rsquo" => Some('\u{2019}'),
        "lsquo" => Some('\u{2018}'),
        "ndash" => Some('\u{2013}'),
        _ => match number?.strip_prefix('x') {
            Some(hex) => char::from_u32(u32::from_str_radix(hex, 16).ok()?),
            None => char::from_u32(number?.parse().ok()?),
        },
    }
}

/// The words of a text: runs of letters, digits and apostrophes, apostrophes made alike.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '\u{2019}'))
        .map(|word| word.replace('\u{2019}', "'"))
        .map(|word| word.trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
}

/// Whether both parts of an email say the same words in the same order. `Err` gives the number of the first
/// word that differs, counted from 1, and both words.
///
/// # Errors
/// The two words, an empty one where a part has ended. They may come from values, so they are for the
/// linter's sample texts, never for a log.
pub fn same_words(text: &str, html: &str) -> Result<(), (usize, String, String)> {
    let seen = visible(html);
    let (mut left, mut right) = (words(text), words(&seen));
    for number in 1.. {
        match (left.next(), right.next()) {
            (None, None) => return Ok(()),
            (a, b) if a == b => {}
            (a, b) => return Err((number, a.unwrap_or_default(), b.unwrap_or_default())),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{escape, refused, same_words, tags, visible};

    #[test]
    fn the_same_words_are_found_through_markup() {
        let text = "Dear Siân\n\n- Ring us: 01632 960123.\n- It’s <free> & easy";
        let html = "<html lang=\"en\"><head><title>x</title></head><body><p>Dear <strong>Siân</strong></p>\
                    <ul><li>Ring us: 01632 960123.</li><li>It&#39;s &lt;free&gt; &amp; easy</li></ul></body></html>";
        assert_eq!(same_words(text, html), Ok(()));
        assert!(same_words("one two", "<p>one</p><p>three</p>").is_err());
        assert!(same_words("one two", "<p>one</p>").is_err());
        assert!(same_words("onetwo", "<p>one<br>two</p>").is_err());
    }

    #[test]
    fn escaped_values_are_seen_as_they_were() {
        let hostile = "<script>alert('1')</script> &amp; \"x\" `y` = {{z}}\nnext";
        assert_eq!(visible(&escape(hostile)).replace("\n\n", "\n"), hostile);
    }

    #[test]
    fn only_listed_elements_and_attributes_pass() {
        let bad = [
            "<script>",
            "<img src=\"x\">",
            "<p onclick=\"x\">",
            "<a href=\"javascript:x\">",
            "<a href=\"http://x.test\">",
            "<p style=\"display: none\">",
            "<p style=\"background:url(x)\">",
            "<!-- x -->",
            "<p class={{x}}>",
            "<style>",
            "<a href=\"{{x}}\">",
            "<p title=x>",
            "<form>",
            "<iframe>",
            "<p",
            "<p name=\"x\">",
        ];
        for html in bad {
            assert!(
                tags(html)
                    .iter()
                    .any(|t| refused(t).is_some() || !html.ends_with('>')),
                "{html}"
            );
        }
        let good = "<!doctype html><table role=\"presentation\" width=\"580\"><br/><a href=\"https://x.test\" style=\"color:#000\">";
        assert!(tags(good).iter().all(|t| refused(t).is_none()));
    }
}
