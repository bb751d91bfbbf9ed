//! `kill -9` while mail pours in by LMTP, on both databases: what was acknowledged is there once, in the right file; what was
//! not comes again, as mail servers do it, and is there once as well.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::calendar::london_date;
use domain::time::Clock as _;
use harness::case::{case, safe};
use harness::chance::{MachineClock, SeededEntropy};
use harness::database::Database;
use harness::gateway::OFFICER;
use harness::on_both;
use harness::service::Service;
use harness::zone::Zone;
use jiff::ToSpan as _;
use mail::catcher::{Fault, Faults};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::{MAILBOX, adviser};
use crate::killed::{a_while, kill, pass};
use crate::served::stop;

const PATIENCE: Duration = Duration::from_mins(2);
const VICTIMS: usize = 4;
const CONNECTIONS: usize = 8;

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
    let from = format!("adviser{}@haven.example", number % VICTIMS);
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

/// Starts the service and kills it at one random moment; every fourth time anywhere from its start on.
async fn kill_once(service: &Service, pouring: &Pouring, nth: usize, chance: &SeededEntropy) {
    let before = pouring.acknowledged();
    let child = service.start();
    let later = a_while(chance);
    if nth % 4 == 3 {
        pass(later * 10).await;
    } else {
        *pouring.door.lock().expect("the address") = Some(until_open(service).await);
        let began = Instant::now();
        while pouring.acknowledged() == before {
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

/// `messages` messages pour in over [`CONNECTIONS`] connections while the service is killed `kills` times. Answers how many
/// had been acknowledged before the last kill.
pub(crate) async fn pour_killed(database: Database, messages: usize, kills: usize, seed: u64) -> usize {
    let zone = Zone::serve(&[
        ("haven.example", "v=spf1 ip4:127.0.0.1 -all"),
        ("_dmarc.haven.example", "v=DMARC1; p=reject"),
    ])
    .await;
    let service = Service::new(database, Faults::Always(Fault::None)).await;
    service.take_mail(zone.address());
    add_victims(&service).await;
    let pouring = Arc::new(Pouring::default());
    pouring.waiting.lock().expect("the queue").extend(0..messages);
    let connections = (0..CONNECTIONS).map(|_| {
        let pouring = Arc::clone(&pouring);
        tokio::spawn(async move { pouring.pour().await })
    });
    let connections = connections.collect::<Vec<_>>();
    let chance = SeededEntropy::new(seed);
    for nth in 0..kills {
        kill_once(&service, &pouring, nth, &chance).await;
    }
    let before_the_last = pouring.acknowledged();
    let child = service.start();
    *pouring.door.lock().expect("the address") = Some(until_open(&service).await);
    let began = Instant::now();
    while pouring.acknowledged() < messages {
        assert!(
            began.elapsed() < PATIENCE * 5,
            "not all is taken: {}",
            service.log()
        );
        tokio::task::yield_now().await;
    }
    pouring.over.store(true, Ordering::Relaxed);
    for connection in connections {
        connection.await.expect("it ended");
    }
    stop(&service, child);
    let mut expected = BTreeMap::<usize, Vec<String>>::new();
    for number in 0..messages {
        expected.entry(number % VICTIMS).or_default().push(body(number));
    }
    for texts in expected.values_mut() {
        texts.sort();
    }
    assert_eq!(files(&service).await, expected, "each once, in the right file");
    service.close().await;
    before_the_last
}

const SHORT_MESSAGES: usize = 32;
const SHORT_KILLS: usize = 2;

on_both!(
    async fn killed_while_mail_pours_in_nothing_acknowledged_is_lost_and_nothing_is_there_twice(
        database: Database,
    ) {
        let acknowledged = pour_killed(database, SHORT_MESSAGES, SHORT_KILLS, 5).await;
        assert!(acknowledged > 0, "the kills fell into the work");
    }
);
