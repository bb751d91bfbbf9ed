//! The store keeps its word on both databases.

use std::collections::BTreeSet;

use audit::entry::{Act, Entry};
use harness::on_both;
use jiff::Timestamp;
use store::{catalogue, log};

fn entry(n: usize) -> Entry {
    Entry::new(1_795_424_400_000_000, "priya.shah", Act::System, "test-written")
        .expect("an entry")
        .with_fact("n", n.to_string())
}

on_both!(
    async fn every_statement_fits_the_schema(database: Database) {
        let prepared = database.pool.prepare_all().await.expect("the catalogue fits");
        assert_eq!(prepared, catalogue().count());
        assert!(prepared > 50, "the catalogue holds {prepared} statements");
    }
);

#[test]
fn the_dialects_differ_in_few_statements_and_no_name_stands_twice() {
    assert!(catalogue().filter(|statement| statement.is_pair()).count() < 5);
    let names = catalogue()
        .map(|statement| statement.name)
        .collect::<BTreeSet<_>>();
    assert_eq!(names.len(), catalogue().count());
}

on_both!(
    async fn entries_of_many_writers_get_every_index_once(database: Database) {
        let writers = (0..8).map(|writer| {
            let pool = database.pool.clone();
            tokio::spawn(async move {
                for n in 0..25 {
                    let tx = pool.begin().await.expect("a transaction");
                    tx.commit(&[entry(writer * 100 + n), entry(writer * 100 + n + 50)])
                        .await
                        .expect("a commit");
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.expect("a writer");
        }
        let mut tx = database.pool.read().await.expect("a reader");
        let stored = log::list_from(&mut tx, 0, 1000).await.expect("entries");
        assert_eq!(log::size(&mut tx).await.expect("a size"), 400);
        let indexes = stored.iter().map(|entry| entry.index).collect::<Vec<_>>();
        assert_eq!(indexes, (0..400).collect::<Vec<_>>());
        for entry in &stored {
            assert_eq!(
                audit::merkle::leaf_hash(&entry.body).as_bytes().as_slice(),
                entry.leaf
            );
        }
    }
);

on_both!(
    async fn a_transaction_that_is_dropped_leaves_no_entry_and_no_gap(database: Database) {
        let tx = database.pool.begin().await.expect("a transaction");
        drop(tx);
        let tx = database.pool.begin().await.expect("a transaction");
        tx.commit(&[entry(1)]).await.expect("a commit");
        let mut tx = database.pool.read().await.expect("a reader");
        let stored = log::list_from(&mut tx, 0, 10).await.expect("entries");
        assert_eq!(stored.iter().map(|entry| entry.index).collect::<Vec<_>>(), [0]);
    }
);

on_both!(
    async fn a_second_sealer_on_the_same_log_is_refused(database: Database) {
        let tree = |size: u64| log::Tree {
            size,
            frontier: vec![1],
            root: vec![u8::try_from(size).expect("small"); 32],
            sealed_at: Timestamp::UNIX_EPOCH,
            note: None,
            sealer: Some("one".to_owned()),
        };
        let mut tx = database.pool.begin().await.expect("a transaction");
        log::start_tree(&mut tx, &tree(0)).await.expect("an empty tree");
        log::swap_sealer(&mut tx, None, "one")
            .await
            .expect("nobody sealed before");
        let other = log::swap_sealer(&mut tx, None, "other").await;
        assert!(
            matches!(other, Err(store::Error::Changed { rows: 0, .. })),
            "{other:?}"
        );
        log::swap_tree(&mut tx, &tree(0), &tree(3))
            .await
            .expect("the first sealer");
        let second = log::swap_tree(&mut tx, &tree(0), &tree(4)).await;
        assert!(
            matches!(second, Err(store::Error::Changed { rows: 0, .. })),
            "{second:?}"
        );
    }
);

on_both!(
    async fn nobody_changes_or_removes_an_entry(database: Database) {
        let tx = database.pool.begin().await.expect("a transaction");
        tx.commit(&[entry(1)]).await.expect("a commit");
        for sql in ["UPDATE log_entries SET idx = 7", "DELETE FROM log_entries"] {
            let refused = match &database.pool {
                store::Pool::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(|_| ()),
                store::Pool::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(|_| ()),
            };
            let refused = refused.expect_err("the log only grows").to_string();
            assert!(refused.contains("only grows"), "{refused}");
        }
    }
);

#[tokio::test]
async fn whoever_gives_up_waiting_for_a_reader_spoils_no_writer() {
    let database = harness::database::postgres().await;
    for patience in 0..80 {
        let mut waiting = Box::pin(database.pool.read());
        for _ in 0..patience {
            if futures_util::poll!(&mut waiting).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(waiting);
        let tx = database.pool.begin().await.expect("a transaction");
        tx.commit(&[entry(patience)]).await.expect("a writer writes");
    }
    let mut tx = database.pool.read().await.expect("a reader");
    assert_eq!(log::size(&mut tx).await.expect("a size"), 80);
}
