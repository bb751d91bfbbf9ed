//! `gateway log` and `contact-log-verify` as an operator and an auditor type them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use audit::key::{KeyKind, SigningKey};
use harness::case;
use harness::contact_log::{ORIGIN, policy_text};
use harness::on_both;
use harness::service::{Service, program};
use mail::catcher::{Fault, Faults};
use serde_json::json;

use super::{append, copy};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn good(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// What a command says that ends with this code.
fn bad(output: &Output, code: i32) -> String {
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stderr)
}

/// The auditor's own program.
fn verifier(args: &[&str]) -> Output {
    let gateway = program();
    let path = Path::new(gateway.get_program()).with_file_name("contact-log-verify");
    Command::new(path)
        .args(args)
        .output()
        .expect("the verifier was built")
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

async fn service(database: harness::database::Database) -> Service {
    let service = Service::new(database, Faults::Always(Fault::None)).await;
    for (urn, reference) in [("01NE4400126", "V-1"), ("01NE4400226", "V-2")] {
        service
            .add_victim(&case::case(&json!({"urn": urn, "victim_ref": reference})))
            .await;
    }
    append(&service.database.pool, 0, 600).await;
    service.seal().await;
    fs::write(service.dir().join("trusted"), policy_text()).expect("the auditor's policy");
    service
}

on_both!(
    async fn an_export_is_whole_and_holds_without_us(database: Database) {
        let service = service(database).await;
        let dir = service.dir().join("export");
        let trusted = service.dir().join("trusted");
        let (dir, trusted) = (path(&dir), path(&trusted));
        let said = good(&service.run(&["log", "export", dir]));
        assert!(said.contains("exported and checked"), "{said}");
        assert!(good(&service.run(&["log", "verify", dir, "--policy", trusted])).contains("entries hold"));
        assert!(good(&service.run(&["log", "verify"])).contains("entries hold"));
        assert!(good(&verifier(&[dir, "--policy", trusted])).contains("holds"));
        let again = bad(&service.run(&["log", "export", dir]), 2);
        assert!(again.contains("not empty"), "{again}");
        // The export itself is in the log, after what was exported.
        let old = Path::new(dir).join("checkpoint");
        service.seal().await;
        let new = service.dir().join("contact-log").join("checkpoint");
        let proof = good(&service.run(&["log", "consistency", path(&old), path(&new)]));
        assert!(
            proof.lines().all(|line| line.len() == 44) && !proof.is_empty(),
            "{proof}"
        );
        assert!(good(&service.run(&["log", "verify", "--kept", path(&old)])).contains("entries hold"));
    }
);

on_both!(
    async fn one_entry_is_proved_to_a_stranger_and_no_other_passes_for_it(database: Database) {
        let service = service(database).await;
        let into = service.dir().join("proofs");
        let trusted = service.dir().join("trusted");
        for entry in ["0", "17", "599"] {
            good(&service.run(&["log", "prove", "--entry", entry, "--into", path(&into)]));
            let proof = into.join(format!("entry-{entry}.tlog-proof"));
            let json = into.join(format!("entry-{entry}.json"));
            let args = ["proof", path(&proof), "--policy", path(&trusted), "--entry"];
            let said = good(&verifier(&[&args[..], &[path(&json)]].concat()));
            assert!(said.contains(&format!("entry {entry} holds")), "{said}");
            let other = service.dir().join("config-of-another");
            fs::write(&other, "{}").expect("a file");
            bad(&verifier(&[&args[..], &[path(&other)]].concat()), 1);
        }
        let said = bad(&service.run(&["log", "prove", "--entry", "600000"]), 1);
        assert!(said.contains("600000"), "{said}");
    }
);

on_both!(
    async fn a_pack_holds_one_case_and_every_entry_of_it_is_proved(database: Database) {
        let service = service(database).await;
        let dir = service.dir().join("pack");
        let trusted = service.dir().join("trusted");
        let pack = |user: &'static str, urn: &'static str| {
            let mut command = service.command();
            command.args([
                "--as",
                user,
                "log",
                "pack",
                "--case",
                urn,
                "--reason",
                "inspection",
            ]);
            command.arg(&dir).output().expect("the program runs")
        };
        bad(&pack("operator", "01NE4400126"), 2);
        bad(&pack("auditor", "01NE4400999"), 1);
        let said = good(&pack("auditor", "01NE4400126"));
        let table = fs::read_to_string(dir.join("entries.csv")).expect("the table");
        let rows = table.lines().count() - 1;
        assert!(rows > 0 && said.contains(&format!("{rows} entries")), "{said}");
        let mut proved = 0;
        for file in fs::read_dir(dir.join("entries")).expect("entries") {
            let json = file.expect("a file").path();
            if json.extension().is_some_and(|ending| ending == "json") {
                let proof = json.with_extension("tlog-proof");
                good(&verifier(&[
                    "proof",
                    path(&proof),
                    "--entry",
                    path(&json),
                    "--policy",
                    path(&trusted),
                ]));
                proved += 1;
            }
        }
        assert_eq!(proved, rows, "every row of the table has its entry and proof");
        for word in ["01NE4400126", "V-1", "V-2"] {
            assert!(
                !table.contains(word),
                "the table holds no reference of ours: {word}"
            );
        }
        assert!(
            table.lines().all(|line| line.matches(',').count() == 17),
            "18 columns, and no more"
        );
        let readme = fs::read_to_string(dir.join("README.txt")).expect("the README");
        assert!(readme.contains("contact-log-verify proof"));
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_foreign_and_missing_files_are_named_and_nothing_is_written() {
    let service = service(harness::database::sqlite().await).await;
    let dir = service.dir().join("export");
    let trusted = service.dir().join("trusted");
    good(&service.run(&["log", "export", path(&dir)]));
    let verify = |dir: &Path, policy: &Path| verifier(&[path(dir), "--policy", path(policy)]);
    let tried = service.dir().join("tried");
    let fresh = || {
        let _ = fs::remove_dir_all(&tried);
        copy(&dir, &tried);
    };
    fresh();
    fs::remove_file(tried.join("tile/entries/001")).expect("a bundle");
    assert!(bad(&verify(&tried, &trusted), 1).contains("tile/entries/001: is missing"));
    fresh();
    fs::write(tried.join("tile/0/000"), "short").expect("a tile");
    assert!(bad(&verify(&tried, &trusted), 1).contains("tile/0/000"));
    fs::remove_dir_all(&tried).expect("gone");
    assert!(bad(&verify(&tried, &trusted), 1).contains("no checkpoint"));
    let foreign = service.dir().join("foreign");
    fs::write(
        &foreign,
        "log example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx\nquorum none\n",
    )
    .expect("another log's policy");
    assert!(bad(&verify(&dir, &foreign), 1).contains("no signature of a key that is known"));
    fs::write(&foreign, "quorum none\nquorum none\n").expect("a policy");
    assert!(bad(&verify(&dir, &foreign), 2).contains("line 2"));
    bad(&verify(&dir, &service.dir().join("nowhere")), 2);
    let witness = SigningKey::from_seed("witness.example/w1", KeyKind::Cosignature, &[1; 32]).expect("a key");
    let asks = format!("witness w {}\nquorum w", witness.verifier());
    fs::write(&foreign, policy_text().replace("quorum none", &asks)).expect("a policy");
    assert!(bad(&verify(&dir, &foreign), 1).contains("too few witnesses"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_file_that_is_missing_open_to_others_or_of_another_kind_stops_the_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let service = Service::new(harness::database::sqlite().await, Faults::Always(Fault::None)).await;
    let file = service.dir().join("contact-log.key");
    let right = fs::read_to_string(&file).expect("the key");
    let serve = || service.run(&["serve"]);
    let refused = |word: &str| {
        let said = bad(&serve(), 2);
        assert!(said.contains("contact-log.key") && said.contains(word), "{said}");
        assert!(
            !service.dir().join("contact-log/checkpoint").exists(),
            "nothing was signed"
        );
    };
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("open to others");
    refused("others than its owner");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("closed again");
    fs::write(&file, "not a key\n").expect("a file");
    refused("PRIVATE+KEY+");
    let witness = SigningKey::new_text(ORIGIN, KeyKind::Cosignature, &[5; 32]);
    fs::write(&file, witness.expect("a key").as_bytes()).expect("a file");
    refused("Ed25519 key (0x01)");
    fs::write(&file, right.replace("test-log", "other-log")).expect("a file");
    refused("id of the key");
    fs::remove_file(&file).expect("gone");
    refused("No such file");
}
