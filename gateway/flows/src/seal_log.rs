//! The sealing worker's one verb: take appended entries into the tree, in order.
//!
//! An entry counts as recorded when its transaction commits; the tree follows. A crash in between loses
//! nothing: the next run goes on from the tree it finds.

use audit::merkle::{Frontier, Hash, leaf_hash};
use store::log::{self, Tree};

use crate::{Error, Gateway, Result};

/// How many entries one transaction takes in.
const ENTRIES_MAX: u32 = 1000;

/// How far the tree has got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Entries in the tree.
    pub size: u64,
    /// The root over them, hexadecimal.
    pub root: String,
}

impl Gateway {
    /// Takes every appended entry into the tree. A leaf that does not match its entry stops it.
    pub async fn seal_log(&self) -> Result<Sealed> {
        loop {
            let mut tx = self.pool().begin().await?;
            let old = match log::find_tree(&mut tx).await? {
                Some(tree) => tree,
                None => self.empty_tree(&mut tx).await?,
            };
            let entries = log::list_from(&mut tx, old.size, ENTRIES_MAX).await?;
            if entries.is_empty() {
                tx.commit_unlogged("nothing to take in").await?;
                return Ok(Sealed {
                    size: old.size,
                    root: Hash::from_slice(&old.root)
                        .map_err(|fault| Error::broken("the log's tree", fault))?
                        .to_hex(),
                });
            }
            let mut frontier = Frontier::from_bytes(&old.frontier)
                .map_err(|fault| Error::broken("the log's tree", fault))?;
            for entry in &entries {
                let leaf = leaf_hash(&entry.body);
                if leaf.as_bytes().as_slice() != entry.leaf || entry.index != frontier.size() {
                    return Err(Error::broken(
                        "the contact log",
                        format!("entry {} does not hold", entry.index),
                    ));
                }
                frontier.append(leaf);
            }
            let new = Tree {
                size: frontier.size(),
                frontier: frontier.to_bytes(),
                root: frontier.root().as_bytes().to_vec(),
                sealed_at: self.now(),
            };
            log::swap_tree(&mut tx, &old, &new).await?;
            tx.commit_unlogged("the tree follows its entries").await?;
        }
    }

    async fn empty_tree(&self, tx: &mut store::Tx) -> Result<Tree> {
        let empty = Frontier::new();
        let tree = Tree {
            size: 0,
            frontier: empty.to_bytes(),
            root: empty.root().as_bytes().to_vec(),
            sealed_at: self.now(),
        };
        log::start_tree(tx, &tree).await?;
        Ok(tree)
    }
}
