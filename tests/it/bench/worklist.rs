//! The worklist over many duties: how long a page and the tiles take in the database, and whole pages as the router answers
//! them, for an officer, a manager of one Area and one of all; and a victim's timeline beside them.

use std::time::{Duration, Instant};

use flows::worklist::{Due, Filter, PAGE_LINES, Sort};
use flows::{Gateway, Role};
use harness::database::Database;
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::web::{Browser, TestDoor, Who};
use serde_json::json;
use sqlx::AssertSqlSafe;
use store::Pool;

use crate::reading::{house, owed};

/// Duties of one victim.
pub(super) const DUTIES_EACH: usize = 20;
/// Victims of one officer, however many there are in all.
const VICTIMS_EACH: usize = 50;
/// An officer.
const ONE_OFFICER: &str = "officer-0";
/// A manager of one Area.
const ONE_MANAGER: &str = "manager-1";

/// The times of one kind of page, sorted.
pub(super) struct Times {
    pub(super) what: String,
    pub(super) all: Vec<Duration>,
}

impl Times {
    pub(super) fn at(&self, percent: usize) -> Duration {
        self.all[(self.all.len() - 1) * percent / 100]
    }
}

/// Identifiers of 32 digits, written alike for both databases.
pub(super) fn id(number: &str) -> String {
    format!(
        "substr('{}' || CAST({number} AS TEXT), length(CAST({number} AS TEXT)) + 1)",
        "0".repeat(32)
    )
}

/// Runs a statement that the tests wrote.
pub(super) async fn run(pool: &Pool, sql: String) {
    let sql = AssertSqlSafe(sql);
    match pool {
        Pool::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(|_| ()),
        Pool::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(|_| ()),
    }
    .expect("the rows come in");
}

/// The numbers below this one, as the rows of `n`.
pub(super) fn numbers(count: usize) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {}) ",
        count - 1
    )
}

/// Fills the tables: every fifth duty is open, due within a month before or two months after `now`.
pub(super) async fn fill(pool: &Pool, gateway: &Gateway, duties: usize) {
    let now = gateway.now().as_microsecond();
    let victims = duties / DUTIES_EACH;
    let officers = victims.div_ceil(VICTIMS_EACH);
    let nothing = match pool {
        Pool::Sqlite { .. } => "x''",
        Pool::Postgres(_) => "''::bytea",
    };
    let codes = gateway.parts().areas.list().iter();
    let codes = codes
        .enumerate()
        .map(|(at, area)| format!("WHEN {at} THEN '{}'", area.code));
    let area = format!("CASE i % 14 {} END", codes.collect::<Vec<_>>().join(" "));
    let id_of = id("i");
    let cases = format!(
        "INSERT INTO cases (id, urn, area, unit, offence, opened_at, created_at) {} \
         SELECT {id_of}, 'URN' || CAST(i AS TEXT), {area}, 'rasso', 'adult-rape', {now}, {now} FROM n",
        numbers(victims)
    );
    run(pool, cases).await;
    let people = format!(
        "INSERT INTO victims (id, case_id, source_ref, service, enhanced, vlo, standing, dates, person_sealed, plan_sealed, \
         plan_version, created_at) {} SELECT {id_of}, {id_of}, 'V-1', 'rasso', 1, \
         CASE WHEN i % 50 = 49 THEN NULL ELSE 'officer-' || CAST(i % {officers} AS TEXT) END, \
         '{{}}', '{{}}', {nothing}, {nothing}, 1, {now} FROM n",
        numbers(victims)
    );
    run(pool, people).await;
    let events = format!(
        "INSERT INTO events (id, source, source_event_id, case_id, victim_id, kind, occurred_at, recorded_at, sealed) {} \
         SELECT {id_of}, 'cms', CAST(i AS TEXT), {id_of}, {id_of}, 'vlo-assigned', {now}, {now}, {nothing} FROM n",
        numbers(victims)
    );
    run(pool, events).await;
    let owner = id(&format!("(i / {DUTIES_EACH})"));
    // A prime step spreads due times over 90 days whatever the officer.
    let due = format!("{now} + ((i * 7919) % 129600 - 43200) * 60000000");
    let owed = format!(
        "INSERT INTO obligations (id, case_id, victim_id, event_id, rule, owner, second_person, discharge, state, clock_start_at, \
         enhanced, original_due_at, due_at, created_at, area, unit, urn, vlo, last_at, waiting_for) {} \
         SELECT {id_of}, {owner}, {owner}, {owner}, 'HOUSE-INTRO', 'cps', 0, 'victim-informed', \
         CASE WHEN i % 5 = 0 THEN 'open' ELSE 'discharged' END, {now}, 1, {due}, {due}, {now}, \
         (SELECT c.area FROM cases c WHERE c.id = {owner}), 'rasso', (SELECT c.urn FROM cases c WHERE c.id = {owner}), \
         (SELECT COALESCE(v.vlo, '') FROM victims v WHERE v.id = {owner}), {due}, \
         CASE WHEN i % 35 = 0 THEN 'assignment-of-an-officer' ELSE NULL END FROM n",
        numbers(duties)
    );
    run(pool, owed).await;
    // What the databases do by themselves after a while.
    let kept = match pool {
        Pool::Sqlite { .. } => ["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"],
        Pool::Postgres(_) => ["VACUUM (ANALYZE)", "CHECKPOINT"],
    };
    for statement in kept {
        run(pool, statement.to_owned()).await;
    }
}

async fn sign_in(door: &TestDoor, user: &str, role: Role, areas: &[&str]) -> Browser {
    let name = "Somebody";
    let roles = &[role];
    door.sign_in_as(Who {
        user,
        name,
        roles,
        areas,
    })
    .await
}

/// What somebody reads.
enum Reading {
    /// The lines of page after page, from the first one again at the end.
    Lines(&'static str, Filter),
    /// The numbers on the tiles.
    Tiles,
    /// A whole page, from the request to the last byte.
    Page(&'static str, String),
}

/// Somebody at a browser, and what they read.
struct Reader {
    user: &'static str,
    browser: Browser,
    readings: Vec<Reading>,
}

/// A house with many duties and those who read them.
pub(super) struct Office {
    _house: TestGateway,
    door: TestDoor,
    readers: Vec<Reader>,
}

/// What whoever has a worklist reads.
fn of_worklist() -> Vec<Reading> {
    let sorted = |sort| Filter {
        sort,
        ..Filter::default()
    };
    let at_risk = Filter {
        due: Some(Due::AtRisk),
        ..Filter::default()
    };
    vec![
        Reading::Lines("lines by due time", sorted(Sort::Due)),
        Reading::Lines("lines by URN", sorted(Sort::Urn)),
        Reading::Lines("lines by officer", sorted(Sort::Vlo)),
        Reading::Lines("lines at risk", at_risk),
        Reading::Tiles,
        Reading::Page("the page of the worklist", "/work".to_owned()),
    ]
}

impl Office {
    /// Opens it with so many duties.
    pub(super) async fn open(database: &Database, duties: usize) -> Self {
        let house = house(database).await;
        let victim = owed(&house, 0, &json!({})).await;
        let door = house.door();
        let mut readers = Vec::new();
        for (user, role, areas) in [
            (ONE_OFFICER, Role::Vlo, &["cymru-wales"][..]),
            (ONE_MANAGER, Role::VloManager, &["cymru-wales"]),
            (APPROVER, Role::VloManager, &[]),
        ] {
            readers.push(Reader {
                user,
                browser: sign_in(&door, user, role, areas).await,
                readings: of_worklist(),
            });
        }
        fill(&database.pool, &door.flows, duties).await;
        let browser = sign_in(&door, OFFICER, Role::Vlo, &["north-east"]).await;
        let path = format!("/victims/{victim}");
        browser.get(&path).await;
        let opened = browser
            .post(&format!("{path}/open"), &[("reason", "follow-the-case")])
            .await;
        assert!(opened.html.contains(harness::case::URN), "{opened:?}");
        readers.push(Reader {
            user: OFFICER,
            browser,
            readings: vec![Reading::Page("a victim's page with the timeline", path)],
        });
        Self {
            _house: house,
            door,
            readers,
        }
    }

    /// How long one reading takes.
    async fn read(&mut self, (reader, reading): (usize, usize)) -> Duration {
        let gateway = &self.door.flows;
        let Reader {
            user,
            browser,
            readings,
        } = &mut self.readers[reader];
        let begun = Instant::now();
        match &mut readings[reading] {
            Reading::Lines(_, filter) => {
                let page = gateway.list_work(user, filter).await.expect("a page");
                let took = begun.elapsed();
                assert!(page.items.len() <= PAGE_LINES as usize);
                filter.after = page.next;
                took
            }
            Reading::Tiles => {
                let counted = gateway.count_work(user).await.expect("counts");
                let took = begun.elapsed();
                assert!(counted.open > 0, "{user}: {counted:?}");
                took
            }
            Reading::Page(_, path) => {
                let answer = browser.get(path).await;
                let took = begun.elapsed();
                assert!(answer.status.is_success(), "{path}: {}", answer.status);
                took
            }
        }
    }

    /// Every reading, by who reads and which it is, with its name.
    fn readings(&self) -> Vec<((usize, usize), String)> {
        let named = |reading: &Reading| match reading {
            Reading::Lines(what, _) | Reading::Page(what, _) => *what,
            Reading::Tiles => "the tiles",
        };
        let mut all = Vec::new();
        for (at, reader) in self.readers.iter().enumerate() {
            for (which, reading) in reader.readings.iter().enumerate() {
                all.push(((at, which), format!("{}: {}", reader.user, named(reading))));
            }
        }
        all
    }
}

/// Takes every reading `rounds` times, in the offices by turns, so that whatever else the machine does meets them alike: for
/// each reading its times, in the order of the offices.
pub(super) async fn measure(offices: &mut [Office], rounds: usize) -> Vec<Vec<Times>> {
    let mut all = Vec::new();
    for (which, what) in offices.first().map(Office::readings).unwrap_or_default() {
        let nothing = || Times {
            what: what.clone(),
            all: Vec::new(),
        };
        let mut times: Vec<_> = offices.iter().map(|_| nothing()).collect();
        for _ in 0..rounds {
            for (office, times) in offices.iter_mut().zip(&mut times) {
                times.all.push(office.read(which).await);
            }
        }
        for times in &mut times {
            times.all.sort();
        }
        all.push(times);
    }
    all
}
