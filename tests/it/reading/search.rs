//! A search finds exactly, in reach only, and leaves neither words nor names anywhere.

use domain::masked::Masked;
use flows::Looked;
use harness::gateway::OFFICER;
use harness::on_both;
use serde_json::json;

use super::{house, log, officer, owed};

fn person(name: &str, born: Option<i16>) -> Looked {
    Looked::Person {
        name: Masked::new(name),
        born,
    }
}

on_both!(
    async fn a_person_is_found_by_whole_words_in_any_order_and_by_the_year_of_birth(database: Database) {
        let gateway = house(&database).await;
        owed(
            &gateway,
            1,
            &json!({"birth_year": "1994", "legal_name": "Marèn O'Holloway-Pryce"}),
        )
        .await;
        let second = json!({
            "victim_ref": "V-2", "birth_year": "1987", "legal_name": "Maren Other",
            "email": harness::case::safe("maren.other@inbox.example"),
        });
        owed(&gateway, 2, &second).await;
        let count = async |name: &str, born| {
            let found = gateway.flows.find_victims(OFFICER, &person(name, born)).await;
            found.expect("an answer").len()
        };
        assert_eq!(count("MAREN", None).await, 2);
        assert_eq!(
            count("pryce maren", None).await,
            1,
            "in any order, without accents"
        );
        assert_eq!(count("maren", Some(1987)).await, 1);
        assert_eq!(count("maren", Some(1990)).await, 0);
        assert_eq!(count("mar", None).await, 0, "whole words only");
        assert!(
            gateway
                .flows
                .find_victims(OFFICER, &person(" ", None))
                .await
                .is_err()
        );
        assert!(
            gateway
                .flows
                .find_victims(OFFICER, &person("a b c d e f g", None))
                .await
                .is_err()
        );
        let entries = log(&gateway).await.join("\n");
        assert!(
            entries.contains("victims-searched") && entries.contains("\"hits\""),
            "{entries}"
        );
        assert!(
            !entries.to_lowercase().contains("maren") && !entries.contains("1987"),
            "{entries}"
        );
    }
);

on_both!(
    async fn a_victim_from_before_the_index_is_found_after_the_next_start(database: Database) {
        let gateway = house(&database).await;
        let victim = owed(&gateway, 1, &json!({})).await;
        let mut tx = gateway.pool().begin().await.expect("a transaction");
        store::search::save_indexes(&mut tx, &victim, &[])
            .await
            .expect("none");
        tx.commit_unlogged("as before the update")
            .await
            .expect("committed");
        let looked = person("holloway", None);
        assert!(
            gateway
                .flows
                .find_victims(OFFICER, &looked)
                .await
                .expect("none")
                .is_empty()
        );
        assert_eq!(gateway.flows.index_names().await.expect("indexed"), 1);
        assert_eq!(gateway.flows.index_names().await.expect("once"), 0);
        assert_eq!(
            gateway
                .flows
                .find_victims(OFFICER, &looked)
                .await
                .expect("one")
                .len(),
            1
        );
    }
);

on_both!(
    async fn what_is_typed_wrong_is_said_at_its_field_and_kept(database: Database) {
        let gateway = house(&database).await;
        owed(&gateway, 1, &json!({})).await;
        let door = gateway.door();
        let browser = door
            .sign_in_as(officer(OFFICER, "Priya Shah", &["north-east"]))
            .await;
        browser.get("/cases").await;
        let empty = browser.post("/work/search", &[]).await;
        assert_eq!(
            empty.error_at("urn").as_deref(),
            Some("Enter a case reference or words of a name")
        );
        let wrong = browser
            .post("/work/search", &[("name", "Maren"), ("born", "94")])
            .await;
        assert!(wrong.error_at("born").is_some(), "{}", wrong.text());
        assert_eq!(wrong.value("name").as_deref(), Some("Maren"));
        let found = browser.post("/work/search", &[("name", "holloway maren")]).await;
        assert!(
            found.says(harness::case::URN) && !found.text().contains("Holloway "),
            "{}",
            found.text()
        );
    }
);
