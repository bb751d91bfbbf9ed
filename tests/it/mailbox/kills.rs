//! `kill -9` while mail pours in by LMTP and by IMAP at once, on both databases: what was acknowledged, or marked in the mailbox
//! elsewhere, is there once, in the right file; what was not comes again, as mail servers do it, or is fetched again, and is there
//! once as well.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::calendar::london_date;
use domain::time::Clock as _;
use harness::case::{case, safe};
use harness::chance::{MachineClock, SeededEntropy};
use harness::database::Database;
use harness::gateway::OFFICER;
use harness::imap::ImapServer;
use harness::on_both;
use harness::service::Service;
use harness::zone::Zone;
use jiff::ToSpan as _;
use mail::catcher::{Fault, Faults};
use mail::dkim::Signer;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::fetching::serving::fetch_from;
use super::{MAILBOX, adviser};
use crate::killed::{a_while, kill, pass};
use crate::served::stop;

const PATIENCE: Duration = Duration::from_mins(2);
const VICTIMS: usize = 4;
const CONNECTIONS: usize = 8;
/// Between two messages that a mailbox elsewhere is given.
const PAUSE: Duration = Duration::from_millis(100);
/// The first number of those messages.
const ELSEWHERE: usize = 500_000;

/// What is still to be handed over, what was acknowledged, and where the door is now.
#[derive(Default)]
struct Pouring {
    waiting: Mutex<VecDeque<usize>>,
    acknowledged: Mutex<BTreeSet<usize>>,
    door: Mutex<Option<SocketAddr>>,
    over: AtomicBool,
}

impl Pouring {
    fn acknowledged(&self) -> usize {
        self.acknowledged.lock().expect("the list").len()
    }

    /// Hands over what waits, on one connection after another, until everything is acknowledged.
    async fn pour(&self) {
        while !self.over.load(Ordering::Relaxed) {
            let door = *self.door.lock().expect("the address");
            let next = self.waiting.lock().expect("the queue").pop_front();
            let (Some(door), Some(number)) = (door, next) else {
                self.waiting.lock().expect("the queue").extend(next);
                tokio::task::yield_now().await;
                continue;
            };
            // A connection that breaks says nothing about its message, which comes again.
            if matches!(hand_over(door, number).await, Ok(true)) {
                self.acknowledged.lock().expect("the list").insert(number);
            } else {
                self.waiting.lock().expect("the queue").push_back(number);
                tokio::task::yield_now().await;
            }
        }
    }
}

/// A mailbox elsewhere, which is given mail for as long as the kills go on.
struct Elsewhere {
    server: ImapServer,
    signer: Signer,
    given: AtomicUsize,
    enough: AtomicBool,
}

impl Elsewhere {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
        Self {
            server: ImapServer::start(),
            signer: Signer::from_pem(&key.serialize_pem(), "haven.example", "s1").expect("a signer"),
            given: AtomicUsize::new(0),
            enough: AtomicBool::new(false),
        }
    }

    /// Lays one message after another into the mailbox. No server hands them over to us: what says who wrote them is the
    /// signature of the adviser's service.
    fn fill(&self) {
        while !self.enough.load(Ordering::Relaxed) {
            let number = ELSEWHERE + self.given.load(Ordering::Relaxed);
            let message = format!("From: {}\r\nSubject: x\r\n\r\n{}\r\n", from(number), body(number));
            let signed = self.signer.sign(message.as_bytes(), MachineClock.now());
            self.server.put(&signed.expect("a signature"));
            self.given.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(PAUSE);
        }
    }

    /// How many of them are marked there as taken.
    fn marked(&self) -> usize {
        let flags = self.server.flags();
        flags
            .iter()
            .filter(|flags| flags.contains("$GatewayTaken"))
            .count()
    }
}

/// How many messages were fetched so far.
async fn fetched(service: &Service) -> i64 {
    let list = service.flows.list_fetched().await.expect("a list");
    list.iter().map(|one| one.taken).sum()
}

fn from(number: usize) -> String {
    format!("adviser{}@haven.example", number % VICTIMS)
}

fn urn(victim: usize) -> String {
    format!("01NE45{victim:03}26")
}

fn body(number: usize) -> String {
    format!("About {}: canary-{number:06}.", urn(number % VICTIMS))
}

/// Hands one message over; whether it was acknowledged.
async fn hand_over(to: SocketAddr, number: usize) -> io::Result<bool> {
    let (reading, mut writing) = TcpStream::connect(to).await?.into_split();
    let mut lines = BufReader::new(reading).lines();
    let from = from(number);
    let message = format!("From: {from}\r\nSubject: x\r\n\r\n{}\r\n.\r\n", body(number));
    let commands = [
        String::new(),
        "LHLO mail.haven.example\r\n".to_owned(),
        "XFORWARD ADDR=127.0.0.1 HELO=mail.haven.example\r\n".to_owned(),
        format!("MAIL FROM:<{from}>\r\n"),
        format!("RCPT TO:<{MAILBOX}>\r\n"),
        "DATA\r\n".to_owned(),
        message,
    ];
    for command in commands {
        writing.write_all(command.as_bytes()).await?;
        loop {
            let line = lines.next_line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if line.as_bytes().get(3) == Some(&b' ') {
                if !line.starts_with(['2', '3']) {
                    return Ok(false);
                }
                break;
            }
        }
    }
    Ok(true)
}

/// Waits for the door of the service that was just started.
async fn until_open(service: &Service) -> SocketAddr {
    let began = Instant::now();
    loop {
        if let Some(door) = service.mail_door() {
            return door;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "the door never opened: {}",
            service.log()
        );
        tokio::task::yield_now().await;
    }
}

/// Starts the service and kills it at one random moment: every fourth time anywhere from its start on, else soon after it has
/// taken a message, by turns by LMTP and by IMAP.
async fn kill_once(service: &Service, pouring: &Pouring, nth: usize, chance: &SeededEntropy) {
    let (before, fetched_before) = (pouring.acknowledged(), fetched(service).await);
    let child = service.start();
    let later = a_while(chance);
    if nth % 4 == 3 {
        pass(later * 10).await;
    } else {
        *pouring.door.lock().expect("the address") = Some(until_open(service).await);
        let began = Instant::now();
        while match nth % 2 {
            0 => pouring.acknowledged() == before,
            _ => fetched(service).await == fetched_before,
        } {
            assert!(began.elapsed() < PATIENCE, "nothing is taken: {}", service.log());
            tokio::task::yield_now().await;
        }
        pass(later).await;
    }
    kill(service, child).await;
    *pouring.door.lock().expect("the address") = None;
}

async fn add_victims(service: &Service) {
    let today = london_date(MachineClock.now());
    let (from, until) = (today.saturating_sub(30.days()), today.saturating_add(90.days()));
    for victim in 0..VICTIMS {
        let changes = json!({
            "urn": urn(victim), "victim_ref": format!("V-{victim}"), "legal_name": format!("Person Number{victim}"),
            "preferred_name": "Person", "email": safe(format!("person{victim}@inbox.example")),
            "adviser": adviser(&json!({
                "email": format!("adviser{victim}@haven.example"), "name": format!("Adviser Number{victim}"),
                "from": from.to_string(), "until": until.to_string(),
            })),
        });
        service.add_victim(&case(&changes)).await;
    }
}

/// The messages in each victim's file.
async fn files(service: &Service) -> BTreeMap<usize, Vec<String>> {
    let mut found = BTreeMap::new();
    for victim in 0..VICTIMS {
        let mut tx = service.database.pool.read().await.expect("a reader");
        let subject = store::subjects::find_by_ref(&mut tx, &urn(victim), &format!("V-{victim}")).await;
        drop(tx);
        let id = subject.expect("an answer").expect("the victim").victim.id;
        let file = service
            .flows
            .read_correspondence(OFFICER, &id, "answer-the-victim")
            .await;
        let (_, list) = file.expect("a file");
        let mut texts = list.into_iter().map(|one| one.text).collect::<Vec<_>>();
        texts.sort();
        found.insert(victim, texts);
    }
    found
}

/// What pours in while the service is killed.
pub(crate) struct Poured {
    /// Messages by LMTP that were acknowledged before the last kill.
    pub(crate) acknowledged: usize,
    /// Messages by IMAP that were fetched before the last kill.
    pub(crate) fetched: i64,
    /// All messages that lay in the mailbox elsewhere.
    pub(crate) elsewhere: usize,
}

/// Starts the service once more and waits until every message is acknowledged here and marked there.
async fn take_the_rest(service: &Service, pouring: &Pouring, elsewhere: &Elsewhere, messages: usize) {
    let child = service.start();
    *pouring.door.lock().expect("the address") = Some(until_open(service).await);
    let given = elsewhere.given.load(Ordering::Relaxed);
    let began = Instant::now();
    while pouring.acknowledged() < messages || elsewhere.marked() < given {
        assert!(
            began.elapsed() < PATIENCE * 5,
            "not all is taken: {}",
            service.log()
        );
        pass(PAUSE).await;
    }
    pouring.over.store(true, Ordering::Relaxed);
    stop(service, child);
}

/// `messages` messages pour in over [`CONNECTIONS`] connections, and others into a mailbox elsewhere, while the service is
/// killed `kills` times.
pub(crate) async fn pour_killed(database: Database, messages: usize, kills: usize, seed: u64) -> Poured {
    let elsewhere = Arc::new(Elsewhere::new());
    let zone = Zone::serve(&[
        ("haven.example", "v=spf1 ip4:127.0.0.1 -all"),
        ("_dmarc.haven.example", "v=DMARC1; p=reject"),
        ("s1._domainkey.haven.example", &elsewhere.signer.dns_record()),
    ])
    .await;
    let service = Service::new(database, Faults::Always(Fault::None)).await;
    service.take_mail(zone.address());
    fetch_from(&service, &elsewhere.server);
    add_victims(&service).await;
    let pouring = Arc::new(Pouring::default());
    pouring.waiting.lock().expect("the queue").extend(0..messages);
    let connections = (0..CONNECTIONS).map(|_| {
        let pouring = Arc::clone(&pouring);
        tokio::spawn(async move { pouring.pour().await })
    });
    let connections = connections.collect::<Vec<_>>();
    let filling = Arc::clone(&elsewhere);
    let filling = tokio::task::spawn_blocking(move || filling.fill());
    let chance = SeededEntropy::new(seed);
    for nth in 0..kills {
        kill_once(&service, &pouring, nth, &chance).await;
    }
    elsewhere.enough.store(true, Ordering::Relaxed);
    filling.await.expect("the mailbox was given its mail");
    let poured = Poured {
        acknowledged: pouring.acknowledged(),
        fetched: fetched(&service).await,
        elsewhere: elsewhere.given.load(Ordering::Relaxed),
    };
    take_the_rest(&service, &pouring, &elsewhere, messages).await;
    for connection in connections {
        connection.await.expect("it ended");
    }
    let mut expected = BTreeMap::<usize, Vec<String>>::new();
    for number in (0..messages).chain((0..poured.elsewhere).map(|nth| ELSEWHERE + nth)) {
        expected.entry(number % VICTIMS).or_default().push(body(number));
    }
    for texts in expected.values_mut() {
        texts.sort();
    }
    assert_eq!(files(&service).await, expected, "each once, in the right file");
    let standing = service.flows.list_fetched().await.expect("a list");
    assert_eq!(
        standing[0].gaps(MachineClock.now()),
        [],
        "their count and ours agree"
    );
    service.close().await;
    poured
}

const SHORT_MESSAGES: usize = 32;
const SHORT_KILLS: usize = 2;

on_both!(
    async fn killed_while_mail_pours_in_nothing_acknowledged_is_lost_and_nothing_is_there_twice(
        database: Database,
    ) {
        let poured = pour_killed(database, SHORT_MESSAGES, SHORT_KILLS, 5).await;
        assert!(
            poured.acknowledged > 0 && poured.fetched > 0,
            "the kills fell into the work"
        );
    }
);
