//! Which case a message goes to.

use domain::id::VictimId;
use domain::mailbox::Reason;
use domain::supporter::EndWhy;
use flows::Arrived;
use harness::case::{URN, case, safe};
use harness::gateway::OFFICER;
use harness::on_both;
use mail::receiving::Received;
use serde_json::json;

use super::{ADVISER, MAILBOX, Trial, adviser, mail, question, trial};

pub(super) const REASON: &str = "answer-the-victim";

pub(super) async fn victim(trial: &Trial, urn: &str, reference: &str) -> VictimId {
    let mut tx = trial.house.reader().await;
    let found = store::subjects::find_by_ref(&mut tx, urn, reference)
        .await
        .expect("an answer");
    found.expect("the victim").victim.id
}

/// The texts in a victim's file, oldest first.
async fn texts(trial: &Trial, victim: &VictimId) -> Vec<String> {
    let list = trial.flows.read_correspondence(OFFICER, victim, REASON).await;
    let (_, list) = list.expect("a file");
    list.into_iter().map(|one| one.text).collect()
}

on_both!(
    async fn an_advisers_question_is_filed_and_an_answer_is_owed_in_two_working_days(database: Database) {
        let trial = trial(&database).await;
        assert_eq!(trial.receive(&question()).await, Arrived::Filed);
        let her = victim(&trial, URN, "V-1").await;
        assert_eq!(
            texts(&trial, &her).await,
            [format!(
                "About {URN}: may she give evidence from behind a screen?"
            )]
        );
        let mut tx = trial.house.reader().await;
        let owed = store::obligations::list_open_by_victim(&mut tx, &her)
            .await
            .expect("duties");
        let [answer] = owed.as_slice() else {
            panic!("one duty: {owed:?}")
        };
        assert_eq!(answer.rule, "HOUSE-ADVISER-ANSWER");
        assert_eq!(answer.waiting_for.as_deref(), Some("act-by-the-officer"));
        // It came on Monday at nine.
        assert_eq!(
            answer.due_at.expect("a due time").to_string(),
            "2026-11-25T23:59:59Z"
        );
        let contacts = store::contacts::list_by_victim(&mut tx, &her)
            .await
            .expect("contacts");
        let [contact] = contacts.as_slice() else {
            panic!("one contact")
        };
        let shape = (
            contact.method.as_str(),
            contact.direction.as_str(),
            contact.person.as_str(),
            contact.informed,
        );
        assert_eq!(shape, ("email", "inbound", "via-isva", false));
    }
);

on_both!(
    async fn the_same_message_twice_is_one(database: Database) {
        let trial = trial(&database).await;
        assert_eq!(trial.receive(&question()).await, Arrived::Filed);
        let before = trial.house.log_bodies().await.len();
        let mut again = question();
        again
            .bytes
            .splice(0..0, b"Received: from elsewhere\r\n\tby here\r\n".iter().copied());
        assert_eq!(trial.receive(&again).await, Arrived::Duplicate);
        assert_eq!(trial.house.log_bodies().await.len(), before);
        let her = victim(&trial, URN, "V-1").await;
        assert_eq!(texts(&trial, &her).await.len(), 1);
    }
);

on_both!(
    async fn anything_less_than_a_registered_adviser_with_consent_and_a_link_waits_for_a_person(
        database: Database,
    ) {
        let trial = trial(&database).await;
        let other = json!({
            "urn": "01NE4400226", "victim_ref": "V-2", "legal_name": "Other Person", "preferred_name": "Other",
            "email": safe("other.person@inbox.example"),
            "adviser": adviser(&json!({"email": "sam.gold@haven.example", "name": "Sam Gold"})),
        });
        trial.house.add_victim(&case(&other)).await;
        let about = format!("About {URN}: a question.");
        let elsewhere = |from: &str| Received {
            client: None,
            ..mail(from, "Subject: x\r\n", &about)
        };
        let cases = [
            (
                mail("dana@elsewhere.example", "Subject: x\r\n", &about),
                Reason::UnknownSender,
            ),
            (
                mail("nobody@haven.example", "Subject: x\r\n", &about),
                Reason::Unregistered,
            ),
            (
                mail("dana.whitlock@havem.example", "Subject: x\r\n", &about),
                Reason::Lookalike,
            ),
            (elsewhere(ADVISER), Reason::Unverified),
            // The envelope is of a domain that lets everybody send; From is not.
            (
                Received {
                    return_path: Some("x@open.example".to_owned()),
                    ..mail(ADVISER, "Subject: another\r\n", &about)
                },
                Reason::Unverified,
            ),
            (
                mail(ADVISER, "Subject: x\r\n", "How is Maren Holloway?"),
                Reason::NoLink,
            ),
            // One digit off.
            (
                mail(ADVISER, "Subject: x\r\n", "About 01NE4400127: a question."),
                Reason::NotTheirs,
            ),
            // Another adviser's case.
            (
                mail(ADVISER, "Subject: x\r\n", "About 01NE4400226: a question."),
                Reason::NotTheirs,
            ),
            (
                mail(ADVISER, "Subject: x\r\n", &format!("{about} And 01NE4400226?")),
                Reason::Several,
            ),
            (
                mail(ADVISER, "Subject: x\r\nAuto-Submitted: auto-replied\r\n", &about),
                Reason::Automatic,
            ),
            (
                mail(ADVISER, "Subject: x\r\nSubject: y\r\n", &about),
                Reason::Ambiguous,
            ),
            (
                mail(ADVISER, &format!("Subject: {}\r\n", "x".repeat(70_000)), &about),
                Reason::TooMuch,
            ),
        ];
        for (mail, reason) in cases {
            assert_eq!(trial.receive(&mail).await, Arrived::Quarantined(reason));
        }
        for (urn, reference) in [(URN, "V-1"), ("01NE4400226", "V-2")] {
            let them = victim(&trial, urn, reference).await;
            assert!(texts(&trial, &them).await.is_empty());
        }
        // Nothing of what they wrote, or who they are, stands in the log.
        for body in trial.house.log_bodies().await {
            let body = String::from_utf8(body).expect("text");
            for word in ["question", "dana", "whitlock", "haven", URN] {
                assert!(
                    !body.to_lowercase().contains(&word.to_lowercase()),
                    "{word} in {body}"
                );
            }
        }
    }
);

on_both!(
    async fn an_answer_stays_in_its_conversation_and_another_case_does_not_join_it(database: Database) {
        let trial = trial(&database).await;
        trial.receive(&question()).await;
        let answer = mail(
            ADVISER,
            "Subject: Re: Special measures\r\nMessage-ID: <q2@haven.example>\r\nIn-Reply-To: <q1@haven.example>\r\n",
            "One thing more.",
        );
        assert_eq!(trial.receive(&answer).await, Arrived::Filed);
        let her = victim(&trial, URN, "V-1").await;
        let mut tx = trial.house.reader().await;
        let rows = store::mailboxes::list_by_victim(&mut tx, &her)
            .await
            .expect("rows");
        let threads: Vec<_> = rows
            .iter()
            .map(|row| row.thread_id.clone().expect("a conversation"))
            .collect();
        assert!(threads.len() == 2 && threads[0] == threads[1], "{threads:?}");
        // By the token of the address it is known too.
        let token = trial
            .flows
            .answer_address(&threads[0], "north-east")
            .expect("an address");
        let by_token = Received {
            recipients: vec![token.to_ascii_uppercase()],
            ..mail(ADVISER, "Subject: z\r\n", "By token.")
        };
        assert_eq!(trial.receive(&by_token).await, Arrived::Filed);
        assert_eq!(
            store::mailboxes::list_by_thread(&mut trial.house.reader().await, &threads[0])
                .await
                .expect("rows")
                .len(),
            3
        );
        let foreign = mail(
            ADVISER,
            "Subject: Re\r\nIn-Reply-To: <q1@haven.example>\r\n",
            "And 01NE4400226?",
        );
        assert_eq!(
            trial.receive(&foreign).await,
            Arrived::Quarantined(Reason::Several)
        );
        let stranger = mail(
            "sam.gold@haven.example",
            "Subject: Re\r\nIn-Reply-To: <q1@haven.example>\r\n",
            "Me too.",
        );
        assert_eq!(
            trial.receive(&stranger).await,
            Arrived::Quarantined(Reason::Unregistered)
        );
    }
);

on_both!(
    async fn a_consent_that_ends_closes_the_conversation_at_once(database: Database) {
        let trial = trial(&database).await;
        trial.receive(&question()).await;
        let her = victim(&trial, URN, "V-1").await;
        let answer = mail(
            ADVISER,
            "Subject: Re\r\nIn-Reply-To: <q1@haven.example>\r\n",
            "Still there?",
        );
        let mut tx = trial.house.reader().await;
        let advisers = store::supporters::list_by_victim(&mut tx, &her)
            .await
            .expect("advisers");
        drop(tx);
        trial
            .house
            .flows
            .end_consent(OFFICER, &her, &advisers[0].id, EndWhy::PersonTookItBack)
            .await
            .expect("ended");
        assert_eq!(
            trial.receive(&answer).await,
            Arrived::Quarantined(Reason::ClosedThread)
        );
        assert_eq!(
            trial
                .receive(&mail(ADVISER, "Subject: z\r\n", &format!("About {URN}.")))
                .await,
            Arrived::Quarantined(Reason::NotTheirs)
        );
    }
);

on_both!(
    async fn mail_goes_to_the_mailbox_of_the_area_it_was_written_to_in_any_case_of_letters(
        database: Database,
    ) {
        let trial = trial(&database).await;
        let area = |address: &str| {
            trial
                .flows
                .mailbox_area(address)
                .map(|code| code.as_str().to_owned())
        };
        assert_eq!(area(MAILBOX).as_deref(), Some("north-east"));
        assert_eq!(
            area("Cymru-Wales+abc@ISVA.gateway.example").as_deref(),
            Some("cymru-wales")
        );
        for other in [
            "north-east@gateway.example",
            "nobody@isva.gateway.example",
            "north-east",
            "",
            "+@isva.gateway.example",
        ] {
            assert_eq!(area(other), None, "{other}");
        }
    }
);
