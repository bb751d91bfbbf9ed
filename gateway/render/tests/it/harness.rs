//! A copy of the good fixture in a folder of its own, to be spoilt.

use std::fs;
use std::path::{Path, PathBuf};

use render::{Finding, Level, Library, Values, lint};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// The folder of the English text in the fixture.
pub const EN: &str = "hard-news/v1/en";

/// A folder of templates that a test may spoil.
pub struct Fixture {
    dir: TempDir,
}

impl Fixture {
    /// The good templates.
    pub fn good() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/good"),
            dir.path(),
        );
        Self { dir }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file as it is.
    pub fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.file(name).parent().expect("a parent")).expect("a folder");
        fs::write(self.file(name), text).expect("a file");
    }

    /// Replaces words in a file; they must be there.
    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.file(name)).expect("the file");
        assert!(text.contains(from), "{name} does not hold {from}");
        fs::write(self.file(name), text.replace(from, to)).expect("a file");
    }

    /// Fills the digests, so that other rules can be seen alone.
    pub fn sealed(&self) -> &Self {
        lint::write_digests(self.path()).expect("digests");
        self
    }

    pub fn errors(&self) -> Vec<Finding> {
        lint::check(self.path())
            .into_iter()
            .filter(|it| it.level == Level::Error)
            .collect()
    }

    pub fn library(&self) -> Library {
        Library::load(self.path()).unwrap_or_else(|findings| panic!("{findings:#?}"))
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the fixture") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Values that fit the fixture.
pub fn raw() -> Map<String, Value> {
    let value = json!({
        "preferred_name": "Zoë", "vlo_name": "Priya Example", "vlo_phone": "01632 960123",
        "charges": ["First thing", "Second thing"], "reasons": "We looked hard.\nIt was close.",
        "reasons_author": "Alex Example", "review_until": "2026-12-24", "late": true,
    });
    value.as_object().expect("an object").clone()
}

/// The same with one value changed; `Null` takes it away.
pub fn raw_with(field: &str, value: Value) -> Map<String, Value> {
    let mut raw = raw();
    raw.insert(field.to_owned(), value);
    raw
}

/// Renders the English text of a library with these values.
pub fn render(library: &Library, raw: &Map<String, Value>) -> render::Rendered {
    let version = library
        .find("hard-news", render::Language::English)
        .expect("the version");
    let values = Values::from_json(version, raw).unwrap_or_else(|faults| panic!("{faults:?}"));
    library
        .render(version, &values)
        .unwrap_or_else(|fault| panic!("{fault}"))
}
