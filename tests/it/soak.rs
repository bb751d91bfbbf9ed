//! Long trials, run by `make soak`; the short version of each is in `make test`.
#![expect(clippy::print_stdout, reason = "a trial prints its figures")]

use harness::database::{Database, postgres, sqlite};

use crate::durability::{restart, survive_faults, survive_kills};
use crate::incidents::crossing::each_gets_only_their_own;
use crate::killed::survive;
use crate::kills::play_killed;
use crate::mailbox::guesses::guess_tokens;
use crate::mailbox::kills::pour_killed;
use crate::mailbox::peers::flood;

/// Log entries between two kills: an odd number, so that the kills fall into every step of a delivery.
const ENTRIES_BETWEEN: usize = 37;
const KILLS: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_hundred_kills_during_one_story() {
    let (arrived, unknown) = play_killed((260..).step_by(ENTRIES_BETWEEN).take(KILLS)).await;
    println!(
        "{KILLS} kills: {arrived} messages arrived once, none twice; {unknown} stand as unknown; the log verifies"
    );
}

const MESSAGES: usize = 2_000;

async fn survive_a_hundred_kills(name: &str, database: Database) {
    let survived = survive(database, MESSAGES, KILLS, 2_026).await;
    println!(
        "{name}: {MESSAGES} messages, {KILLS} kills: {} had arrived once, none twice; {} stood as unknown; sent \
         again by a person's decision, under the same Message-ID, all had arrived; the log verified after every kill",
        survived.arrived, survived.unknown
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_hundred_kills_during_two_thousand_messages_on_sqlite() {
    survive_a_hundred_kills("SQLite", sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_hundred_kills_during_two_thousand_messages_on_postgresql() {
    survive_a_hundred_kills("PostgreSQL", postgres().await).await;
}

const VICTIMS: usize = 10_000;

async fn write_to_ten_thousand(name: &str, database: Database) {
    let mails = each_gets_only_their_own(&database, VICTIMS).await;
    println!(
        "{name}: {mails} victims written to at once: as many mails, one recipient each, each naming its own"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn ten_thousand_victims_at_once_get_only_their_own_on_sqlite() {
    write_to_ten_thousand("SQLite", sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn ten_thousand_victims_at_once_get_only_their_own_on_postgresql() {
    write_to_ten_thousand("PostgreSQL", postgres().await).await;
}

/// Stories for each seed, and the seeds.
const STORIES: u32 = 1_000;
const SEEDS: [u8; 3] = [11, 12, 13];

#[test]
#[ignore = "long: make soak"]
fn thousands_of_stories_in_any_order_let_nothing_unsafe_leave() {
    for seed in SEEDS {
        let played = crate::orders::play(STORIES, seed);
        println!(
            "seed {seed}: {STORIES} stories, {} mails left and each was safe; held meanwhile: {:?}",
            played.mails, played.held
        );
    }
}

const HOSTILE_HEADERS: u32 = 100_000;

#[test]
#[ignore = "long: make soak"]
fn a_hundred_thousand_hostile_headers_are_refused_or_harmless() {
    let arrived = crate::envelopes::try_headers(HOSTILE_HEADERS, 17);
    println!(
        "{HOSTILE_HEADERS} mails tried with hostile values: {arrived} arrived, each at one recipient with our headers \
         alone; the others were refused"
    );
}

/// Runs of the log's writers that are killed, on each database.
const LOG_KILLS: u64 = 100;

async fn kill_the_writers(name: &str, database: Database) {
    let acknowledged = survive_kills(database, LOG_KILLS, 2_027).await;
    println!(
        "{name}: {LOG_KILLS} kills under 64 writers: {acknowledged} entries were acknowledged, none is missing; no fork"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_hundred_kills_of_sixty_four_writers_on_sqlite() {
    kill_the_writers("SQLite", sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_hundred_kills_of_sixty_four_writers_on_postgresql() {
    kill_the_writers("PostgreSQL", postgres().await).await;
}

const FAULTY_RUNS: u64 = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn two_hundred_runs_on_a_failing_or_full_disk() {
    let survived = survive_faults(sqlite().await, FAULTY_RUNS, 2_028).await;
    println!(
        "SQLite: {FAULTY_RUNS} runs on a disk that fails or is full: {} ended by it, {} entries were acknowledged, none \
         is missing; no fork",
        survived.ended, survived.acknowledged
    );
}

const LONG_LOG: u64 = 1_000_000;

async fn start_again(name: &str, database: Database) {
    let took = restart(database, LONG_LOG).await;
    println!(
        "{name}: killed at {LONG_LOG} entries, the first acknowledgement after the next start came after {} ms (aim: \
         10,000)",
        took.as_millis()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_start_at_a_million_entries_on_sqlite() {
    start_again("SQLite", sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_start_at_a_million_entries_on_postgresql() {
    start_again("PostgreSQL", postgres().await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: make soak"]
async fn schemathesis_makes_many_requests_and_finds_no_fault() {
    crate::api::tool::try_out(200).await;
}

const FLOOD: usize = 10_000;

async fn ten_thousand_come_in(name: &str, database: Database) {
    flood(&database, FLOOD).await;
    println!(
        "{name}: {FLOOD} messages over 64 connections: each filed once for its own victim, or in quarantine"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn ten_thousand_messages_come_to_a_mailbox_on_sqlite() {
    ten_thousand_come_in("SQLite", sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn ten_thousand_messages_come_to_a_mailbox_on_postgresql() {
    ten_thousand_come_in("PostgreSQL", postgres().await).await;
}

const POURED: usize = 3_000;

async fn a_hundred_kills_while_mail_comes_in(name: &str, database: Database) {
    let poured = pour_killed(database, POURED, KILLS, 2_027).await;
    println!(
        "{name}: {KILLS} kills while {POURED} messages came in by LMTP ({} were acknowledged before the last kill) and {} by IMAP \
         ({} were fetched before it): each stands once in the right file, and each of the latter is marked in its mailbox; \
         the log verified after every kill",
        poured.acknowledged, poured.elsewhere, poured.fetched
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_hundred_kills_while_mail_comes_in_on_sqlite() {
    a_hundred_kills_while_mail_comes_in("SQLite", sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_hundred_kills_while_mail_comes_in_on_postgresql() {
    a_hundred_kills_while_mail_comes_in("PostgreSQL", postgres().await).await;
}

const GUESSES: usize = 100_000;

async fn guess(name: &str, database: Database) {
    let opened = guess_tokens(&database, GUESSES).await;
    assert_eq!(opened, 0);
    println!("{name}: {GUESSES} guessed tokens of conversations: {opened} opened one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_hundred_thousand_guessed_tokens_on_sqlite() {
    guess("SQLite", sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_hundred_thousand_guessed_tokens_on_postgresql() {
    guess("PostgreSQL", postgres().await).await;
}
