//! The contact log's rows: entries, the head that numbers them, and how far the sealer has got.

use audit::entry::Entry;
use audit::merkle::{Hash, leaf_hash};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

/// Entries that one statement writes.
const ROWS: usize = 8;

statements! {
    // The row lock of this UPDATE is what puts several processes in one line; it is taken last, just
    // before the commit, so that nobody waits for more than a commit.
    TAKE = Statement::both("log_head.take", "UPDATE log_head SET size = size + $1 WHERE one = 1 RETURNING size");
    ADD = Statement::both("log_entries.add", "INSERT INTO log_entries (idx, leaf, body) VALUES ($1, $2, $3)");
    // As many rows as `ROWS` says: a batch's entries cost one statement where they cost eight.
    ADD_ROWS = Statement::both("log_entries.add_rows",
        "INSERT INTO log_entries (idx, leaf, body) VALUES ($1, $2, $3), ($4, $5, $6), ($7, $8, $9), ($10, $11, $12), \
         ($13, $14, $15), ($16, $17, $18), ($19, $20, $21), ($22, $23, $24)");
    SIZE = Statement::both("log_head.size", "SELECT size FROM log_head WHERE one = 1");
    FROM = Statement::both("log_entries.from", "SELECT idx, leaf, body FROM log_entries WHERE idx >= $1 ORDER BY idx LIMIT $2");
    TREE = Statement::both("log_tree.get", "SELECT size, frontier, root, sealed_at, note, sealer FROM log_tree WHERE one = 1");
    TREE_START = Statement::both("log_tree.start",
        "INSERT INTO log_tree (one, size, frontier, root, sealed_at) VALUES (1, $1, $2, $3, $4) ON CONFLICT (one) DO NOTHING");
    TREE_SWAP = Statement::both("log_tree.swap",
        "UPDATE log_tree SET size = $1, frontier = $2, root = $3, sealed_at = $4, note = $5 \
         WHERE one = 1 AND size = $6 AND root = $7 AND sealer = $8");
    SEALER_SWAP = Statement::both("log_tree.swap_sealer",
        "UPDATE log_tree SET sealer = $1 WHERE one = 1 AND COALESCE(sealer, '') = $2");
    OPENING_ADD = Statement::both("openings.add", "INSERT INTO openings (commitment, owner, sealed) VALUES ($1, $2, $3)");
}

/// One entry as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its index, from 0.
    pub index: u64,
    /// Its leaf hash (RFC 6962 section 2.1), 32 bytes.
    pub leaf: Vec<u8>,
    /// Its canonical JSON (RFC 8785).
    pub body: Vec<u8>,
}

/// How far the sealer has got: the head of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// Entries taken into the tree.
    pub size: u64,
    /// The compact range, as `audit::merkle::Frontier` writes it.
    pub frontier: Vec<u8>,
    /// The root over `size` entries, 32 bytes.
    pub root: Vec<u8>,
    /// When.
    pub sealed_at: Timestamp,
    /// The signed checkpoint (C2SP tlog-checkpoint); none until the first was signed.
    pub note: Option<Vec<u8>>,
    /// Who seals; none until somebody does.
    pub sealer: Option<String>,
}

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// An entry as it will stand in the log, but for its index.
pub(crate) struct Prepared {
    leaf: Hash,
    body: Vec<u8>,
}

impl Prepared {
    pub(crate) fn new(entry: &Entry) -> Result<Self> {
        let body = entry.to_canonical()?;
        let leaf = leaf_hash(&body);
        Ok(Self { leaf, body })
    }
}

pub(crate) async fn append(tx: &mut Tx, entries: &[Prepared]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let size = match tx.find(&TAKE, args![count]).await? {
        Some(row) => row.int(0)?,
        None => {
            return Err(crate::Error::Changed {
                statement: TAKE.name,
                rows: 0,
            });
        }
    };
    let numbered = (size - count..).zip(entries).collect::<Vec<_>>();
    for rows in numbered.chunks(ROWS) {
        let each = if rows.len() == ROWS { ROWS } else { 1 };
        let statement = if each == ROWS { &ADD_ROWS } else { &ADD };
        for rows in rows.chunks(each) {
            let args = rows.iter().flat_map(|(index, Prepared { leaf, body })| {
                [(*index).into(), leaf.as_bytes().as_slice().into(), body.into()]
            });
            tx.execute(statement, &args.collect::<Vec<Arg>>()).await?;
        }
    }
    Ok(())
}

/// How many entries there are.
pub async fn size(tx: &mut Tx) -> Result<u64> {
    Ok(number(
        tx.find(&SIZE, args![]).await?.map_or(Ok(0), |row| row.int(0))?,
    ))
}

/// Up to `most` entries from index `from` on, in order.
pub async fn list_from(tx: &mut Tx, from: u64, most: u32) -> Result<Vec<StoredEntry>> {
    let entry = |row: &Row| {
        Ok(StoredEntry {
            index: number(row.int(0)?),
            leaf: row.bytes(1)?,
            body: row.bytes(2)?,
        })
    };
    tx.list(&FROM, args![signed(from), i64::from(most)])
        .await?
        .iter()
        .map(entry)
        .collect()
}

/// How far the sealer has got, if it ever ran.
pub async fn find_tree(tx: &mut Tx) -> Result<Option<Tree>> {
    let Some(row) = tx.find(&TREE, args![]).await? else {
        return Ok(None);
    };
    Ok(Some(Tree {
        size: number(row.int(0)?),
        frontier: row.bytes(1)?,
        root: row.bytes(2)?,
        sealed_at: row.at(3)?,
        note: row.bytes_opt(4)?,
        sealer: row.text_opt(5)?,
    }))
}

/// Puts the tree of an empty log in place, unless one is there.
pub async fn start_tree(tx: &mut Tx, tree: &Tree) -> Result<()> {
    tx.execute(
        &TREE_START,
        args![signed(tree.size), &tree.frontier, &tree.root, tree.sealed_at],
    )
    .await?;
    Ok(())
}

/// Replaces the tree that the caller read by the next one, in the name of its sealer; a second sealer on the same log
/// fails here.
pub async fn swap_tree(tx: &mut Tx, old: &Tree, new: &Tree) -> Result<()> {
    let args = args![
        signed(new.size),
        &new.frontier,
        &new.root,
        new.sealed_at,
        &new.note,
        signed(old.size),
        &old.root,
        &old.sealer
    ];
    tx.execute_one(&TREE_SWAP, args).await
}

/// Makes `new` the one who seals, if it was `old` until now.
pub async fn swap_sealer(tx: &mut Tx, old: Option<&str>, new: &str) -> Result<()> {
    let args = args![new, old.unwrap_or_default()];
    tx.execute_one(&SEALER_SWAP, args).await
}

/// Keeps what opens a commitment: `sealed` holds its key and value, under the key of `owner`.
pub async fn add_opening(tx: &mut Tx, commitment: &str, owner: &str, sealed: &[u8]) -> Result<()> {
    tx.execute(&OPENING_ADD, args![commitment, owner, sealed]).await?;
    Ok(())
}
