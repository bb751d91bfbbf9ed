//! What is taken away: never without a reason, never a formula, and checked without us.

use std::fs;
use std::process::Command;

use axum::http::StatusCode;
use harness::case::URN;
use harness::on_both;

use super::{AUDITOR, entries, house};

on_both!(
    async fn the_table_and_the_pack_need_a_reason_and_are_recorded(database: Database) {
        let gateway = house(&database).await;
        let browser = gateway.door().sign_in_as(AUDITOR).await;
        browser.get("/log").await;
        for (path, field) in [("/log/csv", "urn"), ("/log/pack", "pack-urn")] {
            let refused = browser.post(path, &[(field, URN)]).await;
            assert!(refused.error_at("reason").is_some(), "{}", refused.text());
        }
        let table = browser
            .post("/log/csv", &[("urn", URN), ("reason", "complaint")])
            .await;
        assert!(
            table.html.starts_with("index,at,actor,act,verb,"),
            "{}",
            table.html
        );
        assert!(table.html.lines().count() > 3, "{}", table.html);
        let (_, taken) = entries(&gateway, "log-table-taken").await.swap_remove(0);
        assert_eq!(taken.reason(), Some("complaint"));
        let none = browser
            .post(
                "/log/pack",
                &[("pack-urn", "01NE9999926"), ("reason", "complaint")],
            )
            .await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
        let pack = browser
            .post("/log/pack", &[("pack-urn", URN), ("reason", "court-order")])
            .await;
        assert_eq!(entries(&gateway, "case-log-packed").await.len(), 1);
        let (file, dir) = (gateway.dir().join("pack.tar"), gateway.dir().join("pack"));
        fs::write(&file, pack.html.as_bytes()).expect("the pack is kept");
        fs::create_dir(&dir).expect("a folder");
        let unpacked = Command::new("tar")
            .arg("-xf")
            .arg(&file)
            .arg("-C")
            .arg(&dir)
            .status();
        assert!(unpacked.expect("tar runs").success());
        let mut proofs = 0;
        for path in fs::read_dir(dir.join("entries")).expect("the entries") {
            let path = path.expect("a file").path();
            if path.extension().is_some_and(|end| end == "tlog-proof") {
                let proof = audit::offline_proof::OfflineProof::parse(&fs::read(&path).expect("a proof"));
                let entry = fs::read(path.with_extension("json")).expect("its entry");
                proof.expect("a proof").check(&entry).expect("it holds");
                proofs += 1;
            }
        }
        let lines = fs::read_to_string(dir.join("entries.csv")).expect("the table");
        assert_eq!(lines.lines().count(), proofs + 1);
        assert!(
            dir.join("README.txt").exists() && dir.join("policy").exists() && dir.join("checkpoint").exists()
        );
    }
);
