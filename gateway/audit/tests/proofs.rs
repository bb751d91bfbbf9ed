//! Proofs hold for every entry and every pair of sizes, and for nothing else.

use audit::merkle::{
    Hash, ProofError, consistency_proof, inclusion_proof, leaf_hash, root, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;

/// Far enough to meet every shape of the right edge on six levels; `tests/tiles.rs` goes on to 300.
const SIZE_MAX: u64 = 70;

fn leaves(count: u64) -> Vec<Hash> {
    (0..count)
        .map(|number| leaf_hash(&number.to_be_bytes()))
        .collect()
}

fn roots(all: &[Hash]) -> Vec<Hash> {
    (0..=all.len()).map(|size| root(&all[..size])).collect()
}

fn flipped(hash: &Hash, bit: usize) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    Hash::from_bytes(bytes)
}

/// Every proof that differs from this one by one hash: changed, missing, doubled, added, or two swapped.
fn damaged(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut out = Vec::new();
    for place in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[place] = flipped(&changed[place], place * 37);
        out.push(changed);
        let mut missing = proof.to_vec();
        missing.remove(place);
        out.push(missing);
        let mut doubled = proof.to_vec();
        doubled.insert(place, proof[place]);
        out.push(doubled);
        let mut swapped = proof.to_vec();
        swapped.swap(place, 0);
        if place > 0 {
            out.push(swapped);
        }
    }
    let mut longer = proof.to_vec();
    longer.push(leaf_hash(b"one more"));
    out.push(longer);
    out
}

#[test]
fn every_entry_is_proved_at_every_size_and_only_at_its_own_place() {
    let all = leaves(SIZE_MAX);
    let roots = roots(&all);
    for size in 1..=SIZE_MAX {
        let now = &all[..usize::try_from(size).unwrap()];
        let root = &roots[now.len()];
        for (index, leaf) in (0..).zip(now) {
            let proof = inclusion_proof(index, now).unwrap();
            assert_eq!(
                verify_inclusion(leaf, index, size, &proof, root),
                Ok(()),
                "{index} of {size}"
            );
            for other in (0..size).filter(|other| *other != index) {
                assert!(
                    verify_inclusion(leaf, other, size, &proof, root).is_err(),
                    "{index} as {other} of {size}"
                );
            }
            assert!(verify_inclusion(&flipped(leaf, 3), index, size, &proof, root).is_err());
            assert!(verify_inclusion(leaf, index, size, &proof, &flipped(root, 200)).is_err());
            for wrong in damaged(&proof) {
                assert!(
                    verify_inclusion(leaf, index, size, &wrong, root).is_err(),
                    "{index} of {size}"
                );
            }
        }
    }
}

#[test]
fn every_size_is_consistent_with_every_later_one() {
    let all = leaves(SIZE_MAX);
    let roots = roots(&all);
    for new in 1..=SIZE_MAX {
        let now = &all[..usize::try_from(new).unwrap()];
        for old in 1..=new {
            let (old_root, new_root) = (&roots[usize::try_from(old).unwrap()], &roots[now.len()]);
            let proof = consistency_proof(old, now).unwrap();
            assert_eq!(
                verify_consistency(old, new, old_root, new_root, &proof),
                Ok(()),
                "{old} to {new}"
            );
            assert!(verify_consistency(old, new, &flipped(old_root, 9), new_root, &proof).is_err());
            assert!(verify_consistency(old, new, old_root, &flipped(new_root, 9), &proof).is_err());
            for wrong in damaged(&proof) {
                assert!(
                    verify_consistency(old, new, old_root, new_root, &wrong).is_err(),
                    "{old} to {new}"
                );
            }
        }
    }
}

#[test]
fn a_rewritten_past_has_no_consistency_proof() {
    let honest = leaves(40);
    let mut rewritten = honest.clone();
    rewritten[7] = leaf_hash(b"what never happened");
    for old in 8..40 {
        let proof = consistency_proof(old, &rewritten).unwrap();
        let old_root = root(&honest[..usize::try_from(old).unwrap()]);
        assert_eq!(
            verify_consistency(old, 40, &old_root, &root(&rewritten), &proof),
            Err(ProofError::Root)
        );
    }
}

#[test]
fn what_cannot_be_proved_is_refused() {
    let all = leaves(5);
    let whole = root(&all);
    assert_eq!(
        inclusion_proof(5, &all),
        Err(ProofError::NoSuchEntry { index: 5, size: 5 })
    );
    assert_eq!(
        inclusion_proof(0, &[]),
        Err(ProofError::NoSuchEntry { index: 0, size: 0 })
    );
    assert_eq!(
        verify_inclusion(&all[0], 5, 5, &[], &whole),
        Err(ProofError::NoSuchEntry { index: 5, size: 5 })
    );
    assert_eq!(
        consistency_proof(0, &all),
        Err(ProofError::Sizes { old: 0, new: 5 })
    );
    assert_eq!(
        consistency_proof(6, &all),
        Err(ProofError::Sizes { old: 6, new: 5 })
    );
    assert_eq!(
        verify_consistency(0, 5, &root(&[]), &whole, &[]),
        Err(ProofError::Sizes { old: 0, new: 5 })
    );
    assert_eq!(
        verify_consistency(6, 5, &whole, &whole, &[]),
        Err(ProofError::Sizes { old: 6, new: 5 })
    );
    assert_eq!(
        verify_consistency(5, 5, &whole, &whole, &[whole]),
        Err(ProofError::Length(1))
    );
    assert_eq!(
        verify_consistency(3, 5, &root(&all[..3]), &whole, &[]),
        Err(ProofError::Length(0))
    );
    assert_eq!(
        verify_inclusion(&all[0], 0, u64::MAX, &[], &whole),
        Err(ProofError::Length(0))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn larger_logs_too(size in 1_u64..2000, a: u64, b: u64) {
        let all = leaves(size);
        let (index, old) = (a % size, b % size + 1);
        let whole = root(&all);
        let leaf = &all[usize::try_from(index).unwrap()];
        let proof = inclusion_proof(index, &all).unwrap();
        prop_assert_eq!(verify_inclusion(leaf, index, size, &proof, &whole), Ok(()));
        // A proof has at most one hash for each level of the tree.
        prop_assert!(proof.len() <= 11);
        let old_root = root(&all[..usize::try_from(old).unwrap()]);
        let proof = consistency_proof(old, &all).unwrap();
        prop_assert_eq!(verify_consistency(old, size, &old_root, &whole, &proof), Ok(()));
    }

    #[test]
    fn random_hashes_prove_nothing(index in 0_u64..64, size in 1_u64..64, hashes: Vec<[u8; 32]>) {
        let proof: Vec<_> = hashes.into_iter().map(Hash::from_bytes).collect();
        let all = leaves(size);
        prop_assume!(size > 1);
        let leaf = leaf_hash(b"not in the log");
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &root(&all)).is_err());
    }
}
