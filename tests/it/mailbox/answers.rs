//! What an officer answers an adviser: to whom it goes, in which conversation, and what it leaves open.

use std::collections::BTreeSet;

use domain::contact::{Direction, MadeContact, Method, PersonContacted};
use domain::draft::FindingKind;
use domain::id::{DraftId, MessageId, VictimId};
use domain::mailbox::Reason;
use domain::safety::HandRoute;
use domain::supporter::EndWhy;
use flows::{Approved, Arrived, Bounced, Kind, NewContact};
use harness::case::{EMAIL, URN};
use harness::gateway::OFFICER;
use harness::on_both;
use mail::catcher::{Fault, Faults};
use mail::receiving::Received;
use store::contacts::ContactRow;
use store::obligations::ObligationRow;

use super::bounces::report;
use super::filing::{REASON, victim};
use super::{ADVISER, Trial, mail, question, trial, trial_with};

const WORDS: &str = "The court has been asked for a screen.\nWe hear on Friday.";
/// After the hold-back of what was approved at the beginning.
const LATER: &str = "2026-11-23T09:20:00Z";

async fn asked(trial: &Trial) -> VictimId {
    assert_eq!(trial.receive(&question()).await, Arrived::Filed);
    victim(trial, URN, "V-1").await
}

pub(super) async fn write(trial: &Trial, her: &VictimId, words: &str) -> flows::Result<DraftId> {
    let (_, list) = trial
        .flows
        .read_correspondence(OFFICER, her, REASON)
        .await
        .expect("a file");
    let newest = list.last().expect("a message").mail.id.clone();
    trial
        .house
        .flows
        .answer_adviser(OFFICER, her, &newest, words)
        .await
}

pub(super) async fn approve(trial: &Trial, her: &VictimId, words: &str) -> Approved {
    let draft = write(trial, her, words).await.expect("a draft");
    let approved = trial.house.flows.approve_draft(OFFICER, &draft).await;
    approved.expect("an answer")
}

/// The open duties to her, by rule.
async fn owed(trial: &Trial, her: &VictimId) -> Vec<ObligationRow> {
    let mut tx = trial.house.reader().await;
    store::obligations::list_open_by_victim(&mut tx, her)
        .await
        .expect("duties")
}

async fn rules(trial: &Trial, her: &VictimId) -> Vec<String> {
    owed(trial, her).await.into_iter().map(|owed| owed.rule).collect()
}

async fn contacts(trial: &Trial, her: &VictimId) -> Vec<ContactRow> {
    let mut tx = trial.house.reader().await;
    store::contacts::list_by_victim(&mut tx, her)
        .await
        .expect("contacts")
}

on_both!(
    async fn an_answer_goes_to_the_registered_address_and_the_reply_to_it_into_the_same_conversation(
        database: Database,
    ) {
        let trial = trial(&database).await;
        let from_elsewhere = Received {
            bytes: String::from_utf8(question().bytes)
                .expect("text")
                .replace("\r\nSubject:", "\r\nReply-To: dana@elsewhere.example\r\nSubject:")
                .into_bytes(),
            ..question()
        };
        assert_eq!(trial.receive(&from_elsewhere).await, Arrived::Filed);
        let her = victim(&trial, URN, "V-1").await;
        approve(&trial, &her, WORDS).await;
        trial.house.clock().set(LATER);
        assert_eq!(trial.house.deliver().await.accepted, 1);
        let caught = trial.house.caught();
        let [sent] = caught.as_slice() else {
            panic!("one message left: {}", caught.len())
        };
        assert_eq!(sent.recipients, [ADVISER]);
        let letter = mail_parser::MessageParser::new()
            .parse(&sent.bytes)
            .expect("a message");
        assert_eq!(letter.in_reply_to().as_text(), Some("q1@haven.example"));
        assert_eq!(
            (
                letter.text_body_count(),
                letter.html_body_count(),
                letter.attachment_count()
            ),
            (1, 1, 0),
            "the same words twice, and nothing else"
        );
        let text = letter.body_text(0).expect("words");
        for part in [
            "Hello Dana Whitlock,",
            "The court has been asked for a screen.",
            "We hear on Friday.",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        for never in ["Maren", "Holloway", URN, "behind a screen?"] {
            assert!(!text.contains(never), "{never} in {text}");
        }
        let reply_to = letter
            .reply_to()
            .and_then(|to| to.first())
            .and_then(|to| to.address());
        let reply = Received {
            recipients: vec![reply_to.expect("an address").to_owned()],
            ..mail(ADVISER, "Subject: Re\r\n", "Thank you.")
        };
        assert_eq!(trial.receive(&reply).await, Arrived::Filed);
        let by_reference = format!(
            "Subject: Re\r\nIn-Reply-To: <{}>\r\n",
            letter.message_id().expect("our own id")
        );
        let reply = mail(ADVISER, &by_reference, "One thing more.");
        assert_eq!(trial.receive(&reply).await, Arrived::Filed);
        let mut tx = trial.house.reader().await;
        let rows = store::mailboxes::list_by_victim(&mut tx, &her)
            .await
            .expect("rows");
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().all(|row| row.thread_id == rows[0].thread_id));
    }
);

on_both!(
    async fn that_the_adviser_was_answered_is_one_fact_and_that_the_victim_was_told_another(
        database: Database,
    ) {
        let trial = trial(&database).await;
        let her = asked(&trial).await;
        approve(&trial, &her, WORDS).await;
        assert_eq!(
            rules(&trial, &her).await,
            ["HOUSE-ADVISER-ANSWER"],
            "it has not left"
        );
        trial.house.clock().set(LATER);
        trial.house.deliver().await;
        let open = owed(&trial, &her).await;
        let [confirm] = open.as_slice() else {
            panic!("one duty: {open:?}")
        };
        assert_eq!(confirm.rule, "HOUSE-ADVISER-CONFIRM");
        assert_eq!(
            confirm.due_at.expect("a local target").to_string(),
            "2026-11-30T23:59:59Z"
        );
        let contacts = contacts(&trial, &her).await;
        let sent = contacts.last().expect("a contact");
        let shape = (
            sent.direction.as_str(),
            sent.person.as_str(),
            sent.result.as_str(),
            sent.informed,
        );
        assert_eq!(shape, ("outbound", "via-isva", "accepted", false));
        trial.house.clock().set("2026-11-24T12:00:00Z");
        let told = NewContact {
            victim: her.clone(),
            obligation: Some(confirm.id.clone()),
            message: None,
            made: MadeContact {
                occurred_at: "2026-11-24T11:00:00Z".parse().expect("an instant"),
                method: Method::Email,
                direction: Direction::Inbound,
                point: None,
                person: PersonContacted::ViaIsva,
                informed_at: Some("2026-11-24T10:00:00Z".parse().expect("an instant")),
                purpose: "the adviser told her".into(),
                notes: None,
                signposted: BTreeSet::new(),
                info_pack: None,
            },
        };
        let recorded = trial
            .house
            .flows
            .add_contact(OFFICER, told)
            .await
            .expect("recorded");
        assert!(recorded.ended);
        assert!(
            owed(&trial, &her).await.is_empty(),
            "the adviser said when she was told"
        );
    }
);

on_both!(
    async fn two_who_answer_at_once_are_told_of_each_other(database: Database) {
        let trial = trial(&database).await;
        let her = asked(&trial).await;
        let first = write(&trial, &her, WORDS).await.expect("a draft");
        let second = write(&trial, &her, "Another answer.")
            .await
            .expect_err("one is enough");
        assert_eq!(second.kind(), Kind::Conflict);
        assert!(
            second.to_string().contains("somebody has drafted an answer"),
            "{second}"
        );
        let flows = &trial.house.flows;
        flows
            .void_draft(OFFICER, &first, "words-do-not-fit")
            .await
            .expect("void");
        let open = owed(&trial, &her).await;
        assert_eq!(open[0].waiting_for.as_deref(), Some("act-by-the-officer"));
        write(&trial, &her, "Another answer.").await.expect("now it is");
    }
);

on_both!(
    async fn what_an_officer_writes_is_looked_through_like_every_message(database: Database) {
        let trial = trial(&database).await;
        let her = asked(&trial).await;
        for unfit in ["", " \n ", &"x".repeat(2_001), "a\u{202e}b"] {
            let fault = write(&trial, &her, unfit).await.expect_err("unfit words");
            assert_eq!(fault.kind(), Kind::Invalid, "{fault}");
        }
        let found = async |words: &str| {
            let draft = write(&trial, &her, words).await.expect("a draft");
            let review = trial.house.flows.review_draft(OFFICER, &draft, REASON).await;
            let review = review.expect("a review");
            let approved = trial.house.flows.approve_draft(OFFICER, &draft).await;
            if approved.is_err() {
                let void = trial.house.flows.void_draft(OFFICER, &draft, "words-do-not-fit");
                void.await.expect("void");
            }
            let kinds = review.findings.iter().map(|found| found.kind).collect::<Vec<_>>();
            (kinds, approved.map_err(|fault| fault.kind()).err())
        };
        let refused = Some(Kind::NotAllowed);
        let urn = format!("Your reference is {URN}.");
        assert_eq!(found(&urn).await, (vec![FindingKind::OwnUrn], refused));
        assert_eq!(
            found(&format!("Write to {EMAIL} tonight.")).await,
            (vec![FindingKind::OwnEmail], refused)
        );
        // Words of evidence are shown to whoever approves; only a person knows what the sentence means.
        assert_eq!(
            found("We are reading.\nHer statement was read by the defence.").await,
            (vec![FindingKind::Evidence], None)
        );
    }
);

on_both!(
    async fn a_consent_that_ends_stops_the_answer_that_is_queued(database: Database) {
        let trial = trial(&database).await;
        let her = asked(&trial).await;
        let answer = approve(&trial, &her, WORDS).await;
        let mut tx = trial.house.reader().await;
        let advisers = store::supporters::list_by_victim(&mut tx, &her)
            .await
            .expect("advisers");
        drop(tx);
        let why = EndWhy::PersonTookItBack;
        let ended = trial.house.flows.end_consent(OFFICER, &her, &advisers[0].id, why);
        ended.await.expect("ended");
        trial.house.clock().set(LATER);
        assert_eq!(trial.house.deliver().await.held, 1);
        assert_eq!(trial.house.seen().connections, 0);
        assert_eq!(trial.house.stands(&answer.message).await, "held: no-consent");
        // The officer is told both times, so that nobody is forgotten.
        let told = trial.house.unseen().await.into_iter().map(|(kind, _)| kind);
        let told = told.collect::<Vec<_>>();
        assert!(
            told.contains(&"consent-ended".to_owned()) && told.contains(&"no-consent".to_owned()),
            "{told:?}"
        );
        let still_there = mail(
            ADVISER,
            "Subject: Re\r\nIn-Reply-To: <q1@haven.example>\r\n",
            "Still there?",
        );
        assert_eq!(
            trial.receive(&still_there).await,
            Arrived::Quarantined(Reason::ClosedThread)
        );
    }
);

on_both!(
    async fn an_answer_to_an_adviser_is_never_handed_to_anybody_else(database: Database) {
        let trial = trial(&database).await;
        let her = asked(&trial).await;
        let answer: MessageId = approve(&trial, &her, WORDS).await.message;
        trial.house.clock().set(LATER);
        for route in HandRoute::ALL {
            let handed = trial
                .house
                .flows
                .hand_over(OFFICER, &answer, route, "as-agreed")
                .await;
            let refused = handed.err().expect("it is written to the adviser");
            assert_eq!(refused.kind(), Kind::NotAllowed, "{route:?}");
        }
    }
);

on_both!(
    async fn an_address_that_refuses_the_answer_bars_no_contact_point_of_the_victim(database: Database) {
        let trial = trial_with(&database, Faults::Always(Fault::RefuseRecipient)).await;
        let her = asked(&trial).await;
        let answer = approve(&trial, &her, WORDS).await;
        trial.house.clock().set(LATER);
        assert_eq!(trial.house.deliver().await.failed, 1);
        assert!(
            trial
                .house
                .stands(&answer.message)
                .await
                .starts_with("permanent-failure"),
            "the adviser's server said no for good"
        );
        let plan = trial.house.plan_of(&her).await;
        let now = trial.house.flows.now();
        let point = plan.email_point(now).expect("her own address");
        assert!(point.usable(now).is_ok(), "it has nothing to do with hers");
        assert_eq!(
            rules(&trial, &her).await,
            ["HOUSE-ADVISER-ANSWER"],
            "an answer is still owed"
        );
    }
);

on_both!(
    async fn an_answer_that_comes_back_is_owed_again_and_nobody_asks_when_she_was_told(database: Database) {
        let trial = trial(&database).await;
        let her = asked(&trial).await;
        approve(&trial, &her, WORDS).await;
        trial.house.clock().set(LATER);
        trial.house.deliver().await;
        assert_eq!(rules(&trial, &her).await, ["HOUSE-ADVISER-CONFIRM"]);
        let back = trial.house.caught()[0].from.clone();
        let attempt = trial
            .flows
            .bounced_attempt(Some(""), &back)
            .expect("our own return path");
        let hard = report("failed", "5.1.1");
        let bounced = trial.flows.receive_bounce(&attempt, hard.as_bytes()).await;
        assert_eq!(bounced.expect("an answer"), Bounced::Failed);
        assert_eq!(rules(&trial, &her).await, ["HOUSE-ADVISER-ANSWER"]);
        let now = trial.house.flows.now();
        let plan = trial.house.plan_of(&her).await;
        assert!(
            plan.email_point(now)
                .is_some_and(|point| point.usable(now).is_ok()),
            "the address that refused is the adviser's"
        );
    }
);
