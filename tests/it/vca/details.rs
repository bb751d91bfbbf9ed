//! UI S1/S2 b, S1/S2 b, S3/S4 b and S9 a: a victim's details are changed, each with a reason, what stood there before kept.

use axum::http::StatusCode;
use domain::id::VictimId;
use harness::case::{assigned, not_charged};
use harness::gateway::TestGateway;
use harness::on_both;
use harness::web::{Answer, Browser};
use jiff::Timestamp;
use serde_json::json;
use store::obligations;

use crate::acting::{ELSEWHERE, PRIYA, RUTH, house, logged, read};

/// Types a change into the form of one detail, as far as the page that is checked first.
async fn ask(browser: &Browser, victim: &VictimId, detail: &str, typed: &[(&str, &str)]) -> Answer {
    let details = read(browser, &format!("/victims/{victim}/details")).await;
    assert_eq!(details.status, StatusCode::OK, "{}", details.text());
    let path = format!("/victims/{victim}/details/change");
    let form = browser.get(&format!("{path}?detail={detail}")).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    browser.submit(&form, &path, typed).await
}

/// Saves what a page shows to be checked.
async fn save(browser: &Browser, victim: &VictimId, check: &Answer) -> Answer {
    says(
        check,
        &[
            "Check the change before you save it",
            "Nothing has been changed yet",
        ],
    );
    browser
        .submit(check, &format!("/victims/{victim}/details/change"), &[])
        .await
}

fn says(page: &Answer, words: &[&str]) {
    for words in words {
        assert!(page.says(words), "{words}: {:?} {}", page.errors(), page.text());
    }
}

/// The victim's own page, opened with a reason.
async fn record(browser: &Browser, victim: &VictimId) -> Answer {
    let path = format!("/victims/{victim}");
    browser.get(&path).await;
    let page = browser
        .post(&format!("{path}/open"), &[("reason", "check-the-work")])
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    page
}

/// Rule, first due time and due time of every open duty of ours.
async fn due(
    gateway: &TestGateway,
    victim: &VictimId,
) -> Vec<(String, Option<Timestamp>, Option<Timestamp>)> {
    let open = obligations::list_open_by_victim(&mut gateway.reader().await, victim).await;
    let ours = open
        .expect("the duties")
        .into_iter()
        .filter(|owed| owed.owner == "cps");
    ours.map(|owed| (owed.rule, owed.original_due_at, owed.due_at))
        .collect()
}

on_both!(
    async fn ui_s1_s2_b_a_date_of_birth_and_a_gender_are_added_each_with_a_reason(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let born = [("born", "29"), ("born-month", "2"), ("born-year", "1996")];
        let page = ask(&priya, &victim, "birth", &born).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.error_at("why").as_deref(), Some("Select why it is changed"));
        assert_eq!(
            page.value("born-year").as_deref(),
            Some("1996"),
            "what was typed is kept"
        );
        let with = |fields: &[(&'static str, &'static str)]| {
            let mut all = fields.to_vec();
            all.push(("why", "not-recorded"));
            all
        };
        for (wrong, words) in [
            (
                ["30", "2", "1996"],
                "The date of birth must be a real date, such as 23 11 2026",
            ),
            (["", "2", "1996"], "The date of birth must include a day"),
            (
                ["", "", "96"],
                "The year of birth must have four digits, such as 1996",
            ),
            (
                ["24", "11", "2026"],
                "The year of birth is from 1900 to this year, and the date of birth is a day of it, not in the future",
            ),
        ] {
            let [day, month, year] = wrong;
            let typed = with(&[("born", day), ("born-month", month), ("born-year", year)]);
            let page = ask(&priya, &victim, "birth", &typed).await;
            assert_eq!(page.error_at("born").as_deref(), Some(words));
        }
        let check = ask(&priya, &victim, "birth", &with(&born)).await;
        says(
            &check,
            &[
                "Before Not recorded",
                "After 29 February 1996",
                "Why It had not been recorded",
            ],
        );
        let page = save(&priya, &victim, &check).await;
        says(&page, &["Born 29 February 1996"]);
        let check = ask(&priya, &victim, "gender", &with(&[("choice", "female")])).await;
        let page = save(&priya, &victim, &check).await;
        says(&page, &["Gender Female"]);
        let found = priya
            .post(
                "/work/search",
                &[("urn", ""), ("name", "Holloway"), ("born", "1996")],
            )
            .await;
        says(&found, &["01NE4400126"]);
        let log = gateway.log_bodies().await;
        let log = log
            .iter()
            .map(|body| String::from_utf8_lossy(body))
            .collect::<String>();
        assert!(
            log.contains("detail-changed") && !log.contains("1996"),
            "nothing personal in the log"
        );
    }
);

on_both!(
    async fn s1_s2_b_s3_s4_b_a_changed_detail_keeps_what_stood_there_before(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        let (priya, ruth) = (door.sign_in_as(PRIYA).await, door.sign_in_as(RUTH).await);
        gateway.flows.compose_due(64).await.expect("drafts");
        let other = [
            ("name", "Mara"),
            ("title", "Dr"),
            ("why", "other"),
            ("why-words", ""),
        ];
        let page = ask(&priya, &victim, "preferred-name", &other).await;
        assert_eq!(
            page.error_at("why-words").as_deref(),
            Some("Enter the details of the other reason")
        );
        let page = ask(
            &priya,
            &victim,
            "preferred-name",
            &[("name", ""), ("why", "victim-asked")],
        )
        .await;
        assert_eq!(page.error_at("name").as_deref(), Some("Enter the preferred name"));
        let same = ask(&priya, &victim, "preferred-name", &[("why", "victim-asked")]).await;
        assert!(
            same.error_at("name")
                .is_some_and(|words| words.starts_with("Nothing was changed"))
        );
        let named = [
            ("name", "Mara"),
            ("title", "Dr"),
            ("why", "victim-asked"),
            ("why-words", "When we spoke"),
        ];
        let check = ask(&priya, &victim, "preferred-name", &named).await;
        says(
            &check,
            &[
                "Before Maren",
                "After Dr Mara",
                "Details of the reason When we spoke",
            ],
        );
        assert_eq!(
            logged(&gateway, "detail-changed").await,
            0,
            "not before it is confirmed"
        );
        says(
            &save(&priya, &victim, &check).await,
            &["Preferred name and title Dr Mara"],
        );
        let drafts = gateway.flows.list_drafts(9).await.expect("the drafts");
        assert!(
            drafts.is_empty(),
            "words with the old name wait no more: {}",
            drafts.len()
        );
        gateway.flows.compose_due(64).await.expect("drafts");
        let drafts = gateway.flows.list_drafts(9).await.expect("the drafts");
        assert_eq!(drafts.len(), 1, "and are made anew");

        let polish = [
            ("language", "other"),
            ("language-name", "Polish"),
            ("why", "victim-asked"),
        ];
        let page = ask(
            &priya,
            &victim,
            "language",
            &[&polish[..], &[("translator-needed", "yes")]].concat(),
        )
        .await;
        assert_eq!(
            page.error_at("translator").as_deref(),
            Some("Enter who translates and how they are reached")
        );
        let translated = [
            &polish[..],
            &[("translator-needed", "yes"), ("translator", "The vetted service")],
        ]
        .concat();
        let check = ask(&priya, &victim, "language", &translated).await;
        says(&check, &["After Polish Translator: The vetted service"]);
        save(&priya, &victim, &check).await;
        let page = record(&ruth, &victim).await;
        says(
            &page,
            &[
                "Detail changed: Preferred name and title",
                "Before: Maren Now: Dr Mara Why: The victim asked for it: When we spoke",
                "Before: English; No translator needed Now: Polish; Translator: The vetted service",
            ],
        );
        assert_eq!(logged(&gateway, "detail-changed").await, 2);
        assert_eq!(logged(&gateway, "Mara").await, 0, "no words in the log");
        let elsewhere = door.sign_in_as(ELSEWHERE).await;
        let page = elsewhere.get(&format!("/victims/{victim}/details")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
    }
);

on_both!(
    async fn whoever_changes_a_detail_later_is_shown_what_stands_and_loses_no_words(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[]).await;
        let (priya, ruth) = (door.sign_in_as(PRIYA).await, door.sign_in_as(RUTH).await);
        let named = |name| [("name", name), ("why", "victim-asked")];
        let slow = ask(&priya, &victim, "preferred-name", &named("Mara")).await;
        let fast = ask(&ruth, &victim, "preferred-name", &named("Marenka")).await;
        save(&ruth, &victim, &fast).await;
        let late = save(&priya, &victim, &slow).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        says(
            &late,
            &[
                "Somebody else changed the details",
                "The record says now: Marenka",
            ],
        );
        assert_eq!(late.value("name").as_deref(), Some("Mara"));
        let path = format!("/victims/{victim}/details/change");
        let check = priya.submit(&late, &path, &[]).await;
        says(&check, &["Before Marenka", "After Mara"]);
        says(
            &save(&priya, &victim, &check).await,
            &["Preferred name and title Mara"],
        );
        assert_eq!(logged(&gateway, "detail-changed").await, 2);
    }
);

on_both!(
    async fn s9_a_a_category_with_enhanced_rights_brings_duties_forward_and_keeps_their_first_due_time(
        database: Database,
    ) {
        let plain = json!({"offence": "other", "enhanced": false, "enhanced_ground": null});
        let happened = [not_charged("The evidence does not meet the test.")];
        let (gateway, door, victim) = house(&database, &plain, &happened).await;
        let priya = door.sign_in_as(PRIYA).await;
        let before = due(&gateway, &victim).await;
        let typed = [("choice", "vulnerable-or-intimidated"), ("why", "assessed-again")];
        let check = ask(&priya, &victim, "enhanced-ground", &typed).await;
        says(
            &check,
            &[
                "Before None of these",
                "What follows",
                "An open duty gets another due time",
            ],
        );
        assert_eq!(due(&gateway, &victim).await, before, "nothing yet");
        let page = save(&priya, &victim, &check).await;
        says(&page, &["Victim category Vulnerable or intimidated"]);
        let after = due(&gateway, &victim).await;
        let sooner = before.iter().zip(&after).filter(|(old, new)| new.2 < old.2);
        assert!(sooner.count() > 0, "{before:?} {after:?}");
        for (old, new) in before.iter().zip(&after) {
            assert_eq!((&old.0, old.1), (&new.0, new.1), "the first due time stays");
        }
        assert_eq!(
            logged(&gateway, "due-time-recomputed").await,
            after.iter().zip(&before).filter(|(a, b)| a.2 != b.2).count()
        );
        let typed = [("choice", "none"), ("why", "recorded-wrongly")];
        let check = ask(&priya, &victim, "enhanced-ground", &typed).await;
        says(
            &save(&priya, &victim, &check).await,
            &["Victim category None of these"],
        );
        assert_eq!(
            due(&gateway, &victim).await,
            after,
            "nobody is told later than promised"
        );
    }
);

on_both!(
    async fn who_wants_no_contact_is_drafted_for_no_more_until_they_do(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let typed = |wants| [("choice", wants), ("why", "victim-asked")];
        let check = ask(&priya, &victim, "wants-contact", &typed("no")).await;
        save(&priya, &victim, &check).await;
        gateway.flows.compose_due(64).await.expect("drafts");
        let waits = async || {
            let open = obligations::list_open_by_victim(&mut gateway.reader().await, &victim).await;
            let open = open
                .expect("the duties")
                .into_iter()
                .filter(|owed| owed.template_kind.is_some());
            open.map(|owed| owed.waiting_for).collect::<Vec<_>>()
        };
        assert_eq!(waits().await, [Some("decision-wants-no-contact".to_owned())]);
        let check = ask(&priya, &victim, "wants-contact", &typed("yes")).await;
        save(&priya, &victim, &check).await;
        assert_eq!(waits().await, [None]);
        gateway.flows.compose_due(64).await.expect("drafts");
        assert_eq!(gateway.flows.list_drafts(9).await.expect("the drafts").len(), 1);
    }
);
