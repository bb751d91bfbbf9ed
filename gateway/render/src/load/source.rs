//! Files in, with shared blocks written into their places, every line knowing where it came from.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::chars;
use crate::finding::{Finding, Origin};
use crate::manifest::is_kebab;

/// The largest part, blocks included, in bytes.
pub(crate) const BYTES_MAX: usize = 64 * 1024;

/// A part of a message after its blocks were inlined.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) text: String,
    /// The blocks that were pulled in, in order.
    pub(crate) blocks: Vec<String>,
    /// Where each line came from.
    lines: Vec<Origin>,
    /// The byte at which each line starts.
    starts: Vec<usize>,
    file: String,
}

impl Source {
    /// The file and line of a byte of the inlined text.
    pub(crate) fn at(&self, offset: usize) -> Origin {
        let index = self
            .starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1);
        self.lines
            .get(index)
            .cloned()
            .unwrap_or_else(|| Origin::new(&self.file, 0))
    }

    fn push(&mut self, line: &str, from: Origin) {
        self.starts.push(self.text.len());
        self.lines.push(from);
        self.text.push_str(line);
    }
}

/// Reads a text file of at most 64 KiB: a plain file (no link), UTF-8, no hidden characters, LF line ends.
pub(crate) fn read(path: &Path) -> Result<String, Vec<Finding>> {
    let name = path.display().to_string();
    let fault =
        |line, what: String, instead: &str| Finding::error(&Origin::new(&name, line), "file", what, instead);
    let meta =
        fs::symlink_metadata(path).map_err(|e| vec![fault(0, e.kind().to_string(), "a readable file")])?;
    if !meta.is_file() {
        return Err(vec![fault(
            0,
            "not a plain file".into(),
            "the file itself, not a link",
        )]);
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    fs::File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|e| vec![fault(0, e.kind().to_string(), "a readable file")])?;
    if bytes.len() > BYTES_MAX {
        return Err(vec![fault(0, "larger than 64 KiB".into(), "a shorter text")]);
    }
    let text = String::from_utf8(bytes).map_err(|_| vec![fault(0, "not UTF-8".into(), "a UTF-8 text")])?;
    let mut findings = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if let Some((c, why)) = line.chars().find_map(|c| chars::refused(c).map(|why| (c, why))) {
            let line = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
            let what = format!("{why}, U+{:04X}", u32::from(c));
            findings.push(fault(
                line,
                what,
                "plain characters, LF line ends, spaces for tabs",
            ));
        }
    }
    if findings.is_empty() {
        Ok(text)
    } else {
        Err(findings)
    }
}

/// Reads a part and writes the blocks named by `[[block NAME]]` lines into it. `blocks` is the folder of
/// the shared blocks, `tail` the file of a block for this part, such as `en/text.hbs`; `None` for the
/// parts that take no blocks.
pub(crate) fn inline(path: &Path, blocks: &Path, tail: Option<&str>) -> Result<Source, Vec<Finding>> {
    let own = read(path)?;
    let file = path.display().to_string();
    let mut source = Source {
        text: String::new(),
        blocks: vec![],
        lines: vec![],
        starts: vec![],
        file,
    };
    let mut findings = Vec::new();
    for (line, origin) in numbered(&own, path) {
        match block_named(line) {
            None => source.push(line, origin),
            Some(name) => match block(name, blocks, tail, &origin) {
                Ok((path, text)) => {
                    source.blocks.push(name.to_owned());
                    for (line, origin) in numbered(&text, &path) {
                        if line.contains("[[") {
                            let right = "the words themselves; a block holds no blocks";
                            findings.push(Finding::error(&origin, "block", "a block inside a block", right));
                        }
                        source.push(line, origin);
                    }
                    if !source.text.is_empty() && !source.text.ends_with('\n') {
                        source.text.push('\n');
                    }
                }
                Err(found) => findings.extend(found),
            },
        }
        if source.text.len() > BYTES_MAX {
            let at = Origin::new(&source.file, 0);
            findings.push(Finding::error(
                &at,
                "file",
                "larger than 64 KiB with its blocks",
                "a shorter text",
            ));
            break;
        }
    }
    if findings.is_empty() {
        Ok(source)
    } else {
        Err(findings)
    }
}

fn block(
    name: &str,
    blocks: &Path,
    tail: Option<&str>,
    at: &Origin,
) -> Result<(std::path::PathBuf, String), Vec<Finding>> {
    let Some(tail) = tail else {
        return Err(vec![Finding::error(
            at,
            "block",
            "a block in a subject or text message",
            "the words themselves",
        )]);
    };
    if !is_kebab(name) {
        let right = "[[block NAME]] alone on its line, NAME in kebab-case";
        return Err(vec![Finding::error(at, "block", "not a block line", right)]);
    }
    let path = blocks.join(name).join(tail);
    if !path.exists() {
        let what = format!("no block {name} for {tail}");
        return Err(vec![Finding::error(
            at,
            "block",
            what,
            "a block that stands in _blocks",
        )]);
    }
    read(&path).map(|text| (path, text))
}

/// The name on a `[[block NAME]]` line; an empty name when `[[` stands in any other way.
fn block_named(line: &str) -> Option<&str> {
    if !line.contains("[[") {
        return None;
    }
    let inner = line
        .trim()
        .strip_prefix("[[block ")
        .and_then(|rest| rest.strip_suffix("]]"));
    Some(inner.map_or("", str::trim))
}

fn numbered<'a>(text: &'a str, path: &Path) -> impl Iterator<Item = (&'a str, Origin)> {
    let file: std::sync::Arc<str> = path.display().to_string().into();
    text.split_inclusive('\n').zip(1..).map(move |(line, number)| {
        (
            line,
            Origin {
                file: file.clone(),
                line: number,
            },
        )
    })
}
