//! The program itself, run as a person would.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The program, which `make test` has built beside this test.
fn gateway(dir: &Path, args: &[&str]) -> Output {
    let tests = std::env::current_exe().expect("this test has a path");
    let program = tests
        .parent()
        .and_then(Path::parent)
        .expect("target/<profile>")
        .join("gateway");
    assert!(
        program.exists(),
        "the program is not built; `make test` builds it"
    );
    Command::new(program)
        .current_dir(root())
        .args(["--dir", dir.to_str().expect("a plain path")])
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs")
}

fn json(output: &Output) -> Value {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("one JSON value")
}

fn number(value: &Value, path: &str) -> i64 {
    value
        .pointer(path)
        .and_then(Value::as_i64)
        .unwrap_or_else(|| panic!("{path} is a number"))
}

#[test]
fn the_headless_demo_accounts_for_every_duty_of_the_cps_and_mails_one_recipient_each() {
    let dir = TempDir::new().expect("a folder");
    let summary = json(&gateway(dir.path(), &["--json", "demo", "--headless"]));
    assert_eq!(number(&summary, "/events/read"), 1100);
    assert_eq!(number(&summary, "/events/refused"), 0);
    let delivered = number(&summary, "/messages/delivered");
    assert!(delivered > 250, "{delivered} delivered");
    assert!(number(&summary, "/contacts") >= delivered);
    let mut caught = 0;
    for file in std::fs::read_dir(dir.path().join("caught")).expect("caught mail") {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let envelope: Value =
                serde_json::from_slice(&std::fs::read(&path).expect("an envelope")).expect("JSON");
            assert_eq!(envelope["rcpts"].as_array().map(Vec::len), Some(1));
            caught += 1;
        }
    }
    assert_eq!(caught, delivered, "what was caught is what was delivered");

    let again = json(&gateway(dir.path(), &["--json", "demo", "--headless"]));
    assert_eq!(
        number(&again, "/messages/delivered"),
        delivered,
        "the same events again change nothing"
    );
    assert_eq!(again.pointer("/obligations"), summary.pointer("/obligations"));
}

#[test]
fn a_due_time_explains_itself() {
    let dir = TempDir::new().expect("a folder");
    let args = [
        "--json",
        "deadline",
        "--rule",
        "R6-06",
        "--from",
        "2026-12-24T15:00:00Z",
    ];
    let due = json(&gateway(dir.path(), &args));
    assert_eq!(due["due"], "2026-12-29T23:59:59+00:00");
    let skipped = due["skipped"].as_array().expect("a list");
    let days = skipped
        .iter()
        .map(|skip| skip["date"].as_str().expect("a day"))
        .collect::<Vec<_>>();
    assert_eq!(days, ["2026-12-25", "2026-12-26", "2026-12-27", "2026-12-28"]);
}

#[test]
fn a_rule_without_a_number_says_so_and_a_missing_rule_is_wrong_use() {
    let dir = TempDir::new().expect("a folder");
    for (rule, words) in [("PTM-01", "no number"), ("R99-99", "no such rule")] {
        let answer = gateway(
            dir.path(),
            &["deadline", "--rule", rule, "--from", "2026-12-24T15:00:00Z"],
        );
        assert_eq!(answer.status.code(), Some(2));
        let said = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn the_house_checks_itself_and_its_words() {
    let dir = TempDir::new().expect("a folder");
    for args in [&["check"][..], &["templates", "check"][..]] {
        let answer = gateway(dir.path(), args);
        assert!(
            answer.status.success(),
            "{}",
            String::from_utf8_lossy(&answer.stdout)
        );
    }
}
