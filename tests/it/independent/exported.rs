//! What the program itself publishes, exports and proves, as Go's checksum database judges it.

use std::fs;

use harness::case;
use harness::contact_log::keys;
use harness::on_both;
use harness::service::Service;
use mail::catcher::{Fault, Faults};
use serde_json::json;

use super::go::check_log;
use crate::contact_log::append;

on_both!(
    async fn go_finds_what_the_program_exports_and_proves_good(database: Database) {
        let service = Service::new(database, Faults::Always(Fault::None)).await;
        service.add_victim(&case::case(&json!({}))).await;
        let mut sizes = Vec::new();
        for count in [300, 1, 255, 60] {
            append(&service.database.pool, 0, count).await;
            sizes.push(service.seal().await.size);
        }
        let exported = service.dir().join("export");
        let run = |words: &[&str]| {
            let output = service.run(&[&["log"], words].concat());
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{words:?}: {said}");
            String::from_utf8(output.stdout).expect("text")
        };
        run(&["export", exported.to_str().expect("a plain path")]);
        let size = *sizes.last().expect("sealed");
        let proofs = exported.join("proofs");
        for entry in [0, 1, 255, 256, 300, size - 1] {
            let into = proofs.to_str().expect("a plain path");
            run(&["prove", "--entry", &entry.to_string(), "--into", into]);
        }
        let trees = sizes.iter().chain(&[1, 2, 256]).map(|old| {
            let proof = run(&["consistency", &old.to_string(), &size.to_string()]);
            json!({"old": old, "path": proof.lines().collect::<Vec<_>>()}).to_string()
        });
        let trees = trees.collect::<Vec<_>>();
        fs::write(exported.join("trees.jsonl"), trees.join("\n")).expect("the proofs of older sizes");
        let (good, said) = check_log(&exported, &keys().verifiers()[0]);
        assert!(
            good && said.starts_with(&format!("good: {size} entries")),
            "{said}"
        );
        assert!(said.ends_with("6 records, 7 trees\n"), "{said}");
        service.close().await;
    }
);
