//! S5 to S7 a, b, c, e, f and g: who helps a victim is added and changed, read back equal, and consents to advisers.

use axum::http::StatusCode;
use domain::id::VictimId;
use domain::safety::HandRoute;
use harness::case::{assigned, not_charged, safe};
use harness::gateway::{OFFICER, TestGateway};
use harness::on_both;
use harness::web::{Answer, Browser, TestDoor};
use serde_json::{Value, json};

use super::{another, typed};
use crate::acting::{PRIYA, RUTH, house, logged, read};

type Fields<'f> = Vec<(&'f str, &'f str)>;

/// An ISVA of the service that the other victim's adviser has registered.
pub(crate) fn isva() -> Fields<'static> {
    vec![
        ("adviser", "new"),
        ("service", "North Service"),
        ("name", "Sidonie Farrow"),
        ("email", "sidonie@service.test"),
        ("phone", "01632 960101"),
    ]
}

fn agency() -> Fields<'static> {
    vec![
        ("organisation", "Anytown Police"),
        ("name", "Femi Oduya"),
        ("email", "femi.oduya@police.test"),
        ("phone", "01632 960202"),
    ]
}

/// For progress, from today to the end of the year.
pub(crate) fn consent() -> Fields<'static> {
    vec![
        ("scopes", "updates"),
        ("scopes", "letters"),
        ("how", "in-person"),
        ("given", "23"),
        ("given-month", "11"),
        ("given-year", "2026"),
        ("until", "31"),
        ("until-month", "12"),
        ("until-year", "2026"),
    ]
}

/// A house with a victim and, elsewhere in the Area, another who has an adviser of a service.
pub(crate) async fn served(
    database: &harness::database::Database,
    changes: &Value,
    happened: &[Value],
) -> (TestGateway, TestDoor, VictimId) {
    let (gateway, door, victim) = house(database, changes, happened).await;
    let adviser = json!({"adviser": {
        "name": "Alex Adviser", "email": "alex@service.test", "service": "North Service", "transport": "portal-only",
        "from": "2026-09-01", "until": "2027-09-01", "scopes": ["updates"],
    }});
    another(&gateway, 7, &adviser, &assigned()).await;
    (gateway, door, victim)
}

pub(crate) fn support(victim: &VictimId) -> String {
    format!("/victims/{victim}/support")
}

/// Adds somebody, by the page.
pub(crate) async fn add(browser: &Browser, victim: &VictimId, kind: &str, fields: &Fields<'_>) -> Answer {
    let path = support(victim);
    read(browser, &path).await;
    let form = browser.get(&format!("{path}/new?kind={kind}")).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    browser.submit(&form, &path, fields).await
}

/// Changes the one that `page` shows.
pub(crate) async fn change(browser: &Browser, page: &Answer, fields: &Fields<'_>) -> Answer {
    let path = format!("{}/change", page.path);
    let form = browser.get(&path).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    browser.submit(&form, &path, fields).await
}

/// Records a consent for the adviser that `page` shows.
pub(crate) async fn record(browser: &Browser, page: &Answer, fields: &Fields<'_>) -> Answer {
    let path = format!("{}/consent", page.path);
    let form = browser.get(&path).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    browser.submit(&form, &path, fields).await
}

/// Where the consent that waits on this page is confirmed.
pub(crate) fn confirm(page: &Answer) -> String {
    let mark = format!("action=\"{}/consents/", page.path);
    let (_, rest) = page.html.split_once(&mark).expect("a consent waits");
    let id = rest.split('/').next().expect("its id");
    format!("{}/consents/{id}/confirm", page.path)
}

/// A second person reads the page and confirms what waits on it.
pub(crate) async fn confirmed(browser: &Browser, victim: &VictimId, page: &Answer) -> Answer {
    read(browser, &support(victim)).await;
    let page = browser.get(&page.path).await;
    browser.post(&confirm(&page), &[]).await
}

pub(crate) fn says(page: &Answer, words: &[&str]) {
    for words in words {
        assert!(page.says(words), "{words}: {:?} {}", page.errors(), page.text());
    }
}

on_both!(
    async fn s5_to_s7_a_c_whoever_helps_is_added_and_read_back_equal(database: Database) {
        let (gateway, door, victim) = served(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let kinds = [
            ("flo", "Family liaison officer (FLO)"),
            ("idva", "Independent Domestic Violence Adviser (IDVA)"),
            ("officer-in-case", "Officer in the case"),
            ("witness-care", "Witness care"),
            ("local-support", "Local support"),
            ("other", "Another agency"),
        ];
        for (kind, words) in kinds {
            let page = add(&priya, &victim, kind, &agency()).await;
            says(
                &page,
                &[
                    &format!("What they do {words}"),
                    "Name Femi Oduya",
                    "Organisation Anytown Police",
                    "Email address femi.oduya@police.test",
                    "Telephone number +441632960202",
                    "by Priya Shah",
                ],
            );
            assert!(!page.says("What the person allowed"), "{}", page.text());
        }
        let phone_only = typed(
            agency(),
            &[("email", ""), ("name", "Noor Haddad"), ("phone", "01632 960203")],
        );
        let page = add(&priya, &victim, "flo", &phone_only).await;
        says(&page, &["Name Noor Haddad", "Email address Not provided"]);
        let page = priya.get(&format!("/victims/{victim}")).await;
        says(&page, &["Who helps", "Femi Oduya", "Noor Haddad"]);
        assert_eq!(logged(&gateway, "\"supporter-added\"").await, 7);
        assert_eq!(logged(&gateway, "Femi").await, 0, "no names in the log");
    }
);

on_both!(
    async fn s5_to_s7_b_an_isva_is_added_and_told_nothing_before_a_confirmed_consent(database: Database) {
        let changes = json!({"email": null, "preferred": "mobile", "mobile": safe("07700 900466")});
        let decision = not_charged("The evidence does not meet the test that we have to apply.");
        let (gateway, door, victim) = served(&database, &changes, &[decision]).await;
        let approved = gateway.draft_and_approve().await;
        let message = approved.iter().map(|one| one.message.clone()).collect::<Vec<_>>();
        let mut theirs = Vec::new();
        for id in message {
            if gateway.message(&id).await.victim_id == victim {
                theirs.push(id);
            }
        }
        let message = theirs.first().expect("the decision is approved");
        gateway.clock().set("2026-11-23T12:00:00Z");
        gateway.deliver().await;
        let hand_over = || {
            gateway
                .flows
                .hand_over(OFFICER, message, HandRoute::ViaIsva, "preferred-route")
        };
        let (priya, ruth) = (door.sign_in_as(PRIYA).await, door.sign_in_as(RUTH).await);

        let page = add(&priya, &victim, "isva", &isva()).await;
        says(
            &page,
            &[
                "What they do Independent Sexual Violence Adviser (ISVA)",
                "Name Sidonie Farrow",
                "Organisation North Service",
                "Email address sidonie@service.test",
                "Telephone number +441632960101",
                "May be written to by Portal only",
                "told nothing until a consent is recorded and confirmed",
            ],
        );
        assert!(
            hand_over().await.is_err(),
            "without a consent nothing is passed on"
        );
        let page = record(&priya, &page, &consent()).await;
        says(
            &page,
            &[
                "Consent Waits to be confirmed by a second person",
                "May be told of Progress of the case, Copies of letters",
                "Given 23 November 2026",
                "Last day 31 December 2026",
                "How In person",
                "by Priya Shah",
            ],
        );
        assert!(!page.html.contains("/confirm"), "nobody confirms their own");
        assert!(
            hand_over().await.is_err(),
            "what one person recorded opens nothing"
        );
        let page = confirmed(&ruth, &victim, &page).await;
        says(&page, &["Consent Holds", "by Ruth Okafor"]);
        hand_over().await.expect("the consent holds");

        let page = priya.get(&page.path).await;
        let end = format!("{}/end", page.path);
        let page = priya.submit(&page, &end, &[("why", "adviser-has-left")]).await;
        says(
            &page,
            &[
                "Who helped before",
                "Why it ended They no longer support the person",
            ],
        );
        assert!(hand_over().await.is_err(), "access ends at once");
        let told = gateway.unseen().await;
        assert!(told.iter().any(|(kind, _)| kind == "consent-ended"), "{told:?}");
        for verb in [
            "supporter-added",
            "consent-recorded",
            "consent-confirmed",
            "supporter-ended",
            "consent-ended",
        ] {
            assert_eq!(logged(&gateway, &format!("\"{verb}\"")).await, 1, "{verb}");
        }
    }
);

on_both!(
    async fn s5_to_s7_e_g_new_values_are_shown_and_the_old_ones_kept(database: Database) {
        let (gateway, door, victim) = served(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        for kind in ["flo", "idva"] {
            let page = add(&priya, &victim, kind, &agency()).await;
            let new = [
                ("name", "Noor Haddad"),
                ("email", "noor@police.test"),
                ("phone", ""),
            ];
            let asked = change(&priya, &page, &new.to_vec()).await;
            assert_eq!(asked.error_at("why").as_deref(), Some("Select why it is changed"));
            assert_eq!(
                asked.value("name").as_deref(),
                Some("Noor Haddad"),
                "what was typed is kept"
            );
            let page = change(&priya, &page, &[&new[..], &[("why", "somebody-else")]].concat()).await;
            says(
                &page,
                &[
                    "Name Noor Haddad Organisation Anytown Police Email address noor@police.test Telephone number Not provided",
                    "What was recorded before",
                    "Name Femi Oduya Organisation Anytown Police Email address femi.oduya@police.test Telephone number +441632960202",
                    "Why Somebody else does it now",
                ],
            );
            let same = change(&priya, &page, &vec![("why", "was-wrong")]).await;
            assert_eq!(
                same.error_at("organisation").as_deref(),
                Some("These are the details that are recorded already")
            );
        }
        assert_eq!(logged(&gateway, "\"supporter-changed\"").await, 2);
    }
);

on_both!(
    async fn s5_to_s7_f_another_isva_needs_a_fresh_consent_and_the_old_one_hears_nothing(database: Database) {
        let (gateway, door, victim) = served(&database, &json!({}), &[assigned()]).await;
        let (priya, ruth) = (door.sign_in_as(PRIYA).await, door.sign_in_as(RUTH).await);
        let page = add(&priya, &victim, "isva", &isva()).await;
        let page = record(&priya, &page, &consent()).await;
        let old = confirmed(&ruth, &victim, &page).await;
        says(&old, &["Consent Holds"]);
        let new = [
            ("name", "Imogen Reyes"),
            ("email", "imogen@service.test"),
            ("why", "somebody-else"),
        ];
        let page = change(&priya, &old, &new.to_vec()).await;
        says(
            &page,
            &[
                "Name Imogen Reyes",
                "Email address imogen@service.test",
                "Telephone number +441632960101",
                "In the place of somebody else because Somebody else does it now",
                "told nothing until a consent is recorded",
            ],
        );
        let old = priya.get(&old.path).await;
        says(
            &old,
            &[
                "Name Sidonie Farrow",
                "Ended 23 November 2026",
                "Consent Ended 23 November 2026",
            ],
        );
        assert!(
            !old.html.contains("<form method=\"post\" action=\"/victims"),
            "nothing is left to do: {}",
            old.text()
        );
        let page = record(&priya, &page, &consent()).await;
        says(&confirmed(&ruth, &victim, &page).await, &["Consent Holds"]);

        // The same adviser at another number is somebody to whom the person agrees anew, too.
        let page = priya.get(&page.path).await;
        let corrected = [("phone", "01632 960109"), ("why", "was-wrong")];
        let page = change(&priya, &page, &corrected.to_vec()).await;
        says(
            &page,
            &[
                "Telephone number +441632960109",
                "told nothing until a consent is recorded",
            ],
        );
        assert_eq!(logged(&gateway, "\"supporter-ended\"").await, 2);
        assert_eq!(logged(&gateway, "\"supporter-added\"").await, 3);
    }
);
