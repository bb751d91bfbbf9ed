//! A house for measurements: nothing is held back, and many messages are due at once.

use domain::time::{Clock as _, random};
use flows::Gateway;
use mail::catcher::{Fault, Faults, Sink};
use store::Pool;

use crate::chance::{MachineClock, SeededEntropy};
use crate::gateway::APPROVER;
use crate::house::{new_keys, parts};
use crate::post_office::PostOffice;
use crate::queue::queue;

/// A gateway with its post office.
pub struct Counting {
    /// The flows.
    pub flows: Gateway,
    /// Where the mail goes.
    pub post: PostOffice,
    queued: usize,
}

impl Counting {
    /// A gateway on this database that claims so many messages at a time and has so many connections; its mail is
    /// counted and forgotten.
    pub async fn new(pool: Pool, batch_max: u32, connections_max: usize) -> Self {
        Self::with(pool, Sink::Count, batch_max, connections_max).await
    }

    /// The same with another end for its mail.
    pub async fn with(pool: Pool, sink: Sink, batch_max: u32, connections_max: usize) -> Self {
        let entropy = SeededEntropy::new(3);
        let (keys, bounce_key) = (new_keys(&entropy), random(&entropy));
        let mut parts = parts(pool, Box::new(MachineClock), entropy, &keys, &bounce_key);
        parts.settings.hold_back_s = 0;
        parts.settings.batch_max = batch_max;
        parts.settings.connections_max = connections_max;
        let flows = Gateway::new(parts);
        let vetted = flows.vet_templates("tom.ellis", APPROVER, None).await;
        vetted.expect("two people vet the words");
        Self {
            flows,
            post: PostOffice::open(sink, Faults::Always(Fault::None), connections_max).await,
            queued: 0,
        }
    }

    /// Queues so many more messages, all due now.
    pub async fn queue(&mut self, count: usize) {
        let numbers = self.queued..self.queued + count;
        queue(&self.flows, numbers, MachineClock.now()).await;
        self.queued += count;
    }
}
