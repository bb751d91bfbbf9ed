//! Flags on a case: set by one person, lifted by two, each recorded; none of them shortens.

use audit::entry::Entry;
use flows::{Kind, Lifted};
use harness::database::postgres;
use harness::gateway::{APPROVER, OFFICER};
use harness::on_both;
use sqlx::{Connection as _, PgConnection};

use super::{LET_GO, WHY, story, urn};

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

/// Waits until some session of this database waits for another one's lock.
async fn until_somebody_waits(admin: &mut PgConnection) {
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    loop {
        let count: i64 = sqlx::query_scalar(waiting)
            .fetch_one(&mut *admin)
            .await
            .expect("a count");
        if count > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_another_process_is_setting_comes_before_the_erasure() {
    let database = postgres().await;
    let story = story(&database).await;
    story.house.clock().set(LET_GO);
    let flows = &story.house.flows;
    flows
        .propose_erasure("operator", &story.victim, WHY)
        .await
        .expect("proposed");

    let mut another = PgConnection::connect(&database.address)
        .await
        .expect("another process");
    let mut admin = PgConnection::connect(&database.address).await.expect("a third");
    let mut setting = another.begin().await.expect("a transaction");
    let set = "INSERT INTO case_flags (id, case_id, flag, reason, set_by, set_at) \
               SELECT $1, case_id, 'legal-hold', 'complaint', 'tom.ellis', 1 FROM victims WHERE id = $2";
    sqlx::query(set)
        .bind("0".repeat(32))
        .bind(story.victim.as_str())
        .execute(&mut *setting)
        .await
        .expect("it is being set");
    let erasing = flows.erase_victim(APPROVER, &story.victim, WHY);
    let set = async {
        until_somebody_waits(&mut admin).await;
        setting.commit().await.expect("it is set");
    };
    let (erased, ()) = futures_util::future::join(erasing, set).await;
    let refused = erased.expect_err("it is held").to_string();
    assert!(refused.contains("held by legal-hold"), "{refused}");
    assert_eq!(story.house.plan_of(&story.victim).await.points().len(), 4);
}
