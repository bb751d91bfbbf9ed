//! Notes, keys and checkpoints are those of C2SP: the vectors of `docs/contact-log-format.md` hold, and nothing near
//! them does.

use audit::checkpoint::{Checkpoint, CheckpointError};
use audit::key::{KeyError, KeyKind, SigningKey, VerifierKey};
use audit::merkle::empty_root;
use audit::note::{Note, NoteError, SIGNATURES_MAX, Signature};

const ORIGIN: &str = "gateway.example/contact-log";
const WITNESS: &str = "witness.example/w1";
const WITNESSED_AT_S: u64 = 1_700_000_000;

/// A block of the document.
fn block(name: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/contact-log-format.md");
    let document = std::fs::read_to_string(path).expect("docs/contact-log-format.md is in the repository");
    let (_, after) = document
        .split_once(&format!("```{name}\n"))
        .expect("the block begins");
    let (block, _) = after.split_once("```").expect("the block ends");
    block.to_owned()
}

/// A key whose secret counts up from `first`.
fn key(name: &str, kind: KeyKind, first: u8) -> SigningKey {
    let seed = std::array::from_fn(|place| first + u8::try_from(place).expect("32 places"));
    SigningKey::from_seed(name, kind, &seed).expect("a key")
}

fn log_key() -> SigningKey {
    key(ORIGIN, KeyKind::Ed25519, 0)
}

fn witness_key() -> SigningKey {
    key(WITNESS, KeyKind::Cosignature, 1)
}

fn signed() -> Note {
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: 0,
        root: empty_root(),
    };
    let mut note = Note::new(checkpoint.to_text()).expect("a text");
    note.add(Signature::make(&log_key(), note.text(), 0));
    note.add(Signature::make(&witness_key(), note.text(), WITNESSED_AT_S));
    note
}

#[test]
fn the_note_of_the_document_is_what_its_keys_sign() {
    assert_eq!(String::from_utf8(signed().to_bytes()).unwrap(), block("note"));
    assert_eq!(log_key().verifier().to_string(), block("key").trim());
}

#[test]
fn the_note_of_the_document_is_read_and_believed() {
    let note = Note::parse(block("note").as_bytes()).unwrap();
    let known = [
        VerifierKey::parse(block("key").trim()).unwrap(),
        witness_key().verifier().clone(),
    ];
    let holding = note.verify(&known).unwrap();
    let times = holding.iter().map(|held| held.signed.at_s).collect::<Vec<_>>();
    assert_eq!(times, [None, Some(WITNESSED_AT_S)]);
    let checkpoint = Checkpoint::parse(note.text()).unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), (ORIGIN, 0));
    assert_eq!(checkpoint.root, empty_root());
}

/// The example of the signed-note specification, whose secret is not ours.
#[test]
fn a_key_of_somebody_elses_making_is_read() {
    let text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let key = VerifierKey::parse(text).unwrap();
    assert_eq!((key.name(), key.kind()), ("example.com/foo", KeyKind::Ed25519));
    assert_eq!(key.to_string(), text);
}

#[test]
fn whichever_bit_of_a_note_changes_it_is_not_believed() {
    let good = signed().to_bytes();
    let known = [log_key().verifier().clone(), witness_key().verifier().clone()];
    let both = |note: &Note| note.verify(&known).is_ok_and(|holding| holding.len() == 2);
    assert!(both(&Note::parse(&good).unwrap()));
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        // A signature whose name or id was changed is somebody else's, and then one is missing.
        let still = Note::parse(&bad).is_ok_and(|note| both(&note));
        assert!(!still, "bit {bit} of the note may be flipped");
    }
}

#[test]
fn a_known_key_whose_signature_does_not_hold_spoils_the_note() {
    let mut note = signed();
    note.add(Signature::make(&log_key(), "another text\n", 0));
    let known = [log_key().verifier().clone(), witness_key().verifier().clone()];
    assert_eq!(note.verify(&known), Err(NoteError::Broken(ORIGIN.to_owned())));
}

#[test]
fn signatures_of_unknown_keys_are_passed_over_and_alone_do_not_count() {
    let note = signed();
    let known = [witness_key().verifier().clone()];
    assert_eq!(note.verify(&known).unwrap().len(), 1);
    let stranger = [key("stranger.example", KeyKind::Ed25519, 9).verifier().clone()];
    assert_eq!(note.verify(&stranger), Err(NoteError::Unsigned));
}

#[test]
fn the_time_of_a_cosignature_is_signed_too() {
    let mut note = signed();
    let mut later = note.signatures()[1].clone();
    later.payload[7] ^= 1;
    note.add(later);
    let known = [witness_key().verifier().clone()];
    assert_eq!(note.verify(&known), Err(NoteError::Broken(WITNESS.to_owned())));
}

#[test]
fn the_separator_is_the_last_blank_line() {
    let mut note = Note::new("first\n\nsecond\n".to_owned()).unwrap();
    note.add(Signature::make(&log_key(), note.text(), 0));
    let read = Note::parse(&note.to_bytes()).unwrap();
    assert_eq!(read.text(), "first\n\nsecond\n");
    assert_eq!(read.verify(&[log_key().verifier().clone()]).unwrap().len(), 1);
}

#[test]
fn what_is_no_note_is_refused_with_what_would_be_right() {
    let line = Signature::make(&log_key(), "text\n", 0).to_line();
    let many = line.repeat(SIGNATURES_MAX + 1);
    let cases = [
        (String::new(), NoteError::Form),
        ("text\n".to_owned(), NoteError::Form),
        (format!("text\n\n{}", line.trim_end()), NoteError::Form),
        ("text\n\n- name AAAAAAA=\n".to_owned(), NoteError::Signature(1)),
        (
            format!("text\n\n{line}\u{2014} name not-base64\n"),
            NoteError::Signature(2),
        ),
        (
            "text\n\n\u{2014} na+me AAAAAAAA\n".to_owned(),
            NoteError::Signature(1),
        ),
        (
            "text\n\n\u{2014} name AAAAAA==\n".to_owned(),
            NoteError::Signature(1),
        ),
        (format!("te\rxt\n\n{line}"), NoteError::Text),
        (format!("text\n\n{many}"), NoteError::TooLong),
        ("x".repeat(audit::note::BYTES_MAX + 1), NoteError::TooLong),
    ];
    for (text, fault) in cases {
        let start = text.chars().take(40).collect::<String>();
        assert_eq!(Note::parse(text.as_bytes()), Err(fault), "{start:?}");
    }
    assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteError::Text));
    assert_eq!(Note::new("no end".to_owned()), Err(NoteError::Text));
}

#[test]
fn a_secret_key_is_read_back_and_never_shown() {
    for (name, kind) in [(ORIGIN, KeyKind::Ed25519), (WITNESS, KeyKind::Cosignature)] {
        let text = SigningKey::new_text(name, kind, &[7; 32]).unwrap();
        let read = SigningKey::parse(&text).unwrap();
        let made = SigningKey::from_seed(name, kind, &[7; 32]).unwrap();
        assert_eq!(read.verifier(), made.verifier());
        let secret = text.trim().rsplit('+').next().unwrap();
        assert!(!format!("{read:?}").contains(secret));
    }
}

#[test]
fn a_text_that_is_no_key_is_refused_and_not_repeated() {
    let good = log_key().verifier().to_string();
    let cases = [
        ("gateway.example", KeyError::Form),
        ("gateway.example+ECE3875E+AQOh", KeyError::Form),
        ("gateway.example+ece3875e+!!!!", KeyError::Form),
        ("gateway.example+ece3875e+AQOh", KeyError::Length),
        ("gateway.example+ece3875e+AgOh", KeyError::Kind(2)),
        (&good.replacen("ece3875e", "ece3875f", 1), KeyError::Id),
        (&good.replacen("gateway", "gateway\u{a0}", 1), KeyError::Name),
        (
            &good.replacen("gateway.example/contact-log", "", 1),
            KeyError::Name,
        ),
    ];
    for (text, fault) in cases {
        assert_eq!(VerifierKey::parse(text), Err(fault), "{text}");
    }
    let secret = SigningKey::new_text(ORIGIN, KeyKind::Ed25519, &[7; 32]).unwrap();
    let renamed = secret.replacen("contact-log", "another-log", 1);
    assert_eq!(SigningKey::parse(&renamed).unwrap_err(), KeyError::Id);
    assert_eq!(SigningKey::parse(&good).unwrap_err(), KeyError::SecretForm);
    for fault in [KeyError::SecretForm, KeyError::Id, KeyError::Length] {
        let secret = secret.trim().rsplit('+').next().unwrap();
        assert!(!fault.to_string().contains(secret));
    }
}

#[test]
fn a_checkpoint_has_one_spelling() {
    let root = empty_root().to_base64();
    let read = |text: &str| Checkpoint::parse(text);
    assert!(read(&format!("o\n10\n{root}\n")).is_ok());
    assert!(
        read(&format!("o\n10\n{root}\nextension\n")).is_ok(),
        "extension lines are passed over"
    );
    for (text, fault) in [
        (format!("o\n10\n{root}"), CheckpointError::Form),
        (format!("\n10\n{root}\n"), CheckpointError::Form),
        ("o\n10\n".to_owned(), CheckpointError::Form),
        (format!("o\n10\n{root}\n\n"), CheckpointError::Form),
        (format!("o\n010\n{root}\n"), CheckpointError::Size),
        (format!("o\n+1\n{root}\n"), CheckpointError::Size),
        (format!("o\n-1\n{root}\n"), CheckpointError::Size),
        (
            format!("o\n18446744073709551616\n{root}\n"),
            CheckpointError::Size,
        ),
        ("o\n1\nAAAA\n".to_owned(), CheckpointError::Root),
    ] {
        assert_eq!(read(&text), Err(fault), "{text:?}");
    }
}
