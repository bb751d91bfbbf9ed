//! A commitment binds key, field, entry and value, and tells nothing without the key.

use proptest::prelude::*;
use vault::CommitmentKey;
use vault::commitment::{commit, verify};

fn key(byte: u8) -> CommitmentKey {
    CommitmentKey::from_bytes([byte; 32])
}

#[test]
fn only_the_key_the_field_the_entry_and_the_value_together_verify() {
    let made = commit(&key(1), "to", &[5; 16], b"one@example.test");
    assert!(verify(&key(1), "to", &[5; 16], b"one@example.test", &made));
    assert!(
        !verify(&key(2), "to", &[5; 16], b"one@example.test", &made),
        "another key"
    );
    assert!(
        !verify(&key(1), "cc", &[5; 16], b"one@example.test", &made),
        "another field"
    );
    assert!(
        !verify(&key(1), "to", &[6; 16], b"one@example.test", &made),
        "another entry"
    );
    assert!(
        !verify(&key(1), "to", &[5; 16], b"two@example.test", &made),
        "another value"
    );
    assert!(
        !verify(&key(1), "to", &[5; 16], b"one@example.test\0", &made),
        "a padded value"
    );
    let mut changed = made;
    changed[31] ^= 1;
    assert!(!verify(&key(1), "to", &[5; 16], b"one@example.test", &changed));
}

#[test]
fn without_the_key_not_even_one_of_two_values_can_be_told() {
    // The whole dictionary is known, and so is the entry; only the key is gone. Under fresh keys the
    // commitments to one value are as different from each other as from those to the other value.
    let made: Vec<_> = (0..100)
        .map(|n| {
            commit(
                &key(n),
                "answer",
                &[5; 16],
                if n % 2 == 0 { b"yes" } else { b"no" },
            )
        })
        .collect();
    for (place, one) in made.iter().enumerate() {
        assert!(!made[..place].contains(one));
        for guess in [b"yes".as_slice(), b"no"] {
            assert!(!verify(&key(200), "answer", &[5; 16], guess, one));
        }
    }
}

proptest! {
    #[test]
    fn what_was_committed_verifies_and_another_value_does_not(
        secret: [u8; 32],
        nonce: [u8; 16],
        field in "[a-z][a-z_-]{0,20}",
        value in proptest::collection::vec(any::<u8>(), 0..500),
        other in proptest::collection::vec(any::<u8>(), 0..500),
    ) {
        let key = CommitmentKey::from_bytes(secret);
        let made = commit(&key, &field, &nonce, &value);
        prop_assert!(verify(&key, &field, &nonce, &value, &made));
        prop_assert_eq!(verify(&key, &field, &nonce, &other, &made), value == other);
    }
}

#[test]
fn the_vector_of_the_document_holds() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/contact-log-format.md");
    let document = std::fs::read_to_string(path).unwrap();
    let block = document
        .split_once("```commitment\n")
        .unwrap()
        .1
        .split_once("```")
        .unwrap()
        .0;
    let get = |word: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix(word))
            .unwrap()
            .trim()
    };
    let secret: [u8; 32] = hex::decode(get("key ")).unwrap().try_into().unwrap();
    let nonce: [u8; 16] = hex::decode(get("nonce ")).unwrap().try_into().unwrap();
    let made = commit(
        &CommitmentKey::from_bytes(secret),
        get("field "),
        &nonce,
        get("value ").as_bytes(),
    );
    assert_eq!(hex::encode(made), get("commitment "));
    let entry = document
        .split_once("entry 2\n")
        .unwrap()
        .1
        .lines()
        .next()
        .unwrap();
    assert!(entry.contains(&format!(r#""commitments":{{"to":"{}"}}"#, get("commitment "))));
    assert!(entry.contains(&format!(r#""nonce":"{}""#, get("nonce "))));
}
