//! What the contact log is searched by, and how far that has got. It follows the sealer: whatever is found here has its
//! proof.

use audit::entry::Entry;

use crate::arg::args;
use crate::log::StoredEntry;
use crate::reach::AREAS_MAX;
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

/// Searches for one thing that has an index, newest first; whatever else was asked for narrows it down.
macro_rules! found {
    ($driven_by:literal) => {
        concat!(
            "SELECT s.idx, e.leaf, e.body FROM log_search s JOIN log_entries e ON e.idx = s.idx WHERE ",
            $driven_by,
            " AND s.idx < $1 AND s.at >= $2 AND s.at < $3 \
             AND ($4 = '' OR s.case_id = $4) AND ($5 = '' OR s.victim_id = $5) AND ($6 = '' OR s.actor = $6) \
             AND ($7 = '' OR s.act = $7) AND ($8 = '' OR s.verb = $8) AND ($9 = '' OR s.result = $9) \
             AND ($10 = '' OR s.area = $10) \
             AND (CAST($12 AS BIGINT) = 1 OR s.area IN ($13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, \
             $26, $27, $28)) \
             ORDER BY s.idx DESC LIMIT $11"
        )
    };
}

statements! {
    HEAD = Statement::both("log_search_head.get", "SELECT size FROM log_search_head WHERE one = 1");
    // Before the rows: of several processes, one gets past here.
    HEAD_SWAP = Statement::both("log_search_head.swap", "UPDATE log_search_head SET size = $1 WHERE one = 1 AND size = $2");
    ADD = Statement::both("log_search.add",
        "INSERT INTO log_search (idx, at, actor, act, verb, case_id, victim_id, obligation_id, message_id, area, channel, \
         result, rule) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
         COALESCE($10, (SELECT c.area FROM cases c WHERE c.id = $6)), $11, $12, $13)");
    BY_CASE = Statement::both("log_search.by_case", found!("s.case_id = $4"));
    BY_VICTIM = Statement::both("log_search.by_victim", found!("s.victim_id = $5"));
    BY_VERB = Statement::both("log_search.by_verb", found!("s.verb = $8"));
    BY_ACTOR = Statement::both("log_search.by_actor", found!("s.actor = $6"));
    NEWEST = Statement::both("log_search.newest", found!("s.idx >= 0"));
}

/// What somebody searches for; an empty text is anything.
#[derive(Debug, Clone)]
pub struct Sought {
    /// Entries before this one.
    pub before: u64,
    /// Not earlier, in microseconds.
    pub from_us: i64,
    /// Earlier than this.
    pub until_us: i64,
    /// The case.
    pub case: String,
    /// The victim.
    pub victim: String,
    /// Who.
    pub actor: String,
    /// What sort of act.
    pub act: String,
    /// Which act.
    pub verb: String,
    /// What came of it.
    pub result: String,
    /// Where.
    pub area: String,
    /// The only Areas that may be read; none: all, and what is about no Area too.
    pub areas: Option<Vec<String>>,
}

impl Default for Sought {
    fn default() -> Self {
        let any = String::new;
        Self {
            before: u64::MAX,
            from_us: i64::MIN,
            until_us: i64::MAX,
            case: any(),
            victim: any(),
            actor: any(),
            act: any(),
            verb: any(),
            result: any(),
            area: any(),
            areas: None,
        }
    }
}

impl Sought {
    /// The index that finds the fewest rows.
    fn statement(&self) -> &'static Statement {
        let indexed = [
            (&self.victim, &BY_VICTIM),
            (&self.case, &BY_CASE),
            (&self.verb, &BY_VERB),
            (&self.actor, &BY_ACTOR),
        ];
        let first = indexed.into_iter().find(|(sought, _)| !sought.is_empty());
        first.map_or(&NEWEST, |(_, statement)| statement)
    }
}

/// How many entries can be found by now.
pub async fn size(tx: &mut Tx) -> Result<u64> {
    let size = tx.find(&HEAD, args![]).await?.map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(size).unwrap_or_default())
}

/// Goes on from `old` to `new` entries that can be found, if nobody else has.
pub async fn move_on(tx: &mut Tx, old: u64, new: u64) -> Result<()> {
    tx.execute_one(&HEAD_SWAP, args![signed(new), signed(old)]).await
}

/// Makes an entry one that can be found.
pub async fn add(tx: &mut Tx, index: u64, entry: &Entry) -> Result<()> {
    let args = args![
        signed(index),
        entry.at(),
        entry.actor(),
        entry.act().as_str(),
        entry.verb(),
        entry.case(),
        entry.victim(),
        entry.obligation(),
        entry.message(),
        entry.area(),
        entry.channel(),
        entry.result(),
        entry.rule(),
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// Up to `most` entries, newest first.
pub async fn list(tx: &mut Tx, sought: &Sought, most: u32) -> Result<Vec<StoredEntry>> {
    let is_all = sought.areas.is_none();
    let areas = sought.areas.as_deref().unwrap_or_default();
    let mut args = args![
        signed(sought.before),
        sought.from_us,
        sought.until_us,
        &sought.case,
        &sought.victim,
        &sought.actor,
        &sought.act,
        &sought.verb,
        &sought.result,
        &sought.area,
        i64::from(most),
        is_all,
    ]
    .to_vec();
    // No Area has the code `-`.
    let areas = areas.iter().map(String::as_str).chain(std::iter::repeat("-"));
    args.extend(areas.take(AREAS_MAX).map(Arg::from));
    let rows = tx.list(sought.statement(), &args).await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &Row) -> Result<StoredEntry> {
    Ok(StoredEntry {
        index: u64::try_from(row.int(0)?).unwrap_or_default(),
        leaf: row.bytes(1)?,
        body: row.bytes(2)?,
    })
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
