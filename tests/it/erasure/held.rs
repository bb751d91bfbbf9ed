//! Flags on a case: set by one person, lifted by two, each recorded; none of them shortens.

use audit::entry::Entry;
use flows::{Kind, Lifted};
use harness::gateway::{APPROVER, OFFICER};
use harness::on_both;

use super::{LET_GO, story, urn};

on_both!(
    async fn a_legal_hold_stands_until_two_people_lift_it(database: Database) {
        let story = story(&database).await;
        story.house.clock().set(LET_GO);
        let flows = &story.house.flows;
        flows
            .set_flag("operator", &urn(), "legal-hold", "complaint")
            .await
            .expect("set");
        let again = flows.set_flag(APPROVER, &urn(), "legal-hold", "complaint").await;
        assert_eq!(again.expect_err("twice").kind(), Kind::Conflict);
        let held = story.refusal().await;
        assert!(
            held.contains("held by legal-hold") && held.contains("--lift"),
            "{held}"
        );

        let asked = flows
            .lift_flag(APPROVER, &urn(), "legal-hold", "complaint-closed")
            .await;
        assert_eq!(asked.expect("the first"), Lifted::Asked);
        let alone = flows
            .lift_flag(APPROVER, &urn(), "legal-hold", "complaint-closed")
            .await;
        assert_eq!(alone.expect_err("the same person").kind(), Kind::NotAllowed);
        assert!(
            story.refusal().await.contains("legal-hold"),
            "it holds until the second"
        );
        let lifted = flows
            .lift_flag("tom.ellis", &urn(), "legal-hold", "complaint-closed")
            .await;
        assert_eq!(lifted.expect("the second"), Lifted::Lifted);
        story.erase().await;

        let bodies = story.house.log_bodies().await;
        let entries = bodies.iter().map(|body| Entry::parse(body).expect("an entry"));
        let of_flags = entries
            .filter(|entry| entry.verb().starts_with("case-flag"))
            .map(|entry| (entry.verb().to_owned(), entry.actor().to_owned()))
            .collect::<Vec<_>>();
        let expected = [
            ("case-flag-set", "operator"),
            ("case-flag-lift-proposed", APPROVER),
            ("case-flag-lifted", "tom.ellis"),
        ];
        assert_eq!(
            of_flags,
            expected.map(|(verb, actor)| (verb.to_owned(), actor.to_owned()))
        );
    }
);

on_both!(
    async fn flags_lengthen_what_is_kept(database: Database) {
        let story = story(&database).await;
        story.house.clock().set(LET_GO);
        let flows = &story.house.flows;
        flows
            .set_flag("operator", &urn(), "covid", "flagged-at-intake")
            .await
            .expect("set");
        assert!(story.refusal().await.contains("kept through 2033-11-24"));
        flows
            .set_flag("operator", &urn(), "csa", "flagged-at-intake")
            .await
            .expect("set");
        assert!(story.refusal().await.contains("kept through 2053-11-24"));
        let kept = flows.explain_retention(&urn()).await.expect("the case");
        let flags = kept.flags.iter().map(|row| row.flag.as_str()).collect::<Vec<_>>();
        assert_eq!(
            (flags, kept.victims),
            (vec!["covid", "csa"], vec![story.victim.clone()])
        );
    }
);

on_both!(
    async fn only_keepers_set_flags_and_only_those_of_the_policy(database: Database) {
        let story = story(&database).await;
        let flows = &story.house.flows;
        let officer = flows.set_flag(OFFICER, &urn(), "legal-hold", "complaint").await;
        assert_eq!(officer.expect_err("an officer").kind(), Kind::NotAllowed);
        for unknown in ["default", "for-ever"] {
            let refused = flows.set_flag("operator", &urn(), unknown, "complaint").await;
            let refused = refused.expect_err("no such flag");
            assert_eq!(refused.kind(), Kind::Invalid);
            assert!(
                refused
                    .to_string()
                    .contains("csa, covid, inquiry-hold, legal-hold"),
                "{refused}"
            );
        }
        let none = flows
            .lift_flag("operator", &urn(), "legal-hold", "complaint")
            .await;
        assert_eq!(none.expect_err("no such flag in force").kind(), Kind::NotFound);
    }
);
