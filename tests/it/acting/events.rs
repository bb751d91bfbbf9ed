//! Recording an event: what follows is shown first, with how good its evidence is; nothing is recorded twice.

use axum::http::StatusCode;
use harness::on_both;
use serde_json::json;

use super::{PRIYA, house, logged};

/// When a plea was entered, this morning.
const WHEN: [(&str, &str); 5] = [
    ("occurred", "23"),
    ("occurred-month", "11"),
    ("occurred-year", "2026"),
    ("time", "8"),
    ("time-minutes", "45"),
];

/// A kind, what is typed over a good form, the field that is wrong, and the words.
type Wrong = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

on_both!(
    async fn what_follows_is_shown_before_it_is_recorded_and_once_is_enough(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let new = format!("/victims/{victim}/events/new");
        let send = format!("/victims/{victim}/events");
        let kinds = priya.get(&new).await;
        assert!(
            kinds.says("Trial") && kinds.says("Charge decision"),
            "{}",
            kinds.text()
        );
        let page = priya.get(&format!("{new}?kind=charge-decision")).await;
        let reasons = "The evidence does not meet the test that we have to apply.";
        let mut typed = WHEN.to_vec();
        typed.extend([
            ("decision", "no-charge"),
            ("decided_by", "cps"),
            ("charges", "Rape\nSexual assault"),
        ]);
        typed.extend([("reasons", reasons), ("reasons_author", "Ishaan Merrick")]);
        let preview = priya.submit(&page, &send, &typed).await;
        assert!(
            preview.says("Nothing has been recorded yet."),
            "{:?} {}",
            preview.errors(),
            preview.text()
        );
        assert!(
            preview.says("We owe: Decision of the CPS not to charge"),
            "{}",
            preview.text()
        );
        assert!(
            preview.says("Due 24 November 2026 at 11:59pm") && preview.says("Evidence: "),
            "{}",
            preview.text()
        );
        assert_eq!(logged(&gateway, "event-recorded").await, 0);
        let done = priya.submit(&preview, &send, &[]).await;
        assert!(
            done.says("Recorded") && !done.says("Duties raised: 0"),
            "{}",
            done.text()
        );
        assert_eq!(logged(&gateway, "event-recorded").await, 1);
        let again = priya.submit(&preview, &send, &[]).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(
            again.says("This event was recorded already, and nothing was changed"),
            "{}",
            again.text()
        );
        assert_eq!(logged(&gateway, "event-recorded").await, 1);
    }
);

on_both!(
    async fn what_cannot_be_is_said_at_the_field_and_changes_nothing(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let new = format!("/victims/{victim}/events/new");
        let send = format!("/victims/{victim}/events");
        let wrong: [Wrong; 8] = [
            ("plea", &[], "plea", "Select plea"),
            ("plea", &[("plea", "maybe")], "plea", "Select plea"),
            (
                "plea",
                &[("plea", "guilty"), ("time-minutes", "")],
                "time",
                "The time at which it happened must include minutes",
            ),
            (
                "plea",
                &[("plea", "guilty"), ("occurred", "24")],
                "occurred",
                "The time at which it happened lies in the future; an event is recorded once it has happened",
            ),
            (
                "plea",
                &[("plea", "guilty"), ("occurred-year", "2025")],
                "occurred",
                "The time at which it happened lies before the case was opened; check the date and the URN",
            ),
            (
                "s28-set",
                &[("date", "30"), ("date-month", "2"), ("date-year", "2027")],
                "date",
                "Date must be a real date, such as 23 11 2026",
            ),
            (
                "sentence",
                &[("months", "70000")],
                "months",
                "Months must be a whole number from 0 to 65535",
            ),
            (
                "meeting-arranged",
                &[
                    ("meeting_at", "24"),
                    ("meeting_at-month", "11"),
                    ("meeting_at-year", "2026"),
                    ("meeting_at-time", "10"),
                    ("where", "Room 4"),
                    ("how", "in-person"),
                ],
                "meeting_at-time",
                "The time must include minutes",
            ),
        ];
        for (kind, over, field, words) in wrong {
            let page = priya.get(&format!("{new}?kind={kind}")).await;
            let mut typed = WHEN.to_vec();
            typed.retain(|(name, _)| !over.iter().any(|(known, _)| known == name));
            typed.extend(over);
            let page = priya.submit(&page, &send, &typed).await;
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
        }
        let page = priya.post(&send, &[("kind", "moon-landing")]).await;
        assert!(
            page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("This kind of event is not known"),
            "{}",
            page.text()
        );
        assert_eq!(
            priya.get(&format!("{new}?kind=moon-landing")).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(logged(&gateway, "event-recorded").await, 0, "nothing was written");
    }
);
