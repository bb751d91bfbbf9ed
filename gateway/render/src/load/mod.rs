//! From a folder of files to checked template versions. Everything wrong is found before anything is used.

pub(crate) mod scan;
pub(crate) mod source;
mod tree;
mod usage;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::finding::{Finding, Origin};
use crate::html;
use crate::manifest::{Channel, Manifest, is_kebab};
use crate::{Language, Part, TemplateVersion, digest};
use scan::Placed;
use source::Source;

/// A checked part: its words, its tags, the engine's tree of it.
pub(crate) struct LoadedPart {
    pub(crate) source: Source,
    pub(crate) tokens: Vec<Placed>,
    pub(crate) tree: handlebars::Template,
}

/// A version that can be rendered, with what the linter wants to know of it.
pub(crate) struct Loaded {
    pub(crate) version: TemplateVersion,
    pub(crate) manifest: Manifest,
    pub(crate) parts: BTreeMap<Part, LoadedPart>,
}

/// Everything in a folder.
pub(crate) struct Inspected {
    pub(crate) loaded: Vec<Loaded>,
    pub(crate) findings: Vec<Finding>,
}

/// Reads every version under `dir`. A version with faults is left out and its faults are listed; a digest
/// that does not fit is listed, and the version stays for the linter to read.
pub(crate) fn inspect(dir: &Path) -> Inspected {
    let mut all = Inspected {
        loaded: vec![],
        findings: vec![],
    };
    for kind in folders(dir, &mut all.findings) {
        if name(&kind) == "_blocks" {
            continue;
        }
        if !is_kebab(&name(&kind)) {
            all.findings.push(stray(&kind, "a kind in kebab-case"));
            continue;
        }
        for version in folders(&kind, &mut all.findings) {
            let Some(number) = version_number(&name(&version)) else {
                all.findings.push(stray(&version, "v1, v2 and so on"));
                continue;
            };
            for folder in folders(&version, &mut all.findings) {
                match Language::parse(&name(&folder)) {
                    None => all.findings.push(stray(&folder, "en or cy")),
                    Some(language) => match version_in(&folder, dir, (&name(&kind), number, language)) {
                        Ok((loaded, warnings)) => {
                            all.loaded.push(loaded);
                            all.findings.extend(warnings);
                        }
                        Err(found) => all.findings.extend(found),
                    },
                }
            }
        }
    }
    if all.loaded.is_empty() && all.findings.is_empty() {
        all.findings
            .push(stray(dir, "a folder with at least one template"));
    }
    all
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn version_number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('v')?;
    let number: u32 = digits.parse().ok()?;
    (number > 0 && number.to_string() == digits).then_some(number)
}

fn stray(path: &Path, instead: &str) -> Finding {
    let at = Origin::new(&path.display().to_string(), 0);
    Finding::error(&at, "stray", "this does not belong here", instead)
}

/// The folders in a folder, sorted; anything else in it is a finding.
fn folders(dir: &Path, findings: &mut Vec<Finding>) -> Vec<PathBuf> {
    let (mut found, others): (Vec<_>, Vec<_>) = entries(dir, findings)
        .into_iter()
        .partition(|path| path.is_dir() && !path.is_symlink());
    let is_note = |path: &PathBuf| path.extension().is_some_and(|e| e == "md");
    findings.extend(
        others
            .iter()
            .filter(|path| !is_note(path))
            .map(|path| stray(path, "folders only")),
    );
    found.sort();
    found
}

fn entries(dir: &Path, findings: &mut Vec<Finding>) -> Vec<PathBuf> {
    if let Ok(list) = fs::read_dir(dir) {
        return list.filter_map(Result::ok).map(|entry| entry.path()).collect();
    }
    findings.push(stray(dir, "a readable folder"));
    vec![]
}

fn version_in(
    folder: &Path,
    dir: &Path,
    at: (&str, u32, Language),
) -> Result<(Loaded, Vec<Finding>), Vec<Finding>> {
    let file = folder.join("message.toml");
    let manifest = Manifest::parse(&file.display().to_string(), &source::read(&file)?)?;
    let mut findings = place(&manifest, at);
    findings.extend(strays(folder));
    let mut parts = BTreeMap::new();
    let mut used = BTreeSet::new();
    for part in wanted(&manifest) {
        match part_in(folder, dir, part, &manifest, &mut used) {
            Ok(loaded) => drop(parts.insert(part, loaded)),
            Err(found) => findings.extend(found),
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let texts: BTreeMap<Part, String> = parts
        .iter()
        .map(|(part, it)| (*part, it.source.text.clone()))
        .collect();
    let digest = digest::of_version(&manifest, &texts);
    let findings = digests(&manifest, &texts);
    let version = TemplateVersion {
        kind: manifest.kind.clone(),
        version: manifest.version,
        language: manifest.language,
        title: manifest.title.clone(),
        channels: manifest.channels.clone(),
        hard_news: manifest.hard_news,
        translation: manifest.translation.clone(),
        required_blocks: manifest.required_blocks.clone(),
        fields: manifest.fields.clone(),
        digest,
    };
    Ok((
        Loaded {
            version,
            manifest,
            parts,
        },
        findings,
    ))
}

/// The manifest says what the folders say.
fn place(manifest: &Manifest, (kind, number, language): (&str, u32, Language)) -> Vec<Finding> {
    let checks = [
        (
            "kind",
            manifest.kind == kind,
            format!("kind = \"{kind}\", as the folder"),
        ),
        (
            "version",
            manifest.version == number,
            format!("version = {number}, as the folder"),
        ),
        (
            "language",
            manifest.language == language,
            format!("language = \"{language}\", as the folder"),
        ),
    ];
    let wrong = checks.into_iter().filter(|(_, right, _)| !right);
    wrong
        .map(|(key, _, right)| Finding::error(&manifest.at(key), "manifest", format!("another {key}"), right))
        .collect()
}

fn strays(folder: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut list = entries(folder, &mut findings);
    list.sort();
    let known = |file: &str| file == "message.toml" || Part::ALL.iter().any(|part| part.file() == file);
    findings.extend(
        list.iter()
            .filter(|path| !known(&name(path)))
            .map(|path| stray(path, "the files of a message")),
    );
    findings
}

/// The parts that the channels call for.
pub(crate) fn wanted(manifest: &Manifest) -> Vec<Part> {
    let has = |channel| manifest.channels.contains(&channel);
    let mut parts = Vec::new();
    if has(Channel::Email) || has(Channel::Letter) {
        parts.extend([Part::Subject, Part::Text, Part::Html]);
    }
    if has(Channel::Text) {
        parts.push(Part::Sms);
    }
    parts
}

fn part_in(
    folder: &Path,
    dir: &Path,
    part: Part,
    manifest: &Manifest,
    used: &mut BTreeSet<String>,
) -> Result<LoadedPart, Vec<Finding>> {
    let path = folder.join(part.file());
    let tail =
        matches!(part, Part::Text | Part::Html).then(|| format!("{}/{}", manifest.language, part.file()));
    let source = source::inline(&path, &dir.join("_blocks"), tail.as_deref())?;
    let tokens = scan::scan(&source)?;
    let tree = tree::compile(&source.text, &tokens).map_err(|what| {
        let right = "a template that both readings understand alike";
        vec![Finding::error(&source.at(0), "tree", what, right)]
    })?;
    let mut findings = usage::check(&source, &tokens, &manifest.fields, used);
    if part == Part::Html {
        findings.extend(html::tags(&source.text).iter().filter_map(|tag| {
            let what = html::refused(tag)?;
            Some(Finding::error(
                &source.at(tag.from),
                "html",
                what,
                "headings, paragraphs, lists, tables and https: links, with plain inline styles",
            ))
        }));
    }
    if findings.is_empty() {
        Ok(LoadedPart { source, tokens, tree })
    } else {
        Err(findings)
    }
}

fn digests(manifest: &Manifest, texts: &BTreeMap<Part, String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (part, text) in texts {
        let found = digest::of(text);
        match manifest.digests.get(part.as_str()) {
            Some(stated) if *stated == found => {}
            stated => {
                let what = if stated.is_some() {
                    "does not fit the words"
                } else {
                    "is missing"
                };
                let at = manifest.at(if stated.is_some() {
                    part.as_str()
                } else {
                    "digests"
                });
                findings.push(Finding::error(
                    &at,
                    "digest",
                    format!("the digest of {} {what}", part.as_str()),
                    found,
                ));
            }
        }
    }
    let known = |key: &str| texts.keys().any(|part| part.as_str() == key);
    for key in manifest.digests.keys().filter(|key| !known(key)) {
        let what = format!("a digest of {key}, which the channels do not call for");
        findings.push(Finding::error(&manifest.at(key), "digest", what, "no such line"));
    }
    findings
}
