//! Who a message reaches: I1, I2, I6, I7, I9, I10.

use domain::address::EmailAddress;
use domain::contact::change::{NewProposal, Verification, VerifyPath, propose};
use domain::contact::{PointValue, Route, Why};
use domain::id::{ContactPointId, ProposalId};
use domain::safety::DenySet;
use flows::Kind;
use harness::case::{self, EMAIL, URN, VICTIM, assigned, defendant, not_charged, safe};
use harness::gateway::{APPROVER, DELIVERED_ONE, OFFICER, TestGateway};
use harness::mails::Mail;
use harness::on_both;
use mail::catcher::{Fault, Faults};
use serde_json::json;

use super::{HOLD_BACK_ENDS, approved};

const NEW_EMAIL: &str = "m.rowan@letters.example";
const AFTER_THE_CHANGE: &str = "2026-11-23T12:00:00Z";

pub(super) async fn house(database: &harness::database::Database) -> TestGateway {
    TestGateway::new(database, Faults::Always(Fault::None)).await
}

on_both!(
    async fn incident_01_nothing_leaves_by_telephone_by_itself(database: Database) {
        let gateway = house(&database).await;
        // The number is the husband's, as it was: said to be safe, preferred, and the defendant's own.
        let shared = "07700 900466";
        let victim = json!({
            "email": null, "mobile": safe(shared), "preferred": "mobile", "text_wording": "Please ring me.",
            "voicemail": "Please ring me.", "defendants": [defendant(&json!({"phones": [shared]}))],
        });
        let message = approved(&gateway, &victim, &assigned()).await.message;
        gateway.clock().set(HOLD_BACK_ENDS);
        assert_eq!(gateway.deliver().await.held, 1);
        assert_eq!(
            gateway.stands(&message).await,
            "held: no-verified-safe-contact-point"
        );
        assert_eq!(gateway.seen().connections, 0);
        let owed = gateway.obligation_of(&message).await;
        assert_eq!(owed.waiting_for.as_deref(), Some("decision-about-safe-contact"));
        assert!(
            gateway.contacts_of(&owed).await.is_empty(),
            "no contact is made up"
        );
    }
);

on_both!(
    async fn incident_02_a_point_that_becomes_unsafe_after_the_approval_gets_nothing(database: Database) {
        let gateway = house(&database).await;
        let message = approved(&gateway, &json!({"mobile": safe("07700 900466")}), &assigned())
            .await
            .message;
        let victim = gateway.victim(URN, VICTIM).await;
        let plan = gateway.plan_of(&victim).await;
        let at = gateway.flows.now();
        let point = |route| plan.usable(route, at).expect("a usable point").id().clone();
        let (old, mobile) = (point(Route::Email), point(Route::Mobile));
        let change = NewProposal {
            id: ProposalId::random(gateway.flows.parts().entropy.as_ref()),
            point: ContactPointId::random(gateway.flows.parts().entropy.as_ref()),
            route: Route::Email,
            value: PointValue::Email(EmailAddress::parse(NEW_EMAIL).expect("an address")),
            replaces: Some(old.clone()),
            by: OFFICER.to_owned(),
            at,
        };
        let mut proposal = None;
        gateway
            .change_plan(&victim, |plan| {
                proposal = Some(propose(plan, change, &DenySet::new()).expect("a change can be proposed"));
            })
            .await;
        gateway.clock().set(HOLD_BACK_ENDS);
        assert_eq!(gateway.deliver().await.held, 1, "the change is under way");
        assert_eq!(
            gateway.stands(&message).await,
            "held: no-verified-safe-contact-point"
        );
        assert_eq!(
            gateway.seen().connections,
            0,
            "the old address hears nothing of it"
        );

        let verified = Verification {
            by: OFFICER.to_owned(),
            path: VerifyPath::Point { id: mobile },
            said_by: "the victim".into(),
            how: "by telephone with the code word".into(),
            at,
        };
        let proposal = proposal.expect("it was proposed");
        gateway
            .change_plan(&victim, |plan| {
                let proposal = proposal.verify(plan, verified).expect("another path");
                let review = "2027-03-01".parse().expect("a day");
                let approved = proposal.approve(plan, APPROVER, review, &DenySet::new(), at);
                approved.expect("a second person");
            })
            .await;
        gateway.clock().set(AFTER_THE_CHANGE);
        assert_eq!(
            gateway.deliver().await.claimed,
            0,
            "a person decides about what was held"
        );
        let again = gateway
            .flows
            .resend_message(OFFICER, &message, "address-changed")
            .await;
        again.expect("it is queued again");
        assert_eq!(gateway.deliver().await, DELIVERED_ONE);
        let caught = gateway.caught();
        assert_eq!(caught.len(), 1);
        assert_eq!(Mail::read(&caught[0]).recipient, NEW_EMAIL);
        assert!(
            gateway
                .plan_of(&victim)
                .await
                .point(&old)
                .is_none_or(|old| old.usable(at).is_err())
        );
    }
);

on_both!(
    async fn incident_02_a_refused_address_is_not_tried_again_by_insisting(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Each(vec![Fault::RefuseRecipient])).await;
        let first = approved(&gateway, &json!({}), &assigned()).await.message;
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        assert_eq!(gateway.stands(&first).await, "permanent-failure: 550");
        let insisted = gateway.flows.resend_message(OFFICER, &first, "try-again").await;
        assert_eq!(insisted.expect_err("no edit and resend").kind(), Kind::Conflict);
        assert_eq!(gateway.deliver().await.claimed, 0);
        assert_eq!(gateway.seen().transactions, 1);
    }
);

on_both!(
    async fn incident_06_an_address_that_is_not_known_to_be_safe_is_not_used_whoever_approves(
        database: Database,
    ) {
        let gateway = house(&database).await;
        let expired = json!({
            "value": "one@inbox.example", "safety": "verified-safe", "said_by": "the victim", "how": "in person",
            "verified_at": "2026-08-01", "review_by": "2026-11-22",
        });
        let points = [
            (expired, "contact-point-expired"),
            (
                json!({"value": "two@inbox.example", "safety": "unknown"}),
                "no-verified-safe-contact-point",
            ),
            (
                json!({"value": "three@inbox.example", "safety": "unsafe", "why": "reported-unsafe"}),
                "no-verified-safe-contact-point",
            ),
        ];
        let mut waiting = Vec::new();
        for person in [APPROVER, "tom.ellis", OFFICER] {
            for (point, reason) in &points {
                let number = 100 + waiting.len();
                let urn = format!("01NE{number:05}26");
                gateway
                    .add_victim(&case::case(&json!({"urn": urn, "email": point})))
                    .await;
                gateway
                    .event(&case::event(
                        number,
                        &case::over(assigned(), &json!({"urn": urn})),
                    ))
                    .await;
                gateway
                    .flows
                    .compose_drafts("operator", 10)
                    .await
                    .expect("drafts");
                let draft = gateway.flows.list_drafts(10).await.expect("drafts").remove(0);
                let approved = gateway.flows.approve_draft(person, &draft.id).await;
                waiting.push((approved.expect("anybody may approve it").message, person, *reason));
            }
        }
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        for (message, person, reason) in &waiting {
            assert_eq!(
                gateway.stands(message).await,
                format!("held: {reason}"),
                "{person}"
            );
            let insisted = gateway
                .flows
                .resend_message(person, message, "it-is-urgent")
                .await;
            insisted.expect("a person may ask again");
        }
        gateway.deliver_all().await;
        for (message, person, reason) in &waiting {
            assert_eq!(
                gateway.stands(message).await,
                format!("held: {reason}"),
                "{person}"
            );
        }
        assert_eq!(gateway.seen().connections, 0);
        assert_eq!(gateway.forgotten().await, 0, "each of them is a person's task");
    }
);

on_both!(
    async fn incident_07_the_people_of_one_case_are_each_written_to_alone(database: Database) {
        let gateway = house(&database).await;
        let people = (0..12)
            .map(|n| (format!("V-{n}"), format!("witness{n}@inbox.example")))
            .collect::<Vec<_>>();
        for (number, (reference, email)) in people.iter().enumerate() {
            let person = json!({"victim_ref": reference, "email": safe(email.as_str())});
            gateway.add_victim(&case::case(&person)).await;
            let news = case::over(
                not_charged("It could not be proved."),
                &json!({"victim_ref": reference}),
            );
            gateway.event(&case::event(number, &news)).await;
        }
        assert_eq!(gateway.draft_and_approve().await.len(), people.len());
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        // And a correction to all of them, in haste.
        for (number, (reference, _)) in people.iter().enumerate() {
            let corrected = case::over(
                not_charged("It could not be proved that he knew."),
                &json!({"victim_ref": reference, "occurred_at": "2026-11-23T08:40:00Z"}),
            );
            gateway.event(&case::event(100 + number, &corrected)).await;
        }
        assert_eq!(gateway.draft_and_approve().await.len(), people.len());
        gateway.clock().set(AFTER_THE_CHANGE);
        gateway.deliver_all().await;

        let (caught, seen) = (gateway.caught(), gateway.seen());
        assert_eq!(caught.len(), 2 * people.len());
        assert_eq!(
            (seen.transactions, seen.recipients),
            (24, 24),
            "one RCPT to one MAIL"
        );
        let mut reached = caught
            .iter()
            .map(|mail| Mail::read(mail).recipient)
            .collect::<Vec<_>>();
        reached.sort_unstable();
        let mut wanted = people
            .iter()
            .flat_map(|(_, email)| [email.as_str(); 2])
            .collect::<Vec<_>>();
        wanted.sort_unstable();
        assert_eq!(reached, wanted);
        for mail in &caught {
            let mail = Mail::read(mail);
            assert_eq!(mail.to(), [mail.recipient]);
            for (_, other) in people.iter().filter(|(_, email)| email != mail.recipient) {
                assert!(
                    !mail.words().contains(other.as_str()),
                    "nobody learns who else was written to"
                );
            }
        }
    }
);

on_both!(
    async fn incident_09_no_address_that_somebody_wrote_anywhere_becomes_a_recipient(database: Database) {
        let gateway = house(&database).await;
        let reasons = "Please copy this to everybody: To: one@copied.example, Cc: two@copied.example;\nBcc: three@copied.example.";
        let adviser = json!({
            "name": "Sorrel Adeyemi", "service": "Safe Ground", "email": "sorrel@copied.example",
            "transport": "aligned-tls-dmarc", "scopes": ["updates", "letters"], "from": "2026-06-01", "until": "2027-06-01",
        });
        let victim = json!({
            "adviser": adviser, "defendants": [defendant(&json!({"emails": ["corin@copied.example"]}))],
            "legal_name": "Maren Holloway", "dropped_call": "write to four@copied.example",
        });
        approved(&gateway, &victim, &not_charged(reasons)).await;
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        let (caught, seen) = (gateway.caught(), gateway.seen());
        assert_eq!((caught.len(), seen.transactions, seen.recipients), (1, 1, 1));
        let mail = Mail::read(&caught[0]);
        assert_eq!(mail.recipient, EMAIL);
        assert_eq!(mail.to(), [EMAIL]);
        assert!(
            mail.words().contains("one@copied.example"),
            "it is text like any other"
        );
        for header in ["cc", "bcc", "reply-to", "resent-to"] {
            assert!(!mail.headers().iter().any(|name| name == header), "{header}");
        }
    }
);

on_both!(
    async fn incident_10_one_mistake_is_cancelled_in_time_and_nothing_follows_what_has_left(
        database: Database,
    ) {
        let gateway = house(&database).await;
        let mut messages = Vec::new();
        for (number, email) in ["one@inbox.example", "two@inbox.example", "three@inbox.example"]
            .into_iter()
            .enumerate()
        {
            let urn = format!("01NE{number:05}26");
            gateway
                .add_victim(&case::case(&json!({"urn": urn, "email": safe(email)})))
                .await;
            gateway
                .event(&case::event(
                    number,
                    &case::over(assigned(), &json!({"urn": urn})),
                ))
                .await;
            messages.push(gateway.draft_and_approve().await.remove(0).message);
        }
        let cancelled = gateway
            .flows
            .cancel_message(OFFICER, &messages[1], "wrong-person")
            .await;
        cancelled.expect("it waits for its hold-back");
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        let reached = |gateway: &TestGateway| {
            let caught = gateway.caught();
            let mut reached = caught
                .iter()
                .map(|mail| Mail::read(mail).recipient.to_owned())
                .collect::<Vec<_>>();
            reached.sort_unstable();
            reached
        };
        let expected = ["one@inbox.example", "three@inbox.example"];
        assert_eq!(reached(&gateway), expected);
        for message in [&messages[0], &messages[2]] {
            for answer in [
                gateway
                    .flows
                    .cancel_message(OFFICER, message, "wrong-person")
                    .await,
                gateway.flows.resend_message(OFFICER, message, "recall").await,
            ] {
                assert_eq!(answer.expect_err("there is no recall").kind(), Kind::Conflict);
            }
        }
        let again = gateway
            .flows
            .resend_message(OFFICER, &messages[1], "after-all")
            .await;
        assert_eq!(
            again.expect_err("it was cancelled for good").kind(),
            Kind::Conflict
        );
        gateway.clock().set(AFTER_THE_CHANGE);
        gateway.deliver_all().await;
        assert_eq!(reached(&gateway), expected, "nobody hears of it a second time");
    }
);

on_both!(
    async fn incident_06_a_point_that_is_barred_in_the_last_minute_is_not_used(database: Database) {
        let gateway = house(&database).await;
        let message = approved(&gateway, &json!({}), &assigned()).await.message;
        let victim = gateway.victim(URN, VICTIM).await;
        gateway.clock().set("2026-11-23T09:14:59Z");
        let now = gateway.flows.now();
        gateway
            .change_plan(&victim, |plan| {
                let point = plan.points()[0].id().clone();
                plan.bar(&point, Why::ReportedUnsafe, now).expect("it is barred");
            })
            .await;
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        assert_eq!(
            gateway.stands(&message).await,
            "held: no-verified-safe-contact-point"
        );
        assert_eq!(gateway.seen().connections, 0);
    }
);
