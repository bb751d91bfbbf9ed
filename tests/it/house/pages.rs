//! What each page shows, and what none of them does.

use axum::http::StatusCode;
use domain::calendar::Calendar;
use domain::rulebook::Confirmation;
use domain::safety::HoldReason;
use flows::{KnownText, MASTER_KEY_TEXT, Parts, Role};
use harness::case::{URN, VICTIM};
use harness::house::KEY;
use harness::on_both;
use harness::web::Who;
use jiff::civil::date;

use crate::auditing::entries;
use crate::contact_log::by_hand;

use super::relay::nobody;
use super::{NADIA, PAGES, house, shows_nothing_of_the_case};

/// An officer of Wessex.
const CARYS: Who<'static> = Who {
    user: "carys.bevan",
    name: "Carys Bevan",
    roles: &[Role::Vlo],
    areas: &["wessex"],
};

on_both!(
    async fn every_page_is_there_and_shows_nothing_of_a_case(database: Database) {
        let (gateway, _) = house(&database).await;
        gateway.deliver_all().await;
        let browser = gateway.door().sign_in_as(NADIA).await;
        for (path, heading) in PAGES {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.html);
            assert!(
                page.html.contains(&format!(">{heading}</h1>")),
                "{path}: {}",
                page.text()
            );
            shows_nothing_of_the_case(&page);
            let leads_there = browser
                .get("/house")
                .await
                .html
                .contains(&format!("href=\"{path}\""));
            assert!(leads_there, "{path} is not to be found from the first page");
        }
    }
);

on_both!(
    async fn a_message_that_is_held_stands_there_by_its_id_and_its_reason_alone(database: Database) {
        let (gateway, approved) = house(&database).await;
        let victim = gateway.victim(URN, VICTIM).await;
        gateway
            .change_plan(&victim, |plan| plan.content_in_email = false)
            .await;
        assert_eq!(gateway.deliver().await.held, 1);
        let door = gateway.door();
        let browser = door.sign_in_as(NADIA).await;
        let page = browser.get("/house/messages").await;
        for words in [
            approved.message.as_str(),
            "North East",
            "Held, a person decides",
            "Its officer sees why and decides",
            "23 November 2026 at 9:15am",
        ] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        let law = HoldReason::ContentNotWanted.explain();
        assert!(
            !page.says(law),
            "what the victim asked for is no administrator's to know"
        );
        shows_nothing_of_the_case(&page);
        assert!(browser.get("/house").await.says("1 is held or has failed"));

        let elsewhere = Who {
            user: "owen.tate",
            areas: &["wessex"],
            ..NADIA
        };
        let page = door.sign_in_as(elsewhere).await.get("/house/messages").await;
        assert!(
            page.says("Nothing is held, and nothing has failed") && !page.says(approved.message.as_str()),
            "another Area's: {}",
            page.text()
        );
    }
);

on_both!(
    async fn a_message_that_failed_says_why_in_words(database: Database) {
        let (gateway, approved) = house(&database).await;
        let away = nobody();
        let done = gateway
            .flows
            .deliver_batch("test", &away)
            .await
            .expect("the batch ends");
        assert_eq!(done.failed, 1);
        let page = gateway
            .door()
            .sign_in_as(NADIA)
            .await
            .get("/house/messages")
            .await;
        assert!(
            page.says(approved.message.as_str()) && page.says("The relay did not answer."),
            "{}",
            page.text()
        );
        shows_nothing_of_the_case(&page);
    }
);

on_both!(
    async fn areas_are_counted_with_officers_and_open_cases(database: Database) {
        let (gateway, _) = house(&database).await;
        let door = gateway.door();
        door.sign_in_as(CARYS).await;
        let page = door.sign_in_as(NADIA).await.get("/house/areas").await;
        // One officer of the staff file works everywhere.
        assert!(page.says("North East north-east 1 1"), "{}", page.text());
        assert!(page.says("Wessex wessex 2 0"), "{}", page.text());
        assert_eq!(page.html.matches("scope=\"row\"").count(), 14);
        let own = Who {
            user: "owen.tate",
            areas: &["wessex"],
            ..NADIA
        };
        let page = door.sign_in_as(own).await.get("/house/areas").await;
        assert!(
            page.says("North East north-east 1 Not one of your Areas") && page.says("Wessex wessex 2 0"),
            "{}",
            page.text()
        );
    }
);

on_both!(
    async fn services_are_named_and_advisers_masked_and_that_is_recorded(database: Database) {
        let (gateway, _) = house(&database).await;
        let browser = gateway.door().sign_in_as(NADIA).await;
        let page = browser.get("/house/services").await;
        for words in [
            "Lantern Wharf By email with TLS and DMARC 1 1",
            "Lantern Wharf …@farrow.example 5 January 2026",
        ] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        shows_nothing_of_the_case(&page);
        let read = entries(&gateway, "advisers-listed").await;
        let (_, read) = read.first().expect("the reading has its entry");
        assert_eq!(
            (read.actor(), read.facts().get("advisers").map(String::as_str)),
            (NADIA.user, Some("1"))
        );
    }
);

on_both!(
    async fn a_rule_says_who_confirmed_it_and_that_nobody_did(database: Database) {
        let (gateway, _) = house(&database).await;
        let door = gateway.door_with(|parts| {
            let confirmed = Confirmation {
                rule: "R6-05".to_owned(),
                by: "Policy lead".to_owned(),
                on: date(2026, 11, 2),
            };
            let rulebook = parts
                .rulebook
                .confirm(&[confirmed])
                .expect("a rule of the rulebook");
            Parts { rulebook, ..parts }
        });
        let page = door.sign_in_as(NADIA).await.get("/house/rules").await;
        let row = |rule: &str| {
            let text = page.html.split(&format!(">{rule}</th>")).nth(1).expect("its row");
            text.split("</tr>").next().unwrap_or_default().to_owned()
        };
        let rule = door
            .flows
            .parts()
            .rulebook
            .rule("R6-05")
            .expect("the rule")
            .clone();
        let confirmed = row("R6-05");
        for words in [
            "In use",
            "Confirmed by Policy lead on 2 November 2026",
            rule.source.as_str(),
        ] {
            assert!(confirmed.contains(words), "{words}: {confirmed}");
        }
        assert!(confirmed.contains(&format!("{}: ", rule.grade)), "{confirmed}");
        assert!(
            row("R6-01").contains("Nobody has confirmed it"),
            "{}",
            row("R6-01")
        );
        assert!(
            page.says("rules are in use that nobody has confirmed"),
            "{}",
            page.text()
        );
        let rules = door.flows.parts().rulebook.rules();
        assert_eq!(page.html.matches("scope=\"row\"").count(), rules.len());
        let before = gateway.door().sign_in_as(NADIA).await.get("/house/rules").await;
        assert!(before.says("R6-05 Waits to be confirmed"), "{}", before.text());
    }
);

on_both!(
    async fn bank_holidays_say_how_far_they_reach_and_warn_in_time(database: Database) {
        let (gateway, _) = house(&database).await;
        let page = gateway
            .door()
            .sign_in_as(NADIA)
            .await
            .get("/house/bank-holidays")
            .await;
        for words in [
            "to the end of 2028",
            "28 December 2026 Boxing Day (substitute day)",
            "14 April 2028 Good Friday",
        ] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        let warning = "less than 12 months ahead";
        assert!(!page.says(warning), "{}", page.text());
        let door = gateway.door_with(|parts| {
            let days = parts.calendar.holidays().filter(|day| day.date.year() <= 2026);
            let days = days.collect::<Vec<_>>();
            let text = serde_json::json!({"england-and-wales": {"events": days}}).to_string();
            let calendar = Calendar::parse(&text).expect("a calendar");
            Parts { calendar, ..parts }
        });
        let browser = door.sign_in_as(NADIA).await;
        for path in ["/house", "/house/bank-holidays"] {
            let page = browser.get(path).await;
            assert!(
                page.says("known until 31 December 2026 only") && page.says(warning),
                "{path}: {}",
                page.text()
            );
        }
    }
);

on_both!(
    async fn templates_say_who_vetted_which_words(database: Database) {
        let (gateway, _) = house(&database).await;
        let page = gateway
            .door()
            .sign_in_as(NADIA)
            .await
            .get("/house/templates")
            .await;
        let versions = gateway.flows.parts().library.versions().len();
        assert_eq!(
            page.html.matches("By tom.ellis and ruth.okafor on").count(),
            versions
        );
        for words in [
            "Version 1, Welsh vlo-introduction",
            "Translated; nobody has checked it",
            "Written in this language",
            "A vetting has no day on which it ends",
        ] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        assert!(!page.says("Not vetted"), "{}", page.text());
        by_hand(&database.address, "DELETE FROM template_vettings").await;
        let page = gateway
            .door()
            .sign_in_as(NADIA)
            .await
            .get("/house/templates")
            .await;
        assert_eq!(
            page.html.matches("Nobody has vetted these words").count(),
            versions
        );
        assert!(page.says("nothing is sent from them"), "{}", page.text());
    }
);

on_both!(
    async fn keys_are_named_by_their_ids_and_nothing_of_them_is_shown(database: Database) {
        let (gateway, _) = house(&database).await;
        let door = gateway.door();
        let browser = door.sign_in_as(NADIA).await;
        let page = browser.get("/house/keys").await;
        for words in [
            format!("{KEY} Active No start of the service has been recorded yet"),
            "Checkpoints of the contact log".to_owned(),
        ] {
            assert!(page.says(&words), "{words}: {}", page.text());
        }
        let known = KnownText {
            name: MASTER_KEY_TEXT,
            digest: "0".repeat(64),
        };
        door.flows
            .record_texts("system:start", &[known])
            .await
            .expect("the start is recorded");
        let page = browser.get("/house/keys").await;
        assert!(
            page.says(&format!("{KEY} Active 23 November 2026 at 9:15am")),
            "{}",
            page.text()
        );
        for line in gateway.key_file().lines() {
            let material = line.rsplit(' ').next().expect("the key of a line");
            assert!(!page.text().contains(material), "a key is shown");
        }
    }
);

on_both!(
    async fn a_disabled_account_offers_to_be_enabled_and_nothing_else(database: Database) {
        let (gateway, _) = house(&database).await;
        let door = gateway.door();
        door.sign_in_as(CARYS).await;
        let id = door
            .flows
            .find_account("operator", "carys.bevan")
            .await
            .expect("the account");
        let browser = door.sign_in_as(NADIA).await;
        let path = format!("/accounts/{id}");
        let page = browser.get(&path).await;
        assert!(
            page.says("Make an invitation") && page.says("Disable this account"),
            "{}",
            page.text()
        );
        browser
            .post(&format!("{path}/disable"), &[("reason", "left")])
            .await;
        let page = browser.get(&path).await;
        assert!(page.says("Enable it again"), "{}", page.text());
        assert!(
            !page.html.contains(&format!("{path}/invite")) && !page.html.contains(&format!("{path}/disable")),
            "{}",
            page.html
        );
        browser.post(&format!("{path}/enable"), &[]).await;
        assert!(browser.get(&path).await.says("Make an invitation"));
    }
);
