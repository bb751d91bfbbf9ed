//! UI S1/S2 a, S48, S49 and S58: a case is found or added, a person is taken in once and given to an officer.

use axum::http::StatusCode;
use domain::id::VictimId;
use flows::Role;
use harness::case::{URN, VICTIM, case, defendant, safe};
use harness::gateway::TestGateway;
use harness::on_both;
use harness::web::{Answer, Browser, TestDoor, Who};
use mail::catcher::{Fault, Faults};
use serde_json::json;

use super::typed;
use crate::acting::{ELSEWHERE, PRIYA, RUTH, house, logged, read};

type Fields = Vec<(&'static str, &'static str)>;

/// The officer to whom a manager gives people.
const TOM: Who<'static> = Who {
    user: "tom.ellis",
    name: "Tom Ellis",
    roles: &[Role::Vlo],
    areas: &["north-east"],
};

fn person() -> Fields {
    vec![
        ("name", "Perpetua Lindquist"),
        ("preferred-name", "Perpetua"),
        ("born", "1996"),
        ("service", "universal"),
        ("category", "none"),
        ("language", "english"),
        ("translator-needed", "no"),
        ("wants", "yes"),
        ("preferred", "via-police"),
    ]
}

fn new_case(urn: &'static str) -> Fields {
    let mut fields = person();
    fields.extend([
        ("urn", urn),
        ("area", "north-east"),
        ("offence", "other"),
        ("opened", "2"),
        ("opened-month", "11"),
        ("opened-year", "2026"),
    ]);
    fields
}

fn says(page: &Answer, words: &[&str]) {
    for words in words {
        assert!(page.says(words), "{words}: {:?} {}", page.errors(), page.text());
    }
}

/// Sends what was typed to be checked, from the page of a form.
async fn check(browser: &Browser, form: &str, action: &str, fields: &Fields) -> Answer {
    let page = browser.get(form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    browser.submit(&page, action, fields).await
}

/// The case of [`URN`], found as an officer finds it: its address.
async fn find(browser: &Browser) -> String {
    let page = browser.get("/cases").await;
    assert_eq!(page.status, StatusCode::OK);
    let found = browser
        .post("/work/search", &[("urn", URN), ("name", ""), ("born", "")])
        .await;
    let (_, rest) = found
        .html
        .split_once("href=\"/cases/")
        .expect("the case is found");
    format!("/cases/{}", rest.split('"').next().expect("its address"))
}

async fn empty(database: &harness::database::Database) -> (TestGateway, TestDoor) {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    let door = gateway.door();
    (gateway, door)
}

/// The victims of a case's page, by the links to them.
fn people(page: &Answer) -> Vec<VictimId> {
    let links = page.html.split("href=\"/victims/").skip(1);
    let ids = links.filter_map(|link| link.split('"').next());
    ids.filter_map(|id| VictimId::parse(id).ok()).collect()
}

on_both!(
    async fn ui_s1_s2_a_s49_a_person_is_taken_in_and_given_to_an_officer(database: Database) {
        let (gateway, door, _) = house(&database, &json!({}), &[]).await;
        let (ruth, tom) = (door.sign_in_as(RUTH).await, door.sign_in_as(TOM).await);
        let address = find(&ruth).await;
        let (form, action) = (format!("{address}/people/new"), format!("{address}/people"));
        let page = check(&ruth, &form, &action, &vec![("name", "Perpetua Lindquist")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        for (field, words) in [
            ("preferred-name", "Enter the preferred name"),
            ("service", "Select a service"),
            ("category", "Select a category, or none of these"),
            ("language", "Select a language"),
            ("translator-needed", "Select whether a translator is needed"),
            ("wants", "Select whether the person wants to be contacted"),
            ("preferred", "Select a preferred method of contact"),
        ] {
            assert_eq!(page.error_at(field).as_deref(), Some(words));
        }
        assert_eq!(
            page.value("name").as_deref(),
            Some("Perpetua Lindquist"),
            "what was typed is kept"
        );
        let page = check(&ruth, &form, &action, &person()).await;
        says(
            &page,
            &[
                "Check whom you are adding",
                "Perpetua Lindquist",
                "CPS service Universal",
            ],
        );
        assert_eq!(
            logged(&gateway, "victim-added").await,
            1,
            "not before it is confirmed"
        );
        let case = ruth.submit(&page, &action, &[]).await;
        says(&case, &["Person 2", "Universal", "Nobody yet"]);
        let one = gateway.victim(URN, VICTIM).await;
        let added = people(&case).into_iter().find(|id| *id != one);
        let added = added.expect("the one who was added");
        let assign = format!("/victims/{added}/assign");
        let page = ruth.get(&assign).await;
        let officer = page
            .html
            .split("<option")
            .find(|option| option.contains("Tom Ellis"));
        let officer = officer.and_then(|option| {
            option
                .split("value=\"")
                .nth(1)?
                .split('"')
                .next()
                .map(str::to_owned)
        });
        let officer = officer.expect("Tom can be chosen");
        ruth.submit(&page, &assign, &[("officer", &officer), ("reason", "new-case")])
            .await;
        says(&ruth.get(&address).await, &["Tom Ellis"]);
        says(&tom.get(&address).await, &["Person 1"]);
        let record = read(&tom, &format!("/victims/{added}/details")).await;
        says(
            &record,
            &[
                "Perpetua Lindquist",
                "Born 1996",
                "CPS service Universal",
                "Victim category None of these",
            ],
        );
        assert_eq!(logged(&gateway, "Perpetua").await, 0, "nobody's name in the log");
    }
);

on_both!(
    async fn ui_s1_s2_a_a_new_case_comes_with_its_first_person_and_never_twice(database: Database) {
        let (gateway, door) = empty(&database).await;
        let priya = door.sign_in_as(PRIYA).await;
        let (form, action) = ("/cases/new", "/cases");
        for (over, field, words) in [
            (
                [("urn", "12")],
                "urn",
                "Enter a case reference in the form 07XQ0031826",
            ),
            ([("area", "")], "area", "Select an Area"),
            ([("area", "cymru-wales")], "area", "An Area in which you work"),
            (
                [("opened-year", "2027")],
                "opened",
                "The case was opened today or earlier",
            ),
            (
                [("born", "2027")],
                "born",
                "The year of birth is this year or an earlier one",
            ),
        ] {
            let page = check(&priya, form, action, &typed(new_case("01NE5500126"), &over)).await;
            assert_eq!(
                page.error_at(field).as_deref(),
                Some(words),
                "{:?}",
                page.errors()
            );
        }
        let page = check(&priya, form, action, &new_case("01ne5500126")).await;
        says(
            &page,
            &["New case 01NE5500126", "North East", "Opened 2 November 2026"],
        );
        let case = priya.submit(&page, action, &[]).await;
        says(&case, &["01NE5500126", "Person 1", "Priya Shah"]);
        let page = check(&priya, form, action, &new_case("01NE5500126")).await;
        assert!(
            page.error_at("urn")
                .is_some_and(|words| words.starts_with("There is a case with this reference"))
        );

        let address = case.path;
        let (form, action) = (format!("{address}/people/new"), format!("{address}/people"));
        for same in ["perpetua  LINDQUIST", "Lindquist, Perpétua"] {
            for born in ["1996", ""] {
                let page = check(
                    &priya,
                    &form,
                    &action,
                    &typed(person(), &[("name", same), ("born", born)]),
                )
                .await;
                let said = page.error_at("name").expect("refused");
                assert!(
                    said.starts_with("Somebody of this name is in this case already"),
                    "{said}"
                );
            }
        }
        let other = typed(person(), &[("born", "1971"), ("reference", "P-7")]);
        let page = check(&priya, &form, &action, &other).await;
        says(&priya.submit(&page, &action, &[]).await, &["Person 2"]);
        let again = typed(person(), &[("name", "Ada Newcomb"), ("reference", "P-7")]);
        let page = check(&priya, &form, &action, &again).await;
        assert!(
            page.error_at("reference")
                .is_some_and(|words| words.starts_with("Somebody of this case has this"))
        );
        let import = json!({"urn": "01NE5500126", "victim_ref": "P-7", "legal_name": "Perpetua Lindquist"});
        gateway.add_victim(&harness::case::case(&import)).await;
        says(&priya.get(&address).await, &["Person 2"]);
        assert!(
            !priya.get(&address).await.says("Person 3"),
            "an import of the same person adds nobody"
        );
        let elsewhere = door.sign_in_as(ELSEWHERE).await;
        assert_eq!(elsewhere.get(&form).await.status, StatusCode::NOT_FOUND);
    }
);

on_both!(
    async fn s48_s49_imported_contacts_equal_the_record_and_the_defence_never_becomes_one(
        database: Database,
    ) {
        let side = defendant(&json!({"emails": ["corin@latchford.test"], "phones": ["07700 900455"]}));
        let imported = json!({
            "mobile": safe("07700 900466"), "post": safe(json!(["12 Orchard Rise", "Anytown", "ZZ9 9ZZ"])),
            "defendants": [side],
        });
        let (gateway, door, victim) = house(&database, &imported, &[]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let record = serde_json::from_str::<serde_json::Value>(&case(&imported)).expect("the record");
        let plan = gateway.plan_of(&victim).await;
        let kept = plan
            .points()
            .iter()
            .map(|point| serde_json::to_string(point.value()).expect("a value"));
        let kept = kept.collect::<String>();
        for one in [
            "maren.holloway7@inbox.example",
            "900466",
            "Orchard Rise",
            "Anytown",
            "ZZ9 9ZZ",
        ] {
            assert!(
                record.to_string().contains(one) && kept.contains(one),
                "{one}: {kept}"
            );
        }
        assert_eq!(plan.points().len(), 3, "and nothing else");

        let path = format!("/victims/{victim}/plan");
        for (route, value) in [("email", "Corin@Latchford.test"), ("mobile", "+44 7700 900455")] {
            let page = read(&priya, &path).await;
            let typed = [("route", route), ("value", value), ("replaces", "")];
            priya.submit(&page, &format!("{path}/propose"), &typed).await;
        }
        let plan = gateway.plan_of(&victim).await;
        let now = gateway.flows.now();
        let safe = plan
            .points()
            .iter()
            .filter(|point| point.usable(now).is_ok())
            .count();
        assert_eq!(safe, 3, "nothing of the defence may be used");
        let address = find(&priya).await;
        let (form, action) = (format!("{address}/people/new"), format!("{address}/people"));
        let page = check(
            &priya,
            &form,
            &action,
            &typed(person(), &[("name", "Latchford, Corin")]),
        )
        .await;
        assert!(
            page.error_at("name")
                .is_some_and(|words| words.starts_with("Somebody of the defence side"))
        );
    }
);

on_both!(
    async fn s58_the_charging_type_is_recorded_on_the_case_with_a_reason(database: Database) {
        let (gateway, door, _) = house(&database, &json!({}), &[]).await;
        let (priya, ruth) = (door.sign_in_as(PRIYA).await, door.sign_in_as(RUTH).await);
        let address = find(&priya).await;
        let path = format!("{address}/charging");
        says(&priya.get(&address).await, &["Charging type Not recorded"]);
        let slow = ruth.get(&path).await;
        let page = priya.get(&path).await;
        let page = priya.submit(&page, &path, &[]).await;
        assert_eq!(
            page.error_at("charging").as_deref(),
            Some("Select a charging type")
        );
        assert_eq!(page.error_at("why").as_deref(), Some("Select why it is changed"));
        let mut why = "not-recorded";
        for (code, words) in [
            ("red", "Red"),
            ("green", "Green"),
            ("police-charged", "Police charged"),
        ] {
            let page = priya.get(&path).await;
            let page = priya
                .submit(&page, &path, &[("charging", code), ("why", why)])
                .await;
            says(&page, &[&format!("Charging type {words}")]);
            why = "recorded-wrongly";
        }
        let late = ruth
            .submit(&slow, &path, &[("charging", "red"), ("why", why)])
            .await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
        says(&ruth.get(&path).await, &["The record says now: Police charged"]);
        assert_eq!(logged(&gateway, "charging-type-changed").await, 3);
    }
);
