//! A whole house of a test's own: flows on a fresh database, a mail catcher on loopback, a clock set by hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use domain::area::Areas;
use domain::calendar::Calendar;
use domain::id::MessageId;
use domain::rulebook::Rulebook;
use domain::time::{Clock, random};
use flows::import::{self, Format};
use flows::{Approved, Delivered, Gateway, Parts, Recorded, Settings, Staff, StaffRole};
use jiff::Timestamp;
use mail::catcher::{Catcher, Caught, Faults, Seen, Sink};
use mail::relay::Relay;
use mail::return_path::ReturnPathKey;
use render::Library;
use sqlx::AssertSqlSafe;
use store::contacts::{self, ContactRow};
use store::obligations::{self, ObligationRow};
use store::outbox::{self, OutboxRow};
use store::{Pool, Tx, drafts, log, notices};
use vault::KeyFile;

use crate::chance::{SeededEntropy, SetClock};
use crate::database::Database;
use crate::post_office::PostOffice;

/// The officer of every victim in the tests, who also drafts.
pub const OFFICER: &str = "vlo-north-east-1";
/// The person who approves.
pub const APPROVER: &str = "ruth.okafor";
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
/// The key that seals.
pub(crate) const KEY: &str = "test-1";
const CONNECTIONS_MAX: usize = 4;

/// The clock that the test keeps a hand on.
struct Shared(Arc<SetClock>);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        self.0.now()
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
}

impl TestGateway {
    /// A gateway on this database whose mail meets these faults.
    pub async fn new(database: &Database, faults: Faults) -> Self {
        let clock = Arc::new(SetClock::at(BEGINNING));
        let entropy = SeededEntropy::new(1);
        let keys = new_keys(&entropy);
        let bounce_key = random(&entropy);
        let parts = parts(
            database.pool.clone(),
            Box::new(Shared(Arc::clone(&clock))),
            entropy,
            &keys,
            &bounce_key,
        );
        let flows = Gateway::new(parts);
        let caught = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&caught);
        let keep = move |message: Caught| {
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(message);
            Ok(())
        };
        let PostOffice { catcher, relay, .. } =
            PostOffice::open(Sink::Call(Arc::new(keep)), faults, CONNECTIONS_MAX).await;
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
        }
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
        let mut records = import::cases(line.as_bytes(), Format::JsonLines);
        let (_, record) = records.next().expect("a line").expect("a case that can be read");
        self.flows
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
        let done = self.flows.deliver_batch("test", &self.relay).await;
        done.expect("the batch ends")
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

    /// The duty behind a message.
    pub async fn obligation_of(&self, id: &MessageId) -> ObligationRow {
        let tx = &mut self.reader().await;
        let message = drafts::find_message(tx, id).await.expect("messages answer");
        let owed = message.expect("the message is kept").obligation_id;
        let row = obligations::find(tx, &owed).await;
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

    async fn reader(&self) -> Tx {
        self.pool().read().await.expect("a reader")
    }
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn config(name: &str) -> String {
    fs::read_to_string(repository().join("config").join(name)).expect("a file of config")
}

/// What a gateway of the tests is made of, on this database, with these secrets.
pub(crate) fn parts(
    pool: Pool,
    clock: Box<dyn Clock>,
    entropy: SeededEntropy,
    keys: &str,
    bounce_key: &[u8; 32],
) -> Parts {
    let (keys, index) = KeyFile::parse(keys)
        .and_then(|file| file.into_ring(KEY))
        .expect("the keys");
    Parts {
        pool,
        clock,
        keys,
        index,
        rulebook: Rulebook::parse(&config("victims-code.toml")).expect("the rulebook"),
        calendar: Calendar::parse(&config("bank-holidays.json")).expect("the calendar"),
        areas: Areas::parse(&config("areas.toml")).expect("the Areas"),
        library: Library::load(&repository().join("templates/messages")).expect("the words"),
        staff: staff(),
        settings: settings(ReturnPathKey::new(bounce_key)),
        signer: None,
        entropy: Box::new(entropy),
    }
}

/// The text of a key file whose one key is [`KEY`].
pub(crate) fn new_keys(entropy: &SeededEntropy) -> String {
    let text = KeyFile::new_text(KEY, &random(entropy), &random(entropy)).expect("a key file");
    text.to_string()
}

pub(crate) fn staff() -> Vec<Staff> {
    let person = |user: &str, name: &str, phone: &str, role| Staff {
        user: user.to_owned(),
        name: name.to_owned(),
        phone: phone.to_owned(),
        role,
    };
    vec![
        person("operator", "Test Operator", "01632 960100", StaffRole::Operator),
        person(APPROVER, "Ruth Okafor", "01632 960101", StaffRole::Approver),
        person("tom.ellis", "Tom Ellis", "01632 960102", StaffRole::Approver),
        person(OFFICER, "Priya Shah", "01632 960201", StaffRole::Vlo),
    ]
}

fn settings(bounce_key: ReturnPathKey) -> Settings {
    Settings {
        hold_back_s: HOLD_BACK_S,
        lease_s: 5 * 60,
        batch_max: 64,
        connections_max: CONNECTIONS_MAX,
        tries_max: 8,
        retry_first_s: 60,
        retry_max_s: 4 * 3600,
        office_hours: (
            "Monday to Friday, 9am to 5pm".to_owned(),
            "dydd Llun i ddydd Gwener, 9am i 5pm".to_owned(),
        ),
        sender_name: "Messages".to_owned(),
        sender_address: format!("messages@{MAIL_DOMAIN}"),
        mail_domain: MAIL_DOMAIN.to_owned(),
        bounce_key,
    }
}

/// Every byte of the database's files, and after them every value of every column: a value on several pages
/// does not stand in the files in one piece.
pub async fn every_byte(database: &Database) -> Vec<u8> {
    let path = database
        .address
        .strip_prefix("sqlite:")
        .expect("an SQLite database");
    let mut bytes = std::fs::read(path).expect("the database's file");
    bytes.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
    let Pool::Sqlite { writer, .. } = &database.pool else {
        panic!("an SQLite database");
    };
    let columns =
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'";
    let columns: Vec<(String, String)> = sqlx::query_as(columns)
        .fetch_all(writer)
        .await
        .expect("the columns");
    assert!(columns.len() > 50, "{} columns", columns.len());
    for (table, column) in columns {
        let values =
            format!(r#"SELECT CAST("{column}" AS BLOB) FROM "{table}" WHERE "{column}" IS NOT NULL"#);
        let values: Vec<Vec<u8>> = sqlx::query_scalar(AssertSqlSafe(values))
            .fetch_all(writer)
            .await
            .expect("the values");
        for value in values {
            bytes.push(b'\n');
            bytes.extend(value);
        }
    }
    bytes
}
