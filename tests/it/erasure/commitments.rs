//! What an entry commits to can be opened and checked by an auditor, until it is erased; then no guess can be tested.

use audit::entry::{Act, Entry};
use audit::merkle::{Hash, inclusion_proof, leaf_hash, root, verify_consistency, verify_inclusion};
use flows::{Gateway, Kind};
use harness::case::{self, EMAIL as OTHER_EMAIL, assigned};
use harness::database::Database;
use harness::gateway::{AUDITOR, OFFICER, TestGateway};
use harness::on_both;
use serde_json::json;
use store::{Pool, keys};
use vault::{CommitmentKey, Place, WrappedKey, commitment};

use super::{EMAIL, NEW_EMAIL, story, waive_everything};

const GUESSES: usize = 10_000;
/// As it is kept.
const PLAIN_MOBILE: &str = "+447700900477";

async fn entries(house: &TestGateway) -> Vec<Entry> {
    let bodies = house.log_bodies().await;
    bodies
        .iter()
        .map(|body| Entry::parse(body).expect("an entry"))
        .collect()
}

/// Where in the log, and under which field, an entry of this verb commits to something.
fn committed(entries: &[Entry], verb: &str) -> Vec<(u64, String)> {
    let numbered = (0..).zip(entries).filter(|(_, entry)| entry.verb() == verb);
    numbered
        .flat_map(|(index, entry)| {
            entry
                .commitments()
                .keys()
                .map(move |field| (index, field.clone()))
        })
        .collect()
}

/// Every commitment key that still opens in the database with the keys that are still there.
async fn keys_left(database: &Database, flows: &Gateway) -> Vec<CommitmentKey> {
    let all = "SELECT commitment, owner, sealed FROM openings";
    let openings: Result<Vec<(String, String, Vec<u8>)>, _> = match &database.pool {
        Pool::Sqlite { writer, .. } => sqlx::query_as(all).fetch_all(writer).await,
        Pool::Postgres(pool) => sqlx::query_as(all).fetch_all(pool).await,
    };
    let mut tx = database.pool.read().await.expect("a reader");
    let mut found = Vec::new();
    for (row, owner, sealed) in openings.expect("the openings") {
        let Some((kek_id, bytes)) = keys::find(&mut tx, &owner).await.expect("keys answer") else {
            continue;
        };
        let key = flows.parts().keys.unwrap(&owner, &WrappedKey { kek_id, bytes });
        let place = Place {
            table: "openings",
            column: "sealed",
            row: &row,
        };
        let plain = vault::open(&key.expect("a key"), &place, &sealed).expect("an opening");
        let (secret, _): (Vec<u8>, String) = serde_json::from_slice(&plain).expect("key and value");
        found.push(CommitmentKey::from_bytes(secret.try_into().expect("32 bytes")));
    }
    found
}

/// Which of these values are found out by trying each under each key for each commitment.
fn dictionary_attack<'g>(entries: &[Entry], keys: &[CommitmentKey], guesses: &'g [String]) -> Vec<&'g str> {
    let mut found = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.commitments().is_empty()) {
        let nonce = u128::from_str_radix(entry.nonce().expect("a nonce"), 16).expect("a nonce");
        for (field, made) in entry.commitments() {
            let made = Hash::from_hex(made).expect("a commitment");
            for key in keys {
                for guess in guesses {
                    let again = commitment::commit(key, field, &nonce.to_be_bytes(), guess.as_bytes());
                    if again == *made.as_bytes() {
                        found.push(guess.as_str());
                    }
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn guesses() -> Vec<String> {
    let numbers = (0..GUESSES).map(|number| match number % 2 {
        0 => format!("+44770090{number:04}"),
        _ => format!("ottoline.wexcombe{number}@harbourbox.example"),
    });
    numbers.collect()
}

on_both!(
    async fn a_dictionary_of_guesses_finds_the_values_before_an_erasure_and_nothing_after_it(
        database: Database,
    ) {
        let story = story(&database).await;
        // Another victim, whose openings stay.
        let other = json!({"urn": "01NE4400226", "victim_ref": "V-2"});
        story.house.add_victim(&case::case(&other)).await;
        story.house.clock().set("2026-11-24T13:00:00Z");
        let event = case::over(assigned(), &other);
        story.house.event(&case::event(9, &event)).await;
        story.house.draft_and_approve().await;
        story.house.clock().set("2026-11-24T14:00:00Z");
        story.house.deliver_all().await;
        waive_everything(&story.house).await;

        let truth = [EMAIL, NEW_EMAIL, OTHER_EMAIL, PLAIN_MOBILE].map(str::to_owned);
        let entries = entries(&story.house).await;
        let before = keys_left(&database, &story.house.flows).await;
        assert_eq!(
            dictionary_attack(&entries, &before, &truth),
            [PLAIN_MOBILE, OTHER_EMAIL, EMAIL, NEW_EMAIL]
        );

        story.erase().await;
        let after = keys_left(&database, &story.house.flows).await;
        assert!(
            !after.is_empty() && after.len() < before.len(),
            "the other victim's are left"
        );
        assert_eq!(
            dictionary_attack(&entries, &after, &truth),
            [OTHER_EMAIL],
            "hers cannot be tested"
        );
        let of_hers = entries
            .into_iter()
            .filter(|entry| entry.victim() == Some(story.victim.as_str()))
            .collect::<Vec<_>>();
        let tried = [guesses(), truth.to_vec()].concat();
        assert_eq!(dictionary_attack(&of_hers, &after, &tried), [""; 0]);
    }
);

on_both!(
    async fn an_auditor_opens_a_field_and_after_the_erasure_hears_that_it_is_gone(database: Database) {
        let story = story(&database).await;
        let flows = &story.house.flows;
        let entries_before = entries(&story.house).await;
        for (verb, field, values) in [
            ("delivery-attempted", "to", [EMAIL, EMAIL].as_slice()),
            ("plan-change-proposed", "value", &[NEW_EMAIL]),
            ("plan-change-approved", "value", &[NEW_EMAIL]),
            ("contact-added", "to", &[PLAIN_MOBILE]),
        ] {
            let places = committed(&entries_before, verb);
            assert_eq!(places.len(), values.len(), "{verb}");
            for ((index, of), value) in places.iter().zip(values) {
                assert_eq!(of, field);
                let opened = flows
                    .open_field(AUDITOR, *index, field, "inspection")
                    .await
                    .expect(verb);
                assert_eq!(opened.value.reveal(), *value);
                let entry = &entries_before[usize::try_from(*index).expect("small")];
                assert_eq!(entry.commitments()[field], opened.commitment);
            }
        }
        let (index, field) = committed(&entries_before, "draft-approved").remove(0);
        flows
            .open_field(AUDITOR, index, &field, "inspection")
            .await
            .expect("the content's digest");
        let read = entries(&story.house).await;
        let read = read
            .iter()
            .filter(|entry| entry.verb() == "field-opened")
            .collect::<Vec<_>>();
        assert_eq!(read.len(), 6, "each reading is recorded");
        for entry in read {
            assert_eq!(
                (entry.act(), entry.reason()),
                (Act::Consultation, Some("inspection"))
            );
            assert_eq!(entry.victim(), Some(story.victim.as_str()));
        }

        let officer = flows.open_field(OFFICER, index, &field, "inspection").await;
        assert_eq!(officer.err().expect("an officer").kind(), Kind::NotAllowed);
        let unknown = flows.open_field(AUDITOR, index, "birthday", "inspection").await;
        assert_eq!(unknown.err().expect("no such field").kind(), Kind::Invalid);
        let beyond = flows.open_field(AUDITOR, 100_000, "to", "inspection").await;
        assert_eq!(beyond.err().expect("no such entry").kind(), Kind::NotFound);

        let size = story.house.log_bodies().await.len();
        story.erase().await;
        for (index, field) in committed(&entries_before, "delivery-attempted") {
            let gone = story
                .house
                .flows
                .open_field(AUDITOR, index, &field, "inspection")
                .await;
            assert!(matches!(gone, Err(flows::Error::Erased)), "entry {index}");
        }
        let erasing = story.house.log_bodies().await.len() - size;
        assert_eq!(
            erasing, 2,
            "proposed and erased; what could not be read left no trace of a reading"
        );
    }
);

on_both!(
    async fn a_barred_or_rechecked_point_is_committed_to_by_its_value(database: Database) {
        let story = story(&database).await;
        let plan = story.house.plan_of(&story.victim).await;
        let mobile = plan
            .points()
            .iter()
            .find(|point| point.route() == domain::contact::Route::Mobile);
        let mobile = mobile.expect("her mobile").id().clone();
        let why = domain::contact::Why::ReportedUnsafe;
        let flows = &story.house.flows;
        flows
            .bar_point(OFFICER, &story.victim, &mobile, why)
            .await
            .expect("barred");
        let (index, field) = committed(&entries(&story.house).await, "point-barred").remove(0);
        let opened = flows
            .open_field(AUDITOR, index, &field, "inspection")
            .await
            .expect("opened");
        assert_eq!(opened.value.reveal(), PLAIN_MOBILE);
    }
);

on_both!(
    async fn every_proof_holds_before_and_after_an_erasure(database: Database) {
        let story = story(&database).await;
        let leaves = |bodies: &[Vec<u8>]| bodies.iter().map(|body| leaf_hash(body)).collect::<Vec<_>>();
        let before = story.house.log_bodies().await;
        story.house.seal().await;
        story.erase().await;
        let sealed = story.house.seal().await;
        let after = story.house.log_bodies().await;
        assert_eq!(after[..before.len()], before[..], "no entry changed");
        let verified = story.house.flows.verify_log().await.expect("the log verifies");
        assert_eq!(verified.root, sealed.root);

        let (old, new) = (leaves(&before), leaves(&after));
        let (old_size, new_size) = (old.len() as u64, new.len() as u64);
        let proof = audit::merkle::consistency_proof(old_size, &new).expect("a proof");
        verify_consistency(old_size, new_size, &root(&old), &root(&new), &proof).expect("it only grew");
        for (index, leaf) in (0..).zip(&new) {
            let proof = inclusion_proof(index, &new).expect("a proof");
            verify_inclusion(leaf, index, new_size, &proof, &root(&new)).expect("it is in the log");
        }
    }
);
