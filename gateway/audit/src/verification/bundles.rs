//! The entries of a folder, bundle by bundle: read, parsed and hashed by as many threads as the machine has.

use std::iter;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::{self, ScopedJoinHandle};

use crate::entry::Entry;
use crate::folder::Folder;
use crate::merkle::{Hash, leaf_hash};
use crate::tile::{Kind, Tile, TileError, WIDTH, decode_entries, decode_hashes, fold};

use super::Broken;

/// Bundles that are checked before their results are put in order.
const TOGETHER: usize = 256;

/// What the entries of one bundle came to.
pub(super) struct Bundle {
    /// Their hashes, which agree with the lowest tile.
    pub(super) leaves: Vec<Hash>,
    /// The root over them, where the bundle is full.
    pub(super) root: Option<Hash>,
    /// When each happened, in microseconds since 1970 UTC.
    pub(super) instants: Vec<i64>,
}

/// Gives every bundle of a log of `size` entries to `take`, in order; the first that does not hold ends it.
pub(super) fn each(
    folder: &Folder,
    size: u64,
    mut take: impl FnMut(Bundle) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let count = size.div_ceil(WIDTH);
    for first in (0..count).step_by(TOGETHER) {
        let end = (first + TOGETHER as u64).min(count);
        // Each thread takes the next bundle that nobody has, so that all end at the same time.
        let next = AtomicU64::new(first);
        let work = || {
            let mine = iter::from_fn(|| Some(next.fetch_add(1, Relaxed)).filter(|bundle| *bundle < end));
            mine.map(|bundle| (bundle, check(folder, bundle, size)))
                .collect::<Vec<_>>()
        };
        let mut checked = thread::scope(|scope| {
            let running = (0..threads).map(|_| scope.spawn(work)).collect::<Vec<_>>();
            let done = running.into_iter().map(ScopedJoinHandle::join);
            done.flat_map(|each| each.unwrap_or_else(|panic| resume_unwind(panic)))
                .collect::<Vec<_>>()
        });
        checked.sort_unstable_by_key(|(bundle, _)| *bundle);
        for (_, bundle) in checked {
            take(bundle?)?;
        }
    }
    Ok(())
}

fn check(folder: &Folder, index: u64, size: u64) -> Result<Bundle, Broken> {
    let width = u16::try_from((size - index * WIDTH).min(WIDTH)).unwrap_or(256);
    let tile = |kind| Tile { kind, index, width };
    let (bundle, hashes) = (tile(Kind::Entries), tile(Kind::Hashes(0)));
    let fault = |tile, fault: TileError| folder.fault(tile, fault);
    let bytes = folder.tile(bundle)?;
    let entries = decode_entries(&bytes, width).map_err(|f| fault(bundle, f))?;
    let kept = decode_hashes(&folder.tile(hashes)?, width).map_err(|f| fault(hashes, f))?;
    let mut checked = Bundle {
        leaves: Vec::with_capacity(entries.len()),
        root: None,
        instants: Vec::with_capacity(entries.len()),
    };
    for (index, (entry, kept)) in (index * WIDTH..).zip(entries.into_iter().zip(kept)) {
        // The hash first: a changed entry that no longer parses is best told by both hashes.
        let found = leaf_hash(entry);
        if found != kept {
            let tile = hashes.path();
            return Err(Broken::Leaf {
                index,
                tile,
                kept,
                found,
            });
        }
        let at = Entry::check(entry).map_err(|fault| Broken::Entry { index, fault })?;
        checked.instants.push(at);
        checked.leaves.push(found);
    }
    if u64::from(width) == WIDTH {
        checked.root = fold(&checked.leaves);
    }
    Ok(checked)
}
