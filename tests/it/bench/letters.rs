//! Messages that are in the mailboxes already, written straight into the tables: their victims, advisers and consents, their
//! conversations, events, duties and contacts with them. The contact log is left as it is.

use flows::Gateway;
use harness::database::Database;
use store::Pool;

use super::delivery::relax;
use super::worklist::{DUTIES_EACH, fill as fill_duties, id, numbers, run};

/// Victims of one adviser.
const VICTIMS_EACH: usize = 50;
/// What an adviser is allowed, each a consent of its own.
const SCOPES: [&str; 4] = ["updates", "meeting-offers", "letters", "replies"];
/// A sealed message of some lines.
const SEALED_BYTES: usize = 600;
/// Events of the duties are numbered from nought.
const EVENTS_FROM: usize = 100_000_000;

/// So many messages, [`DUTIES_EACH`] about each victim.
pub(super) async fn fill(database: &Database, gateway: &Gateway, messages: usize) {
    let pool = &database.pool;
    relax(pool, true).await;
    fill_duties(pool, gateway, messages).await;
    let now = gateway.now().as_microsecond();
    people(pool, messages / DUTIES_EACH, now).await;
    mail(pool, messages, now).await;
    // What the databases do by themselves after a while.
    run(pool, "ANALYZE".to_owned()).await;
    let tidy = match pool {
        Pool::Sqlite { .. } => "PRAGMA wal_checkpoint(TRUNCATE)",
        Pool::Postgres(_) => "CHECKPOINT",
    };
    run(pool, tidy.to_owned()).await;
    relax(pool, false).await;
}

/// The bytes of a text, and bytes like those of something sealed, in this database's words.
fn bytes(pool: &Pool, text: &str) -> String {
    match pool {
        Pool::Sqlite { .. } => format!("CAST({text} AS BLOB)"),
        Pool::Postgres(_) => format!("convert_to({text}, 'UTF8')"),
    }
}

fn sealed(pool: &Pool) -> String {
    bytes(pool, &format!("'{}'", "s".repeat(SEALED_BYTES)))
}

async fn people(pool: &Pool, victims: usize, now: i64) {
    let advisers = victims.div_ceil(VICTIMS_EACH);
    let (one, theirs) = (id("i"), id(&format!("(i % {advisers})")));
    let sealed = sealed(pool);
    let registered = format!(
        "INSERT INTO advisers (id, service, transport, from_at, sealed, created_at) {} \
         SELECT {one}, 'Haven', 'aligned-tls-dmarc', {now}, {sealed}, {now} FROM n",
        numbers(advisers)
    );
    run(pool, registered).await;
    let (address, domain) = (bytes(pool, &one), bytes(pool, "'domain'"));
    let addresses = format!(
        "INSERT INTO adviser_addresses (adviser_id, value_index, domain_index) {} SELECT {one}, {address}, {domain} FROM n",
        numbers(advisers)
    );
    run(pool, addresses).await;
    let supporters = format!(
        "INSERT INTO supporters (id, victim_id, kind, adviser_id, version, added_at, added_by, changed_at, changed_by) {} \
         SELECT {one}, {one}, 'isva', {theirs}, 1, {now}, 'bench', {now}, 'bench' FROM n",
        numbers(victims)
    );
    run(pool, supporters).await;
    for (nth, scope) in SCOPES.into_iter().enumerate() {
        let own = id(&format!("(i + {})", nth * EVENTS_FROM));
        let consents = format!(
            "INSERT INTO consents (id, victim_id, adviser_id, scope, given_at, state) {} \
             SELECT {own}, {one}, {theirs}, '{scope}', {now}, 'confirmed' FROM n",
            numbers(victims)
        );
        run(pool, consents).await;
    }
}

async fn mail(pool: &Pool, messages: usize, now: i64) {
    let advisers = (messages / DUTIES_EACH).div_ceil(VICTIMS_EACH);
    let (one, victim) = (id("i"), id(&format!("(i / {DUTIES_EACH})")));
    let adviser = id(&format!("((i / {DUTIES_EACH}) % {advisers})"));
    let event = id(&format!("(i + {EVENTS_FROM})"));
    let (digest, sealed) = (bytes(pool, &one), sealed(pool));
    let area = format!("(SELECT c.area FROM cases c WHERE c.id = {victim})");
    // Each message begins a conversation, as those do that are measured.
    let into = [
        format!(
            "INSERT INTO threads (id, case_id, victim_id, adviser_id, area, state, token_hash, opened_at, changed_at) {{}} \
             SELECT {one}, {victim}, {victim}, {adviser}, {area}, 'open', {digest}, {now}, {now} FROM n"
        ),
        format!("INSERT INTO thread_references (value_index, thread_id) {{}} SELECT {digest}, {one} FROM n"),
        format!(
            "INSERT INTO events (id, source, source_event_id, case_id, victim_id, kind, occurred_at, recorded_at, sealed) {{}} \
             SELECT {event}, 'mailbox', {one}, {victim}, {victim}, 'adviser-message', {now}, {now}, {digest} FROM n"
        ),
        format!(
            "INSERT INTO contacts (id, case_id, victim_id, method, direction, person, result, informed, occurred_at, logged_at, \
             logged_by) {{}} SELECT {one}, {victim}, {victim}, 'email', 'inbound', 'via-isva', 'received', 0, {now}, {now}, \
             'system:mailboxes' FROM n"
        ),
        format!(
            "INSERT INTO openings (commitment, owner, sealed) {{}} SELECT {one}, {victim}, {sealed} FROM n"
        ),
        format!(
            "INSERT INTO inbound (id, digest, area, state, case_id, victim_id, adviser_id, thread_id, received_at, attachments, \
             sealed) {{}} SELECT {one}, {digest}, {area}, 'filed', {victim}, {victim}, {adviser}, {one}, {now}, 0, {sealed} FROM n"
        ),
    ];
    for statement in into {
        run(pool, statement.replacen("{}", &numbers(messages), 1)).await;
    }
}
