//! What may be evidence goes to a prosecutor and to nobody else.

use domain::id::{InboundId, VictimId};
use flows::{Arrived, EvidenceEnd, Kind, Scanned};
use harness::bytes::found_in;
use harness::case::URN;
use harness::clamd::Clamd;
use harness::gateway::OFFICER;
use harness::on_both;

use super::files::{LETTER, letter};
use super::filing::{REASON, victim};
use super::referrals::{AWAY, NADIA, add_prosecutors};
use super::{Trial, trial};

/// A message with a file in her record, the scanner that judged it, and two prosecutors.
async fn sent(trial: Trial) -> (Trial, VictimId, InboundId) {
    let clamd = Clamd::start().await;
    let trial = trial.scanning(clamd.scanner());
    assert_eq!(
        trial.receive(&letter(&format!("About {URN}: her notes."))).await,
        Arrived::Filed
    );
    assert!(matches!(
        trial.flows.scan_next().await.expect("a round"),
        Scanned::Judged(_)
    ));
    add_prosecutors(&trial.flows).await;
    let her = victim(&trial, URN, "V-1").await;
    let message = trial.only_letter(&her).await.mail.id;
    (trial, her, message)
}

/// For whom the duty to hand it over waits, while it is open.
async fn waits(trial: &Trial, her: &VictimId) -> Option<String> {
    let mut tx = trial.house.reader().await;
    let open = store::obligations::list_open_by_victim(&mut tx, her).await;
    let mut open = open.expect("duties").into_iter();
    let owed = open.find(|owed| owed.rule == "HOUSE-EVIDENCE")?;
    assert!(owed.due_at.is_some(), "it has a due time");
    owed.waiting_for
}

on_both!(
    async fn a_prosecutor_takes_what_an_officer_marked_and_nobody_else_gets_its_files(database: Database) {
        let (trial, her, message) = Box::pin(sent(trial(&database).await)).await;
        let flows = &trial.flows;
        assert_eq!(
            trial.take(OFFICER, &her, &message, 1).await.as_deref(),
            Ok(LETTER)
        );
        let nobody = flows.mark_evidence(NADIA, &her, &message).await;
        assert_eq!(nobody.map_err(|fault| fault.kind()), Err(Kind::NotAllowed));
        flows
            .mark_evidence(OFFICER, &her, &message)
            .await
            .expect("marked");
        let twice = flows.mark_evidence(OFFICER, &her, &message).await;
        assert_eq!(twice.map_err(|fault| fault.kind()), Err(Kind::Conflict));
        assert_eq!(
            waits(&trial, &her).await.as_deref(),
            Some("evidence-to-a-prosecutor")
        );
        assert!(trial.only_letter(&her).await.evidence.is_some(), "the page warns");
        assert_eq!(trial.take(OFFICER, &her, &message, 1).await, Err(Kind::NotFound));

        assert!(flows.list_evidence(AWAY).await.expect("a list").is_empty());
        let list = flows.list_evidence(NADIA).await.expect("a list");
        assert_eq!((list.len(), &list[0].message), (1, &message));
        let desk = flows.read_evidence(NADIA, &her, &message, REASON).await;
        assert!(desk.expect("a message").mail.text.contains("her notes"));
        assert_eq!(trial.take(NADIA, &her, &message, 1).await.as_deref(), Ok(LETTER));
        assert_eq!(trial.take(AWAY, &her, &message, 1).await, Err(Kind::NotFound));
        flows
            .end_evidence(NADIA, &her, &message, EvidenceEnd::Taken)
            .await
            .expect("taken");
        assert_eq!(waits(&trial, &her).await, None);
        let late = flows
            .end_evidence(NADIA, &her, &message, EvidenceEnd::NotEvidence)
            .await;
        assert_eq!(late.map_err(|fault| fault.kind()), Err(Kind::Conflict));
        assert!(flows.list_evidence(NADIA).await.expect("a list").is_empty());
        let mark = trial.only_letter(&her).await.evidence.expect("it stays marked");
        assert!(mark.taken_at.is_some());
        assert_eq!(trial.take(OFFICER, &her, &message, 1).await, Err(Kind::NotFound));
        let log = trial.house.log_bodies().await.concat();
        let named = ["evidence-marked", "evidence-decided"];
        assert_eq!(found_in(&log, &named), named);
    }
);

on_both!(
    async fn what_a_prosecutor_finds_to_be_no_evidence_is_a_message_as_any_other(database: Database) {
        let (trial, her, message) = Box::pin(sent(trial(&database).await)).await;
        let flows = &trial.flows;
        for _ in 0..2 {
            flows
                .mark_evidence(OFFICER, &her, &message)
                .await
                .expect("marked");
            flows
                .end_evidence(NADIA, &her, &message, EvidenceEnd::NotEvidence)
                .await
                .expect("decided");
            assert_eq!(waits(&trial, &her).await, None);
            assert!(trial.only_letter(&her).await.evidence.is_none());
            assert_eq!(
                trial.take(OFFICER, &her, &message, 1).await.as_deref(),
                Ok(LETTER)
            );
            let over = flows.read_evidence(NADIA, &her, &message, REASON).await;
            assert_eq!(
                over.map(|_| ()).map_err(|fault| fault.kind()),
                Err(Kind::NotFound)
            );
        }
    }
);
