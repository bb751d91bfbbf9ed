//! Lists come in parts, and what a client has already is not sent again.

use std::collections::BTreeSet;

use super::changes::contact;
use super::resources::with_victim;
use super::*;

/// Reads a list one by one to its end.
async fn one_by_one(api: &Api, token: &str, path: &str, list: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut after = String::new();
    loop {
        let told = api.get(token, &format!("{path}?limit=1{after}")).await;
        let part = told.body[list].as_array().expect("a list");
        assert!(part.len() <= 1);
        ids.extend(
            part.iter()
                .map(|one| one["id"].as_str().expect("an identifier").to_owned()),
        );
        match told.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return ids,
        }
    }
}

on_both!(
    async fn every_list_is_read_to_its_end_part_by_part(database: Database) {
        let (api, token, case, id) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let now = api.door.flows.now();
        // Two more victims of the same case.
        for n in [2, 3] {
            let other = victim(1, now).replace("V-0000001", &format!("V-{n}"));
            api.house.add_victim(&other).await;
        }
        let contacts = format!("/api/v1/victims/{id}/contacts");
        for n in 0..3 {
            let told = api
                .post_once(
                    &token,
                    &format!("k-{n}"),
                    &contacts,
                    &contact(&api, None).to_string(),
                )
                .await;
            assert_eq!(told.status, StatusCode::CREATED, "{}", told.body);
        }
        api.house.draft_and_approve().await;
        let lists = [
            (format!("/api/v1/cases/{case}/victims"), "victims", 3),
            (contacts, "contacts", 3),
            (format!("/api/v1/victims/{id}/drafts"), "drafts", 1),
            ("/api/v1/obligations".to_owned(), "obligations", 1),
        ];
        for (path, list, least) in lists {
            let whole = api.get(&token, &path).await;
            assert_eq!(whole.body["next"], Value::Null, "{path}");
            let whole = whole.body[list].as_array().expect("a list").clone();
            assert!(whole.len() >= least, "{path}");
            let whole = whole.iter().map(|one| one["id"].as_str().expect("an identifier"));
            let ids = one_by_one(&api, &token, &path, list).await;
            assert_eq!(ids, whole.collect::<Vec<_>>(), "{path}");
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
            for (wrong, status) in [
                ("limit=0", 422),
                ("limit=201", 422),
                ("after=x", 422),
                ("page=2", 400),
            ] {
                is_problem(&api.get(&token, &format!("{path}?{wrong}")).await, status);
            }
        }
    }
);

on_both!(
    async fn what_a_client_has_already_is_not_sent_again(database: Database) {
        let (api, token, case, id) = with_victim(&database, &["north-east"], &Scope::ALL).await;
        let owed = api.door.flows.list_obligations(None, 1).await.expect("a list");
        let owed = format!("/api/v1/obligations/{}", owed[0].id);
        let paths = [
            format!("/api/v1/cases/{case}"),
            format!("/api/v1/victims/{id}"),
            format!("/api/v1/victims/{id}/plan"),
            owed.clone(),
        ];
        let mut tags = BTreeSet::new();
        for path in &paths {
            let told = api.get(&token, path).await;
            assert_eq!(told.status, StatusCode::OK, "{path}: {}", told.body);
            let ask = |tag: &str| {
                let request = asking(&token, "GET", path).header(header::IF_NONE_MATCH, tag);
                request.body(Body::empty()).expect("a request")
            };
            let same = api.ask(ask(&told.tag)).await;
            assert_eq!(
                (same.status, &same.tag),
                (StatusCode::NOT_MODIFIED, &told.tag),
                "{path}"
            );
            assert_eq!(api.ask(ask("\"other\"")).await.body, told.body);
            tags.insert(told.tag);
        }
        assert_eq!(tags.len(), paths.len());
        let contacts = format!("/api/v1/victims/{id}/contacts");
        let ends = contact(&api, Some(owed.rsplit('/').next().expect("an identifier")));
        api.post_once(&token, "k", &contacts, &ends.to_string()).await;
        assert!(
            !tags.contains(&api.get(&token, &owed).await.tag),
            "it was discharged"
        );
    }
);
