//! Group commit for entries that stand by themselves: somebody read, exported, signed in.
//!
//! Whoever appends waits for a commit; entries that come while one is under way share the next. So the more wait, the
//! more go with each sync of the disk, and nobody is answered before the entry is durable. A change of data has its
//! entry in its own transaction ([`Tx::commit`](crate::Tx::commit)) and does not come here.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use audit::entry::Entry;
use tokio::sync::oneshot;

use crate::log::Prepared;
use crate::{Error, Pool, Result};

/// So many times the writing gives way without a newcomer before it begins.
const PATIENCE: u32 = 64;

type Answer = std::result::Result<(), Arc<Error>>;

struct Waiting {
    entry: Prepared,
    answer: oneshot::Sender<Answer>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    /// Somebody writes, and goes on until nobody waits.
    is_written: bool,
}

struct Group {
    pool: Pool,
    queue: Mutex<Queue>,
}

/// Appends entries, many at a time.
#[derive(Clone)]
pub struct Appender {
    group: Arc<Group>,
}

impl Appender {
    /// Appends to the log of this database.
    pub fn new(pool: Pool) -> Self {
        let queue = Mutex::default();
        Self {
            group: Arc::new(Group { pool, queue }),
        }
    }

    /// Appends one entry; answered when it is durable. An error of the database is that of the whole group, and nothing
    /// of it was written, unless the database went away while it committed.
    pub async fn append(&self, entry: Entry) -> Result<()> {
        // By the caller: what is wrong with this one is nobody else's fault, and callers prepare side by side.
        let entry = Prepared::new(&entry)?;
        let (answer, answered) = oneshot::channel();
        if self.group.join(Waiting { entry, answer }) {
            // A task of its own: a caller that gives up does not take the others' commit with it.
            let group = Arc::clone(&self.group);
            tokio::spawn(async move { group.write().await });
        }
        match answered.await {
            Ok(answer) => answer.map_err(Error::Group),
            Err(_) => Err(Error::Unanswered),
        }
    }
}

/// Somebody who writes. One who does not come to the end (the program stops) leaves nobody waiting for ever.
struct Writing<'g> {
    group: &'g Group,
    is_done: bool,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            *self.group.lock() = Queue::default();
        }
    }
}

impl Group {
    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins those who wait; whether somebody has to begin to write.
    fn join(&self, one: Waiting) -> bool {
        let mut queue = self.lock();
        queue.waiting.push(one);
        !mem::replace(&mut queue.is_written, true)
    }

    /// Those who wait by now; when nobody does, the writing ends.
    fn take(&self) -> Vec<Waiting> {
        let mut queue = self.lock();
        queue.is_written = !queue.waiting.is_empty();
        mem::take(&mut queue.waiting)
    }

    /// Writes for as long as somebody waits.
    async fn write(&self) {
        let mut turn = Writing {
            group: self,
            is_done: false,
        };
        loop {
            self.gather().await;
            let waiting = self.take();
            if waiting.is_empty() {
                turn.is_done = true;
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
    }

    /// Lets those that the last commit has answered come again, on whichever thread they run: otherwise each commit
    /// would take the few that were faster than it. Nobody waits long for it: giving way costs far less than a sync.
    async fn gather(&self) {
        let (mut before, mut quiet) = (0, 0);
        while quiet < PATIENCE {
            let waiting = self.lock().waiting.len();
            quiet = if waiting > before { 0 } else { quiet + 1 };
            before = waiting;
            tokio::task::yield_now().await;
        }
    }

    async fn commit(&self, entries: &[Prepared]) -> Result<()> {
        self.pool.begin().await?.commit_prepared(entries).await
    }
}
