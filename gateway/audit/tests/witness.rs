//! A witness signs what grows, and nothing else, whatever it is sent.

use audit::checkpoint::Checkpoint;
use audit::key::{KeyKind, SigningKey, VerifierKey};
use audit::merkle::{Hash, consistency_proof, empty_root, leaf_hash, root};
use audit::note::{Note, Signature};
use audit::witness::{
    AddCheckpoint, AnswerError, Cosigned, PROOF_HASHES_MAX, Refusal, RequestError, Seen, SeenError, Witness,
    WitnessError, cosignature_in, log_id, size_in, size_text,
};
use proptest::prelude::*;

const ORIGIN: &str = "gateway.example/contact-log";
const NOW_S: u64 = 1_800_000_000;

fn key(name: &str, kind: KeyKind, secret: u8) -> SigningKey {
    SigningKey::from_seed(name, kind, &[secret; 32]).expect("a key")
}

fn log_key() -> SigningKey {
    key(ORIGIN, KeyKind::Ed25519, 1)
}

fn witness() -> Witness {
    let logs = vec![log_key().verifier().clone()];
    Witness::new(key("witness.example/w1", KeyKind::Cosignature, 2), logs).expect("a witness")
}

/// The leaves of a log; those of another `history` differ from entry 5 on.
fn leaves(history: u8, size: u64) -> Vec<Hash> {
    (0..size)
        .map(|index| {
            leaf_hash(&[
                if index < 5 { 0 } else { history },
                u8::try_from(index).expect("small"),
            ])
        })
        .collect()
}

fn signed(by: &SigningKey, origin: &str, size: u64, root: Hash) -> Note {
    let checkpoint = Checkpoint {
        origin: origin.to_owned(),
        size,
        root,
    };
    let mut note = Note::new(checkpoint.to_text()).expect("a text");
    note.add(Signature::make(by, note.text(), 0));
    note
}

fn request(history: u8, old: u64, new: u64) -> AddCheckpoint {
    let leaves = leaves(history, new);
    let proof = if old == 0 || old > new {
        Vec::new()
    } else {
        consistency_proof(old, &leaves).expect("a proof")
    };
    let note = signed(&log_key(), ORIGIN, new, root(&leaves));
    AddCheckpoint::new(old, proof, note).expect("a request")
}

fn seen(size: u64) -> Seen {
    let cosigned = witness().cosign(None, &request(1, 0, size), NOW_S);
    cosigned.expect("the first is taken on trust").seen
}

#[test]
fn what_grows_is_cosigned_and_what_is_kept_is_read_back() {
    let (witness, mut last) = (witness(), None::<Seen>);
    let mut old = 0;
    for (new, later_s) in [(0, 0), (0, 0), (1, 1), (5, 1), (8, 2), (8, 3), (13, 3)] {
        let request = request(1, old, new);
        let Cosigned { seen, signature } = witness
            .cosign(last.as_ref(), &request, NOW_S + later_s)
            .expect("it grows");
        let text = request.note().text();
        let signed = witness
            .verifier()
            .verify(text, &signature.payload)
            .expect("it holds");
        assert_eq!(signed.at_s, Some(NOW_S + later_s));
        let kept = Seen::parse(&seen.to_bytes(), ORIGIN, witness.verifier()).expect("it is read back");
        assert_eq!(kept, seen);
        assert_eq!(kept.checkpoint().size, new);
        (last, old) = (Some(kept), new);
    }
}

#[test]
fn whatever_does_not_grow_from_what_was_seen_is_refused() {
    let witness = witness();
    let refusal = |seen: Option<&Seen>, request: &AddCheckpoint| {
        let cosigned = witness.cosign(seen, request, NOW_S);
        cosigned.expect_err("it is refused")
    };
    let eight = seen(8);
    let conflict = Refusal::Conflict { size: 8 };
    for (what, request, right) in [
        ("a smaller log", request(1, 5, 7), conflict.clone()),
        ("as if nothing were seen", request(1, 0, 9), conflict.clone()),
        ("from a larger one", request(1, 9, 12), conflict),
        ("another history", request(2, 8, 9), Refusal::BadProof),
        ("another log of that size", request(2, 8, 8), Refusal::BadProof),
        ("old above new", request(1, 9, 8), Refusal::OldTooLarge),
    ] {
        assert_eq!(refusal(Some(&eight), &request), right, "{what}");
    }
    let good = request(1, 8, 13);
    let with_proof =
        |proof: &[Hash]| AddCheckpoint::new(8, proof.to_vec(), good.note().clone()).expect("a request");
    let (short, long) = (&good.proof()[1..], [good.proof(), &[empty_root()]].concat());
    assert_eq!(refusal(Some(&eight), &with_proof(short)), Refusal::BadProof);
    assert_eq!(refusal(Some(&eight), &with_proof(&long)), Refusal::BadProof);
    assert_eq!(refusal(Some(&eight), &with_proof(&[])), Refusal::BadProof);
    let from_nothing = AddCheckpoint::new(0, vec![empty_root()], good.note().clone());
    assert_eq!(
        refusal(None, &from_nothing.expect("a request")),
        Refusal::BadProof
    );
    let not_empty = signed(&log_key(), ORIGIN, 0, leaf_hash(b""));
    let not_empty = AddCheckpoint::new(0, Vec::new(), not_empty).expect("a request");
    assert_eq!(refusal(None, &not_empty), Refusal::BadProof);
    assert_eq!(refusal(Some(&seen(0)), &not_empty), Refusal::BadProof);
}

#[test]
fn only_a_known_log_is_heard_and_only_under_its_own_key() {
    let witness = witness();
    let root = root(&leaves(1, 3));
    let refusal = |note: Note| {
        let request = AddCheckpoint::new(0, Vec::new(), note).expect("a request");
        witness.cosign(None, &request, NOW_S).expect_err("it is refused")
    };
    let stranger = key("other.example/log", KeyKind::Ed25519, 9);
    let note = signed(&stranger, "other.example/log", 3, root);
    assert_eq!(refusal(note), Refusal::UnknownLog);
    let note = signed(&stranger, ORIGIN, 3, root);
    assert_eq!(refusal(note), Refusal::NotSigned);
    let note = signed(&key(ORIGIN, KeyKind::Ed25519, 9), ORIGIN, 3, root);
    assert_eq!(refusal(note), Refusal::NotSigned);
    let mut note = signed(&log_key(), ORIGIN, 3, root);
    note.add(Signature::make(&log_key(), "another text\n", 0));
    assert_eq!(refusal(note), Refusal::NotSigned);
}

#[test]
fn a_clock_that_goes_back_stops_the_signing() {
    let (witness, eight) = (witness(), seen(8));
    let refused = witness.cosign(Some(&eight), &request(1, 8, 9), NOW_S - 1);
    assert_eq!(refused, Err(Refusal::TimeWentBack));
    assert!(witness.cosign(Some(&eight), &request(1, 8, 9), NOW_S).is_ok());
}

#[test]
fn signatures_of_strangers_are_not_kept() {
    let mut note = request(1, 0, 3).note().clone();
    note.add(Signature::make(
        &key("s.example", KeyKind::Ed25519, 7),
        note.text(),
        0,
    ));
    let request = AddCheckpoint::new(0, Vec::new(), note).expect("a request");
    let cosigned = witness()
        .cosign(None, &request, NOW_S)
        .expect("the log has signed");
    let kept = Note::parse(&cosigned.seen.to_bytes()).expect("a note");
    assert_eq!(kept.signatures().len(), 2);
    assert!(kept.signatures().iter().all(|s| s.name != "s.example"));
}

#[test]
fn what_was_kept_and_then_changed_is_not_gone_on_from() {
    let witness = witness();
    let good = seen(8).to_bytes();
    let parse = |bytes: &[u8]| Seen::parse(bytes, ORIGIN, witness.verifier());
    assert!(parse(&good).is_ok());
    assert_eq!(
        Seen::parse(&good, "other.example", witness.verifier()),
        Err(SeenError::Origin)
    );
    for length in 0..good.len() {
        assert!(parse(&good[..length]).is_err(), "cut off at {length}");
    }
    let text = good.len()
        - String::from_utf8_lossy(&good)
            .split("\n\n")
            .nth(1)
            .expect("lines")
            .len()
        - 1;
    for bit in 0..text * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert!(parse(&bad).is_err(), "bit {bit}");
    }
    let unsigned = request(1, 0, 8).note().to_bytes();
    assert!(parse(&unsigned).is_err(), "never cosigned");
}

#[test]
fn a_log_has_no_witness_with_a_logs_key_or_of_nothing() {
    let logs = vec![log_key().verifier().clone()];
    assert_eq!(Witness::new(log_key(), logs).expect_err("no"), WitnessError::Kind);
    let own = key("witness.example/w1", KeyKind::Cosignature, 2);
    assert_eq!(
        Witness::new(own, Vec::new()).expect_err("no"),
        WitnessError::NoLog
    );
    assert_eq!(
        log_id(ORIGIN),
        "289faad67b423ec3b6cbe61ff07fb807856e87b2fb584555a437b7c51cf8af8c"
    );
}

#[test]
fn of_an_answer_only_the_cosignature_of_the_expected_key_counts() {
    let (note, one) = (
        request(1, 0, 3).note().clone(),
        key("w.example/1", KeyKind::Cosignature, 4),
    );
    let two = key("w.example/1", KeyKind::Cosignature, 5);
    let line = |by: &SigningKey, text: &str| Signature::make(by, text, NOW_S).to_line();
    let read = |answer: &str, by: &VerifierKey| cosignature_in(answer.as_bytes(), note.text(), by);
    let both = line(&two, note.text()) + &line(&one, note.text());
    assert_eq!(
        read(&both, one.verifier()).expect("it is there").id,
        one.verifier().id()
    );
    let other = line(&two, note.text());
    assert_eq!(read(&other, one.verifier()), Err(AnswerError::Missing));
    let of_other_text = line(&one, "other\n");
    assert_eq!(read(&of_other_text, one.verifier()), Err(AnswerError::Broken));
    for bad in [
        "",
        "\n",
        "ok\n",
        "{}",
        both.trim_end(),
        &format!("{both}\n"),
        &other.repeat(65),
    ] {
        assert_eq!(read(bad, one.verifier()), Err(AnswerError::Form), "{bad:.40}");
    }
    for (text, size) in [("8\n", Some(8)), ("08\n", None), ("8", None), ("-1\n", None)] {
        assert_eq!(size_in(text.as_bytes()), size);
    }
    assert_eq!(size_in(size_text(70_000).as_bytes()), Some(70_000));
}

#[test]
fn what_is_no_request_is_refused() {
    let good = String::from_utf8(request(1, 5, 8).to_bytes()).expect("text");
    assert!(AddCheckpoint::parse(good.as_bytes()).is_ok());
    let hash = empty_root().to_base64();
    for bad in [
        String::new(),
        "old 5".to_owned(),
        good.replacen("old 5", "old 05", 1),
        good.replacen("old 5", "old -5", 1),
        good.replacen("old 5", "old  5", 1),
        good.replacen("old 5", "Old 5", 1),
        good.replacen("old 5", "old 5 ", 1),
        good.replacen("old 5\n", "old 5\r\n", 1),
        good.replacen("old 5\n", "old 5\nAAAA\n", 1),
        good.replacen("old 5\n", "", 1),
        good.trim_end().to_owned(),
    ] {
        assert!(AddCheckpoint::parse(bad.as_bytes()).is_err(), "{bad:.60}");
    }
    let hashes = |count: usize| {
        good.replacen(
            "old 5\n",
            &format!("old 5\n{}", format!("{hash}\n").repeat(count)),
            1,
        )
    };
    let proof = request(1, 5, 8).proof().len();
    assert!(AddCheckpoint::parse(hashes(PROOF_HASHES_MAX - proof).as_bytes()).is_ok());
    assert_eq!(
        AddCheckpoint::parse(hashes(PROOF_HASHES_MAX - proof + 1).as_bytes()),
        Err(RequestError::TooLong)
    );
    let long = good.clone() + &"x".repeat(audit::witness::REQUEST_BYTES_MAX);
    assert_eq!(AddCheckpoint::parse(long.as_bytes()), Err(RequestError::TooLong));
}

proptest! {
    #[test]
    fn a_request_is_read_as_it_was_written(
        old in any::<u64>(), size in any::<u64>(),
        proof in proptest::collection::vec(any::<[u8; 32]>(), 0..=PROOF_HASHES_MAX), root in any::<[u8; 32]>(),
    ) {
        let note = signed(&log_key(), ORIGIN, size, Hash::from_bytes(root));
        let proof = proof.into_iter().map(Hash::from_bytes).collect();
        let request = AddCheckpoint::new(old, proof, note).unwrap();
        prop_assert_eq!(AddCheckpoint::parse(&request.to_bytes()), Ok(request));
    }

    #[test]
    fn no_bytes_make_the_reader_of_requests_fall_over(bytes: Vec<u8>) {
        let _ = AddCheckpoint::parse(&bytes);
    }

    #[test]
    fn nothing_near_a_request_makes_the_reader_fall_over(at in 0_usize..400, byte: u8, cut in 0_usize..400) {
        let mut bytes = request(1, 5, 8).to_bytes();
        let place = at % bytes.len();
        bytes[place] = byte;
        bytes.truncate(bytes.len().saturating_sub(cut % 200));
        if let Ok(read) = AddCheckpoint::parse(&bytes) {
            prop_assert_eq!(read.to_bytes(), bytes);
        }
    }

    #[test]
    fn no_order_of_requests_makes_a_witness_sign_what_does_not_grow(
        steps in proptest::collection::vec((1_u8..3, 0_u64..20, 0_u64..20), 1..40),
    ) {
        let (witness, mut last) = (witness(), None::<Seen>);
        let mut history = 0;
        for (of, old, new) in steps {
            let Ok(Cosigned { seen, .. }) = witness.cosign(last.as_ref(), &request(of, old, new), NOW_S) else {
                continue;
            };
            let before = last.as_ref().map_or(0, |seen| seen.checkpoint().size);
            prop_assert!(seen.checkpoint().size >= before);
            // From entry 5 on the two histories differ, and only one of them is ever gone on with.
            if before > 5 {
                prop_assert_eq!(of, history);
            }
            if seen.checkpoint().size > 5 {
                history = of;
            }
            last = Some(seen);
        }
    }
}
