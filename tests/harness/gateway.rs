//! A whole house of a test's own: flows on a fresh database, a mail catcher on loopback, a clock set by hand.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::calendar::Calendar;
use domain::id::MessageId;
use domain::retention::Policy;
use domain::rulebook::Confirmation;
use domain::time::{Clock, random};
use flows::import::{self, Format};
use flows::{Approved, Delivered, Gateway, MailRoute, Parts, Recorded, Sealed, known_calendar};
use jiff::Timestamp;
use jiff::civil::date;
use mail::catcher::{Catcher, Caught, Fault, Faults, Seen, Sink};
use mail::relay::Relay;
use mail::sending_domain::SendingDomain;
use store::contacts::{self, ContactRow};
use store::drafts::MessageRow;
use store::obligations::{self, ObligationRow};
use store::outbox::{self, OutboxRow};
use store::{Pool, Tx, drafts, log, notices};
use tempfile::TempDir;
use vault::KeyFile;

use crate::chance::{SeededEntropy, SetClock};
use crate::contact_log;
use crate::database::Database;
use crate::house::{new_keys, parts};
use crate::post_office::PostOffice;
use crate::zone::NO_RESOLVER;

/// The officer of every victim in the tests, who also drafts.
pub const OFFICER: &str = "vlo-north-east-1";
/// The person who approves.
pub const APPROVER: &str = "ruth.okafor";
/// Who confirms rules that wait to be confirmed, on 2 November 2026.
pub const CONFIRMER: &str = "Victim Liaison policy lead";
/// The person who reads, and is recorded reading.
pub const AUDITOR: &str = "auditor";
/// How many years the tests' policy keeps a case without a flag.
pub const KEPT_YEARS: i16 = 1;
/// When a test begins: a Monday in winter, when London's time is UTC.
pub const BEGINNING: &str = "2026-11-23T09:00:00Z";
/// When the hold-back of a message ends that was approved at the beginning.
pub const HOLD_BACK_ENDS: &str = "2026-11-23T09:15:00Z";
/// The domain of our Message-IDs.
pub const MAIL_DOMAIN: &str = "gateway.example";
/// How long a message can be cancelled, in seconds.
pub const HOLD_BACK_S: i64 = 15 * 60;
/// A batch in which one message was due and the server took it.
pub const DELIVERED_ONE: Delivered = Delivered {
    claimed: 1,
    accepted: 1,
    held: 0,
    failed: 0,
};
/// How many messages leave at once; a batch of more goes in groups of this size.
pub const CONNECTIONS_MAX: usize = 4;

/// The clock that the test keeps a hand on.
struct Shared(Arc<SetClock>);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// The post office of a test.
pub struct Post {
    /// What goes wrong there.
    pub faults: Faults,
    /// How long the relay is waited for, in milliseconds.
    pub timeout_ms: u64,
}

impl Post {
    /// A patient one that meets these faults.
    pub fn meeting(faults: Faults) -> Self {
        Self {
            faults,
            timeout_ms: 10_000,
        }
    }
}

/// A gateway with its post office. The words are vetted; there is no victim yet.
pub struct TestGateway {
    /// The flows, for what has no method here.
    pub flows: Gateway,
    clock: Arc<SetClock>,
    catcher: Catcher,
    caught: Arc<Mutex<Vec<Caught>>>,
    relay: Relay,
    dir: TempDir,
    secrets: (String, [u8; 32]),
    doors: AtomicU64,
}

impl TestGateway {
    /// A gateway on this database whose mail meets these faults.
    pub async fn new(database: &Database, faults: Faults) -> Self {
        Self::with(database, Post::meeting(faults)).await
    }

    /// A gateway on this database with this post office.
    pub async fn with(database: &Database, post: Post) -> Self {
        Self::build(database, post, &[]).await
    }

    /// A gateway on whose rules that wait to be confirmed these were confirmed; nothing goes wrong at its relay.
    pub async fn confirming(database: &Database, rules: &[&str]) -> Self {
        Self::build(database, Post::meeting(Faults::Always(Fault::None)), rules).await
    }

    async fn build(database: &Database, post: Post, confirmed: &[&str]) -> Self {
        let clock = Arc::new(SetClock::at(BEGINNING));
        let entropy = SeededEntropy::new(1);
        let keys = new_keys(&entropy);
        let bounce_key = random(&entropy);
        let mut parts = parts(
            database.pool.clone(),
            Box::new(Shared(Arc::clone(&clock))),
            entropy,
            &keys,
            &bounce_key,
        );
        let confirmed = confirmed.iter().map(|rule| Confirmation {
            rule: (*rule).to_owned(),
            by: CONFIRMER.to_owned(),
            on: date(2026, 11, 2),
        });
        let confirmed = confirmed.collect::<Vec<_>>();
        parts.rulebook = parts.rulebook.confirm(&confirmed).expect("rules of the rulebook");
        let flows = Gateway::new(parts);
        let caught = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&caught);
        let keep = move |message: Caught| {
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(message);
            Ok(())
        };
        let PostOffice { catcher, relay, .. } = PostOffice::patient(
            Sink::Call(Arc::new(keep)),
            post.faults,
            CONNECTIONS_MAX,
            post.timeout_ms,
        )
        .await;
        flows
            .vet_templates("tom.ellis", APPROVER, None)
            .await
            .expect("two people vet the words");
        Self {
            flows,
            clock,
            catcher,
            caught,
            relay,
            dir: TempDir::new().expect("a folder"),
            secrets: (keys, bounce_key),
            doors: AtomicU64::new(0),
        }
    }

    /// The same house opened once more, as after a restart with another calendar in its configuration.
    pub async fn reopened(&self, calendar: &Calendar) -> Gateway {
        let calendar = known_calendar(self.pool(), calendar)
            .await
            .expect("the calendar in the database");
        let (keys, bounce_key) = &self.secrets;
        let clock = Box::new(Shared(Arc::clone(&self.clock)));
        // Chance goes on elsewhere: a second process does not draw the identifiers of the first again.
        let chance = SeededEntropy::new(2);
        Gateway::new(Parts {
            calendar,
            ..parts(self.pool().clone(), clock, chance, keys, bounce_key)
        })
    }

    /// The same house opened once more with another key file, of which the key `active` wraps.
    pub fn with_keys(&self, keys: &str, active: &str) -> Gateway {
        let (keys, index) = KeyFile::parse(keys)
            .and_then(|file| file.into_ring(active))
            .expect("the keys");
        self.opened_with(3, |parts| Parts { keys, index, ..parts })
    }

    /// The same house opened once more with another retention policy.
    pub fn keeping(&self, retention: Policy) -> Gateway {
        self.opened_with(4, |parts| Parts { retention, ..parts })
    }

    /// What stands behind the door of a test: the same house with chance of its own.
    pub(crate) fn flows_of_the_door(&self) -> Gateway {
        let domain = SendingDomain::new(MAIL_DOMAIN, MAIL_DOMAIN, None, Some(NO_RESOLVER));
        self.opened_with(self.next_door(), |parts| parts)
            .publishing(contact_log::published(self.dir()))
            .mailing(MailRoute::new(self.relay.clone(), domain))
    }

    /// The same house opened once more without what mail is looked at with: what it fetches, it cannot store.
    pub fn fetching_lamely(&self) -> Gateway {
        self.opened_with(self.next_door(), |parts| parts)
    }

    /// Chance for one more door: several of one house do not draw the same session.
    pub(crate) fn next_door(&self) -> u64 {
        5 + 1000 * self.doors.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn opened_with(&self, seed: u64, change: impl FnOnce(Parts) -> Parts) -> Gateway {
        let (keys, bounce_key) = &self.secrets;
        let clock = Box::new(Shared(Arc::clone(&self.clock)));
        let parts = parts(
            self.pool().clone(),
            clock,
            SeededEntropy::new(seed),
            keys,
            bounce_key,
        );
        Gateway::new(change(parts))
    }

    /// The text of the key file.
    pub fn key_file(&self) -> &str {
        &self.secrets.0
    }

    /// Seals what there is of the contact log, into this house's folder.
    pub async fn seal(&self) -> Sealed {
        contact_log::seal(&self.flows, self.dir()).await
    }

    /// The folder of this house, where its contact log is published.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The clock.
    pub fn clock(&self) -> &SetClock {
        &self.clock
    }

    /// The store underneath.
    pub fn pool(&self) -> &Pool {
        &self.flows.parts().pool
    }

    /// Adds a victim from one line in the form of `tests/sample/cases.jsonl`.
    pub async fn add_victim(&self, line: &str) {
        self.add_victim_to(&self.flows, line).await;
    }

    /// The same through another process on the same database.
    pub async fn add_victim_to(&self, flows: &Gateway, line: &str) {
        let mut records = import::cases(line.as_bytes(), Format::JsonLines);
        let (_, record) = records.next().expect("a line").expect("a case that can be read");
        flows
            .add_case("operator", &record)
            .await
            .expect("the case comes in");
    }

    /// Records one event from a line in the form of `tests/sample/events.jsonl`.
    pub async fn event(&self, line: &str) -> Recorded {
        let mut events = import::events(line.as_bytes(), Format::JsonLines);
        let (_, event) = events.next().expect("a line").expect("an event that can be read");
        let answers = self.flows.record_events("operator", &[event]).await;
        answers.expect("the batch is recorded").pop().expect("one answer")
    }

    /// Drafts everything that can be drafted, as the officer, and approves it as the second person.
    pub async fn draft_and_approve(&self) -> Vec<Approved> {
        self.flows
            .compose_drafts(OFFICER, 64)
            .await
            .expect("drafts are composed");
        let mut approved = Vec::new();
        for draft in self.flows.list_drafts(64).await.expect("the drafts") {
            let one = self.flows.approve_draft(APPROVER, &draft.id).await;
            approved.push(one.expect("the second person approves"));
        }
        approved
    }

    /// Delivers one batch of what is due now.
    pub async fn deliver(&self) -> Delivered {
        self.try_to_deliver().await.expect("the batch ends")
    }

    /// The same where the database may be away.
    pub async fn try_to_deliver(&self) -> flows::Result<Delivered> {
        self.flows.deliver_batch("test", &self.relay).await
    }

    /// Sends the notices to advisers that are due.
    pub async fn notice(&self) -> usize {
        self.flows.notice_advisers(&self.relay).await.expect("a round")
    }

    /// Delivers batch after batch until nothing is due now.
    pub async fn deliver_all(&self) {
        while self.deliver().await.claimed > 0 {}
    }

    /// The relay's faults are over.
    pub fn mend_relay(&self) {
        self.catcher.mend();
    }

    /// What the catcher has seen so far.
    pub fn seen(&self) -> Seen {
        self.catcher.seen()
    }

    /// The messages that the catcher has kept.
    pub fn caught(&self) -> Vec<Caught> {
        self.caught.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How a message stands in the outbox.
    pub async fn outbox_row(&self, id: &MessageId) -> OutboxRow {
        let row = outbox::find(&mut self.reader().await, id).await;
        row.expect("the outbox answers")
            .expect("the message is in the outbox")
    }

    /// How a message stands in the outbox, in words: its state, and its reason when there is one.
    pub async fn stands(&self, id: &MessageId) -> String {
        let row = self.outbox_row(id).await;
        row.held_reason
            .map_or(row.state.clone(), |why| format!("{}: {why}", row.state))
    }

    /// How many duties nobody looks after (law 6): there must be none.
    pub async fn forgotten(&self) -> usize {
        self.flows.find_forgotten().await.expect("the sweep ends").len()
    }

    /// A message as it is kept.
    pub async fn message(&self, id: &MessageId) -> MessageRow {
        let message = drafts::find_message(&mut self.reader().await, id).await;
        message.expect("messages answer").expect("the message is kept")
    }

    /// The duty behind a message.
    pub async fn obligation_of(&self, id: &MessageId) -> ObligationRow {
        let owed = self.message(id).await.obligation_id;
        let row = obligations::find(&mut self.reader().await, &owed).await;
        row.expect("obligations answer").expect("the obligation")
    }

    /// The contacts of the victim to whom a duty is owed, oldest first.
    pub async fn contacts_of(&self, owed: &ObligationRow) -> Vec<ContactRow> {
        let list = contacts::list_by_victim(&mut self.reader().await, &owed.victim_id).await;
        list.expect("contacts answer")
    }

    /// The kinds of the notices that nobody has seen, with the messages that they are about.
    pub async fn unseen(&self) -> Vec<(String, Option<MessageId>)> {
        let list = notices::list_unseen(&mut self.reader().await, 100).await;
        let list = list.expect("notices answer").into_iter();
        list.map(|notice| (notice.kind, notice.message_id)).collect()
    }

    /// How the tries of a message ended, oldest first.
    pub async fn tries(&self, id: &MessageId) -> Vec<Option<String>> {
        let list = outbox::list_attempts(&mut self.reader().await, id).await;
        let list = list.expect("attempts answer").into_iter();
        list.map(|(_, _, _, _, outcome, _)| outcome).collect()
    }

    /// The contact log's first thousand entries as they are stored.
    pub async fn log_bodies(&self) -> Vec<Vec<u8>> {
        let list = log::list_from(&mut self.reader().await, 0, 1000).await;
        let list = list.expect("the log answers").into_iter();
        list.map(|entry| entry.body).collect()
    }

    /// A transaction that only reads.
    pub async fn reader(&self) -> Tx {
        self.pool().read().await.expect("a reader")
    }
}
