//! The worklist: filters, order, pages and tiles agree; every line says why it is due when it is due.

use axum::http::StatusCode;
use flows::worklist::{Due, Filter, PAGE_LINES, Sort};
use flows::{Gateway, Role};
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::on_both;
use serde_json::json;
use store::Pool;

use super::{MANAGER, house, in_north_east, officer, owed};

/// Victims of cases of their own, each with an introduction that is owed.
async fn many(gateway: &TestGateway, count: usize) {
    for number in 0..count {
        let changes = json!({
            "urn": format!("01NE{number:05}26"), "email": harness::case::safe(format!("v{number}@inbox.example")),
        });
        owed(gateway, number, &changes).await;
    }
}

async fn whole(gateway: &TestGateway, sort: Sort) -> Vec<(String, String)> {
    let filter = Filter {
        sort,
        ..Filter::default()
    };
    whole_of(&gateway.flows, OFFICER, filter).await
}

/// Page after page of somebody's list.
async fn whole_of(flows: &Gateway, user: &str, mut filter: Filter) -> Vec<(String, String)> {
    let mut all = Vec::new();
    loop {
        let page = flows.list_work(user, &filter).await.expect("a page");
        assert!(page.items.len() <= PAGE_LINES as usize);
        let lines = page.items.iter();
        all.extend(lines.map(|item| (item.line.urn.clone(), item.line.owed.id.to_string())));
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return all,
        }
    }
}

on_both!(
    async fn pages_show_every_duty_once_in_each_order(database: Database) {
        let gateway = house(&database).await;
        many(&gateway, 30).await;
        let tiles = gateway.flows.count_work(OFFICER).await.expect("counts");
        for sort in [Sort::Due, Sort::Urn, Sort::Vlo] {
            let mut lines = whole(&gateway, sort).await;
            assert_eq!(i64::try_from(lines.len()).expect("few"), tiles.open, "{sort:?}");
            if sort == Sort::Urn {
                assert!(lines.is_sorted(), "{lines:?}");
            }
            lines.sort();
            lines.dedup();
            assert_eq!(
                i64::try_from(lines.len()).expect("few"),
                tiles.open,
                "none twice: {sort:?}"
            );
        }
    }
);

on_both!(
    async fn tiles_and_filters_follow_the_clock(database: Database) {
        let gateway = house(&database).await;
        owed(&gateway, 1, &json!({})).await;
        let flows = &gateway.flows;
        let due = {
            let list = flows
                .list_work(OFFICER, &Filter::default())
                .await
                .expect("a page");
            assert_eq!(list.items.len(), 1);
            assert!(list.items[0].deadline.is_some(), "it says how it was counted");
            list.items[0].line.owed.due_at.expect("a due time")
        };
        let counted = async |due| {
            let filter = Filter {
                due: Some(due),
                ..Filter::default()
            };
            flows
                .list_work(OFFICER, &filter)
                .await
                .expect("a page")
                .items
                .len()
        };
        let day = jiff::SignedDuration::from_hours(24);
        for (at, expected) in [
            (gateway.flows.now(), [0, 0, 0]),
            (due - day, [0, 0, 1]),
            (due - day / 4, [0, 1, 1]),
            (due, [0, 1, 1]),
            (due + jiff::SignedDuration::from_secs(1), [1, 0, 0]),
        ] {
            gateway.clock().set_to(at);
            let found = [
                counted(Due::Overdue).await,
                counted(Due::Today).await,
                counted(Due::AtRisk).await,
            ];
            assert_eq!(found, expected, "at {at}, due {due}");
            let tiles = flows.count_work(OFFICER).await.expect("counts");
            let tiles = [tiles.overdue, tiles.today, tiles.at_risk];
            assert_eq!(tiles.map(|count| usize::try_from(count).expect("few")), expected);
        }
    }
);

/// Spreads the due times of all duties over two weeks from now; every second one was raised long ago.
async fn spread(pool: &Pool, now: i64) {
    let sql = format!(
        "UPDATE obligations SET due_at = {now} + step.nth * 21600000000, last_at = {now} + step.nth * 21600000000, \
         created_at = {now} - (step.nth % 2) * 8640000000000 \
         FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS nth FROM obligations) AS step WHERE obligations.id = step.id"
    );
    let sql = sqlx::AssertSqlSafe(sql);
    match pool {
        Pool::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(|_| ()),
        Pool::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(|_| ()),
    }
    .expect("the due times are set");
}

on_both!(
    async fn a_manager_reads_and_counts_at_risk_what_the_officer_does(database: Database) {
        let gateway = house(&database).await;
        many(&gateway, 60).await;
        spread(&database.pool, gateway.flows.now().as_microsecond()).await;
        let door = gateway.door();
        door.sign_in_as(in_north_east(MANAGER, &[Role::VloManager])).await;
        door.sign_in_as(officer(OFFICER, "Priya Shah", &["north-east"]))
            .await;
        let at_risk = async |user| {
            let due = Some(Due::AtRisk);
            whole_of(
                &door.flows,
                user,
                Filter {
                    due,
                    ..Filter::default()
                },
            )
            .await
        };
        let seen = at_risk(OFFICER).await;
        // Four are due within a day; of the other 56 half were raised so long ago that half their time is gone.
        assert_eq!(seen.len(), 4 + 28, "over more than one page");
        assert_eq!(at_risk(MANAGER).await, seen);
        let tiles = door.flows.count_work(MANAGER).await.expect("counts");
        assert_eq!(tiles.at_risk, 32);
        assert_eq!(tiles, door.flows.count_work(OFFICER).await.expect("counts"));
    }
);

on_both!(
    async fn filters_narrow_and_an_unknown_parameter_is_refused(database: Database) {
        let gateway = house(&database).await;
        owed(&gateway, 1, &json!({})).await;
        let nobody =
            json!({"urn": "01NE4400226", "vlo": null, "email": harness::case::safe("two@inbox.example")});
        owed(&gateway, 2, &nobody).await;
        gateway.flows.compose_due(10).await.expect("drafts");
        let door = gateway.door();
        let browser = door
            .sign_in_as(officer(OFFICER, "Priya Shah", &["north-east"]))
            .await;
        let shows = async |path: &str, urns: [bool; 2]| {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
            let found = [harness::case::URN, "01NE4400226"].map(|urn| page.html.contains(urn));
            assert_eq!(found, urns, "{path}: {}", page.text());
            page
        };
        let page = shows("/work", [true, true]).await;
        assert!(
            page.says("Draft to check") && page.says("Waits: assignment of an officer"),
            "{}",
            page.text()
        );
        assert!(
            page.says("The clock started on 23 November 2026 at 8:30am."),
            "{}",
            page.text()
        );
        assert!(!page.html.contains("Maren"), "a list names nobody");
        shows("/work?officer=nobody", [false, true]).await;
        shows("/work?state=waiting", [false, true]).await;
        shows("/work?state=held", [false, false]).await;
        shows("/work?area=wessex", [false, false]).await;
        shows("/work?rule=NO-SUCH", [false, false]).await;
        for wrong in [
            "/work?name=Maren",
            "/work?due=soonish",
            "/work?officer=priya",
            "/work?sort=name",
        ] {
            assert_eq!(
                browser.get(wrong).await.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{wrong}"
            );
        }
        assert!(
            !page.html.contains(&format!("officer={OFFICER}")),
            "no user name in an address"
        );
    }
);

on_both!(
    async fn who_manages_every_area_sees_every_officers_work(database: Database) {
        let gateway = house(&database).await;
        owed(&gateway, 1, &json!({"vlo": "somebody-who-left"})).await;
        assert_eq!(gateway.flows.count_work(OFFICER).await.expect("counts").open, 0);
        assert_eq!(gateway.flows.count_work(APPROVER).await.expect("counts").open, 1);
        let roles = gateway
            .flows
            .staff(APPROVER)
            .expect("of the staff file")
            .roles
            .clone();
        assert_eq!(roles, [Role::VloManager]);
    }
);
