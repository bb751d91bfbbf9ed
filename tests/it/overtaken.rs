//! A lease runs out while its message is on the way, and another worker takes the message over.

use std::sync::{Arc, Mutex, mpsc};

use audit::entry::Entry;
use domain::id::MessageId;
use harness::counting::Counting;
use harness::on_both;
use mail::catcher::{Caught, Sink};
use mail_parser::MessageParser;
use sqlx::AssertSqlSafe;
use store::{Pool, log, notices, outbox};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const MESSAGES: usize = 4;

/// A sink that tells which message it holds and answers the server's client only when it is let go on; the first
/// message alone is held up.
fn holding_up_the_first() -> (Sink, UnboundedReceiver<MessageId>, mpsc::Sender<()>) {
    let (held, holds) = unbounded_channel();
    let (go_on, wait) = mpsc::channel();
    let first = Mutex::new(Some((held, wait)));
    let keep = move |caught: Caught| {
        let taken = first.lock().expect("no keeper panics").take();
        if let Some((held, wait)) = taken {
            held.send(message_id(&caught)).expect("the test listens");
            tokio::task::block_in_place(|| wait.recv()).expect("the test lets it go on");
        }
        Ok(())
    };
    (Sink::Call(Arc::new(keep)), holds, go_on)
}

fn message_id(caught: &Caught) -> MessageId {
    let mail = MessageParser::default().parse(&caught.bytes).expect("a mail");
    let id = mail.message_id().expect("a Message-ID");
    MessageId::parse(id.split('@').next().expect("its first part")).expect("our identifier")
}

/// The lease of this one message ends, as if its worker had been away for long.
async fn end_lease(pool: &Pool, id: &MessageId) {
    let text = AssertSqlSafe(format!("UPDATE outbox SET next_at = 1 WHERE message_id = '{id}'"));
    let rows = match pool {
        Pool::Sqlite { writer, .. } => sqlx::query(text)
            .execute(writer)
            .await
            .map(|done| done.rows_affected()),
        Pool::Postgres(pool) => sqlx::query(text)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()),
    };
    assert_eq!(rows.expect("the outbox answers"), 1);
}

async fn entries(pool: &Pool) -> Vec<Entry> {
    let mut tx = pool.read().await.expect("a reader");
    let stored = log::list_from(&mut tx, 0, 1000).await.expect("the log answers");
    let parsed = stored.iter().map(|entry| Entry::parse(&entry.body));
    parsed.map(|entry| entry.expect("an entry")).collect()
}

on_both!(
    async fn an_answer_that_comes_after_a_takeover_is_logged_and_spoils_no_other_outcome(database: Database) {
        let pool = &database.pool;
        let (sink, mut holds, go_on) = holding_up_the_first();
        let mut house = Counting::with(pool.clone(), sink, 64, 2).await;
        house.queue(MESSAGES).await;
        let (flows, relay) = (&house.flows, &house.post.relay);
        let (first, overtaken) = tokio::join!(flows.deliver_batch("slow", relay), async {
            let held_up = holds.recv().await.expect("a message is on its way");
            end_lease(pool, &held_up).await;
            let second = flows.deliver_batch("quick", relay).await.expect("it takes over");
            assert_eq!((second.claimed, second.failed), (1, 1), "its end was not seen");
            go_on.send(()).expect("the server goes on");
            held_up
        });
        first.expect("the batch of the slow worker ends well");

        let mut tx = pool.read().await.expect("a reader");
        let states = outbox::count_by_state(&mut tx).await.expect("the outbox answers");
        let states = states
            .iter()
            .map(|(state, reason, count)| (state.as_str(), reason.as_str(), *count));
        assert_eq!(
            states.collect::<Vec<_>>(),
            [("delivered", "250", 3), ("unknown", "end-not-seen", 1)],
            "what was decided about it stands"
        );
        let row = outbox::find(&mut tx, &overtaken)
            .await
            .expect("the outbox answers");
        assert_eq!(row.expect("the message").state, "unknown");
        assert_eq!(
            house.post.catcher.seen().messages,
            MESSAGES as u64,
            "none left twice"
        );

        let about = |entry: &&Entry| entry.message() == Some(overtaken.as_str());
        let all = entries(pool).await;
        let told = all
            .iter()
            .filter(about)
            .map(|entry| (entry.verb(), entry.result()));
        assert_eq!(
            told.collect::<Vec<_>>()[1..],
            [
                ("delivery-attempted", None),
                ("delivery-ended", Some("unknown")),
                ("delivery-ended-late", Some("accepted"))
            ]
        );
        let kinds = notices::list_unseen(&mut tx, 10).await.expect("notices answer");
        let mut kinds = kinds
            .iter()
            .map(|notice| notice.kind.as_str())
            .collect::<Vec<_>>();
        kinds.sort_unstable();
        assert_eq!(kinds, ["answer-came-late", "unknown"]);
        flows.verify_log().await.expect("the log holds");
    }
);
