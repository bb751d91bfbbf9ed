//! The migrations for `SQLite` and `PostgreSQL` are twins: the same files, tables, columns, constraints, indexes
//! and triggers. Only the names of types, `STRICT` and the bodies of triggers may differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The two folders' file names and texts.
fn files(dialect: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../migrations")
        .join(dialect);
    let entries = fs::read_dir(&folder).expect("the folder of migrations");
    entries
        .map(|entry| {
            let path = entry.expect("a readable entry").path();
            let name = path
                .file_name()
                .expect("a file name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read_to_string(&path).expect("a migration"))
        })
        .collect()
}

/// The text without comments, on one line, each run of white space one blank, with `SQLite`'s names of types.
fn plain(sql: &str) -> String {
    let uncommented = sql
        .lines()
        .map(|line| line.split("--").next().unwrap_or_default());
    let words: Vec<&str> = uncommented.flat_map(str::split_whitespace).collect();
    words
        .join(" ")
        .replace("BYTEA", "BLOB")
        .replace("BIGINT", "INTEGER")
        // SQLite cannot add a generated column that is stored, and this PostgreSQL has none that is not.
        .replace(") STORED", ") VIRTUAL")
}

/// The statements of a plain text. A semicolon ends one, except between quotes, `$$` or `BEGIN` and `END`.
fn statements(plain: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    for piece in plain.split_inclusive(';') {
        current.push_str(piece);
        let quoted = current.matches('\'').count() % 2 == 1 || current.matches("$$").count() % 2 == 1;
        let in_body = current.trim_start().starts_with("CREATE TRIGGER")
            && current.contains(" BEGIN ")
            && !current.ends_with("END;");
        if !quoted && !in_body {
            found.push(current.trim().trim_end_matches(';').trim().to_owned());
            current.clear();
        }
    }
    assert!(
        current.trim().is_empty(),
        "a statement without its semicolon: {current}"
    );
    found
}

/// Cuts at the commas that stand outside all brackets.
fn parts(list: &str) -> Vec<String> {
    let mut depth = 0_i32;
    let mut parts = vec![String::new()];
    for letter in list.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if letter == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// What a migration makes, as one line for each thing, so that two sets of lines can be compared.
fn things(sql: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for statement in statements(&plain(sql)) {
        if let Some(rest) = statement.strip_prefix("CREATE TABLE ") {
            let (name, body) = rest.split_once('(').expect("a table has columns");
            let end = body.rfind(')').expect("a table's bracket closes");
            let name = name.trim();
            found.insert(format!("table {name}"));
            found.extend(
                parts(&body[..end])
                    .into_iter()
                    .map(|part| format!("table {name}: {part}")),
            );
        } else if statement.starts_with("CREATE TRIGGER ") {
            let head = ["FOR EACH", "EXECUTE", "BEGIN"]
                .iter()
                .filter_map(|word| statement.find(word))
                .min();
            found.insert(statement[..head.unwrap_or(statement.len())].trim().to_owned());
        } else if !statement.starts_with("CREATE FUNCTION ")
            && !statement.starts_with("CREATE OR REPLACE FUNCTION ")
        {
            found.insert(statement);
        }
    }
    found
}

/// What one of the two has and the other has not.
fn differences(sqlite: &str, postgres: &str) -> Vec<String> {
    let (left, right) = (things(sqlite), things(postgres));
    let only_left = left
        .difference(&right)
        .map(|thing| format!("only for SQLite: {thing}"));
    let only_right = right
        .difference(&left)
        .map(|thing| format!("only for PostgreSQL: {thing}"));
    only_left.chain(only_right).collect()
}

#[test]
fn both_databases_have_the_same_migrations() {
    let (sqlite, postgres) = (files("sqlite"), files("postgres"));
    assert!(!sqlite.is_empty());
    assert_eq!(
        sqlite.keys().collect::<Vec<_>>(),
        postgres.keys().collect::<Vec<_>>()
    );
    for (number, name) in (1..).zip(sqlite.keys()) {
        assert!(
            name.starts_with(&format!("{number:04}_")),
            "{name} should begin with {number:04}_"
        );
    }
}

#[test]
fn each_migration_makes_the_same_things_on_both() {
    let postgres = files("postgres");
    for (name, sqlite) in files("sqlite") {
        let twin = postgres
            .get(&name)
            .unwrap_or_else(|| panic!("{name} is missing for PostgreSQL"));
        assert!(!things(&sqlite).is_empty(), "{name} makes nothing");
        let differences = differences(&sqlite, twin);
        assert!(differences.is_empty(), "{name}: {differences:#?}");
    }
}

#[test]
fn sqlite_checks_its_types() {
    for (name, sql) in files("sqlite") {
        for statement in statements(&plain(&sql)) {
            let loose = statement.starts_with("CREATE TABLE ") && !statement.ends_with(") STRICT");
            assert!(!loose, "{name}: not STRICT: {statement}");
        }
    }
}

#[test]
fn tables_that_only_grow_refuse_change_and_removal_on_both() {
    for dialect in ["sqlite", "postgres"] {
        let made: BTreeSet<String> = files(dialect).values().flat_map(|sql| things(sql)).collect();
        for table in ["log_entries", "obligation_moves"] {
            for verb in ["UPDATE", "DELETE"] {
                let guard = format!("BEFORE {verb} ON {table}");
                let guarded = made
                    .iter()
                    .any(|thing| thing.starts_with("CREATE TRIGGER") && thing.ends_with(&guard));
                assert!(guarded, "{dialect}: no trigger {guard}");
            }
        }
    }
}

const LEFT: &str = "
-- A comment; with a semicolon, and a comma.
CREATE TABLE a (id TEXT PRIMARY KEY NOT NULL, at INTEGER, kind TEXT NOT NULL CHECK (kind IN ('x', 'y'))) STRICT;
CREATE INDEX a_by_at ON a (at);
CREATE TRIGGER a_keep BEFORE UPDATE ON a BEGIN SELECT RAISE(ABORT, 'grows; only'); END;";
const RIGHT: &str = "
CREATE TABLE a (id TEXT PRIMARY KEY NOT NULL, at BIGINT, kind TEXT NOT NULL CHECK (kind IN ('x', 'y')));
CREATE INDEX a_by_at ON a (at);
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER a_keep BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION only_grows();";

#[test]
fn the_permitted_differences_are_no_differences() {
    assert_eq!(differences(LEFT, RIGHT), Vec::<String>::new());
    assert_eq!(things(LEFT).len(), 6);
}

#[test]
fn a_twin_that_drifted_is_found_out() {
    for (from, to) in [
        ("at BIGINT,", ""),
        ("at BIGINT", "at BIGINT NOT NULL"),
        ("at BIGINT", "at TEXT"),
        ("at BIGINT", "at_us BIGINT"),
        ("'x', 'y'", "'x', 'z'"),
        ("ON a (at)", "ON a (kind)"),
        ("CREATE INDEX a_by_at ON a (at);", ""),
        ("BEFORE UPDATE", "BEFORE DELETE"),
    ] {
        let drifted = RIGHT.replace(from, to);
        assert_ne!(drifted, RIGHT, "{from} is not in the text");
        assert!(
            !differences(LEFT, &drifted).is_empty(),
            "not seen: {from} became {to:?}"
        );
    }
}
