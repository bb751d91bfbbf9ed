//! An officer hands an adviser's question to a prosecutor, who gives words or returns it. The duty stays the officer's.

use domain::id::{InboundId, VictimId};
use flows::{AccountDetails, Arrived, Gateway, Kind, ReferralEnd, Role};
use harness::bytes::{every_byte, found_in};
use harness::case::URN;
use harness::gateway::OFFICER;
use harness::on_both;
use store::obligations::ObligationRow;

use super::answers::write;
use super::filing::{REASON, victim};
use super::{Trial, question, trial};

pub(super) const ASKED: &str = "May we say that the screen was granted?";
const WORDS: &str = "The court has granted a screen.";
pub(super) const NADIA: &str = "nadia.cole";
pub(super) const AWAY: &str = "away.prosecutor";

pub(super) async fn add_prosecutors(flows: &Gateway) {
    for (user, area) in [(NADIA, "north-east"), (AWAY, "south-west")] {
        let details = AccountDetails {
            name: "Nadia Cole".to_owned(),
            phone: "01632 960301".to_owned(),
            roles: vec![Role::Prosecutor],
            areas: vec![area.to_owned()],
        };
        flows
            .add_account("operator", user, &details)
            .await
            .expect("an account");
        flows.load_accounts().await.expect("accounts");
    }
}

/// A question in her file, and two prosecutors.
async fn asked(trial: &Trial) -> (VictimId, InboundId) {
    assert_eq!(trial.receive(&question()).await, Arrived::Filed);
    add_prosecutors(&trial.house.flows).await;
    let her = victim(trial, URN, "V-1").await;
    let (_, list) = trial
        .flows
        .read_correspondence(OFFICER, &her, REASON)
        .await
        .expect("a file");
    let message = list[0].mail.id.clone();
    (her, message)
}

/// The duty to answer, open or not.
async fn duty(trial: &Trial, her: &VictimId) -> ObligationRow {
    let mut tx = trial.house.reader().await;
    let mut open = store::obligations::list_open_by_victim(&mut tx, her)
        .await
        .expect("duties");
    open.remove(0)
}

on_both!(
    async fn a_prosecutors_words_come_back_to_the_officer_who_answers(database: Database) {
        let trial = trial(&database).await;
        let (her, message) = asked(&trial).await;
        let flows = &trial.house.flows;
        let before = duty(&trial, &her).await;
        flows
            .refer_question(OFFICER, &her, &message, ASKED)
            .await
            .expect("referred");
        let meanwhile = duty(&trial, &her).await;
        assert_eq!(
            (&meanwhile.id, meanwhile.due_at),
            (&before.id, before.due_at),
            "the duty stays"
        );
        assert_eq!(meanwhile.waiting_for.as_deref(), Some("words-of-the-prosecutor"));
        let refused = write(&trial, &her, "My own words.")
            .await
            .expect_err("a prosecutor has it");
        assert_eq!(refused.kind(), Kind::Conflict);

        let list = flows.list_referrals(NADIA).await.expect("a list");
        assert_eq!((list.len(), &list[0].question), (1, &message));
        let desk = flows
            .read_referral(NADIA, &her, &message, REASON)
            .await
            .expect("a question");
        assert_eq!(desk.referral.question, ASKED);
        assert!(desk.mail.text.contains("behind a screen"));
        let end = (ReferralEnd::Answered, WORDS);
        flows
            .end_question(NADIA, &her, &message, end)
            .await
            .expect("words");

        assert!(flows.list_referrals(NADIA).await.expect("a list").is_empty());
        assert_eq!(
            duty(&trial, &her).await.waiting_for.as_deref(),
            Some("act-by-the-officer")
        );
        let read = flows
            .read_question(OFFICER, &her, &message, REASON)
            .await
            .expect("a message");
        let (end, _, words) = read.referral.expect("a question").ended.expect("an end");
        assert_eq!((end, words.as_str()), (ReferralEnd::Answered, WORDS));
        write(&trial, &her, &words).await.expect("a draft");
        let bodies = trial.house.log_bodies().await.concat();
        assert_eq!(
            found_in(&bodies, &["question-referred", "question-ended"]).len(),
            2
        );
        let clear = found_in(&every_byte(&database).await, &[ASKED, WORDS]);
        assert!(clear.is_empty(), "{clear:?} lies in the database");
    }
);

on_both!(
    async fn a_question_is_returned_with_a_reason_and_can_be_asked_again(database: Database) {
        let trial = trial(&database).await;
        let (her, message) = asked(&trial).await;
        let flows = &trial.house.flows;
        flows
            .refer_question(OFFICER, &her, &message, ASKED)
            .await
            .expect("referred");
        let why = "Ask the court first.";
        flows
            .end_question(NADIA, &her, &message, (ReferralEnd::Returned, why))
            .await
            .expect("returned");
        let read = flows
            .read_question(OFFICER, &her, &message, REASON)
            .await
            .expect("a message");
        let (end, _, said) = read.referral.expect("a question").ended.expect("an end");
        assert_eq!((end, said.as_str()), (ReferralEnd::Returned, why));
        trial.house.clock().set("2026-11-23T10:00:00Z");
        flows
            .refer_question(OFFICER, &her, &message, "And now?")
            .await
            .expect("referred again");
        let read = flows
            .read_question(OFFICER, &her, &message, REASON)
            .await
            .expect("a message");
        assert!(
            read.referral.expect("a question").ended.is_none(),
            "it is the newest that counts"
        );
        flows
            .take_back_question(OFFICER, &her, &message)
            .await
            .expect("taken back");
        assert!(flows.list_referrals(NADIA).await.expect("a list").is_empty());
        write(&trial, &her, "The officer's own words.")
            .await
            .expect("a draft");
        let late = flows
            .refer_question(OFFICER, &her, &message, ASKED)
            .await
            .expect_err("it is answered");
        assert_eq!(late.kind(), Kind::Conflict);
    }
);

on_both!(
    async fn nobody_else_sees_or_ends_a_question_and_of_two_the_second_is_told(database: Database) {
        let trial = trial(&database).await;
        let (her, message) = asked(&trial).await;
        let flows = &trial.house.flows;
        let (one, other) = tokio::join!(
            flows.refer_question(OFFICER, &her, &message, ASKED),
            flows.refer_question(OFFICER, &her, &message, ASKED)
        );
        let refused = one.err().xor(other.err()).expect("one of the two is refused");
        assert_eq!(refused.kind(), Kind::Conflict);

        assert!(flows.list_referrals(AWAY).await.expect("a list").is_empty());
        let read = flows.read_referral(AWAY, &her, &message, REASON).await;
        assert_eq!(read.err().expect("out of reach").kind(), Kind::NotFound);
        let end = (ReferralEnd::Answered, WORDS);
        let ended = flows.end_question(AWAY, &her, &message, end).await;
        assert_eq!(ended.expect_err("out of reach").kind(), Kind::NotFound);
        let officer = flows.end_question(OFFICER, &her, &message, end).await;
        assert_eq!(officer.expect_err("no prosecutor").kind(), Kind::NotAllowed);

        let back = (ReferralEnd::Returned, "No.");
        let (one, other) = tokio::join!(
            flows.end_question(NADIA, &her, &message, end),
            flows.end_question(NADIA, &her, &message, back)
        );
        let refused = one.err().xor(other.err()).expect("one of the two is refused");
        assert_eq!(refused.kind(), Kind::Conflict);
    }
);
