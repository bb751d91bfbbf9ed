//! Lengths hidden in buckets: a value is preceded by its length in 8 bytes and followed by zeros up to the
//! next bucket, so that a name, an address and a longer note do not show apart by size.

/// Buckets in bytes, the length prefix included. Beyond the last, multiples of it.
pub const BUCKETS: [usize; 6] = [64, 256, 1024, 4096, 16_384, 65_536];

/// The bytes of the length prefix.
pub(crate) const PREFIX: usize = 8;

/// The padded size of a value of `length` bytes.
pub const fn padded_size(length: usize) -> usize {
    let needed = length.saturating_add(PREFIX);
    let mut place = 0;
    while place < BUCKETS.len() {
        if needed <= BUCKETS[place] {
            return BUCKETS[place];
        }
        place += 1;
    }
    let last = BUCKETS[BUCKETS.len() - 1];
    needed.div_ceil(last).saturating_mul(last)
}

/// The length prefix of a value.
pub(crate) const fn prefix(value: &[u8]) -> [u8; PREFIX] {
    (value.len() as u64).to_be_bytes()
}

/// The value inside padded bytes; None when length, bucket or zeros are not as they must be.
pub(crate) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<PREFIX>()?;
    let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
    let (value, zeros) = rest.split_at_checked(length)?;
    (padded_size(length) == padded.len() && zeros.iter().all(|byte| *byte == 0)).then_some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pad(value: &[u8]) -> Vec<u8> {
        let mut padded = [prefix(value).as_slice(), value].concat();
        padded.resize(padded_size(value.len()), 0);
        padded
    }

    #[test]
    fn sizes_at_the_edges_of_the_buckets() {
        for (length, size) in [
            (0, 64),
            (56, 64),
            (57, 256),
            (248, 256),
            (249, 1024),
            (4088, 4096),
            (4089, 16_384),
            (65_528, 65_536),
            (65_529, 131_072),
            (131_064, 131_072),
            (131_065, 196_608),
        ] {
            assert_eq!(padded_size(length), size, "{length}");
        }
    }

    #[test]
    fn wrong_padding_is_refused() {
        let good = pad(b"value");
        assert_eq!(unpad(&good), Some(b"value".as_slice()));
        let mut not_zero = good.clone();
        not_zero[63] = 1;
        assert_eq!(unpad(&not_zero), None);
        let mut too_long = good.clone();
        too_long[..8].copy_from_slice(&u64::MAX.to_be_bytes());
        assert_eq!(unpad(&too_long), None);
        let wrong_bucket = [good.as_slice(), &[0; 192]].concat();
        assert_eq!(unpad(&wrong_bucket), None);
        assert_eq!(unpad(&good[..7]), None);
    }

    proptest! {
        #[test]
        fn the_value_comes_back(value in proptest::collection::vec(any::<u8>(), 0..5000)) {
            let padded = pad(&value);
            prop_assert_eq!(unpad(&padded), Some(value.as_slice()));
        }
    }
}
