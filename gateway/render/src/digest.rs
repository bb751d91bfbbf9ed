//! Digests: one for each part, and one for the whole version, which is what people vet.

use std::collections::BTreeMap;
use std::fmt::Write;

use ring::digest::{SHA256, digest};

use crate::Part;
use crate::manifest::Manifest;

/// SHA-256 as 64 hexadecimal digits.
pub(crate) fn of(text: &str) -> String {
    hex::encode(digest(&SHA256, text.as_bytes()))
}

/// The digest of a version: SHA-256 over a first line for the format, then one line each for kind, version,
/// language, channels and every field with its bounds, then one line for each part with its digest.
/// What the recipient gets, and what may be merged into it, cannot change without changing this. The
/// title (for staff) and the state of the translation are left out: a check of the translation does not
/// make a new text.
pub(crate) fn of_version(manifest: &Manifest, parts: &BTreeMap<Part, String>) -> String {
    let mut lines = String::from("gateway template version, format 1\n");
    // Writing to a string cannot fail.
    let _ = writeln!(
        lines,
        "kind {}\nversion {}\nlanguage {}",
        manifest.kind, manifest.version, manifest.language
    );
    let _ = writeln!(lines, "channels {:?}", manifest.channels);
    for (name, spec) in &manifest.fields {
        let _ = writeln!(
            lines,
            "field {name} {} {} {} {}",
            spec.kind.as_str(),
            if spec.optional { "optional" } else { "required" },
            spec.chars_max,
            spec.items_max
        );
    }
    for (part, text) in parts {
        let _ = writeln!(lines, "{} {}", part.as_str(), of(text));
    }
    of(&lines)
}
