//! The raw bytes of the database, its write-ahead log, the contact log and what the program prints hold nothing
//! personal, before an erasure and after it; after it they do not hold what was sealed either.

use std::process::Output;

use harness::bytes::{every_byte, found_in, pieces_in, sealed_columns};
use harness::case::{self, URN, VICTIM};
use harness::database::Database;
use harness::gateway::{APPROVER, AUDITOR};
use harness::mails::Mail;
use harness::on_both;
use harness::service::Service;
use mail::catcher::{Fault, Faults};
use serde_json::json;
use sqlx::AssertSqlSafe;
use store::Pool;

use super::{EMAIL, PERSONAL, WHY, ottoline, story};

/// Everything of a victim that an erasure takes away, as it stands in the database: sealed values, the wrapped keys,
/// indexes.
async fn sealed_pieces(database: &Database) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    for cell in [
        "person_sealed FROM victims",
        "plan_sealed FROM victims",
        "sealed FROM events",
        "sealed FROM drafts",
        "sealed FROM messages",
        "sealed FROM contacts WHERE sealed IS NOT NULL",
        "sealed FROM plan_proposals",
        "sealed FROM openings",
        "sealed FROM defendants",
        "sealed FROM advisers",
        "wrapped FROM data_keys",
        "value_index FROM point_indexes",
        "value_index FROM name_indexes",
    ] {
        let select = AssertSqlSafe(format!("SELECT {cell}"));
        let found: Result<Vec<Vec<u8>>, _> = match &database.pool {
            Pool::Sqlite { writer, .. } => sqlx::query_scalar(select).fetch_all(writer).await,
            Pool::Postgres(pool) => sqlx::query_scalar(select).fetch_all(pool).await,
        };
        let found = found.expect("the values");
        assert!(!found.is_empty(), "there is no {cell}");
        // The first bytes lie on one page, however long the value is.
        pieces.extend(
            found
                .into_iter()
                .map(|piece| piece.into_iter().take(32).collect()),
        );
    }
    pieces
}

on_both!(
    async fn after_an_erasure_the_bytes_hold_nothing_of_the_victim(database: Database) {
        let story = story(&database).await;
        let sent = story.house.caught();
        let sent = sent
            .iter()
            .map(|mail| Mail::read(mail).words())
            .collect::<String>();
        assert!(
            sent.contains("Ottoline") && sent.contains("zephyrfield"),
            "it was delivered"
        );
        let before = every_byte(&database).await;
        assert_eq!(
            found_in(&before, &PERSONAL),
            [""; 0],
            "nothing is ever there in clear"
        );
        assert_eq!(found_in(&before, &[URN, "lantern wharf"]), [URN, "lantern wharf"]);
        let pieces = sealed_pieces(&database).await;
        assert_eq!(
            pieces_in(&before, &pieces).len(),
            pieces.len(),
            "the search finds what is there"
        );

        let erased = story.erase().await;
        let gone = erased.gone;
        assert_eq!(
            gone.keys, 3,
            "hers, her adviser's, and the case's: nobody else is left"
        );
        assert_eq!(
            (gone.messages, gone.contacts, gone.proposals),
            (2, 3, 1),
            "{gone:?}"
        );
        assert!(
            gone.openings >= 6 && gone.indexes >= 4 && gone.defendants == 1,
            "{gone:?}"
        );

        let after = every_byte(&database).await;
        assert_eq!(found_in(&after, &PERSONAL), [""; 0]);
        assert_eq!(
            sealed_columns(&database).await,
            [""; 0],
            "no sealed column holds anything"
        );
        // PostgreSQL keeps old rows in its write-ahead log and free space: docs/operations.md says what that means.
        if let Pool::Sqlite { .. } = &database.pool {
            assert_eq!(
                found_in(&after, &["lantern wharf"]),
                [""; 0],
                "nor the service that supported her"
            );
            assert_eq!(
                pieces_in(&after, &pieces),
                [0; 0],
                "the sealed bytes are gone from file and log too"
            );
        }
        let log = story.house.log_bodies().await.concat();
        assert_eq!(found_in(&log, &["victim-erased"]), ["victim-erased"]);
        assert_eq!(found_in(&log, &PERSONAL), [""; 0]);
        assert_eq!(
            found_in(&log, &[VICTIM]),
            [""; 0],
            "nor what the source called her"
        );
    }
);

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A service whose one case was closed years ago.
async fn closed_long_ago(database: Database) -> Service {
    let service = Service::new(database, Faults::Always(Fault::None)).await;
    let long_ago = case::over(ottoline(), &json!({"opened_at": "2019-06-14"}));
    service.add_victim(&case::case(&long_ago)).await;
    let closed = json!({"kind": "case-closed", "occurred_at": "2020-10-05T11:00:00Z"});
    service.event(&case::event(1, &closed)).await;
    for owed in service.flows.list_obligations(None, 9).await.expect("duties") {
        let waived = service
            .flows
            .waive_obligation(APPROVER, &owed.id, "case-closed")
            .await;
        waived.expect("waived");
    }
    service
}

on_both!(
    async fn what_the_program_says_of_an_erasure_names_nobody(database: Database) {
        let service = closed_long_ago(database).await;
        let who = format!("{URN}:{VICTIM}");
        let first = [
            "vault", "erase", "--victim", &who, "--reason", WHY, "--as", "operator",
        ];
        let second = [first.as_slice(), &["--second"]].concat();
        let other = [
            "vault", "erase", "--victim", &who, "--reason", WHY, "--as", APPROVER, "--second",
        ];
        let hold = [
            "vault",
            "hold",
            "--case",
            URN,
            "--flag",
            "legal-hold",
            "--reason",
            "complaint",
        ];
        let lift = [hold.as_slice(), &["--lift"]].concat();
        let by_another = [lift.as_slice(), &["--as", APPROVER]].concat();
        let shown = [
            "vault",
            "open",
            "--entry",
            "0",
            "--field",
            "to",
            "--reason",
            "inspection",
            "--as",
            AUDITOR,
        ];
        let mut heard = String::new();
        for (words, code, sentence) in [
            (other.as_slice(), 1, "nobody has proposed"),
            (&hold, 0, "set"),
            (&first, 1, "held by legal-hold"),
            (
                &["vault", "kept", "--case", URN],
                0,
                "flag legal-hold by operator (complaint)",
            ),
            (&lift, 0, "asked"),
            (&lift, 2, "two people"),
            (&by_another, 0, "lifted"),
            (&first, 0, "proposed"),
            (&["vault", "erasures"], 0, WHY),
            (&second, 2, "two people"),
            (&shown, 2, "does not commit to such a field"),
            (&other, 0, "erased: 3 keys"),
            (&other, 1, "there is no such victim"),
            (&["obligations", "list"], 0, ""),
            (&["outbox", "list"], 0, ""),
            (&["notices", "list"], 0, ""),
            (&["vault", "clear-away"], 0, "cleared away"),
        ] {
            let output = service.run(words);
            let said = said(&output);
            assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
            assert!(said.contains(sentence), "{words:?}: {said}");
            heard += &said;
        }
        assert_eq!(found_in(heard.as_bytes(), &PERSONAL), [""; 0]);
        assert_eq!(found_in(heard.as_bytes(), &[EMAIL]), [""; 0]);

        let mut running = service.start();
        crate::served::until_quiet(&service, &mut running).await;
        crate::served::stop(&service, running);
        assert_eq!(found_in(service.log().as_bytes(), &PERSONAL), [""; 0]);
        assert_eq!(found_in(&every_byte(&service.database).await, &PERSONAL), [""; 0]);
        service.flows.verify_log().await.expect("the log holds");
        service.close().await;
    }
);
