//! Group commit for entries that stand by themselves: somebody read, exported, signed in.
//!
//! Whoever appends waits for a commit; entries that come while one is under way share the next. So the more wait, the
//! more go with each sync of the disk, and nobody is answered before the entry is durable. A change of data has its
//! entry in its own transaction ([`Tx::commit`](crate::Tx::commit)) and does not come here.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use audit::entry::Entry;
use tokio::sync::{Mutex as Turn, oneshot};

use crate::{Error, Pool, Result};

type Answer = std::result::Result<(), Arc<Error>>;

struct Waiting {
    entry: Entry,
    answer: oneshot::Sender<Answer>,
}

struct Group {
    pool: Pool,
    waiting: Mutex<Vec<Waiting>>,
    /// Held by whoever writes; the others gather meanwhile.
    turn: Turn<()>,
}

/// Appends entries, many at a time.
#[derive(Clone)]
pub struct Appender {
    group: Arc<Group>,
}

impl Appender {
    /// Appends to the log of this database.
    pub fn new(pool: Pool) -> Self {
        let group = Group {
            pool,
            waiting: Mutex::default(),
            turn: Turn::new(()),
        };
        Self {
            group: Arc::new(group),
        }
    }

    /// Appends one entry; answered when it is durable. An error is that of the whole group, and nothing of it was
    /// written, unless the database went away while it committed.
    pub async fn append(&self, entry: Entry) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        self.group.lock().push(Waiting { entry, answer });
        // A task of its own: a caller that gives up does not take the others' commit with it.
        let group = Arc::clone(&self.group);
        tokio::spawn(async move { group.write().await });
        match answered.await {
            Ok(answer) => answer.map_err(Error::Group),
            Err(_) => Err(Error::Unanswered),
        }
    }
}

impl Group {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes whatever waits by the time it is this task's turn; often another has written it by then.
    async fn write(&self) {
        let _turn = self.turn.lock().await;
        let waiting = mem::take(&mut *self.lock());
        if waiting.is_empty() {
            return;
        }
        let (entries, answers): (Vec<_>, Vec<_>) =
            waiting.into_iter().map(|one| (one.entry, one.answer)).unzip();
        let written = self.commit(&entries).await.map_err(Arc::new);
        for answer in answers {
            // A caller that went away needs no answer.
            let _ = oneshot::Sender::send(answer, written.clone());
        }
    }

    async fn commit(&self, entries: &[Entry]) -> Result<()> {
        self.pool.begin().await?.commit(entries).await
    }
}
