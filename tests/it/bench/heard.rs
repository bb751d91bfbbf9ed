//! The bare statements are those of a true delivery, no more and no fewer: both are overheard and compared.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use harness::chance::SeededEntropy;
use harness::counting::Counting;
use harness::database::postgres;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::delivery::sample;
use super::statements::Statements;

/// How often each statement was run.
pub(crate) type Counts = BTreeMap<String, usize>;

/// Hears what the database driver says about each statement that it runs on this thread.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Statement {
    /// Its first words; the whole of a short one.
    summary: String,
    /// The whole of a longer one.
    whole: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.trim().clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn event(&self, event: &Event<'_>) {
        let mut said = Statement::default();
        event.record(&mut said);
        let text = if said.whole.is_empty() {
            said.summary
        } else {
            said.whole
        };
        *self.0.lock().expect("nobody panics").entry(text).or_default() += 1;
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// What was run while something was done that answers with this number.
pub(crate) async fn overhear(doing: impl Future<Output = usize>, messages: usize) -> Counts {
    let ear = Ear::default();
    // While one subscriber alone lives, `tracing` asks the thread that meets a place first whether anybody listens there, and
    // keeps its answer for all. Other tests run on threads without a subscriber; with two, every one of them is asked.
    let second = tracing::Dispatch::new(Ear::default());
    let listening = tracing::subscriber::set_default(ear.clone());
    assert_eq!(doing.await, messages);
    drop((listening, second));
    let heard = ear.0.lock().expect("nobody panics");
    heard.clone()
}

// PostgreSQL's driver speaks on the thread of the caller, and this runtime has one; SQLite's has a thread of its own.
#[tokio::test]
async fn a_delivery_runs_these_statements_and_no_others() {
    const MESSAGES: usize = 11;
    let sample = sample().await;
    let database = postgres().await;
    let most = u32::try_from(MESSAGES).expect("a small number");
    let mut house = Counting::new(database.pool.clone(), most, 3).await;
    house.queue(2 * MESSAGES).await;
    let deliver = async {
        let done = house.flows.deliver_batch("bench", &house.post.relay).await;
        done.expect("the batch ends").accepted
    };
    let delivered = overhear(Box::pin(deliver), MESSAGES).await;
    let statements = Statements {
        pool: &database.pool,
        chance: &SeededEntropy::new(5),
        attempted: &sample.attempted,
        ended: &sample.ended,
    };
    let bare = overhear(statements.run(MESSAGES, MESSAGES, 3), MESSAGES).await;
    assert!(delivered.len() > 10, "{delivered:#?}");
    assert_eq!(bare, delivered);
}
