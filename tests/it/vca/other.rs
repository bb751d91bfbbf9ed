//! S17 to S23: contacts of every kind are logged and read back equal, direction included. And what may not be logged.

use axum::http::StatusCode;
use domain::id::VictimId;
use harness::case::assigned;
use harness::on_both;
use harness::web::Browser;
use serde_json::json;

use super::{at, call, log, typed};
use crate::acting::{PRIYA, house, logged};

/// Logs one contact and reads it back.
async fn back(browser: &Browser, victim: &VictimId, fields: &[(&'static str, &'static str)], says: &[&str]) {
    let page = log(browser, victim, "nobody-to-ask", fields).await;
    assert!(
        page.says("Contact in the record"),
        "{:?} {}",
        page.errors(),
        page.text()
    );
    for words in says {
        assert!(page.says(words), "{words}: {}", page.text());
    }
}

/// What is typed over a good form, the field that is wrong, and the words.
type Wrong = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

on_both!(
    async fn s17_to_s23_every_kind_of_contact_is_read_back_equal(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let asked = [("informed", "no"), ("purpose", "when the hearing is")];
        let somebody = [
            ("person", "other"),
            ("other-name", "Dana Brook"),
            ("other-role", "Key worker"),
        ];
        let of = |more: &[(&'static str, &'static str)]| {
            [at("23", "8", "30"), asked.to_vec(), more.to_vec()].concat()
        };
        let inbound = [
            ("method", "telephone-call"),
            ("direction", "inbound"),
            ("person", "victim"),
            ("outcome", "answered"),
            ("left", "nothing"),
        ];
        back(
            &priya,
            &victim,
            &of(&inbound),
            &[
                "Telephone call",
                "Direction Inbound",
                "Person contacted Victim",
                "Purpose when the hearing is",
            ],
        )
        .await;
        let email = [&[("method", "email"), ("direction", "outbound")][..], &somebody].concat();
        back(
            &priya,
            &victim,
            &of(&email),
            &["How Email", "Direction Outbound", "Dana Brook, Key worker"],
        )
        .await;
        let post = [&[("method", "post"), ("direction", "inbound")][..], &somebody].concat();
        back(
            &priya,
            &victim,
            &of(&post),
            &["How Post", "Direction Inbound", "Dana Brook, Key worker"],
        )
        .await;
        let text = [
            ("method", "text-message"),
            ("direction", "outbound"),
            ("person", "victim"),
        ];
        back(
            &priya,
            &victim,
            &of(&text),
            &[
                "How Text message",
                "Direction Outbound",
                "Text messages were not agreed on",
            ],
        )
        .await;
        let met = [&[("method", "in-person")][..], &somebody].concat();
        back(
            &priya,
            &victim,
            &of(&met),
            &["How In person", "What came of it Met", "Dana Brook, Key worker"],
        )
        .await;
        let other = [
            ("method", "other"),
            ("other-method", "A video call"),
            ("direction", "outbound"),
            ("person", "victim"),
        ];
        back(
            &priya,
            &victim,
            &of(&other),
            &["It was A video call", "Direction Outbound"],
        )
        .await;
        assert_eq!(logged(&gateway, "contact-added").await, 6);
        assert_eq!(logged(&gateway, "identity-checked").await, 6);
    }
);

on_both!(
    async fn every_fault_is_said_at_its_field_and_what_was_typed_is_kept(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let wrong: [Wrong; 18] = [
            (
                &[("time-minutes", "")],
                "time",
                "The time of the contact must include minutes",
            ),
            (
                &[("time", "")],
                "time",
                "The time of the contact must include an hour",
            ),
            (
                &[("time", "24")],
                "time",
                "The hour of the time of the contact must be between 0 and 23",
            ),
            (
                &[("time-minutes", "60")],
                "time",
                "The minutes of the time of the contact must be between 0 and 59",
            ),
            (
                &[("occurred", "31")],
                "occurred",
                "The date of the contact must be a real date, such as 23 11 2026",
            ),
            (
                &[("occurred-month", "")],
                "occurred",
                "The date of the contact must include a month",
            ),
            (
                &[("occurred", "24")],
                "occurred",
                "The call lies in the future; enter when it was made",
            ),
            (
                &[("occurred-year", "2025")],
                "occurred",
                "The call lies before the case was opened; check the date",
            ),
            (
                &[("occurred", "29"), ("occurred-month", "3"), ("time", "1")],
                "time",
                "The time of the contact is in the hour that the clocks skipped when they went forward",
            ),
            (&[("method", "")], "method", "Select how the contact was made"),
            (
                &[("method", "carrier-pigeon")],
                "method",
                "Select how the contact was made",
            ),
            (
                &[("direction", "inbound")],
                "direction",
                "A call that came in was answered; one that was not is recorded as an outbound attempt or not at all",
            ),
            (
                &[("person", "other")],
                "other-name",
                "Enter the name of the person",
            ),
            (
                &[("informed", "yes")],
                "informed",
                "The victim counts as informed only when the victim spoke, or an adviser or the police passed it on",
            ),
            (
                &[("informed", "")],
                "informed",
                "Select whether the victim was informed",
            ),
            (
                &[("left", "words"), ("left-words", "Ring us about the case")],
                "left",
                "No message may be left on this person's voicemail in words that were not agreed; if one was left, record the call without it and report an incident",
            ),
            (
                &[("purpose", "")],
                "purpose",
                "The purpose says in 1 to 500 characters what the contact was about",
            ),
            (
                &[
                    ("method", "text-message"),
                    ("promised", "23"),
                    ("promised-month", "11"),
                    ("promised-year", "2026"),
                    ("promised-time", "14"),
                ],
                "promised-time",
                "The time of the next call must include minutes",
            ),
        ];
        for (over, field, words) in wrong {
            let fields = typed(call(), over);
            let fields = typed(fields, &[("notes", "She asked for <Tuesday>")]);
            let page = log(&priya, &victim, "nobody-to-ask", &fields).await;
            assert_eq!(
                page.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{words}: {}",
                page.text()
            );
            assert!(
                page.errors().contains(&(field.to_owned(), words.to_owned())),
                "{words}: {:?}",
                page.errors()
            );
            assert_eq!(page.error_at(field).as_deref(), Some(words));
            assert_eq!(
                page.value("notes").as_deref(),
                Some("She asked for <Tuesday>"),
                "{words}"
            );
        }
        let unknown = typed(call(), &[("urgency", "high")]);
        let page = log(&priya, &victim, "nobody-to-ask", &unknown).await;
        assert!(
            page.status == StatusCode::UNPROCESSABLE_ENTITY
                && page.says("a field that its page does not have")
                || page.says("This form has a field"),
            "{}",
            page.text()
        );
        assert_eq!(logged(&gateway, "contact-added").await, 0, "nothing was written");
    }
);

on_both!(
    async fn who_is_not_known_to_be_the_person_is_told_nothing_and_was_not_informed(database: Database) {
        let changes = json!({"code_word": "marigold"});
        let (gateway, door, victim) = house(&database, &changes, &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let path = format!("/victims/{victim}/contacts");
        let front = crate::acting::read(&priya, &format!("{path}/new")).await;
        assert!(
            !front.says("What there is to tell") && !front.says("marigold"),
            "{}",
            front.text()
        );
        assert!(
            front.says("Duty 1: ") && !front.says("introduc"),
            "rungs, no facts: {}",
            front.text()
        );
        let page = priya
            .post(&format!("{path}/new"), &[("identity", "not-confirmed")])
            .await;
        assert!(
            page.says("say nothing about the case") && !page.says("What there is to tell"),
            "{}",
            page.text()
        );
        let told = typed(call(), &[("outcome", "answered"), ("informed", "yes")]);
        let page = priya.submit(&page, &path, &told).await;
        assert!(
            page.error_at("informed")
                .is_some_and(|words| words.contains("not known to be this person")),
            "{}",
            page.text()
        );
        let page = priya
            .post(&format!("{path}/new"), &[("identity", "confirmed")])
            .await;
        assert!(page.says("What there is to tell"), "{}", page.text());
        let page = priya.post(&format!("{path}/new"), &[]).await;
        assert_eq!(
            page.error_at("identity").as_deref(),
            Some("Select whether it is this person")
        );
        assert_eq!(logged(&gateway, "contact-added").await, 0);
        assert_eq!(
            logged(&gateway, "not-confirmed").await,
            2,
            "asked, and shown once more with its fault"
        );
    }
);

on_both!(
    async fn telling_the_adviser_is_not_telling_the_victim(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let told = typed(call(), &[("person", "via-isva"), ("outcome", "answered")]);
        back(
            &priya,
            &victim,
            &told,
            &["Person contacted Via ISVA", "Victim informed Not known"],
        )
        .await;
        let confirmed = typed(
            call(),
            &[
                ("person", "via-isva"),
                ("direction", "inbound"),
                ("outcome", "answered"),
                ("informed", "yes"),
                ("informed-on", "22"),
                ("informed-on-month", "11"),
                ("informed-on-year", "2026"),
                ("informed-time", "16"),
                ("informed-time-minutes", "00"),
            ],
        );
        back(
            &priya,
            &victim,
            &confirmed,
            &["Victim informed Yes, 22 November 2026 at 4pm"],
        )
        .await;
        assert_eq!(logged(&gateway, "contact-added").await, 2);
    }
);
