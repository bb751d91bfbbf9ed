//! The worklist over many duties: how long a page and the tiles take, for an officer, a manager of one Area and one of all.

use std::time::{Duration, Instant};

use flows::worklist::{Due, Filter, PAGE_LINES, Sort};
use flows::{AccountDetails, Gateway, Role};
use harness::database::Database;
use harness::gateway::APPROVER;
use harness::house::bare_gateway;
use sqlx::AssertSqlSafe;
use store::Pool;

/// Duties of one victim.
const DUTIES_EACH: usize = 20;
const OFFICERS: usize = 400;
/// An officer of the tests' own.
pub(super) const ONE_OFFICER: &str = "officer-14";
/// A manager of one Area.
pub(super) const ONE_MANAGER: &str = "manager-1";

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
fn id(number: &str) -> String {
    format!(
        "substr('{}' || CAST({number} AS TEXT), length(CAST({number} AS TEXT)) + 1)",
        "0".repeat(32)
    )
}

async fn run(pool: &Pool, sql: String) {
    let sql = AssertSqlSafe(sql);
    match pool {
        Pool::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(|_| ()),
        Pool::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(|_| ()),
    }
    .expect("the rows come in");
}

/// Fills the tables: every fifth duty is open, due within a month before or two months after `now`.
async fn fill(pool: &Pool, gateway: &Gateway, duties: usize) {
    let now = gateway.now().as_microsecond();
    let victims = duties / DUTIES_EACH;
    let nothing = match pool {
        Pool::Sqlite { .. } => "x''",
        Pool::Postgres(_) => "''::bytea",
    };
    let numbers = |count: usize| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {}) ",
            count - 1
        )
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
         CASE WHEN i % 50 = 49 THEN NULL ELSE 'officer-' || CAST(i % {OFFICERS} AS TEXT) END, \
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
    run(pool, "ANALYZE".to_owned()).await;
}

async fn accounts(gateway: &Gateway) {
    for (user, role) in [(ONE_OFFICER, Role::Vlo), (ONE_MANAGER, Role::VloManager)] {
        let details = AccountDetails {
            name: "Somebody".to_owned(),
            phone: String::new(),
            roles: vec![role],
            areas: vec!["cymru-wales".to_owned()],
        };
        let added = gateway.add_account("operator", user, &details).await;
        added.expect("an account");
    }
}

/// Reads pages and tiles `rounds` times over `duties` duties.
pub(super) async fn measure(database: &Database, duties: usize, rounds: usize) -> Vec<Times> {
    let gateway = bare_gateway(database.pool.clone());
    fill(&database.pool, &gateway, duties).await;
    accounts(&gateway).await;
    let mut all = Vec::new();
    for user in [ONE_OFFICER, ONE_MANAGER, APPROVER] {
        for sort in [Sort::Due, Sort::Urn, Sort::Vlo] {
            let filter = Filter {
                sort,
                ..Filter::default()
            };
            all.push(
                pages(
                    &gateway,
                    user,
                    filter,
                    format!("{user}: a page, {sort:?}"),
                    rounds,
                )
                .await,
            );
        }
        let filter = Filter {
            due: Some(Due::AtRisk),
            ..Filter::default()
        };
        all.push(pages(&gateway, user, filter, format!("{user}: a page, at risk"), rounds).await);
        let mut times = Vec::new();
        for _ in 0..rounds {
            let begun = Instant::now();
            let counted = gateway.count_work(user).await.expect("counts");
            times.push(begun.elapsed());
            assert!(counted.open > 0, "{user}: {counted:?}");
        }
        times.sort();
        all.push(Times {
            what: format!("{user}: the tiles"),
            all: times,
        });
    }
    all
}

/// Page after page, from the first one again at the end.
async fn pages(gateway: &Gateway, user: &str, mut filter: Filter, what: String, rounds: usize) -> Times {
    let mut all = Vec::new();
    for _ in 0..rounds {
        let begun = Instant::now();
        let page = gateway.list_work(user, &filter).await.expect("a page");
        all.push(begun.elapsed());
        assert!(page.items.len() <= PAGE_LINES as usize);
        filter.after = page.next;
    }
    all.sort();
    Times { what, all }
}
