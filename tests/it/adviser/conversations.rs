//! What an adviser writes here and reads of ours, and what they say of the person.

use axum::http::StatusCode;
use domain::people::ConsentScope;
use domain::supporter::EndWhy;
use harness::case::URN;
use harness::gateway::OFFICER;
use harness::on_both;
use serde_json::json;

use super::{ADVISER, LATER, REASON, link, trial, trial_of};

const WORDS: &str = "The court has been asked for a screen.\nWe hear on Friday.";

on_both!(
    async fn an_adviser_asks_here_reads_the_answer_and_says_when_the_person_was_told(database: Database) {
        let trial = trial(&database).await;
        let dana = trial
            .asked("May she give evidence\nfrom behind a screen?", &trial.lead)
            .await;
        let her = trial.victim(URN).await;
        let file = trial.file_of(&her).await;
        let [one] = file.as_slice() else {
            panic!("one message: {}", file.len())
        };
        assert_eq!(one.from, ADVISER, "the registered address, whoever typed what");
        assert_eq!(one.text, "May she give evidence\nfrom behind a screen?");
        assert_eq!(one.checks, [("signed-in".to_owned(), "pass".to_owned())]);
        assert_eq!(trial.rules(&her).await, ["HOUSE-ADVISER-ANSWER"]);
        let list = dana.get("/adviser").await;
        assert!(
            list.says("Conversation about Maren") && list.says("We aim to answer by 25 November 2026"),
            "{}",
            list.text()
        );
        let path = link(&list, "/adviser/conversations");

        trial.answered(&her, WORDS).await;
        assert!(
            !dana.get(&path).await.says("asked for a screen"),
            "it has not left yet"
        );
        trial.house.clock().set(LATER);
        assert_eq!(trial.house.deliver().await.accepted, 1);
        let list = dana.get("/adviser").await;
        assert!(
            list.says("Tell us when they know") && list.says("Last message on 23 November 2026 at 9:20am"),
            "{}",
            list.text()
        );
        let page = dana.get(&path).await;
        assert!(
            page.says("The court has been asked for a screen."),
            "{}",
            page.text()
        );
        assert!(page.says("(CPS)") && page.says("You at 9am"), "{}", page.text());

        let told = link(&page, &format!("{path}/told"));
        let early = dana
            .submit(
                &page,
                &told,
                &[
                    ("whether", "told"),
                    ("on", "20"),
                    ("on-month", "11"),
                    ("on-year", "2026"),
                ],
            )
            .await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            early
                .error_at("on")
                .is_some_and(|words| words.contains("lies before our answer"))
        );
        let today = [
            ("whether", "told"),
            ("on", "23"),
            ("on-month", "11"),
            ("on-year", "2026"),
        ];
        let page = dana.submit(&early, &told, &today).await;
        assert_eq!(
            (page.status, page.says("Does the person know?")),
            (StatusCode::OK, false)
        );
        assert!(trial.rules(&her).await.is_empty(), "told on a day that was said");
        let again = dana.post(&told, &today).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "once");
    }
);

on_both!(
    async fn that_the_person_could_not_be_told_stays_open_and_goes_to_the_officer(database: Database) {
        let trial = trial(&database).await;
        let dana = trial.asked("What happens next?", &trial.lead).await;
        let her = trial.victim(URN).await;
        trial.answered(&her, WORDS).await;
        trial.house.clock().set(LATER);
        trial.house.deliver().await;
        let path = link(&dana.get("/adviser").await, "/adviser/conversations");
        let page = dana.get(&path).await;
        let told = link(&page, &format!("{path}/told"));
        let none = dana.submit(&page, &told, &[]).await;
        assert_eq!(
            none.error_at("whether").as_deref(),
            Some("Select whether the person was told")
        );
        let page = dana.submit(&none, &told, &[("whether", "not-safe-now")]).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(trial.rules(&her).await, ["HOUSE-ADVISER-CONFIRM"]);
        let unseen = trial.house.unseen().await;
        assert!(
            unseen.iter().any(|(kind, _)| kind == "victim-not-told"),
            "{unseen:?}"
        );
    }
);

on_both!(
    async fn the_same_form_sent_twice_is_one_message_and_the_same_words_another_day_are_two(
        database: Database,
    ) {
        let trial = trial(&database).await;
        let dana = trial.asked("Thank you.", &trial.lead).await;
        let her = trial.victim(URN).await;
        let path = link(&dana.get("/adviser").await, "/adviser/conversations");
        let page = dana.get(&path).await;
        for _ in 0..2 {
            let sent = dana.submit(&page, &path, &[("words", "Thank you.")]).await;
            assert_eq!(sent.status, StatusCode::OK);
        }
        assert_eq!(trial.file_of(&her).await.len(), 2);
        let page = dana.get(&path).await;
        dana.submit(&page, &path, &[("words", "Thank you.")]).await;
        assert_eq!(trial.file_of(&her).await.len(), 3);
        let page = dana.get(&path).await;
        for (words, why) in [
            (" \n", "Enter your message"),
            (
                &"x".repeat(4_001),
                "Your message must have 4,000 characters or fewer",
            ),
        ] {
            let said = dana.submit(&page, &path, &[("words", words)]).await;
            assert_eq!(said.error_at("words").as_deref(), Some(why));
        }
        assert_eq!(trial.file_of(&her).await.len(), 3);
    }
);

on_both!(
    async fn a_consent_that_ends_closes_the_conversation_at_once(database: Database) {
        let trial = trial(&database).await;
        let dana = trial.asked("What happens next?", &trial.lead).await;
        let path = link(&dana.get("/adviser").await, "/adviser/conversations");
        let page = dana.get(&path).await;
        let her = trial.victim(URN).await;
        let desk = trial.door.flows.read_supporters(OFFICER, &her, REASON).await;
        let link = desk.expect("who helps").supporters[0].row.id.clone();
        let ended = trial
            .door
            .flows
            .end_consent(OFFICER, &her, &link, EndWhy::PersonTookItBack);
        ended.await.expect("ended");
        assert_eq!(dana.get(&path).await.status, StatusCode::NOT_FOUND);
        let sent = dana.submit(&page, &path, &[("words", "One thing more.")]).await;
        assert_eq!(sent.status, StatusCode::NOT_FOUND);
        assert_eq!(trial.file_of(&her).await.len(), 1);
        for list in ["/adviser", "/adviser/people", "/adviser/meetings"] {
            assert!(!dana.get(list).await.says("Maren"), "{list}");
        }
    }
);

on_both!(
    async fn an_answer_is_read_only_under_a_consent_that_covers_answers(database: Database) {
        let scopes = [ConsentScope::Updates.as_str()];
        let trial = trial_of(&database, &json!({"scopes": scopes})).await;
        let dana = trial.asked("What happens next?", &trial.lead).await;
        let her = trial.victim(URN).await;
        trial.answered(&her, WORDS).await;
        trial.house.clock().set(LATER);
        assert_eq!(trial.house.deliver().await.held, 1, "nor does it leave by email");
        let path = link(&dana.get("/adviser").await, "/adviser/conversations");
        let page = dana.get(&path).await;
        assert!(page.says("Our answers are not shown") && page.says("What happens next?"));
        assert!(!page.says("asked for a screen"));
    }
);

on_both!(
    async fn whose_service_gets_no_mail_reads_the_answer_here_after_notices_without_a_word_of_it(
        database: Database,
    ) {
        let trial = trial_of(&database, &json!({"transport": "portal-only"})).await;
        let dana = trial.asked("What happens next?", &trial.lead).await;
        let her = trial.victim(URN).await;
        trial.answered(&her, WORDS).await;
        trial.house.clock().set(LATER);
        let done = trial.house.deliver().await;
        assert_eq!((done.accepted, done.held, trial.house.caught().len()), (1, 0, 0));
        assert_eq!(trial.rules(&her).await, ["HOUSE-ADVISER-CONFIRM"]);
        let path = link(&dana.get("/adviser").await, "/adviser/conversations");
        let page = dana.get(&path).await;
        assert!(
            page.says("The court has been asked for a screen."),
            "{}",
            page.text()
        );

        assert_eq!((trial.house.notice().await, trial.house.notice().await), (1, 0));
        let page = dana.get(&path).await;
        dana.submit(&page, &path, &[("words", "And the date?")]).await;
        trial.answered(&her, "It is not known yet.").await;
        trial.house.clock().set("2026-11-23T09:40:00Z");
        assert_eq!(trial.house.deliver().await.accepted, 1);
        assert_eq!(trial.house.notice().await, 0, "the last notice is minutes old");
        trial.house.clock().set("2026-11-23T13:20:00Z");
        assert_eq!(trial.house.notice().await, 1, "four hours later");
        let caught = trial.house.caught();
        assert_eq!(caught.len(), 2);
        for one in caught {
            assert_eq!(one.recipients, [ADVISER]);
            let mail = String::from_utf8_lossy(&one.bytes).into_owned();
            assert!(mail.contains("You have a message.") && mail.contains("Auto-Submitted: auto-generated"));
            for never in [
                "Maren", "Holloway", "Dana", "Whitlock", "screen", URN, "CPS", "court",
            ] {
                let headers_and_words = mail.replace(ADVISER, "");
                assert!(!headers_and_words.contains(never), "{never} in {mail}");
            }
        }
    }
);
