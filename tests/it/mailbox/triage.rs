//! What waits in quarantine, who sees it, and what they may do.

use domain::id::{InboundId, VictimId};
use domain::mailbox::Reason;
use flows::{Arrived, Error, MailboxQuestion};
use harness::bytes::found_in;
use harness::case::URN;
use harness::gateway::{APPROVER, AUDITOR, OFFICER};
use harness::on_both;
use jiff::SignedDuration;

use super::{ADVISER, Trial, mail, question, trial};

const WAITING: MailboxQuestion = MailboxQuestion::Waiting;

async fn waiting(trial: &Trial, user: &str) -> Vec<(InboundId, Option<Reason>)> {
    let list = trial.flows.list_mail(user, WAITING).await.expect("a list");
    let mut list: Vec<_> = list.into_iter().map(|mail| (mail.id, mail.reason)).collect();
    // They came at the same moment.
    list.sort_by_key(|(_, reason)| *reason);
    list
}

async fn her(trial: &Trial) -> VictimId {
    let mut tx = trial.house.reader().await;
    let found = store::subjects::find_by_ref(&mut tx, URN, "V-1")
        .await
        .expect("an answer");
    found.expect("the victim").victim.id
}

on_both!(
    async fn the_words_of_a_rejected_message_go_after_ninety_days(database: Database) {
        let trial = trial(&database).await;
        trial
            .receive(&mail(ADVISER, "Subject: x\r\n", "How is Maren?"))
            .await;
        let (id, _) = waiting(&trial, OFFICER).await.remove(0);
        let rejected = trial.flows.reject_quarantined(OFFICER, &id, "not-for-us").await;
        rejected.expect("rejected");
        let decided = trial.flows.now();
        let kept = async |days: i64| {
            let later = decided + SignedDuration::from_hours(24 * days + 1);
            trial.house.clock().set_to(later);
            trial.flows.sweep(60).await.expect("a sweep");
            let mut tx = trial.house.reader().await;
            let old = store::mailboxes::list_rejected(&mut tx, later, 10).await;
            old.expect("an answer").len()
        };
        assert_eq!(kept(89).await, 1);
        assert_eq!(kept(90).await, 0);
        assert_eq!(kept(91).await, 0);
        let log = trial.house.log_bodies().await;
        let erased = log
            .iter()
            .filter(|entry| !found_in(entry, &["rejected-mail-erased"]).is_empty());
        assert_eq!(erased.count(), 1, "once");
    }
);

on_both!(
    async fn a_person_supplies_the_link_that_was_missing_and_never_the_consent(database: Database) {
        let trial = trial(&database).await;
        trial
            .receive(&mail(ADVISER, "Subject: x\r\n", "How is Maren?"))
            .await;
        trial
            .receive(&mail(
                "nobody@haven.example",
                "Subject: x\r\n",
                "How is Maren Holloway?",
            ))
            .await;
        let list = waiting(&trial, OFFICER).await;
        let [
            (unregistered, Some(Reason::Unregistered)),
            (linked, Some(Reason::NoLink)),
        ] = list.as_slice()
        else {
            panic!("{list:?}")
        };
        let read = trial.flows.read_quarantined(OFFICER, linked).await.expect("read");
        assert_eq!(
            (read.from.as_str(), read.text.as_str()),
            (ADVISER, "How is Maren?")
        );
        let her = her(&trial).await;
        let refused = trial.flows.file_quarantined(OFFICER, unregistered, &her).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        trial
            .flows
            .file_quarantined(OFFICER, linked, &her)
            .await
            .expect("filed");
        let again = trial.flows.file_quarantined(OFFICER, linked, &her).await;
        assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");
        let (_, file) = trial
            .flows
            .read_correspondence(OFFICER, &her, "answer-the-victim")
            .await
            .expect("a file");
        assert_eq!(file.len(), 1);
        let bad = trial
            .flows
            .reject_quarantined(OFFICER, unregistered, "because")
            .await;
        assert!(matches!(bad, Err(Error::Invalid(_))), "{bad:?}");
        trial
            .flows
            .reject_quarantined(OFFICER, unregistered, "not-for-us")
            .await
            .expect("rejected");
        assert!(waiting(&trial, OFFICER).await.is_empty());
        let counts = trial.flows.count_mailboxes().await.expect("counts");
        let ours = counts
            .iter()
            .find(|count| count.area == "north-east")
            .expect("the Area");
        assert_eq!((ours.filed, ours.rejected, ours.quarantined.len()), (1, 1, 0));
    }
);

on_both!(
    async fn the_quarantine_is_its_areas_alone(database: Database) {
        let trial = trial(&database).await;
        trial
            .receive(&mail("nobody@haven.example", "Subject: x\r\n", "hello"))
            .await;
        let [(id, _)] = waiting(&trial, APPROVER).await.try_into().expect("one message");
        let account = |roles: Vec<flows::Role>, areas: &[&str]| flows::AccountDetails {
            name: "Somebody Else".to_owned(),
            phone: "01632 960300".to_owned(),
            roles,
            areas: areas.iter().map(|area| (*area).to_owned()).collect(),
        };
        let flows = &trial.house.flows;
        for (user, roles, areas) in [
            ("away.officer", vec![flows::Role::Vlo], &["south-west"][..]),
            ("away.manager", vec![flows::Role::VloManager], &["south-west"][..]),
        ] {
            flows
                .add_account("operator", user, &account(roles, areas))
                .await
                .expect("an account");
            trial.flows.load_accounts().await.expect("accounts");
            assert!(waiting(&trial, user).await.is_empty());
            let read = trial.flows.read_quarantined(user, &id).await;
            assert!(matches!(read, Err(Error::NotFound(_))), "{user}");
            let rejected = trial.flows.reject_quarantined(user, &id, "unwanted").await;
            assert!(matches!(rejected, Err(Error::NotFound(_))), "{user}");
        }
        let auditor = trial.flows.read_quarantined(AUDITOR, &id).await;
        assert!(matches!(auditor, Err(Error::NotAllowed(_))));
        assert_eq!(trial.receive(&question()).await, Arrived::Filed);
    }
);
