//! Mail for a mailbox: handed over by LMTP at the real door, given to the same flow without a network, and beside them what
//! cannot be left out, which is to parse each message and to commit the rows that filing it leaves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use audit::entry::Entry;
use domain::id::{ContactId, EventId, InboundId, ObligationId, ThreadId};
use domain::time::random;
use flows::{Arrived, Gateway};
use harness::case::{case, safe};
use harness::chance::SeededEntropy;
use harness::database::Database;
use harness::gateway::TestGateway;
use harness::zone::Zone;
use mail::catcher::{Fault, Faults};
use mail::inbound::{self, Bounds};
use mail::origin::Client;
use mail::receiving::{Door, Received};
use serde_json::json;
use store::contacts::ContactRow;
use store::events::EventRow;
use store::mailboxes::InboundRow;
use store::obligations::ObligationRow;
use store::openings::OpeningRow;
use store::threads::ThreadRow;
use tokio::task::JoinSet;

use super::delivery::median;
use super::letters;
use crate::mailbox::peers::{hand_over, open, zone};
use crate::mailbox::{MAILBOX, adviser};

/// A sealed opening of some lines.
const OPENING_BYTES: usize = 1 + 12 + 1024 + 16;
const CLOSING_MAX: Duration = Duration::from_secs(5);

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    pub(super) rounds: usize,
    /// Messages of each lane in each round.
    pub(super) messages: usize,
    /// Connections to the door, and as many tasks where there is none.
    pub(super) connections: usize,
    /// Who is written about, each with an adviser of their own. Nobody has a hundred letters that were never answered, so these
    /// are many.
    pub(super) victims: usize,
}

/// What a lane does with its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Hands them over by LMTP, to where `gateway serve` takes them.
    Door,
    /// Gives them to `Gateway::receive_mail`.
    Flow,
    /// Parses each and commits the rows of one that was filed: nothing is looked up, checked, decided or sealed.
    Alone,
}

pub(super) const LANES: [Lane; 3] = [Lane::Door, Lane::Flow, Lane::Alone];

/// A house that takes mail.
pub(super) struct Office {
    house: TestGateway,
    flows: Arc<Gateway>,
    door: Door,
    _zone: Zone,
    number: usize,
    rows: Arc<Rows>,
}

/// The rows that filing one message left.
struct Rows {
    thread: ThreadRow,
    contact: ContactRow,
    event: EventRow,
    duty: ObligationRow,
    inbound: InboundRow,
    entries: Vec<Entry>,
    chance: SeededEntropy,
}

fn urn(victim: usize) -> String {
    format!("01NE46{victim:03}26")
}

fn from(victim: usize) -> String {
    format!("adviser{victim}@haven.example")
}

/// A question of some lines, as long as people write them.
fn message((number, victim): (usize, usize)) -> String {
    let lines = "She would like to know what happens next and by when she will hear.\r\n".repeat(12);
    format!(
        "From: {}\r\nTo: {MAILBOX}\r\nSubject: A question\r\nMessage-ID: <{number}@haven.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nAbout {}:\r\n{lines}",
        from(victim),
        urn(victim)
    )
}

fn received((number, victim): (usize, usize)) -> Received {
    Received {
        client: Some(Client {
            ip: "127.0.0.1".parse().expect("an address"),
            hello: "mail.haven.example".to_owned(),
        }),
        return_path: Some(from(victim)),
        recipients: vec![MAILBOX.to_owned()],
        bytes: message((number, victim)).into_bytes(),
    }
}

impl Office {
    /// One on this database, with so many messages in it already.
    pub(super) async fn open(database: &Database, stored: usize, victims: usize) -> Self {
        let house = TestGateway::new(database, Faults::Always(Fault::None)).await;
        if stored > 0 {
            letters::fill(database, &house.flows, stored).await;
        }
        for victim in 0..victims {
            let changes = json!({
                "urn": urn(victim), "victim_ref": format!("V-{victim}"), "legal_name": format!("Person Number{victim}"),
                "preferred_name": "Person", "email": safe(format!("person{victim}@inbox.example")),
                "adviser": adviser(&json!({"email": from(victim), "name": format!("Adviser Number{victim}")})),
            });
            house.add_victim(&case(&changes)).await;
        }
        let zone = zone().await;
        let (flows, door) = open(house.taking_mail(zone.address())).await;
        let rows = Rows::of_one_filed(&house, &flows).await;
        Self {
            house,
            flows,
            door,
            _zone: zone,
            number: 1,
            rows: Arc::new(rows),
        }
    }

    /// How long so many messages take in this lane.
    pub(super) async fn run(&mut self, lane: Lane, amount: Amount) -> Duration {
        let mut shares = vec![Vec::new(); amount.connections];
        for nth in 0..amount.messages {
            let number = self.number + nth;
            shares[nth % amount.connections].push((number, number % amount.victims));
        }
        self.number += amount.messages;
        let begun = Instant::now();
        let mut running = JoinSet::new();
        for share in shares {
            match lane {
                Lane::Door => {
                    let said = share.into_iter().map(|one| (from(one.1), message(one)));
                    running.spawn(hand_over(self.door.local_addr(), said.collect()));
                }
                Lane::Flow => {
                    let flows = Arc::clone(&self.flows);
                    running.spawn(async move { take(&flows, share).await });
                }
                Lane::Alone => {
                    let (rows, pool) = (Arc::clone(&self.rows), self.house.pool().clone());
                    running.spawn(async move { rows.write(&pool, share).await });
                }
            }
        }
        running.join_all().await;
        begun.elapsed()
    }

    /// Every message of the lanes was filed, and the log holds.
    pub(super) async fn close(self, stored: usize) {
        let counts = self.flows.count_mailboxes().await.expect("counts");
        let filed: i64 = counts.iter().map(|count| count.filed).sum();
        assert_eq!(
            usize::try_from(filed).ok(),
            Some(stored + self.number),
            "each is filed"
        );
        assert!(counts.iter().all(|count| count.quarantined.is_empty()));
        self.house.flows.verify_log().await.expect("the log holds");
        self.door.close(CLOSING_MAX).await;
    }
}

async fn take(flows: &Gateway, share: Vec<(usize, usize)>) {
    for one in share {
        let arrived = flows.receive_mail(&received(one)).await;
        assert_eq!(arrived.expect("an answer"), Arrived::Filed);
    }
}

impl Rows {
    async fn of_one_filed(house: &TestGateway, flows: &Gateway) -> Self {
        let before = house.log_bodies().await.len();
        take(flows, vec![(0, 0)]).await;
        let entries = house.log_bodies().await.split_off(before);
        let mut tx = house.reader().await;
        let victim = store::subjects::find_by_ref(&mut tx, &urn(0), "V-0").await;
        let victim = victim.expect("an answer").expect("the victim").victim.id;
        let mut inbound = store::mailboxes::list_by_victim(&mut tx, &victim)
            .await
            .expect("rows");
        let mut contacts = store::contacts::list_by_victim(&mut tx, &victim)
            .await
            .expect("rows");
        let events = store::events::list_by_victim(&mut tx, &victim)
            .await
            .expect("rows");
        let mut duties = store::obligations::list_open_by_victim(&mut tx, &victim)
            .await
            .expect("rows");
        let inbound = inbound.remove(0);
        let mut of_mail = events.into_iter().filter(|event| event.source == "mailbox");
        let thread = ThreadRow {
            id: inbound.thread_id.clone().expect("a conversation"),
            case_id: inbound.case_id.clone().expect("a case"),
            victim_id: victim,
            adviser_id: inbound.adviser_id.clone().expect("an adviser"),
            area: inbound.area.clone(),
            token_hash: [0; 32],
            opened_at: inbound.received_at,
        };
        Self {
            thread,
            contact: contacts.remove(0),
            event: of_mail.next().expect("its event"),
            duty: duties.remove(0),
            inbound,
            entries: entries
                .iter()
                .map(|body| Entry::parse(body).expect("an entry"))
                .collect(),
            chance: SeededEntropy::new(31),
        }
    }

    /// Parses each of these messages and commits the rows of one that was filed, a transaction each.
    async fn write(&self, pool: &store::Pool, share: Vec<(usize, usize)>) {
        for one in share {
            let mail = received(one);
            let path = mail.return_path.as_deref();
            let read = inbound::read(&mail.bytes, path, &Bounds::default()).expect("it can be read");
            assert!(read.doubts.is_empty());
            self.commit(pool, &inbound::identity(&mail.bytes)).await;
        }
    }

    async fn commit(&self, pool: &store::Pool, digest: &[u8; 32]) {
        let chance = &self.chance;
        let thread = ThreadRow {
            id: ThreadId::random(chance),
            token_hash: random(chance),
            ..self.thread.clone()
        };
        let contact = ContactRow {
            id: ContactId::random(chance),
            ..self.contact.clone()
        };
        let inbound = InboundRow {
            id: InboundId::random(chance),
            thread_id: Some(thread.id.clone()),
            ..self.inbound.clone()
        };
        let event = EventRow {
            id: EventId::random(chance),
            source_event_id: inbound.id.as_str().to_owned(),
            ..self.event.clone()
        };
        let duty = ObligationRow {
            id: ObligationId::random(chance),
            event_id: event.id.clone(),
            ..self.duty.clone()
        };
        let opening = OpeningRow {
            commitment: [EventId::random(chance), EventId::random(chance)]
                .map(|half| half.to_string())
                .concat(),
            owner: thread.victim_id.as_str().to_owned(),
            sealed: vec![0; OPENING_BYTES],
        };
        let mut tx = pool.begin().await.expect("a transaction");
        let written = async {
            store::threads::add(&mut tx, &thread).await?;
            store::threads::add_reference(&mut tx, &random(chance), &thread.id).await?;
            store::contacts::add(&mut tx, &contact).await?;
            store::openings::add_all(&mut tx, &[opening]).await?;
            store::events::add(&mut tx, &event).await?;
            store::obligations::add(&mut tx, &duty).await?;
            store::mailboxes::add(&mut tx, &inbound, digest).await?;
            tx.commit(&self.entries).await
        };
        written.await.expect("a durable commit");
    }
}

/// Messages a second of each lane: the median over the rounds, in which the lanes take turns. A database that was empty a moment
/// ago plans as if it were still: `stored` messages are in it, which it knows.
pub(super) async fn compare(database: &Database, stored: usize, amount: Amount) -> Vec<(Lane, f64)> {
    let mut office = Box::pin(Office::open(database, stored, amount.victims)).await;
    let mut took = vec![Vec::with_capacity(amount.rounds); LANES.len()];
    for round in 0..amount.rounds {
        for turn in 0..LANES.len() {
            let nth = (round + turn) % LANES.len();
            took[nth].push(office.run(LANES[nth], amount).await);
        }
    }
    office.close(stored).await;
    let rates = took.iter_mut().map(|took| rate(amount, median(took)));
    LANES.into_iter().zip(rates).collect()
}

/// Messages a second at the door beside `few` and beside `many` that are stored, which take turns.
pub(super) async fn grow(
    (small, few): (&Database, usize),
    (large, many): (&Database, usize),
    amount: Amount,
) -> (f64, f64) {
    let mut offices = [
        Box::pin(Office::open(small, few, amount.victims)).await,
        Box::pin(Office::open(large, many, amount.victims)).await,
    ];
    let mut took = [Vec::new(), Vec::new()];
    for round in 0..amount.rounds {
        for turn in 0..2 {
            let nth = (round + turn) % 2;
            took[nth].push(offices[nth].run(Lane::Door, amount).await);
        }
    }
    let [small, large] = offices;
    small.close(few).await;
    large.close(many).await;
    let [few, many] = took.map(|mut took| rate(amount, median(&mut took)));
    (few, many)
}

fn rate(amount: Amount, took: Duration) -> f64 {
    f64::from(u32::try_from(amount.messages).expect("a small number")) / took.as_secs_f64()
}

mod writes {
    use super::*;
    use crate::bench::heard::{Counts, overhear};

    fn writes(heard: Counts) -> Counts {
        heard
            .into_iter()
            .filter(|(text, _)| !text.trim_start().starts_with("SELECT"))
            .collect()
    }

    // PostgreSQL's driver speaks on the thread of the caller, and this runtime has one. The queries are the same on SQLite.
    #[tokio::test]
    async fn what_is_committed_alone_is_what_filing_writes_and_no_less() {
        let database = harness::database::postgres().await;
        let office = Office::open(&database, 0, 1).await;
        let filing = async {
            take(&office.flows, vec![(1, 0)]).await;
            1
        };
        let filed = overhear(Box::pin(filing), 1).await;
        let writing = async {
            office.rows.write(office.house.pool(), vec![(2, 0)]).await;
            1
        };
        let alone = overhear(Box::pin(writing), 1).await;
        assert!(alone.len() > 8, "{alone:#?}");
        assert_eq!(writes(alone), writes(filed));
    }
}
