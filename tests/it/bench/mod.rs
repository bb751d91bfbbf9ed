//! Benchmarks, run by `make bench`; the short version of each is in `make test`. Figures are ratios of what was
//! measured side by side in one run on one machine.
#![expect(clippy::print_stdout, reason = "a benchmark prints its tables")]

mod appends;
mod bare;
mod contact_log;
mod delivery;
mod events;
mod filing;
pub(crate) mod heard;
mod letters;
mod proofs;
mod raw;
mod requests;
mod statements;
mod strangers;
mod worklist;

use harness::database::{Database, postgres, sqlite};
use harness::on_both;

use delivery::{Amount, Lane, compare, median};
use events::{EVENTS_EACH, Imported};
use filing::Lane as Way;

const SHORT: Amount = Amount {
    rounds: 1,
    messages: 12,
    batch_max: 6,
    connections_max: 2,
};

on_both!(
    async fn every_lane_delivers_its_messages_and_the_log_holds(database: Database) {
        let rates = compare(&database, SHORT).await;
        assert!(rates.of(Lane::Delivered).is_some());
    }
);

on_both!(
    async fn every_event_of_an_import_is_recorded_and_raises_what_it_should(database: Database) {
        let imported = events::import(database, 30).await;
        assert_eq!(imported.events, 30 * EVENTS_EACH);
        assert!(
            imported.obligations > 0 && imported.obligations % 30 == 0,
            "{imported:?}"
        );
        assert!(imported.peak_kib > 0, "{imported:?}");
    }
);

const LONG: Amount = Amount {
    rounds: 5,
    messages: 512,
    batch_max: 64,
    connections_max: 8,
};

async fn print_deliveries(name: &str, database: Database) {
    let rates = compare(&database, LONG).await;
    let of = |lane| rates.of(lane).unwrap_or_default();
    let delivered = of(Lane::Delivered);
    let commits = of(Lane::OneByOne).max(of(Lane::OneByOneSideBySide));
    println!(
        "\n{name}: messages a second, medians of {} rounds of {} messages that took turns; batches of {}, {} connections",
        LONG.rounds, LONG.messages, LONG.batch_max, LONG.connections_max
    );
    println!("{:<66}{:>8}{:>18}", "", "a second", "delivered is");
    let rows = [
        ("durable, logged and delivered over TLS", Lane::Delivered),
        ("(i) the mail library alone", Lane::BareMail),
        (
            "(ii) its statements alone, three commits a message",
            Lane::OneByOne,
        ),
        ("(ii) the same on several connections", Lane::OneByOneSideBySide),
        (
            "its statements alone, committed together as a batch does",
            Lane::Together,
        ),
    ];
    for (words, lane) in rows {
        if let Some(rate) = rates.of(lane) {
            println!("{words:<66}{rate:>8.0}{:>12.2} times", delivered / rate);
        }
    }
    let lower = of(Lane::BareMail).min(commits);
    println!(
        "of the lower of (i) and (ii): {:.2} (aim: at least 0.90)",
        delivered / lower
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn a_deliveries_on_sqlite() {
    print_deliveries("SQLite", sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn a_deliveries_on_postgresql() {
    print_deliveries("PostgreSQL", postgres().await).await;
}

const SMALL: usize = 10_000;
const MIDDLE: usize = 100_000;
const LARGE: usize = 1_000_000;
/// An import that would take longer is left out, and the table says so.
const PATIENCE_S: f64 = 1800.0;
const MEMORY_MIB_MAX: u64 = 256;

fn microseconds_each(imported: &Imported) -> f64 {
    let events = f64::from(u32::try_from(imported.events).expect("a million fits"));
    imported.took.as_secs_f64() * 1e6 / events
}

async fn print_events<F: Future<Output = Database>>(name: &str, fresh: impl Fn() -> F) {
    let mut imports = Vec::new();
    // The small ones between the large ones: the machine may be busier at one time than at another.
    for events in [SMALL, MIDDLE, SMALL, LARGE, SMALL] {
        let slowest = imports.iter().map(microseconds_each).fold(0.0, f64::max);
        if events == LARGE && slowest > PATIENCE_S {
            println!("{name}: {LARGE} events would take over {PATIENCE_S} s; left out");
            continue;
        }
        imports.push(events::import(fresh().await, events / EVENTS_EACH).await);
    }
    println!("\n{name}: `gateway events import`, {EVENTS_EACH} events a victim, without the program's start");
    println!(
        "{:>10}{:>12}{:>14}{:>12}{:>12}{:>14}",
        "events", "seconds", "obligations", "us/event", "to 10,000", "peak memory"
    );
    let mut first = None;
    for events in [SMALL, MIDDLE, LARGE] {
        let of_size = imports
            .iter()
            .filter(|one| one.events == events)
            .copied()
            .collect::<Vec<_>>();
        let Some(one) = of_size.first() else { continue };
        let took = median(&mut of_size.iter().map(|one| one.took).collect::<Vec<_>>());
        let each = microseconds_each(&Imported { took, ..*one });
        let first = *first.get_or_insert(each);
        let mib = of_size.iter().map(|one| one.peak_kib).max().unwrap_or_default() / 1024;
        println!(
            "{events:>10}{:>12.1}{:>14}{each:>12.0}{:>12.2}{mib:>10} MiB",
            took.as_secs_f64(),
            one.obligations,
            each / first
        );
    }
    println!("aim: at most 1.20 at {LARGE}, and under {MEMORY_MIB_MAX} MiB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn b_events_on_sqlite() {
    print_events("SQLite", sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn b_events_on_postgresql() {
    print_events("PostgreSQL", postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn c_memory_of_delivering() {
    const MESSAGES: usize = 2_000;
    println!("\n`gateway serve` while it delivers {MESSAGES} messages; aim: under {MEMORY_MIB_MAX} MiB");
    for (name, database) in [("SQLite", sqlite().await), ("PostgreSQL", postgres().await)] {
        println!(
            "{name:<12}{:>6} MiB at most",
            events::deliver(database, MESSAGES).await / 1024
        );
    }
}

on_both!(
    async fn every_reader_finds_pages_and_tiles_over_many_duties(database: Database) {
        let office = worklist::Office::open(&database, 4_000).await;
        let times = worklist::measure(&mut [office], 2).await;
        assert_eq!(times.len(), 19);
        assert!(times.iter().flatten().all(|one| one.all.len() == 2));
    }
);

const FEW: usize = 1_000;
const PAGES: usize = 1_000;
const PAGE_MS_MAX: u128 = 50;

async fn print_worklist<F: Future<Output = Database>>(name: &str, fresh: impl Fn() -> F) {
    println!(
        "\n{name}: the worklist, {PAGES} times each by turns; aim: p99 under {PAGE_MS_MAX} ms, and at {LARGE} duties at most 1.50 times \
         that at {FEW}"
    );
    println!(
        "{:<50}{:>10}{:>10}{:>10}{:>10}{:>8}",
        "us", "p50 few", "p99 few", "p50", "p99", "times"
    );
    let (small, large) = (fresh().await, fresh().await);
    let mut offices = [
        worklist::Office::open(&small, FEW).await,
        worklist::Office::open(&large, LARGE).await,
    ];
    for times in worklist::measure(&mut offices, PAGES).await {
        let [few, many] = &times[..] else {
            panic!("two offices, and {} were measured", times.len());
        };
        let us = |times: &worklist::Times, percent| times.at(percent).as_micros();
        let grown = many.at(99).as_secs_f64() / few.at(99).as_secs_f64();
        println!(
            "{:<50}{:>10}{:>10}{:>10}{:>10}{grown:>8.2}",
            many.what,
            us(few, 50),
            us(few, 99),
            us(many, 50),
            us(many, 99)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn d_worklist_on_sqlite() {
    print_worklist("SQLite", sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn d_worklist_on_postgresql() {
    print_worklist("PostgreSQL", postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_client_of_a_crowd_is_answered_by_the_running_program() {
    let crowd = requests::Crowd {
        clients: 4,
        requests_each: 3,
    };
    let rates = requests::measure(crowd).await;
    assert_eq!(rates.lanes.len(), 3);
    assert!(
        rates.idle_kib > 0 && rates.peak_kib >= rates.idle_kib,
        "{rates:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn e_requests() {
    const IDLE_MIB_MAX: u64 = 64;
    let crowd = requests::Crowd {
        clients: 64,
        requests_each: 150,
    };
    let rates = requests::measure(crowd).await;
    println!(
        "\nrequests a second by {} clients, through the door of `gateway serve` on SQLite and by a bare handler",
        crowd.clients
    );
    println!("{:<30}{:>10}{:>10}{:>18}", "", "the door", "bare", "the door is");
    for (what, door, bare) in rates.lanes {
        println!("{what:<30}{door:>10.0}{bare:>10.0}{:>12.2} times", door / bare);
    }
    println!(
        "memory: {} MiB at rest (aim: {IDLE_MIB_MAX}), {} MiB at most under this load",
        rates.idle_kib / 1024,
        rates.peak_kib / 1024
    );
}

on_both!(
    async fn mail_about_a_case_and_about_none_is_measured_side_by_side(database: Database) {
        let times = strangers::measure(&database, 2).await;
        assert_eq!(times.len(), 4);
        assert!(times.iter().all(|one| one.all.len() == 2));
    }
);

async fn print_strangers(name: &str, database: Database) {
    const MESSAGES: usize = 500;
    println!(
        "\n{name}: mail that waits in quarantine, {MESSAGES} of each kind, which took turns; aim: alike"
    );
    println!("{:<60}{:>10}{:>10}{:>10}", "us", "p50", "p90", "p99");
    let times = strangers::measure(&database, MESSAGES).await;
    for one in &times {
        let us = |percent| one.at(percent).as_micros();
        println!("{:<60}{:>10}{:>10}{:>10}", one.what, us(50), us(90), us(99));
    }
    for pair in times.chunks(2) {
        let [exists, none] = pair else { continue };
        let times = exists.at(50).as_secs_f64() / none.at(50).as_secs_f64();
        println!("{} against none: {times:.3} times at p50", exists.what);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn f_strangers_on_sqlite() {
    print_strangers("SQLite", sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn f_strangers_on_postgresql() {
    print_strangers("PostgreSQL", postgres().await).await;
}

on_both!(
    async fn mail_is_filed_at_the_door_in_the_flow_and_its_rows_alone(database: Database) {
        assert_eq!(filing::compare(&database, 0, FEW_FILED).await.len(), 3);
    }
);

on_both!(
    async fn mail_is_filed_beside_what_was_stored_before(database: Database) {
        let (few, many) = Box::pin(filing::grow((&sqlite().await, 0), (&database, 2_000), FEW_FILED)).await;
        assert!(few > 0.0 && many > 0.0);
    }
);

const FEW_FILED: filing::Amount = filing::Amount {
    rounds: 1,
    messages: 8,
    connections: 2,
    victims: 4,
};
/// Rounds are many and short: the machine may be busier at one time than at another.
const FILED: filing::Amount = filing::Amount {
    rounds: 9,
    messages: 320,
    connections: 16,
    victims: 512,
};

/// What is there when the lanes are compared: an office of some years.
const STORED: usize = 100_000;

async fn print_filing<F: Future<Output = Database>>(name: &str, fresh: impl Fn() -> F) {
    let rates = filing::compare(&fresh().await, STORED, FILED).await;
    let of = |way| {
        rates
            .iter()
            .find(|(of, _)| *of == way)
            .map_or(0.0, |(_, rate)| *rate)
    };
    println!(
        "\n{name}: messages filed a second, medians of {} rounds of {} that took turns, over {} connections, beside {STORED} that are stored",
        FILED.rounds, FILED.messages, FILED.connections
    );
    let alone = of(Way::Alone);
    for (words, way) in [
        ("by LMTP", Way::Door),
        ("by the same flow, without a network", Way::Flow),
        ("parsed, and the same rows committed, alone", Way::Alone),
    ] {
        println!(
            "{words:<50}{:>8.0}{:>10.2} of that alone",
            of(way),
            of(way) / alone
        );
    }
    println!("aim: at least 0.50 by LMTP");
    let (few, many) = Box::pin(filing::grow(
        (&fresh().await, FEW),
        (&fresh().await, LARGE),
        FILED,
    ))
    .await;
    println!(
        "by LMTP beside {FEW} stored messages {few:.0}, beside {LARGE} {many:.0}: {:.2} times as long (aim: at most 1.20)",
        few / many
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn g_filing_on_sqlite() {
    print_filing("SQLite", sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn g_filing_on_postgresql() {
    print_filing("PostgreSQL", postgres).await;
}
