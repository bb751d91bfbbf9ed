//! The CPS Areas: a table, since Areas are renamed and merged.
//!
//! The codes are ours. To add an Area: one `[[area]]` in `config/areas.toml`.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::address::EmailAddress;
use crate::mailbox::FileKind;

/// A text that is not an Area code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an Area code is 2 to 40 lower-case letters, digits and single hyphens between them, as in north-east"
)]
pub struct BadAreaCode;

/// The short name of an Area, or of a unit in one, in data and configuration, such as `north-east` or `rasso`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode(String);

impl AreaCode {
    /// Reads a code. Whether such an Area exists is for [`Areas::get`].
    pub fn parse(text: &str) -> Result<Self, BadAreaCode> {
        let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if (2..=40).contains(&text.len()) && text.split('-').all(word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadAreaCode)
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AreaCode {
    type Error = BadAreaCode;
    fn try_from(text: String) -> Result<Self, BadAreaCode> {
        Self::parse(&text)
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> Self {
        code.0
    }
}

/// One CPS Area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Its code.
    pub code: AreaCode,
    /// Its name in English.
    pub name: String,
    /// Its name in Welsh.
    pub name_cy: String,
    /// The codes of its units; every Area has one for rape and serious sexual offences.
    pub units: Vec<AreaCode>,
    /// The dedicated ISVA mailbox of its RASSO unit, once it has one here.
    pub mailbox: Option<EmailAddress>,
    /// The kinds of files that its mailbox takes; none, unless the Area allows them.
    pub files: Vec<FileKind>,
}

impl Area {
    /// Whether it has a unit of this code.
    pub fn has_unit(&self, code: &AreaCode) -> bool {
        self.units.contains(code)
    }
}

/// One thing wrong in the table of Areas.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("areas, line {line}: {what}")]
pub struct AreaFault {
    /// The line in the file, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong and what would be right.
    pub what: String,
}

/// All Areas, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Areas(Vec<Area>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    area: Vec<toml::Spanned<toml::Table>>,
}

impl Areas {
    /// Reads the table; every fault is reported at once.
    pub fn parse(text: &str) -> Result<Self, Vec<AreaFault>> {
        let line_at = |offset: usize| 1 + text.bytes().take(offset).filter(|b| *b == b'\n').count();
        let file: File = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(0, |span| line_at(span.start));
            vec![AreaFault {
                line,
                what: format!("not a table of [[area]] entries: {}", e.message()),
            }]
        })?;
        let mut faults = Vec::new();
        let mut areas = Vec::new();
        let mut codes = BTreeSet::new();
        for entry in &file.area {
            let line = line_at(entry.span().start);
            let mut say = |what: String| faults.push(AreaFault { line, what });
            if let Some(area) = read_area(entry.get_ref(), &mut say) {
                if codes.insert(area.code.clone()) {
                    areas.push(area);
                } else {
                    say(format!(
                        "the code {} stands here twice; each Area has one entry",
                        area.code
                    ));
                }
            }
        }
        if file.area.is_empty() {
            faults.push(AreaFault {
                line: 0,
                what: "no [[area]] at all; there is at least one".into(),
            });
        }
        if faults.is_empty() {
            Ok(Self(areas))
        } else {
            Err(faults)
        }
    }

    /// The Area with this code, if there is one.
    pub fn get(&self, code: &AreaCode) -> Option<&Area> {
        self.0.iter().find(|area| area.code == *code)
    }

    /// All of them, in the order of the file.
    pub fn list(&self) -> &[Area] {
        &self.0
    }
}

/// Reads one entry; says everything that is wrong with it.
fn read_area(table: &toml::Table, say: &mut impl FnMut(String)) -> Option<Area> {
    for key in table.keys() {
        if !["code", "name", "name_cy", "units", "mailbox", "files"].contains(&key.as_str()) {
            say(format!(
                "unknown key `{key}`; an Area has code, name, name_cy, units and perhaps mailbox and files"
            ));
        }
    }
    let mut text = |key: &str| match table.get(key).and_then(toml::Value::as_str).map(str::trim) {
        Some(value) if !value.is_empty() && value.chars().count() <= 60 => Some(value.to_owned()),
        _ => {
            say(format!("`{key}` is missing or not a text of 1 to 60 characters"));
            None
        }
    };
    let (code, name, name_cy) = (text("code"), text("name"), text("name_cy"));
    let code = code.and_then(|code| {
        AreaCode::parse(&code)
            .map_err(|e| say(format!("`code`: {e}")))
            .ok()
    });
    let mailbox = match table.get("mailbox") {
        None => None,
        Some(value) => match EmailAddress::parse(value.as_str().unwrap_or_default()) {
            Ok(address) => Some(address),
            Err(fault) => {
                say(format!("`mailbox`: {fault}"));
                None
            }
        },
    };
    let files = read_files(table);
    if files.is_none() {
        say(format!(
            "`files` is not a list of kinds of files, each one of {}",
            FileKind::WORDS.join(", ")
        ));
    }
    let units = read_units(table);
    if units.is_empty() {
        say("`units` is missing or not a list of codes such as [\"rasso\"]".to_owned());
    }
    Some(Area {
        code: code?,
        units,
        name: name?,
        name_cy: name_cy?,
        mailbox,
        files: files.unwrap_or_default(),
    })
}

/// The kinds of files of an entry; none when the list holds something else.
fn read_files(table: &toml::Table) -> Option<Vec<FileKind>> {
    match table.get("files") {
        None => Some(Vec::new()),
        Some(list) => {
            let words = list.as_array()?.iter();
            words.map(|word| FileKind::find(word.as_str()?)).collect()
        }
    }
}

/// The units of an entry; none when the list is missing or one of them is no code.
fn read_units(table: &toml::Table) -> Vec<AreaCode> {
    let list = table.get("units").and_then(toml::Value::as_array);
    let codes = list.into_iter().flatten().map(|unit| {
        let code = AreaCode::parse(unit.as_str()?);
        code.ok()
    });
    codes.collect::<Option<Vec<_>>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../../../config/areas.toml");

    #[test]
    fn the_table_holds_the_fourteen_areas_in_both_languages() {
        let areas = Areas::parse(TABLE).unwrap();
        assert_eq!(areas.list().len(), 14);
        let wales = areas.get(&AreaCode::parse("cymru-wales").unwrap()).unwrap();
        assert_eq!(
            (wales.name.as_str(), wales.name_cy.as_str()),
            ("Cymru-Wales", "Cymru")
        );
        assert!(areas.list().iter().all(|area| !area.name_cy.is_empty()));
        let rasso = AreaCode::parse("rasso").unwrap();
        assert!(areas.list().iter().all(|area| area.has_unit(&rasso)));
        assert_eq!(areas.get(&AreaCode::parse("north").unwrap()), None);
    }

    #[test]
    fn every_fault_of_the_table_is_named_with_its_line_at_once() {
        let faults = Areas::parse(
            "[[area]]\ncode = \"North\"\nname = \"North\"\nname_cy = \"\"\ncolour = \"red\"\n\n[[area]]\ncode = \"south\"\n\
             name = \"South\"\nname_cy = \"De\"\nmailbox = \"nobody\"\nfiles = [\"pdf\", \"exe\"]\n[[area]]\ncode=\"south\"\nname=\"S\"\nname_cy=\"D\"\n",
        )
        .unwrap_err();
        let lines: Vec<_> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [1, 1, 1, 1, 7, 7, 7, 13, 13]);
    }

    #[test]
    fn a_broken_file_and_an_empty_one_are_faults_too() {
        assert_eq!(Areas::parse("[[area]]\ncode = ").unwrap_err()[0].line, 2);
        assert_eq!(Areas::parse("").unwrap_err().len(), 1);
        assert_eq!(Areas::parse("[areas]\n").unwrap_err().len(), 1);
    }

    #[test]
    fn a_code_is_kebab_case() {
        for text in [
            "",
            "n",
            "North",
            "north east",
            "-north",
            "north--east",
            "north-",
            "gogledd-ŵ",
        ] {
            assert_eq!(AreaCode::parse(text), Err(BadAreaCode), "{text}");
        }
    }
}
