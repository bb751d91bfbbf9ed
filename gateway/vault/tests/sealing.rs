//! A sealed value opens in its own cell, under its own key, unchanged, and nowhere else.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop the test, as the tests do"
)]

use proptest::prelude::*;
use vault::{DataKey, PLAIN_MAX, Place, VaultError, open, padding, seal};

const ROW: &str = "0123456789abcdef0123456789abcdef";
const PLACE: Place<'static> = Place {
    table: "victims",
    column: "sealed",
    row: ROW,
};

fn key() -> DataKey {
    DataKey::from_bytes([9; 32])
}

fn sealed() -> Vec<u8> {
    seal(&key(), &PLACE, b"Siwan Example", [3; 12]).unwrap()
}

#[test]
fn another_table_column_row_or_key_does_not_open_it() {
    let sealed = sealed();
    let (table, column, row) = (PLACE.table, PLACE.column, PLACE.row);
    for wrong in [
        Place {
            table: "advisers",
            ..PLACE
        },
        Place {
            column: "notes",
            ..PLACE
        },
        Place {
            row: "fedcba9876543210fedcba9876543210",
            ..PLACE
        },
        // Parts that would be the same text if they were simply joined.
        Place {
            table: "victimss",
            column: "ealed",
            row,
        },
        Place {
            table,
            column: "sealed0",
            row: &row[1..],
        },
        Place {
            table: column,
            column: table,
            row,
        },
    ] {
        let told = open(&key(), &wrong, &sealed).unwrap_err();
        assert_eq!(
            told,
            VaultError::Sealed {
                place: wrong.to_string()
            }
        );
    }
    assert!(open(&DataKey::from_bytes([8; 32]), &PLACE, &sealed).is_err());
    assert_eq!(&**open(&key(), &PLACE, &sealed).unwrap(), b"Siwan Example");
}

#[test]
fn no_byte_can_change_or_go_missing() {
    let sealed = sealed();
    for place in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[place] ^= 0x80;
        assert!(open(&key(), &PLACE, &changed).is_err(), "byte {place}");
        assert!(open(&key(), &PLACE, &sealed[..place]).is_err(), "{place} bytes");
    }
    assert!(open(&key(), &PLACE, &[sealed.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn an_unknown_format_is_told_apart_from_a_wrong_key() {
    let mut newer = sealed();
    newer[0] = 2;
    for bytes in [newer.as_slice(), &[]] {
        assert!(matches!(
            open(&key(), &PLACE, bytes),
            Err(VaultError::Format { .. })
        ));
    }
}

#[test]
fn an_error_names_the_place_and_never_the_data() {
    let mut damaged = sealed();
    damaged[20] ^= 1;
    let told = open(&key(), &PLACE, &damaged).unwrap_err();
    assert!(
        told.to_string()
            .starts_with(&format!("victims.sealed of row {ROW}")),
        "{told}"
    );
    assert!(!format!("{told:?}").contains("Siwan"));
}

#[test]
fn lengths_show_only_as_their_bucket() {
    let size = |length: usize| seal(&key(), &PLACE, &vec![b'x'; length], [3; 12]).unwrap().len();
    let overhead = 1 + 12 + 16;
    assert_eq!(size(0), 64 + overhead);
    assert_eq!(size(56), 64 + overhead);
    assert_eq!(size(57), 256 + overhead);
    assert_eq!(size(3000), 4096 + overhead);
    assert_eq!(size(70_000), 131_072 + overhead);
}

#[test]
fn a_value_beyond_the_limit_is_refused() {
    let told = seal(&key(), &PLACE, &vec![0; PLAIN_MAX + 1], [3; 12]).unwrap_err();
    assert!(matches!(told, VaultError::TooLong { bytes, max, .. } if bytes == max + 1));
}

#[test]
fn the_nonce_is_the_one_passed_in() {
    assert_eq!(sealed()[1..13], [3; 12]);
    let other = seal(&key(), &PLACE, b"Siwan Example", [4; 12]).unwrap();
    assert_ne!(sealed()[13..], other[13..]);
    assert_eq!(sealed(), sealed());
}

proptest! {
    #[test]
    fn what_was_sealed_comes_back(
        key: [u8; 32],
        nonce: [u8; 12],
        row: String,
        value in proptest::collection::vec(any::<u8>(), 0..3000),
    ) {
        let place = Place { table: "t", column: "c", row: &row };
        let key = DataKey::from_bytes(key);
        let sealed = seal(&key, &place, &value, nonce).unwrap();
        prop_assert_eq!(sealed.len(), padding::padded_size(value.len()) + 29);
        prop_assert_eq!(&**open(&key, &place, &sealed).unwrap(), value.as_slice());
        if value.len() > 7 {
            prop_assert!(!sealed.windows(value.len()).any(|part| part == value));
        }
    }

    #[test]
    fn outside_bytes_never_open(bytes: Vec<u8>) {
        prop_assert!(open(&key(), &PLACE, &bytes).is_err());
    }
}
