//! Who may not help, what is refused at its field, and who may not confirm.

use axum::http::StatusCode;
use harness::case::{assigned, defendant};
use harness::on_both;
use serde_json::json;

use super::{ELSEWHERE, PRIYA, RUTH, logged, read};
use crate::vca::support::{add, change, confirm, confirmed, consent, isva, record, says, served, support};
use crate::vca::typed;

const REFUSED: &str = "These details cannot be used for this person; the officers have been told";

on_both!(
    async fn nobody_of_the_defence_ever_helps_and_the_refusal_says_nothing(database: Database) {
        let side = defendant(&json!({"emails": ["corin@elsewhere.test"], "phones": ["01632 960555"]}));
        let (gateway, door, victim) = served(&database, &json!({"defendants": [side]}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let tries = [
            ("email", "corin@elsewhere.test"),
            ("phone", "01632 960555"),
            ("name", "Corin Latchford"),
        ];
        let mut texts = Vec::new();
        for kind in ["isva", "idva", "flo", "officer-in-case", "other"] {
            for (field, value) in tries {
                let mut fields = typed(isva(), &[(field, value)]);
                let first = if kind == "isva" { "service" } else { "organisation" };
                if kind != "isva" {
                    fields = typed(
                        fields,
                        &[("adviser", ""), ("service", ""), ("organisation", "Some Agency")],
                    );
                }
                let page = add(&priya, &victim, kind, &fields).await;
                assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
                assert_eq!(page.errors(), [(first.to_owned(), REFUSED.to_owned())]);
                assert!(
                    !page.says("defence") && !page.says("Defendant"),
                    "{}",
                    page.text()
                );
                texts.push(page.errors());
            }
        }
        assert!(
            texts.iter().all(|errors| errors.len() == 1),
            "each tells the same"
        );
        let page = add(&priya, &victim, "isva", &isva()).await;
        let page = change(
            &priya,
            &page,
            &vec![("email", "corin@elsewhere.test"), ("why", "was-wrong")],
        )
        .await;
        assert_eq!(page.error_at("service").as_deref(), Some(REFUSED));
        assert_eq!(logged(&gateway, "\"supporter-refused\"").await, 16);
        assert_eq!(logged(&gateway, "\"supporter-added\"").await, 1);
        assert_eq!(logged(&gateway, "corin").await, 0);
        let told = gateway.unseen().await;
        assert!(
            told.iter().any(|(kind, _)| kind == "supporter-refused"),
            "{told:?}"
        );
    }
);

on_both!(
    async fn what_is_missing_or_wrong_is_said_at_its_field_and_nobody_helps_twice(database: Database) {
        let (gateway, door, victim) = served(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let wrong = [
            ("name", "", "Enter the full name"),
            ("email", "", "Enter the email address"),
            ("phone", "", "Enter the telephone number"),
            ("service", "", "Select the registered service"),
            (
                "service",
                "Nowhere",
                "An ISVA belongs to a registered service; select one",
            ),
            ("adviser", "somebody", "Select who the adviser is"),
            (
                "email",
                "alex@service.test",
                "This adviser is known at a service already; select them from the list",
            ),
        ];
        for (field, value, words) in wrong {
            let mut fields = typed(isva(), &[(field, "")]);
            fields.push((field, value));
            let page = add(&priya, &victim, "isva", &fields).await;
            let at = if value.contains('@') { "service" } else { field };
            assert_eq!(page.error_at(at).as_deref(), Some(words), "{}", page.text());
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let neither = vec![("organisation", "Anytown Police"), ("name", "Femi Oduya")];
        let page = add(&priya, &victim, "flo", &neither).await;
        assert_eq!(
            page.error_at("email").as_deref(),
            Some("Enter an email address or a telephone number")
        );
        let page = add(
            &priya,
            &victim,
            "flo",
            &[&neither[..], &[("phone", "12")]].concat(),
        )
        .await;
        assert!(page.error_at("phone").is_some(), "{}", page.text());
        let unknown = [("kind", "defence-solicitor"), ("name", "Somebody")];
        let page = priya.post(&support(&victim), &unknown).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
        let page = priya
            .get(&format!("{}/new?kind=defence-solicitor", support(&victim)))
            .await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert_eq!(logged(&gateway, "\"supporter-added\"").await, 0);

        // The adviser whom the service has already is chosen by name, once.
        let form = priya.get(&format!("{}/new?kind=isva", support(&victim))).await;
        let (_, rest) = form.html.split_once("name=\"adviser\"").expect("a choice");
        let (_, rest) = rest.split_once("value=\"").expect("its value");
        let known = rest.split('"').next().expect("an identifier").to_owned();
        let chosen = vec![("adviser", known.as_str())];
        says(
            &add(&priya, &victim, "isva", &chosen).await,
            &["Name Alex Adviser"],
        );
        let again = add(&priya, &victim, "isva", &chosen).await;
        assert!(
            again
                .error_at("service")
                .is_some_and(|words| words.contains("helps already"))
        );
        assert_eq!(logged(&gateway, "\"supporter-added\"").await, 1);
    }
);

on_both!(
    async fn a_consent_is_dated_bounded_confirmed_by_another_and_ended(database: Database) {
        let (gateway, door, victim) = served(&database, &json!({}), &[assigned()]).await;
        let (priya, ruth) = (door.sign_in_as(PRIYA).await, door.sign_in_as(RUTH).await);
        let one = add(&priya, &victim, "isva", &isva()).await;
        let wrong = [
            ("scopes", "", "scopes", "Select what the adviser may be told of"),
            (
                "scopes",
                "everything",
                "scopes",
                "Select what the adviser may be told of",
            ),
            ("how", "by-pigeon", "how", "Select how the person agreed"),
            (
                "given-month",
                "",
                "given",
                "The day on which the person agreed must include a month",
            ),
            (
                "given",
                "24",
                "given",
                "The date on which it was given must be today or in the past",
            ),
            (
                "given-year",
                "2025",
                "given",
                "The date on which it was given lies before the case; check the date",
            ),
            ("until", "", "until", "The last day must include a day"),
            (
                "until-year",
                "2025",
                "until",
                "The last day must be today or later",
            ),
        ];
        for (field, value, at, words) in wrong {
            let page = record(&priya, &one, &typed(consent(), &[(field, value)])).await;
            assert_eq!(
                page.error_at(at).as_deref(),
                Some(words),
                "{field} {value}: {}",
                page.text()
            );
        }
        assert_eq!(logged(&gateway, "\"consent-recorded\"").await, 0);
        let page = record(&priya, &one, &consent()).await;
        read(&ruth, &support(&victim)).await;
        let theirs = ruth.get(&page.path).await;
        let own = priya.post(&confirm(&theirs), &[]).await;
        assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.text());
        let twice = record(&priya, &one, &consent()).await;
        assert!(
            twice
                .error_at("given")
                .is_some_and(|words| words.contains("end that one first"))
        );
        let refuse = confirm(&theirs).replace("/confirm", "/refuse");
        let asked = ruth.post(&refuse, &[("refused", "because")]).await;
        assert_eq!(
            asked.error_at("refused").as_deref(),
            Some("Select why it is not confirmed")
        );
        let page = ruth.post(&refuse, &[("refused", "person-did-not-agree")]).await;
        says(&page, &["Not confirmed: it opens nothing"]);
        let late = ruth.post(&confirm(&theirs), &[]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());

        let page = record(&priya, &one, &consent()).await;
        let page = confirmed(&ruth, &victim, &page).await;
        says(&page, &["Consent Holds"]);
        let end = format!("{}/consent/end", page.path);
        let asked = priya.post(&end, &[]).await;
        assert_eq!(
            asked.error_at("ended").as_deref(),
            Some("Select why the consent ends")
        );
        let page = priya.post(&end, &[("ended", "person-took-it-back")]).await;
        says(&page, &["Consent Ended 23 November 2026", "Record a consent"]);
        let again = priya.post(&end, &[("ended", "person-took-it-back")]).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert_eq!(logged(&gateway, "\"consent-ended\"").await, 1);
    }
);

on_both!(
    async fn whoever_does_not_reach_the_victim_finds_nobody_and_whoever_is_slower_changes_nothing(
        database: Database,
    ) {
        let (_gateway, door, victim) = served(&database, &json!({}), &[assigned()]).await;
        let (priya, ruth) = (door.sign_in_as(PRIYA).await, door.sign_in_as(RUTH).await);
        let page = add(&priya, &victim, "isva", &isva()).await;
        let elsewhere = door.sign_in_as(ELSEWHERE).await;
        for path in [
            support(&victim),
            page.path.clone(),
            format!("{}/consent", page.path),
        ] {
            assert_eq!(elsewhere.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let ended = [("why", "adviser-has-left"), ("version", "1")];
        let end = format!("{}/end", page.path);
        assert_eq!(elsewhere.post(&end, &ended).await.status, StatusCode::NOT_FOUND);
        let other = "0".repeat(32);
        let wrong = priya.get(&format!("{}/{other}", support(&victim))).await;
        assert_eq!(wrong.status, StatusCode::NOT_FOUND);

        read(&ruth, &support(&victim)).await;
        let slow = ruth.get(&page.path).await;
        record(&priya, &page, &consent()).await;
        let late = ruth.submit(&slow, &end, &[("why", "adviser-has-left")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
    }
);
