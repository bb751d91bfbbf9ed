//! Deliveries, bare mail and bare statements side by side, in rounds that take turns.

use std::time::{Duration, Instant};

use harness::chance::SeededEntropy;
use harness::counting::Counting;
use harness::database::{Database, sqlite};
use harness::gateway::{BEGINNING, HOLD_BACK_ENDS, TestGateway};
use harness::queue::{assigned, victim};
use mail::catcher::{Caught, Fault, Faults};
use store::Pool;

use super::bare::Bare;
use super::statements::Statements;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    pub(super) rounds: usize,
    /// Messages of each lane in each round, a multiple of `batch_max`.
    pub(super) messages: usize,
    pub(super) batch_max: usize,
    pub(super) connections_max: usize,
}

/// What a lane does; on SQLite, which has one writer, there are no statements on several connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// `Gateway::deliver_batch` until nothing is due.
    Delivered,
    /// The mail library alone.
    BareMail,
    /// The statements, three commits a message, on one connection.
    OneByOne,
    /// The same on several connections at once.
    OneByOneSideBySide,
    /// The same on one connection, committed together as a batch commits them.
    Together,
}

impl Lane {
    pub(super) const ALL: [Self; 5] = [
        Self::Delivered,
        Self::BareMail,
        Self::OneByOne,
        Self::OneByOneSideBySide,
        Self::Together,
    ];

    fn runs_on(self, pool: &Pool) -> bool {
        self != Self::OneByOneSideBySide || matches!(pool, Pool::Postgres(_))
    }

    fn takes_from_the_outbox(self) -> bool {
        self != Self::BareMail
    }
}

/// Messages a second of each lane, the median over the rounds.
pub(super) struct Rates(Vec<(Lane, f64)>);

impl Rates {
    pub(super) fn of(&self, lane: Lane) -> Option<f64> {
        self.0.iter().find(|(of, _)| *of == lane).map(|(_, rate)| *rate)
    }
}

/// One message as it left and the two log entries of its delivery.
pub(super) struct Sample {
    pub(super) caught: Caught,
    pub(super) attempted: Vec<u8>,
    pub(super) ended: Vec<u8>,
}

pub(super) async fn sample() -> Sample {
    let database = sqlite().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    let now = BEGINNING.parse().expect("an instant");
    gateway.add_victim(&victim(0, now)).await;
    gateway.event(&assigned(0, now)).await;
    assert_eq!(gateway.draft_and_approve().await.len(), 1);
    gateway.clock().set(HOLD_BACK_ENDS);
    assert_eq!(gateway.deliver().await.accepted, 1);
    let mut entries = gateway.log_bodies().await;
    let ended = entries.pop().expect("how it ended");
    let attempted = entries.pop().expect("the attempt");
    let caught = gateway.caught().pop().expect("the mail");
    Sample {
        caught,
        attempted,
        ended,
    }
}

/// Measures every lane on this database and looks at what it has left there.
pub(super) async fn compare(database: &Database, amount: Amount) -> Rates {
    let sample = sample().await;
    let pool = &database.pool;
    let batch_max = u32::try_from(amount.batch_max).expect("a small number");
    let mut house = Counting::new(pool.clone(), batch_max, amount.connections_max).await;
    let lanes = Lane::ALL
        .into_iter()
        .filter(|lane| lane.runs_on(pool))
        .collect::<Vec<_>>();
    let from_outbox = lanes.iter().filter(|lane| lane.takes_from_the_outbox()).count();
    let queued = amount.rounds * from_outbox * amount.messages;
    relax(pool, true).await;
    house.queue(queued).await;
    relax(pool, false).await;

    let post = &house.post;
    let (at, connections) = (post.catcher.local_addr(), amount.connections_max);
    let mut bare = Bare::connect(at, &post.cert_pem, connections, &sample.caught).await;
    let chance = SeededEntropy::new(4);
    let statements = Statements {
        pool,
        chance: &chance,
        attempted: &sample.attempted,
        ended: &sample.ended,
    };
    let mut took = vec![Vec::with_capacity(amount.rounds); lanes.len()];
    for round in 0..amount.rounds {
        for turn in 0..lanes.len() {
            // Each round begins with another lane, so that none always comes first.
            let nth = (round + turn) % lanes.len();
            let begun = Instant::now();
            run(lanes[nth], &house, &mut bare, &statements, amount).await;
            took[nth].push(begun.elapsed());
        }
    }
    look(&house, queued, amount).await;
    let messages = f64::from(u32::try_from(amount.messages).expect("a small number"));
    let rate = |took: &mut Vec<Duration>| messages / median(took).as_secs_f64();
    Rates(lanes.into_iter().zip(took.iter_mut().map(rate)).collect())
}

async fn run(lane: Lane, house: &Counting, bare: &mut Bare, statements: &Statements<'_>, amount: Amount) {
    let (messages, group) = (amount.messages, amount.connections_max);
    let done = match lane {
        Lane::Delivered => deliver(house, messages).await,
        Lane::BareMail => {
            bare.send(messages).await;
            messages
        }
        Lane::OneByOne => statements.run(messages, 1, 1).await,
        Lane::OneByOneSideBySide => {
            let shares = (0..group).map(|nth| messages / group + usize::from(nth < messages % group));
            let running = shares.map(|share| statements.run(share, 1, 1));
            futures_util::future::join_all(running).await.into_iter().sum()
        }
        Lane::Together => statements.run(messages, amount.batch_max, group).await,
    };
    assert_eq!(done, messages, "{lane:?} goes through its messages");
}

async fn deliver(house: &Counting, messages: usize) -> usize {
    let mut done = 0;
    while done < messages {
        let batch = house.flows.deliver_batch("bench", &house.post.relay).await;
        let batch = batch.expect("the batch ends");
        assert_eq!(batch.accepted, batch.claimed, "the server takes everything");
        if batch.claimed == 0 {
            break;
        }
        done += batch.claimed;
    }
    done
}

/// Every message left once or had its statements run once, and the log holds.
async fn look(house: &Counting, queued: usize, amount: Amount) {
    let arrived = 2 * amount.rounds * amount.messages;
    let seen = house.post.catcher.seen();
    assert_eq!(seen.messages, arrived as u64, "ours and the bare ones");
    let counts = house.flows.counts().await.expect("the counts");
    let queued = i64::try_from(queued).expect("a small number");
    assert_eq!(counts.messages.delivered, queued, "nothing is left in the outbox");
    assert_eq!(counts.contacts, queued, "each has its contact");
    house.flows.verify_log().await.expect("the log holds");
}

pub(super) fn median(took: &mut [Duration]) -> Duration {
    took.sort();
    took[took.len() / 2]
}

/// Whether SQLite may put off its writes while nothing is measured. PostgreSQL is left as it is.
pub(super) async fn relax(pool: &Pool, relaxed: bool) {
    if let Pool::Sqlite { writer, .. } = pool {
        let text = if relaxed {
            "PRAGMA synchronous = OFF"
        } else {
            "PRAGMA synchronous = FULL"
        };
        sqlx::query(text).execute(writer).await.expect("SQLite obeys");
    }
}
