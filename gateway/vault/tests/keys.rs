//! Keys: what a key file may say, what a ring refuses, and what nobody gets to see.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop the test, as the tests do"
)]

use proptest::prelude::*;
use vault::{
    BlindIndex, CommitmentKey, DataKey, Kek, KeyFile, KeyRing, Place, VaultError, open, seal, unwrap, wrap,
};
use zeroize::ZeroizeOnDrop;

const PLACE: Place<'static> = Place {
    table: "victims",
    column: "sealed",
    row: "0123456789abcdef0123456789abcdef",
};

fn bytes(start: u8) -> [u8; 32] {
    std::array::from_fn(|place| start.wrapping_add(u8::try_from(place).unwrap()))
}

fn line(id: &str, start: u8) -> String {
    KeyFile::new_text(id, &bytes(start), &bytes(200))
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned()
}

fn kek(id: &str, start: u8) -> Kek {
    Kek::from_file_text(id, &line(id, start)).unwrap()
}

fn ring(active: &str) -> KeyRing {
    KeyRing::new(vec![kek("2025-a", 1), kek("2026-a", 2)], active).unwrap()
}

/// Two data keys are the same when one opens what the other sealed.
fn same(left: &DataKey, right: &DataKey) -> bool {
    open(right, &PLACE, &seal(left, &PLACE, b"x", [0; 12]).unwrap()).is_ok()
}

#[test]
fn a_new_key_file_reads_back() {
    let text = KeyFile::new_text("2026-a", &bytes(2), &bytes(9)).unwrap();
    let (ring, index) = KeyFile::parse(&text).unwrap().into_ring("2026-a").unwrap();
    assert_eq!(ring.active().id(), "2026-a");
    assert_eq!(
        index.index("email", b"a"),
        BlindIndex::from_index_key(bytes(9)).index("email", b"a")
    );
    assert_eq!(*text, *KeyFile::new_text("2026-a", &bytes(2), &bytes(9)).unwrap());
}

#[test]
fn comments_and_several_keys_are_read() {
    let text = format!(
        "# keys of the example gateway\r\n\n{}\n{}",
        line("2025-a", 1),
        &*KeyFile::new_text("2026-a", &bytes(2), &bytes(9)).unwrap()
    );
    let (ring, _) = KeyFile::parse(&text).unwrap().into_ring("2026-a").unwrap();
    assert!(ring.get("2025-a").is_ok());
}

#[test]
fn a_wrong_key_file_is_refused_with_its_line() {
    let good = line("2026-a", 1);
    let key = good.rsplit(' ').next().unwrap();
    for wrong in [
        format!("gateway-kek-v2 a {key}"),
        format!("gateway-kek-v1 {key}"),
        format!("gateway-kek-v1 a {key} more"),
        format!("gateway-kek-v1  a {key}"),
        format!("gateway-kek-v1 A {key}"),
        format!("gateway-kek-v1 {} {key}", "a".repeat(33)),
        format!("gateway-kek-v1 a {}", &key[1..]),
        "gateway-kek-v1 a AAAA".to_owned(),
        format!("gateway-kek-v1 a {}", "ab".repeat(32)),
        // 32 zero bytes: somebody's placeholder, not a key.
        format!("gateway-kek-v1 a {}=", "A".repeat(43)),
    ] {
        let told = KeyFile::parse(&format!("# first line\n{wrong}\n")).unwrap_err();
        assert!(
            matches!(told, VaultError::KeyFile { line: 2, .. }),
            "{wrong}: {told}"
        );
        assert!(!told.to_string().contains(key));
    }
    let both = KeyFile::new_text("2026-a", &bytes(1), &bytes(2)).unwrap();
    assert!(
        matches!(KeyFile::parse(&good), Err(VaultError::Incomplete(_))),
        "no index key"
    );
    assert!(
        matches!(
            KeyFile::parse(both.lines().nth(1).unwrap()),
            Err(VaultError::Incomplete(_))
        ),
        "no kek"
    );
    let told = KeyFile::parse(&format!("{}{good}\n", *both)).unwrap_err();
    assert_eq!(told, VaultError::DuplicateKey("2026-a".to_owned()));
    let second_index = format!("{}{}", *both, both.lines().nth(1).unwrap());
    assert!(matches!(
        KeyFile::parse(&second_index),
        Err(VaultError::KeyFile { line: 3, .. })
    ));
    assert!(KeyFile::new_text("Not An Id", &bytes(1), &bytes(2)).is_err());
    assert!(matches!(
        Kek::from_file_text("2027-a", &both),
        Err(VaultError::UnknownKey(_))
    ));
}

#[test]
fn a_ring_refuses_duplicates_and_unknown_keys() {
    let twice = KeyRing::new(vec![kek("a", 1), kek("a", 2)], "a").unwrap_err();
    assert_eq!(twice, VaultError::DuplicateKey("a".to_owned()));
    let unknown = KeyRing::new(vec![kek("a", 1)], "b").unwrap_err();
    assert_eq!(unknown, VaultError::UnknownKey("b".to_owned()));
    assert_eq!(
        KeyRing::new(Vec::new(), "a").unwrap_err(),
        VaultError::UnknownKey("a".to_owned())
    );
    assert!(matches!(
        ring("2026-a").get("2024-a"),
        Err(VaultError::UnknownKey(_))
    ));
}

#[test]
fn a_key_wrapped_before_the_active_key_changed_still_opens() {
    let key = DataKey::from_bytes(bytes(7));
    let wrapped = ring("2025-a").wrap("owner", &key, [1; 12]).unwrap();
    assert_eq!(wrapped.kek_id, "2025-a");
    assert!(same(&ring("2026-a").unwrap("owner", &wrapped).unwrap(), &key));
}

#[test]
fn a_wrapped_key_opens_for_its_owner_and_key_only() {
    let (ring, key) = (ring("2026-a"), DataKey::from_bytes(bytes(7)));
    let wrapped = ring.wrap("owner", &key, [1; 12]).unwrap();
    assert_eq!(wrapped.bytes.len(), 60);
    let fails =
        |owner: &str, wrapped| matches!(ring.unwrap(owner, &wrapped), Err(VaultError::Wrapped { .. }));
    assert!(fails("another", wrapped.clone()));
    let mut relabelled = wrapped.clone();
    relabelled.kek_id = "2025-a".to_owned();
    assert!(fails("owner", relabelled.clone()));
    // Even the right key does not open it under another name.
    assert!(unwrap(ring.active(), "owner", &relabelled).is_err());
    relabelled.kek_id = "2024-a".to_owned();
    assert_eq!(
        ring.unwrap("owner", &relabelled).unwrap_err(),
        VaultError::UnknownKey("2024-a".to_owned())
    );
    for place in 0..wrapped.bytes.len() {
        let mut changed = wrapped.clone();
        changed.bytes[place] ^= 1;
        assert!(fails("owner", changed), "byte {place}");
        let mut shorter = wrapped.clone();
        shorter.bytes.truncate(place);
        assert!(fails("owner", shorter), "{place} bytes");
    }
}

#[test]
fn a_wrapped_key_does_not_pass_for_a_sealed_value() {
    let kek_bytes = bytes(2);
    let wrapped = wrap(&kek("k", 2), "owner", &DataKey::from_bytes(bytes(7)), [1; 12]).unwrap();
    let posing = [[1].as_slice(), &wrapped.bytes].concat();
    let place = Place {
        table: "owner",
        column: "k",
        row: "",
    };
    assert!(open(&DataKey::from_bytes(kek_bytes), &place, &posing).is_err());
}

#[test]
fn debug_shows_nothing_of_a_key() {
    let text = KeyFile::new_text("2026-a", &bytes(2), &bytes(9)).unwrap();
    let file = KeyFile::parse(&text).unwrap();
    assert_eq!(
        format!("{file:?}"),
        "KeyFile { keks: [Kek(2026-a)], index: BlindIndex }"
    );
    let (ring, index) = file.into_ring("2026-a").unwrap();
    assert_eq!(format!("{ring:?}"), "KeyRing { keks: [Kek(2026-a)], active: 0 }");
    assert_eq!(format!("{index:?}"), "BlindIndex");
    assert_eq!(format!("{:?}", DataKey::from_bytes([65; 32])), "DataKey");
    assert_eq!(
        format!("{:?}", CommitmentKey::from_bytes([65; 32])),
        "CommitmentKey"
    );
}

#[test]
fn every_key_is_of_a_type_that_is_wiped_on_drop() {
    // That this compiles is the check; the count says that no key was left out of it.
    fn wiped<T: ZeroizeOnDrop>() -> &'static str {
        std::any::type_name::<T>()
    }
    let names = [
        wiped::<Kek>(),
        wiped::<DataKey>(),
        wiped::<CommitmentKey>(),
        wiped::<BlindIndex>(),
    ];
    assert!(names.iter().all(|name| name.starts_with("vault::")), "{names:?}");
    assert!(std::mem::needs_drop::<Kek>() && std::mem::needs_drop::<DataKey>());
}

proptest! {
    #[test]
    fn wrapping_and_unwrapping_give_the_same_key(kek_bytes: [u8; 32], key: [u8; 32], owner: String, nonce: [u8; 12]) {
        prop_assume!(kek_bytes.iter().any(|byte| *byte != kek_bytes[0]));
        let text = KeyFile::new_text("k", &kek_bytes, &bytes(1)).unwrap();
        let kek = Kek::from_file_text("k", &text).unwrap();
        let wrapped = wrap(&kek, &owner, &DataKey::from_bytes(key), nonce).unwrap();
        prop_assert!(same(&unwrap(&kek, &owner, &wrapped).unwrap(), &DataKey::from_bytes(key)));
        prop_assert_eq!(&wrapped.bytes[..12], &nonce[..]);
    }

    #[test]
    fn outside_text_never_panics(text: String) {
        prop_assert!(KeyFile::parse(&text).is_err());
    }
}
