//! The linter: what loading refuses, and beyond it how a text reads and what it gives away.
//!
//! Rules at load: `file`, `stray`, `manifest`, `block`, `tag`, `nesting`, `tree`, `undeclared-field`,
//! `field-type`, `optional-unguarded`, `html`, `digest`. Rules here: `unused-field`, `twin`, `required-block`,
//! `empathy`, `discreet`, `banned-words`, `plain-words`, `long-sentence`, `reading-ease`, `capitals`,
//! `same-words`, `sample`, `render`, and the warning `translation`.
//!
//! Style is judged on the template's own words with sample values, in every branch of its conditions.

pub(crate) mod pairs;
mod reading;
pub(crate) mod sketch;
mod style;
mod welsh;
pub mod words;

use std::path::Path;

use crate::finding::Finding;
use crate::{Library, digest, load};
use words::{Discreet, Plain};

/// Checks a folder of templates with the word lists of this program. An empty list means that all is well.
pub fn check(dir: &Path) -> Vec<Finding> {
    check_with(dir, &Discreet::built_in(), &Plain::built_in())
}

/// Checks a folder of templates with other word lists.
pub fn check_with(dir: &Path, discreet: &Discreet, plain: &Plain) -> Vec<Finding> {
    let inspected = load::inspect(dir);
    let mut findings = inspected.findings;
    let loaded = inspected.loaded;
    findings.extend(pairs::twins(&loaded));
    let library = Library::of(load::inspect(dir).loaded);
    for one in &loaded {
        findings.extend(pairs::unused(one));
        findings.extend(pairs::blocks(one));
        findings.extend(style::check(one, &library, discreet, plain));
    }
    findings.sort();
    findings.dedup();
    findings
}

/// Writes the digests of every version that can be loaded into the `[digests]` table of its `message.toml`,
/// for whoever wrote the texts. Gives the files that it changed.
///
/// # Errors
/// A file that cannot be written.
pub fn write_digests(dir: &Path) -> std::io::Result<Vec<String>> {
    let mut changed = Vec::new();
    for one in load::inspect(dir).loaded {
        let file = &one.manifest.file;
        let old = std::fs::read_to_string(file)?;
        let mut new = String::new();
        let mut inside = false;
        for line in old.lines() {
            if line.starts_with('[') {
                inside = line.trim() == "[digests]";
            }
            if !inside {
                new.push_str(line);
                new.push('\n');
            }
        }
        let mut new = format!("{}\n\n[digests]\n", new.trim_end());
        for (part, it) in &one.parts {
            let digest = digest::of(&it.source.text);
            new.extend([part.as_str(), " = \"", &digest, "\"\n"]);
        }
        if new != old {
            std::fs::write(file, new)?;
            changed.push(file.clone());
        }
    }
    Ok(changed)
}
