//! A policy says which log and which witnesses are believed, and a proof file is checked with nothing else at hand.

use audit::checkpoint::Checkpoint;
use audit::key::{KeyKind, SigningKey};
use audit::merkle::{inclusion_proof, leaf_hash, root};
use audit::note::{Note, Signature};
use audit::offline_proof::OfflineProof;
use audit::policy::{Distrust, Policy};

const ORIGIN: &str = "gateway.example/contact-log";

fn key(name: &str, kind: KeyKind, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, kind, &[seed; 32]).expect("a key")
}

fn log_key() -> SigningKey {
    key(ORIGIN, KeyKind::Ed25519, 1)
}

fn witness(number: u8) -> SigningKey {
    key(
        &format!("witness.example/w{number}"),
        KeyKind::Cosignature,
        10 + number,
    )
}

/// The log, three witnesses of whom two must have signed.
fn two_of_three() -> String {
    let witnesses = [1, 2, 3].map(|number| format!("witness w{number} {}\n", witness(number).verifier()));
    format!(
        "# who is believed\nlog {}\n\n{}group two 2 w1 w2 w3\nquorum two\n",
        log_key().verifier(),
        witnesses.concat()
    )
}

fn entries() -> Vec<Vec<u8>> {
    (0..9_u8).map(|number| vec![number; 3]).collect()
}

/// A checkpoint over nine entries that the log and these witnesses have signed.
fn checkpoint(witnesses: &[u8]) -> Note {
    let leaves = entries().iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>();
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: 9,
        root: root(&leaves),
    };
    let mut note = Note::new(checkpoint.to_text()).expect("a text");
    note.add(Signature::make(&log_key(), note.text(), 0));
    for number in witnesses {
        let at_s = 1_800_000_000 + u64::from(*number);
        note.add(Signature::make(&witness(*number), note.text(), at_s));
    }
    note
}

fn policy(text: &str) -> Policy {
    Policy::parse(text.as_bytes()).expect("a policy")
}

#[test]
fn a_checkpoint_is_trusted_once_its_quorum_has_signed() {
    let policy = policy(&two_of_three());
    for few in [&[][..], &[1], &[3]] {
        let note = checkpoint(few);
        assert_eq!(policy.trust(&note), Err(Distrust::Quorum), "{few:?}");
        assert_eq!(
            policy.read(&note).expect("the log signed it").witnessed.len(),
            few.len()
        );
    }
    for enough in [&[1, 2][..], &[3, 1], &[1, 2, 3]] {
        let trusted = policy.trust(&checkpoint(enough)).expect("trusted");
        assert_eq!(trusted.checkpoint.size, 9);
        let times = trusted.witnessed.values().map(|at_s| at_s - 1_800_000_000);
        let mut times = times.collect::<Vec<_>>();
        times.sort_unstable();
        let mut signers = enough.iter().map(|number| u64::from(*number)).collect::<Vec<_>>();
        signers.sort_unstable();
        assert_eq!(times, signers);
    }
}

#[test]
fn groups_may_hold_groups_and_none_asks_for_no_witness() {
    let nested = two_of_three().replace(
        "group two 2 w1 w2 w3\nquorum two",
        "group pair all w1 w2\ngroup top any pair w3\nquorum top",
    );
    let nested = policy(&nested);
    for (signers, enough) in [(&[1][..], false), (&[1, 2], true), (&[3], true), (&[], false)] {
        assert_eq!(nested.trust(&checkpoint(signers)).is_ok(), enough, "{signers:?}");
    }
    let none = policy(&two_of_three().replace("quorum two", "quorum none"));
    assert!(none.trust(&checkpoint(&[])).is_ok());
}

#[test]
fn two_witnesses_of_one_name_are_told_apart_by_their_keys() {
    let text = format!(
        "log {}\nwitness a {}\nwitness b {}\ngroup both all a b\nquorum both\n",
        log_key().verifier(),
        key("witness.example", KeyKind::Cosignature, 21).verifier(),
        key("witness.example", KeyKind::Cosignature, 22).verifier(),
    );
    let mut note = checkpoint(&[]);
    let sign = |seed| {
        Signature::make(
            &key("witness.example", KeyKind::Cosignature, seed),
            note.text(),
            5,
        )
    };
    let (first, second) = (sign(21), sign(22));
    note.add(first);
    assert_eq!(policy(&text).trust(&note), Err(Distrust::Quorum));
    note.add(second);
    assert!(policy(&text).trust(&note).is_ok());
}

#[test]
fn nobody_but_the_log_itself_speaks_for_a_log() {
    let policy = policy(&two_of_three());
    let mut unsigned = Note::new(checkpoint(&[]).text().to_owned()).expect("a text");
    unsigned.add(Signature::make(&witness(1), unsigned.text(), 5));
    assert_eq!(policy.trust(&unsigned), Err(Distrust::NoLog));

    let other = Note::new(checkpoint(&[]).text().replace("contact-log", "other-log"));
    let mut other = other.expect("a text");
    other.add(Signature::make(&log_key(), other.text(), 0));
    assert_eq!(policy.trust(&other), Err(Distrust::Origin));
}

#[test]
fn a_policy_that_cannot_be_right_is_refused_by_its_line() {
    let good = two_of_three();
    let log = format!("log {}", log_key().verifier());
    for (from, to, line, what) in [
        ("quorum two\n", "", 0, "exactly one `quorum` line is needed"),
        (
            "quorum two\n",
            "quorum two\nquorum none\n",
            9,
            "there is one `quorum` line",
        ),
        (
            "quorum two",
            "quorum three",
            8,
            "`three` is no witness or group of a line above",
        ),
        ("two 2 w1", "two 4 w1", 7, "from 1 to that of its members"),
        ("two 2 w1", "two 0 w1", 7, "from 1 to that of its members"),
        ("2 w1 w2 w3", "2 w1 w1 w3", 7, "each counts once"),
        ("group two", "group w1", 7, "the name `w1` is taken"),
        ("group two", "group none", 7, "the name `none` is taken"),
        ("witness w1", "witness w2", 5, "the name `w2` is taken"),
        ("# who", "trust who", 1, "a line is `log VKEY [URL]`"),
        (&log, &format!("{log}\n{log}"), 3, "this key stands above already"),
        (&log, "log gateway.example", 2, "a verifier key is name+id+key"),
    ] {
        let fault = Policy::parse(good.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!(fault.line, line, "{to}: {fault}");
        assert!(fault.to_string().contains(what), "{to}: {fault}");
    }
    let swapped = format!("log {}\nquorum none\n", witness(1).verifier());
    let fault = Policy::parse(swapped.as_bytes()).unwrap_err();
    assert!(fault.to_string().contains("type 0x01"), "{fault}");
    assert_eq!(Policy::parse(&[0xff]).unwrap_err().line, 0);
}

/// The proof for one of the nine entries.
fn proof(index: u64) -> OfflineProof {
    let leaves = entries().iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>();
    OfflineProof {
        index,
        path: inclusion_proof(index, &leaves).expect("it is there"),
        note: checkpoint(&[1, 2]),
    }
}

#[test]
fn a_proof_file_shows_its_entry_and_no_other() {
    for (index, entry) in (0..).zip(entries()) {
        let file = proof(index).to_bytes();
        let read = OfflineProof::parse(&file).expect("a proof");
        assert_eq!(read, proof(index));
        let claims = read.check(&entry).expect("the entry is there");
        assert_eq!(
            policy(&two_of_three())
                .trust(&read.note)
                .expect("trusted")
                .checkpoint,
            claims
        );
        for other in entries().iter().filter(|other| **other != entry) {
            assert!(read.check(other).is_err());
        }
    }
}

#[test]
fn a_line_of_extra_data_is_passed_over() {
    let file = String::from_utf8(proof(4).to_bytes()).expect("text");
    let extra = file.replacen("\nindex", "\nextra AAAA\nindex", 1);
    assert_eq!(OfflineProof::parse(extra.as_bytes()).expect("a proof"), proof(4));
}

#[test]
fn what_is_no_proof_file_is_refused_with_what_would_be_right() {
    let file = String::from_utf8(proof(4).to_bytes()).expect("text");
    let many = "A".repeat(43) + "=\n";
    for (from, to, what) in [
        ("@v1", "@v2", "line 1 of the proof: a proof begins with"),
        ("index 4", "index 04", "line 2 of the proof: `index N`"),
        ("index 4", "4", "line 2 of the proof: `index N`"),
        (
            "index 4\n",
            "index 4\nshort\n",
            "line 3 of the proof: one hash in base64",
        ),
        (
            "index 4\n",
            &format!("index 4\n{}", many.repeat(65)),
            "at most 64 hashes",
        ),
        ("\n\n", "\n", "one hash in base64 to a line"),
    ] {
        let fault = OfflineProof::parse(file.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert!(fault.to_string().contains(what), "{to:.20}: {fault}");
    }
    assert!(OfflineProof::parse(&[0xff]).is_err());
}
