//! The raw bytes of the database, its write-ahead log, the contact log and what the program prints hold nothing
//! personal, before an erasure and after it; after it they do not hold what was sealed either.

use std::path::Path;
use std::process::Output;

use domain::id::VictimId;
use harness::bytes::{every_byte, found_in, pieces_in, sealed_columns};
use harness::case::{self, URN, VICTIM, not_charged, over};
use harness::database::Database;
use harness::gateway::{APPROVER, AUDITOR, TestGateway};
use harness::mails::Mail;
use harness::on_both;
use harness::service::Service;
use mail::catcher::{Fault, Faults};
use serde_json::json;
use sqlx::AssertSqlSafe;
use store::Pool;

use super::{EMAIL, PERSONAL, WHY, ottoline, story};

const PIECE_BYTES: usize = 32;
const OTHERS: usize = 40;

/// Everything of a victim that an erasure takes away, as it stands in the database: sealed values, the wrapped keys,
/// indexes. Of each value its first bytes, which lie on one page however long it is, and after them some further on.
async fn sealed_pieces(database: &Database, victim: &VictimId) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let (mut first, mut further) = (Vec::new(), Vec::new());
    let case = format!("(SELECT case_id FROM victims WHERE id = '{victim}')");
    let advisers = format!("(SELECT adviser_id FROM consents WHERE victim_id = '{victim}')");
    for cell in [
        format!("person_sealed FROM victims WHERE id = '{victim}'"),
        format!("plan_sealed FROM victims WHERE id = '{victim}'"),
        format!("sealed FROM events WHERE victim_id = '{victim}'"),
        format!("sealed FROM drafts WHERE victim_id = '{victim}'"),
        format!("sealed FROM messages WHERE victim_id = '{victim}'"),
        format!("sealed FROM contacts WHERE victim_id = '{victim}' AND sealed IS NOT NULL"),
        format!("sealed FROM plan_proposals WHERE victim_id = '{victim}'"),
        format!("sealed FROM detail_changes WHERE victim_id = '{victim}'"),
        format!("sealed FROM supporters WHERE victim_id = '{victim}' AND sealed IS NOT NULL"),
        format!("sealed FROM openings WHERE owner = '{victim}'"),
        format!("sealed FROM defendants WHERE case_id = {case}"),
        format!("sealed FROM advisers WHERE id IN {advisers}"),
        format!("wrapped FROM data_keys WHERE owner = '{victim}' OR owner = {case} OR owner IN {advisers}"),
        format!("value_index FROM point_indexes WHERE victim_id = '{victim}'"),
        format!("value_index FROM name_indexes WHERE case_id = {case}"),
    ] {
        let select = AssertSqlSafe(format!("SELECT {cell}"));
        let found: Result<Vec<Vec<u8>>, _> = match &database.pool {
            Pool::Sqlite { writer, .. } => sqlx::query_scalar(select).fetch_all(writer).await,
            Pool::Postgres(pool) => sqlx::query_scalar(select).fetch_all(pool).await,
        };
        let found = found.expect("the values");
        assert!(!found.is_empty(), "there is no {cell}");
        for value in found {
            let mut pieces = value.chunks_exact(PIECE_BYTES).map(<[u8]>::to_vec);
            first.extend(pieces.next());
            further.extend(pieces.step_by(8));
        }
    }
    (first, further)
}

/// Enough others that their rows and the victim's share pages, and that pages are divided.
async fn among_others(house: &TestGateway) {
    for number in 0..OTHERS {
        let urn = format!("01NE7{number:04}26");
        let other =
            json!({"urn": urn, "victim_ref": format!("V-{number}"), "legal_name": "Perpetua Lindquist"});
        house.add_victim(&case::case(&other)).await;
        let event = over(
            not_charged("The evidence does not meet the test."),
            &other_of(&other),
        );
        house.event(&case::event(100 + number, &event)).await;
    }
    house.draft_and_approve().await;
    super::waive_everything(house).await;
}

fn other_of(other: &serde_json::Value) -> serde_json::Value {
    json!({"urn": other["urn"], "victim_ref": other["victim_ref"]})
}

on_both!(
    async fn after_an_erasure_the_bytes_hold_nothing_of_the_victim(database: Database) {
        let story = story(&database).await;
        among_others(&story.house).await;
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
        let (first, further) = sealed_pieces(&database, &story.victim).await;
        assert_eq!(
            pieces_in(&before, &first).len(),
            first.len(),
            "the search finds what is there"
        );

        let erased = story.erase().await;
        let gone = erased.gone;
        assert_eq!(
            gone.keys, 3,
            "hers, her adviser's, and the case's: nobody else is left"
        );
        assert_eq!(
            (
                gone.messages,
                gone.contacts,
                gone.proposals,
                gone.details,
                gone.supporters
            ),
            (2, 3, 1, 1, 2),
            "{gone:?}"
        );
        assert!(
            gone.openings >= 6 && gone.indexes >= 4 && gone.defendants == 1,
            "{gone:?}"
        );

        let after = every_byte(&database).await;
        assert_eq!(found_in(&after, &PERSONAL), [""; 0]);
        // PostgreSQL keeps old rows in its write-ahead log and free space: docs/operations.md says what that means.
        if let Pool::Sqlite { .. } = &database.pool {
            assert_eq!(
                found_in(&after, &["lantern wharf"]),
                [""; 0],
                "nor the service that supported her"
            );
            let pieces = [first, further].concat();
            assert!(pieces.len() > 200, "{} pieces", pieces.len());
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
        story.house.seal().await;
        let published = bytes_under(story.house.dir());
        assert_eq!(found_in(&published, &["victim-erased"]), ["victim-erased"]);
        assert_eq!(
            found_in(&published, &PERSONAL),
            [""; 0],
            "nor does what is published"
        );
    }
);

/// Every file of a folder, one after the other.
fn bytes_under(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        bytes.extend(if path.is_dir() {
            bytes_under(&path)
        } else {
            std::fs::read(&path).expect("its bytes")
        });
    }
    bytes
}

on_both!(
    async fn no_sealed_column_of_any_table_holds_anything_of_the_only_victim(database: Database) {
        let story = story(&database).await;
        assert!(sealed_columns(&database).await.len() > 8);
        story.erase().await;
        assert_eq!(sealed_columns(&database).await, [""; 0]);
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
        let mut running = service.start();
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

        assert_eq!(
            found_in(heard.as_bytes(), &["still reading"]),
            [""; 0],
            "beside the running service"
        );
        crate::served::until_quiet(&service, &mut running).await;
        crate::served::stop(&service, running);
        assert_eq!(found_in(service.log().as_bytes(), &PERSONAL), [""; 0]);
        assert_eq!(found_in(&every_byte(&service.database).await, &PERSONAL), [""; 0]);
        service.flows.verify_log().await.expect("the log holds");
        service.close().await;
    }
);
