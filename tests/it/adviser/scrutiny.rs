//! Advisers whom an Area named read letters in which nobody can be recognised, and what they find stands beside the template.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::SampleId;
use domain::scrutiny::{Score, Scores, Trace};
use flows::{Error, Kind, Role, SampleDrawn};
use harness::bytes::found_in;
use harness::case::{URN, VICTIM, assigned, case, event, not_charged, over};
use harness::database::Database;
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::on_both;
use harness::web::Who;
use mail::catcher::{Fault, Faults};
use serde_json::json;
use store::erasure::{self, Subject};

use super::{ELSEWHERE, LATER, Trial, trial};
use crate::mailbox::ADVISER;

const AREA: &str = "north-east";
const OTHER_AREA: &str = "cymru-wales";
/// What the prosecutor wrote to her, by which she could be recognised.
const REASONS: &str = "Maren, your diary of the marzipan fair on 14 March 2026 does not meet the test.";
/// What may be read of it.
const LEFT: &str = "[Name], your diary does not meet the test.";
/// What a reviewer adds.
const REMARK: &str = "The word prosecutor should be explained.";
const ALL_WELL: Scores = [
    Score::CannotTell,
    Score::Partly,
    Score::Yes,
    Score::Yes,
    Score::No,
    Score::Yes,
];

/// The house of the adviser's trial, after two letters to the first person.
pub(crate) async fn trial_with_letters(database: &Database) -> Trial {
    let trial = trial(database).await;
    trial.house.event(&event(1, &assigned())).await;
    trial.house.event(&event(2, &not_charged(REASONS))).await;
    trial.house.draft_and_approve().await;
    trial.house.clock().set(LATER);
    trial.house.deliver_all().await;
    trial
}

/// The letters, drawn: the one with words that a prosecutor wrote, and the other.
async fn drawn(trial: &Trial) -> (SampleDrawn, SampleDrawn) {
    let flows = &trial.door.flows;
    assert_eq!(flows.draw_samples(APPROVER, AREA).await.expect("letters"), 2);
    let mut list = flows.list_samples_drawn(APPROVER).await.expect("a list");
    assert_eq!(list.len(), 2);
    let (one, other) = (list.remove(0), list.remove(0));
    let desk = flows
        .read_sample_drawn(APPROVER, &one.id)
        .await
        .expect("a letter");
    if desk.free.is_empty() {
        (other, one)
    } else {
        (one, other)
    }
}

fn words(text: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("reasons".to_owned(), text.to_owned())])
}

/// Both letters as a reviewer may read them.
async fn made_ready(trial: &Trial) -> (SampleId, SampleId) {
    let (hard, plain) = drawn(trial).await;
    let flows = &trial.door.flows;
    for (id, words) in [(&hard.id, words(LEFT)), (&plain.id, BTreeMap::new())] {
        let found = flows.make_sample_ready(APPROVER, id, &words).await;
        assert_eq!(found.expect("an answer"), []);
    }
    (hard.id, plain.id)
}

/// The adviser of the other service, whom the Area named; by user name.
async fn named(trial: &Trial) -> String {
    let done = trial.door.flows.name_reviewer(APPROVER, AREA, ELSEWHERE).await;
    done.expect("named");
    trial.user(&trial.elsewhere).await
}

fn kind<T>(answer: Result<T, Error>) -> Option<Kind> {
    answer.err().map(|fault| fault.kind())
}

on_both!(
    async fn a_letter_is_read_without_a_value_and_what_is_thought_of_it_stands_beside_its_template(
        database: Database,
    ) {
        let trial = Box::pin(trial_with_letters(&database)).await;
        let flows = &trial.door.flows;
        let (hard, plain) = made_ready(&trial).await;
        let reviewer = named(&trial).await;
        let given = flows.list_samples_given(&reviewer).await.expect("a list");
        assert_eq!(given.expect("they review").len(), 2);
        for id in [&hard, &plain] {
            let read = flows.read_sample_given(&reviewer, id).await.expect("a letter");
            let text = read.text.to_lowercase();
            let personal = [
                "maren", "holloway", "marzipan", "2026", "01632", "okafor", "merrick",
            ];
            assert!(personal.iter().all(|word| !text.contains(word)), "{text}");
            assert!(text.contains("[preferred name]"), "{text}");
            assert_eq!(read.text.contains(LEFT), *id == hard);
            flows
                .score_sample(&reviewer, id, &ALL_WELL, REMARK)
                .await
                .expect("kept");
            let twice = flows.score_sample(&reviewer, id, &ALL_WELL, "").await;
            assert_eq!(kind(twice), Some(Kind::NotFound));
        }
        let found = flows.list_scrutiny_findings(APPROVER).await.expect("findings");
        assert_eq!(found.len(), 2);
        for of_template in &found {
            assert_eq!((of_template.count.reviews, of_template.count.good), (1, 1));
            assert_eq!(of_template.answers[1], [0, 1, 0, 0], "in part in plain words");
            assert_eq!(of_template.remarks, [REMARK]);
        }
        let counted = flows.count_scrutiny("operator").await.expect("numbers");
        assert!(counted.values().all(|count| count.reviews == 1) && counted.len() == 2);
        let log = trial.house.log_bodies().await.concat();
        let verbs = [
            "scrutiny-drawn",
            "scrutiny-sample-read",
            "scrutiny-sample-decided",
            "scrutiny-reviewer-named",
            "scrutiny-sample-shown",
            "scrutiny-sample-scored",
            "scrutiny-findings-read",
        ];
        assert_eq!(found_in(&log, &verbs), verbs);
        assert_eq!(found_in(&log, &[REMARK, LEFT, "marzipan"]), [""; 0]);
    }
);

on_both!(
    async fn words_by_which_somebody_could_be_recognised_do_not_reach_a_reviewer(database: Database) {
        let trial = Box::pin(trial_with_letters(&database)).await;
        let flows = &trial.door.flows;
        let (hard, _) = drawn(&trial).await;
        let desk = flows
            .read_sample_drawn(APPROVER, &hard.id)
            .await
            .expect("a letter");
        assert!(
            desk.text.contains("[reasons]") && !desk.text.contains("marzipan"),
            "{}",
            desk.text
        );
        assert_eq!(desk.free[0].words, REASONS);
        for (text, traces) in [
            (REASONS, vec![Trace::Name, Trace::Day]),
            ("as Holloway told us", vec![Trace::Name]),
            ("as Ishaan wrote", vec![Trace::Name]),
            (URN, vec![Trace::Reference, Trace::Contact]),
            ("after her school", vec![Trace::Place]),
        ] {
            let found = flows.make_sample_ready(APPROVER, &hard.id, &words(text)).await;
            let found = found.expect("an answer");
            let expected = BTreeSet::from_iter(traces);
            assert_eq!(found, [("reasons".to_owned(), expected)], "{text}");
        }
        let reviewer = named(&trial).await;
        let given = flows.list_samples_given(&reviewer).await.expect("a list");
        assert_eq!(given.map(|list| list.len()), Some(0), "nothing is ready");
        flows
            .leave_sample_out(APPROVER, &hard.id)
            .await
            .expect("left out");
        let late = flows.make_sample_ready(APPROVER, &hard.id, &words(LEFT)).await;
        assert_eq!(kind(late), Some(Kind::NotFound));
    }
);

on_both!(
    async fn nobody_is_given_a_letter_to_whom_their_service_supports_or_of_an_area_that_did_not_name_them(
        database: Database,
    ) {
        let trial = Box::pin(trial_with_letters(&database)).await;
        let flows = &trial.door.flows;
        let (hard, _) = made_ready(&trial).await;
        let hers = trial.user(&trial.lead).await;
        let other = trial.user(&trial.elsewhere).await;
        let nobody = flows.list_samples_given(&other).await.expect("an answer");
        assert!(nobody.is_none(), "no Area named them");
        assert_eq!(
            kind(flows.read_sample_given(&other, &hard).await),
            Some(Kind::NotFound)
        );
        flows.name_reviewer(APPROVER, AREA, ADVISER).await.expect("named");
        let given = flows.list_samples_given(&hers).await.expect("an answer");
        assert_eq!(given.map(|list| list.len()), Some(0), "her own service");
        assert_eq!(
            kind(flows.read_sample_given(&hers, &hard).await),
            Some(Kind::NotFound)
        );
        flows
            .name_reviewer(APPROVER, OTHER_AREA, ELSEWHERE)
            .await
            .expect("named");
        assert_eq!(
            kind(flows.read_sample_given(&other, &hard).await),
            Some(Kind::NotFound)
        );
        flows
            .name_reviewer(APPROVER, AREA, ELSEWHERE)
            .await
            .expect("named");
        let twice = flows.name_reviewer(APPROVER, AREA, ELSEWHERE).await;
        assert_eq!(kind(twice), Some(Kind::Invalid));
        flows.read_sample_given(&other, &hard).await.expect("a letter");
        assert_eq!(flows.list_reviewers(APPROVER).await.expect("a list").len(), 3);
        flows
            .end_reviewer(APPROVER, AREA, &trial.elsewhere)
            .await
            .expect("ended");
        assert_eq!(
            kind(flows.read_sample_given(&other, &hard).await),
            Some(Kind::NotFound)
        );
        let unknown = flows
            .name_reviewer(APPROVER, AREA, "nobody@lantern.example")
            .await;
        assert_eq!(kind(unknown), Some(Kind::Invalid));
    }
);

on_both!(
    async fn letters_of_an_area_are_its_managers_alone(database: Database) {
        let trial = Box::pin(trial_with_letters(&database)).await;
        let (hard, _) = drawn(&trial).await;
        let user = "gwen.parry";
        trial
            .door
            .sign_in_as(Who {
                user,
                name: "Gwen Parry",
                roles: &[Role::VloManager],
                areas: &[OTHER_AREA],
            })
            .await;
        let flows = &trial.door.flows;
        assert_eq!(kind(flows.draw_samples(user, AREA).await), Some(Kind::Invalid));
        assert!(flows.list_samples_drawn(user).await.expect("a list").is_empty());
        for answer in [
            flows.read_sample_drawn(user, &hard.id).await.map(drop),
            flows.leave_sample_out(user, &hard.id).await,
            flows
                .make_sample_ready(user, &hard.id, &words(LEFT))
                .await
                .map(drop),
            flows.end_reviewer(user, AREA, &trial.elsewhere).await,
        ] {
            assert_eq!(kind(answer), Some(Kind::NotFound));
        }
        let named = flows.name_reviewer(user, AREA, ELSEWHERE).await;
        assert_eq!(kind(named), Some(Kind::Invalid));
        for answer in [
            flows.draw_samples(OFFICER, AREA).await.map(drop),
            flows.list_scrutiny_findings(OFFICER).await.map(drop),
            flows.read_sample_drawn(OFFICER, &hard.id).await.map(drop),
        ] {
            assert_eq!(kind(answer), Some(Kind::NotAllowed));
        }
    }
);

on_both!(
    async fn an_erasure_takes_the_letter_and_the_remark_along(database: Database) {
        let trial = Box::pin(trial_with_letters(&database)).await;
        let flows = &trial.door.flows;
        let (hard, plain) = made_ready(&trial).await;
        let reviewer = named(&trial).await;
        let scored = flows.score_sample(&reviewer, &hard, &ALL_WELL, REMARK).await;
        scored.expect("kept");
        let sealed = harness::bytes::sealed_columns(&database).await;
        let ours = ["scrutiny_samples.sealed", "scrutiny_scores.sealed"];
        assert!(
            ours.iter().all(|column| sealed.iter().any(|held| held == column)),
            "{sealed:?}"
        );
        let mut reader = trial.house.reader().await;
        let subject = store::subjects::find_by_ref(&mut reader, URN, VICTIM).await;
        let subject = subject.expect("an answer").expect("the victim");
        drop(reader);
        let mut tx = trial.house.pool().begin().await.expect("a transaction");
        let who = Subject {
            victim: &subject.victim.id,
            case: &subject.case.id,
            source_ref: "gone",
            names: &[],
            is_last: true,
            by: APPROVER,
            at: trial.house.flows.now(),
        };
        let proposed = erasure::propose(&mut tx, who.victim, "retention-ended", OFFICER, who.at).await;
        proposed.expect("proposed");
        erasure::erase(&mut tx, &who).await.expect("erased");
        tx.commit(&[]).await.expect("for good");
        let sealed = harness::bytes::sealed_columns(&database).await;
        assert!(
            ours.iter().all(|column| sealed.iter().all(|held| held != column)),
            "{sealed:?}"
        );
        assert_eq!(
            kind(flows.read_sample_given(&reviewer, &plain).await),
            Some(Kind::NotFound)
        );
        let found = flows.list_scrutiny_findings(APPROVER).await.expect("findings");
        assert_eq!((found.len(), found[0].count.reviews), (1, 1), "the answers stay");
        assert!(found[0].remarks.is_empty());
    }
);

on_both!(
    async fn some_letters_are_drawn_by_chance_and_hard_news_by_risk(database: Database) {
        let house = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        for number in 0..14_usize {
            let urn = format!("01NE7{number:04}26");
            let person = json!({"urn": urn, "victim_ref": VICTIM, "legal_name": "Perpetua Lindquist"});
            house.add_victim(&case(&person)).await;
            let of_it = json!({"urn": urn});
            let told = if number < 3 {
                not_charged("The evidence does not meet the test.")
            } else {
                assigned()
            };
            house.event(&event(number, &over(told, &of_it))).await;
        }
        house.draft_and_approve().await;
        house.clock().set(LATER);
        house.deliver_all().await;
        let count = house.flows.draw_samples(APPROVER, AREA).await.expect("letters");
        let list = house.flows.list_samples_drawn(APPROVER).await.expect("a list");
        let by_risk = list.iter().filter(|one| one.is_by_risk).count();
        assert_eq!((list.len(), list.len() - by_risk), (count, 5));
        let hard = |one: &&SampleDrawn| one.title.contains("not to charge");
        assert_eq!(list.iter().filter(hard).count(), 3, "hard news are all there");
        assert!(list.iter().filter(|one| one.is_by_risk).all(|one| hard(&one)));
        // What was drawn is not drawn again.
        let seen: BTreeSet<_> = list.iter().map(|one| one.id.clone()).collect();
        house
            .flows
            .draw_samples(APPROVER, AREA)
            .await
            .expect("more letters");
        let list = house.flows.list_samples_drawn(APPROVER).await.expect("a list");
        assert_eq!((seen.len(), list.len()), (count, count + 5));
    }
);
