//! What it does not start with, and what it says then. Nothing is written where it does not start.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use audit::key::{KeyKind, SigningKey, VerifierKey};
use harness::sample_log::SampleLog;
use harness::service::program;

use super::{Files, ORIGIN, verifier, write_secret};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// It ends with 2, names this file, says these words, and writes nothing.
fn refuses(files: &Files, named: &str, words: &str) {
    let before = fs::read_dir(files.path("")).expect("its folder").count();
    let output = files.run();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    let named = files.path(named).display().to_string();
    assert!(
        said.contains(&named) && said.contains(words),
        "{named}, {words}: {said}"
    );
    assert!(output.stdout.is_empty(), "it listened");
    assert_eq!(fs::read_dir(files.path("")).expect("its folder").count(), before);
    if files.path("state").is_dir() {
        assert_eq!(fs::read_dir(files.path("state")).expect("its state").count(), 0);
    }
}

#[test]
fn a_key_that_is_missing_open_to_others_or_of_another_kind_is_refused() {
    let files = Files::new();
    fs::remove_file(files.path("key")).expect("it is taken away");
    refuses(&files, "key", "No such file");
    for (kind, mode, words) in [
        (KeyKind::Cosignature, 0o644, "mode 644"),
        (KeyKind::Ed25519, 0o600, "the key of a log"),
    ] {
        let text = SigningKey::new_text("witness.example/w1", kind, &[21; 32]).expect("a key");
        write_secret(&files.path("key"), &text);
        fs::set_permissions(files.path("key"), fs::Permissions::from_mode(mode)).expect("its mode");
        refuses(&files, "key", words);
        fs::remove_file(files.path("key")).expect("it is taken away");
    }
    write_secret(&files.path("key"), &verifier().to_string());
    refuses(&files, "key", "PRIVATE+KEY+");
}

#[test]
fn a_policy_that_names_no_log_or_is_none_is_refused() {
    let files = Files::new();
    fs::write(files.path("policy"), "quorum none\n").expect("a policy");
    refuses(&files, "policy", "log VKEY");
    fs::write(files.path("policy"), "log nonsense\nquorum none\n").expect("a policy");
    refuses(&files, "policy", "line 1");
    fs::write(files.path("policy"), "#".repeat(70_000)).expect("a policy");
    refuses(&files, "policy", "65,536");
    fs::remove_file(files.path("policy")).expect("it is taken away");
    refuses(&files, "policy", "No such file");
}

#[test]
fn a_state_that_is_no_folder_or_cannot_be_written_is_refused() {
    let files = Files::new();
    fs::remove_dir(files.path("state")).expect("it is taken away");
    refuses(&files, "state", "is no folder");
    // Where nobody can make a file, root included.
    std::os::unix::fs::symlink("/proc", files.path("state")).expect("a link");
    let output = files.run();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("state/lock"), "{}", said(&output));
}

#[test]
fn an_address_that_is_taken_is_refused() {
    let (files, taken) = (Files::new(), TcpListener::bind("127.0.0.1:0").expect("a port"));
    let address = taken.local_addr().expect("its address").to_string();
    let output = files.command(&address).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains(&address), "{}", said(&output));
    assert_eq!(fs::read_dir(files.path("state")).expect("its state").count(), 0);
}

#[test]
fn a_second_witness_on_the_same_state_is_refused_while_the_first_runs() {
    let (files, log) = (Files::new(), SampleLog::new(ORIGIN, 8));
    let process = files.start();
    let output = files.run();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("another witness runs on this state"),
        "{}",
        said(&output)
    );
    process.follow(&log, 0, 8);
    process.kill();
    assert_eq!(
        files.start().shown_size(),
        8,
        "a lock does not outlive its process"
    );
}

#[test]
fn a_damaged_or_foreign_state_is_not_gone_on_from() {
    let (files, log) = (Files::new(), SampleLog::new(ORIGIN, 8));
    let process = files.start();
    process.follow(&log, 0, 8);
    process.kill();
    let good = fs::read(files.state()).expect("the state");
    let flipped = [&good[..40], &[good[40] ^ 1], &good[41..]].concat();
    let unsigned = log.checkpoint(5).to_bytes();
    for bad in [&good[..good.len() - 9], b"", &flipped, &unsigned] {
        fs::write(files.state(), bad).expect("it is damaged");
        let output = files.run();
        assert_eq!(output.status.code(), Some(2));
        let named = files.state().display().to_string();
        assert!(said(&output).contains(&named), "{}", said(&output));
        assert!(said(&output).contains("second history"), "{}", said(&output));
        assert_eq!(
            fs::read(files.state()).expect("the state"),
            bad,
            "it is left as it was"
        );
    }
    fs::write(files.state(), &good).expect("it is brought back");
    assert_eq!(files.start().shown_size(), 8);
}

#[test]
fn a_new_key_is_a_secret_file_and_its_other_half_is_printed() {
    let files = Files::new();
    let file = files.path("new-key");
    let make = |name: &str| {
        let mut command = program();
        command.args(["witness", "key", "--name", name]).arg(&file);
        command.output().expect("the program runs")
    };
    let output = make("witness example");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("--name") && !file.exists(),
        "{}",
        said(&output)
    );

    let output = make("witness.example/w2");
    assert!(output.status.success(), "{}", said(&output));
    let printed = String::from_utf8(output.stdout).expect("text");
    let printed = VerifierKey::parse(printed.trim()).expect("a verifier key");
    assert_eq!(
        (printed.name(), printed.kind()),
        ("witness.example/w2", KeyKind::Cosignature)
    );
    let text = fs::read_to_string(&file).expect("the key");
    assert_eq!(SigningKey::parse(&text).expect("a key").verifier(), &printed);
    let mode = fs::metadata(&file).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    assert_eq!(
        make("witness.example/w3").status.code(),
        Some(2),
        "it is never written over"
    );
    assert_eq!(fs::read_to_string(&file).expect("the key"), text);
}
