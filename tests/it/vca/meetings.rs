//! S10, S52, S50, S11, S12, S15/S51/S53, S13/S14/S54 and S16: meetings offered, answered, arranged, cancelled and held.

use axum::http::StatusCode;
use domain::id::VictimId;
use harness::case::assigned;
use harness::gateway::TestGateway;
use harness::on_both;
use harness::web::{Answer, Browser};
use serde_json::json;
use store::obligations;

use super::typed;
use crate::acting::{ELSEWHERE, PRIYA, RUTH, house, logged, read};

type Fields = Vec<(&'static str, &'static str)>;

/// A day of 2026 and a time of the London clock.
fn on(day: &'static str, month: &'static str, hour: &'static str) -> Fields {
    vec![
        ("day", day),
        ("day-month", month),
        ("day-year", "2026"),
        ("time", hour),
        ("time-minutes", "00"),
    ]
}

fn word(day: &'static str, route: &'static str) -> Fields {
    typed(on(day, "11", "10"), &[("route", route)])
}

/// In person at an office of CPS, two weeks from now, as the victim asked.
fn plan() -> Fields {
    let mut fields = on("7", "12", "10");
    fields.extend([
        ("asked-by", "victim"),
        ("mode", "in-person"),
        ("place", "cps-office"),
        ("place-name", "Our office in Anytown"),
        ("parts", "victim"),
        ("parts", "vlo"),
        ("parts", "counsel"),
        ("chair", "counsel"),
    ]);
    fields
}

/// Begins a meeting with its first step.
async fn begin(
    browser: &Browser,
    victim: &VictimId,
    purpose: &'static str,
    step: &str,
    fields: &Fields,
) -> Answer {
    let page = read(browser, &format!("/victims/{victim}/contacts/new")).await;
    assert_eq!(page.status, StatusCode::OK);
    let page = browser
        .get(&format!("/victims/{victim}/meetings/new?step={step}"))
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    let mut fields = fields.clone();
    fields.push(("purpose", purpose));
    if purpose == "other" {
        fields.push(("purpose-name", "Special measures"));
    }
    browser
        .submit(&page, &format!("/victims/{victim}/meetings"), &fields)
        .await
}

/// Records the next step of the meeting that `page` shows.
async fn step(browser: &Browser, page: &Answer, step: &str, fields: &Fields) -> Answer {
    let path = format!("{}/step", page.path);
    let form = browser.get(&format!("{path}?step={step}")).await;
    browser.submit(&form, &path, fields).await
}

fn says(page: &Answer, words: &[&str]) {
    for words in words {
        assert!(page.says(words), "{words}: {:?} {}", page.errors(), page.text());
    }
}

/// The rules of the duties that are open.
async fn open_rules(gateway: &TestGateway, victim: &VictimId) -> Vec<String> {
    let open = obligations::list_open_by_victim(&mut gateway.reader().await, victim).await;
    open.expect("the duties")
        .into_iter()
        .map(|owed| owed.rule)
        .collect()
}

async fn is_owed(gateway: &TestGateway, victim: &VictimId, rule: &str) {
    let rules = open_rules(gateway, victim).await;
    assert!(rules.iter().any(|open| open == rule), "{rule}: {rules:?}");
}

const PURPOSES: [&str; 6] = [
    "pre-trial",
    "charging-decision",
    "stopped-or-altered",
    "review",
    "complaint",
    "other",
];

on_both!(
    async fn s10_s52_every_meeting_is_offered_or_not_with_a_reason(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let routes = [
            ("post", "Letter by post"),
            ("email", "Email"),
            ("police", "Letter through the police"),
            ("isva", "Letter through the ISVA"),
            ("telephone", "Telephone"),
            ("email", "Email"),
        ];
        for (purpose, (route, words)) in PURPOSES.into_iter().zip(routes) {
            let not = vec![("why", "other"), ("detail", "She is abroad until May")];
            let page = begin(&priya, &victim, purpose, "not-offered", &not).await;
            says(
                &page,
                &[
                    "Where it stands Not offered",
                    "Another reason",
                    "She is abroad until May",
                ],
            );
            let page = begin(&priya, &victim, purpose, "offer", &word("20", route)).await;
            says(
                &page,
                &[
                    "Where it stands Offered",
                    &format!("Offered {words}, 20 November 2026 at 10am"),
                ],
            );
        }
        for why in [("why", ""), ("why", "other")] {
            let page = begin(&priya, &victim, "review", "not-offered", &vec![why]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
        }
        assert_eq!(logged(&gateway, "meeting-not-offered").await, 6);
        assert_eq!(logged(&gateway, "\"meeting-offered\"").await, 6);
        assert_eq!(logged(&gateway, "abroad").await, 0, "no words in the log");
    }
);

on_both!(
    async fn s50_s11_s12_an_answer_may_come_by_another_route_or_not_at_all(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let offered = begin(&priya, &victim, "review", "offer", &word("20", "isva")).await;
        let page = step(&priya, &offered, "accepted", &word("21", "telephone")).await;
        says(
            &page,
            &[
                "Offered Letter through the ISVA",
                "Accepted Telephone, 21 November 2026",
            ],
        );
        let offered = begin(
            &priya,
            &victim,
            "charging-decision",
            "offer",
            &word("20", "email"),
        )
        .await;
        let page = step(&priya, &offered, "declined", &word("19", "police")).await;
        assert_eq!(
            page.error_at("day").as_deref(),
            Some("The answer lies before the offer; check the date")
        );
        let page = step(&priya, &offered, "declined", &word("21", "police")).await;
        says(&page, &["Declined Letter through the police"]);
        let offered = begin(&priya, &victim, "other", "offer", &word("20", "post")).await;
        let silent = step(&priya, &offered, "no-response", &vec![]).await;
        says(&silent, &["No response Recorded 23 November 2026"]);
        let page = step(&priya, &silent, "offer", &word("22", "post")).await;
        assert!(
            page.error_at("day")
                .is_some_and(|words| words.contains("another safe route"))
        );
        let page = step(&priya, &silent, "offer", &word("22", "telephone")).await;
        says(
            &page,
            &[
                "Where it stands Offered",
                "Offered Letter by post",
                "Offered Telephone",
            ],
        );
        assert_eq!(logged(&gateway, "meeting-unanswered").await, 1);
    }
);

on_both!(
    async fn s15_s51_s53_s13_s14_s54_what_is_arranged_and_cancelled_is_told_by_its_own_duty(
        database: Database,
    ) {
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let wrong: [(&Fields, &str, &str); 4] = [
            (
                &vec![("parts", "defence-solicitor")],
                "parts",
                "Nobody of the defence takes part in a meeting with a victim",
            ),
            (
                &vec![("day", "20"), ("day-month", "11")],
                "day",
                "The meeting must lie in the future",
            ),
            (
                &vec![("time-minutes", "")],
                "time",
                "The time of the meeting must include minutes",
            ),
            (
                &vec![("place-name", "")],
                "place-name",
                "Enter the name of the office, court or place",
            ),
        ];
        for (over, field, words) in wrong {
            let page = begin(&priya, &victim, "pre-trial", "arrange", &typed(plan(), over)).await;
            assert_eq!(page.error_at(field).as_deref(), Some(words), "{}", page.text());
        }
        let page = begin(&priya, &victim, "pre-trial", "arrange", &plan()).await;
        says(
            &page,
            &[
                "7 December 2026 at 10am",
                "CPS office: Our office in Anytown",
                "To attend: led by Prosecuting counsel",
            ],
        );
        is_owed(&gateway, &victim, "HOUSE-MEETING-ARRANGED").await;
        let court = [
            ("mode", "hybrid"),
            ("place", "crown-court"),
            ("place-name", "Anytown Crown Court"),
        ];
        let page = step(&priya, &page, "arrange", &typed(plan(), &court)).await;
        says(
            &page,
            &[
                "Hybrid: in person and by video",
                "Crown Court: Anytown Crown Court",
            ],
        );
        let rules = open_rules(&gateway, &victim).await;
        assert!(
            rules.contains(&"HOUSE-MEETING-CHANGED".to_owned())
                && !rules.contains(&"HOUSE-MEETING-ARRANGED".to_owned()),
            "{rules:?}"
        );
        let other = vec![("why", "other")];
        let asked = step(&priya, &page, "cancel", &other).await;
        assert_eq!(
            asked.error_at("detail").as_deref(),
            Some("Enter the details of the other reason")
        );
        let page = step(&priya, &page, "cancel", &vec![("why", "court-date-changed")]).await;
        says(&page, &["Where it stands Cancelled", "The court date changed"]);
        is_owed(&gateway, &victim, "HOUSE-MEETING-CANCELLED").await;
        let video = [
            ("mode", "virtual"),
            ("place", ""),
            ("place-name", ""),
            ("asked-by", "third-party"),
        ];
        let page = begin(
            &priya,
            &victim,
            "stopped-or-altered",
            "arrange",
            &typed(plan(), &video),
        )
        .await;
        says(&page, &["Virtual: by video", "Somebody else asked for it"]);
    }
);

on_both!(
    async fn s16_what_came_of_it_stands_beside_the_plan(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        let runs: [(Fields, &[&str]); 3] = [
            (
                vec![
                    ("hours", "1"),
                    ("minutes", "59"),
                    ("research", "yes"),
                    ("notes", "officer"),
                    ("notes", "victim"),
                    ("actions", "Ask for screens"),
                ],
                &[
                    "1 hours 59 minutes",
                    "Agreed to research Yes",
                    "officer in the case Yes",
                    "Notes to the victim Yes",
                    "Ask for screens",
                ],
            ),
            (
                vec![("hours", "2"), ("minutes", "0"), ("research", "no")],
                &[
                    "2 hours 0 minutes",
                    "Agreed to research No",
                    "Notes to the victim No",
                    "Actions None",
                ],
            ),
            (
                vec![("minutes", "10"), ("research", "not-asked"), ("notes", "victim")],
                &[
                    "0 hours 10 minutes",
                    "Question not asked",
                    "officer in the case No",
                    "Notes to the victim Yes",
                ],
            ),
        ];
        let priya = door.sign_in_as(PRIYA).await;
        let mut begun = Vec::new();
        for (fields, words) in runs {
            let page = begin(&priya, &victim, "pre-trial", "arrange", &plan()).await;
            let crew = vec![("parts", "victim"), ("parts", "vlo"), ("chair", "vlo")];
            let fields = [fields, crew].concat();
            let early = step(&priya, &page, "hold", &fields).await;
            let said = early.error_at("hours").unwrap_or_default();
            assert!(said.contains("has not begun yet"), "{}", early.text());
            begun.push((page.path, fields, words));
        }
        gateway.clock().set("2026-12-07T13:00:00Z");
        let priya = door.sign_in_as(PRIYA).await;
        for (path, fields, words) in begun {
            let page = read(&priya, &path).await;
            let held = step(&priya, &page, "hold", &fields).await;
            says(&held, words);
            says(
                &held,
                &[
                    "To attend: led by Prosecuting counsel",
                    "Attended: led by Victim Liaison Officer",
                ],
            );
        }
        assert_eq!(logged(&gateway, "meeting-held").await, 3);
    }
);

on_both!(
    async fn an_offer_ends_the_duty_to_offer_and_nobody_else_reads_or_overwrites_it(database: Database) {
        let trial = json!({"kind": "trial-set", "after_not_guilty_plea": true, "plea_date": "2026-11-20", "trial_date": "2027-05-10"});
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned(), trial]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let is_offer = |rule: &String| rule.starts_with("PTM");
        assert_eq!(
            open_rules(&gateway, &victim)
                .await
                .iter()
                .filter(|rule| is_offer(rule))
                .count(),
            2
        );
        let page = begin(&priya, &victim, "pre-trial", "offer", &word("21", "telephone")).await;
        assert_eq!(
            open_rules(&gateway, &victim)
                .await
                .iter()
                .filter(|rule| is_offer(rule))
                .count(),
            0
        );
        let path = page.path.as_str();
        let form = priya.get(&format!("{path}/step?step=accepted")).await;
        let ruth = door.sign_in_as(RUTH).await;
        let theirs = read(&ruth, path).await;
        step(&ruth, &theirs, "declined", &word("22", "email")).await;
        let late = priya
            .submit(&form, &format!("{path}/step"), &word("22", "post"))
            .await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
        let elsewhere = door.sign_in_as(ELSEWHERE).await;
        assert_eq!(elsewhere.get(path).await.status, StatusCode::NOT_FOUND);
    }
);
