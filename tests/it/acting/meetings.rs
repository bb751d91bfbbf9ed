//! The meetings that are not over stand on one page, of everybody whom an officer has by name and of nobody else.

use domain::id::VictimId;
use domain::meeting::{
    Arrangement, AskedBy, CancelWhy, Cancelled, Mode, Part, People, Purpose, Route, Step, Word,
};
use domain::urn::Urn;
use harness::case::{URN, assigned};
use harness::gateway::OFFICER;
use harness::on_both;
use harness::web::{Answer, TestDoor};
use serde_json::json;

use super::{ELSEWHERE, PRIYA, RUTH, house, logged};

const NONE: &str = "No meeting with anybody whom you look after is open";

/// By video, as the victim asked.
fn by_video(at: &str) -> Step {
    Step::Arrange(Arrangement {
        asked_by: AskedBy::Victim,
        meeting_at: at.parse().expect("an instant"),
        mode: Mode::Virtual,
        place: None,
        people: People {
            parts: [Part::Victim, Part::Vlo].into(),
            chair: Part::Vlo,
        },
    })
}

async fn begin(door: &TestDoor, victim: &VictimId, purpose: Purpose, first: Step) {
    let begun = door.flows.begin_meeting(OFFICER, victim, (purpose, None), first);
    begun.await.expect("a meeting");
}

/// What the lines of the page are about, in their order.
fn order(page: &Answer, about: &[&str]) -> Vec<usize> {
    let text = page.text();
    let (_, table) = text.split_once("Where it stands").expect("a table");
    let found = about.iter().map(|words| table.find(words));
    found.map(|at| at.expect("a line")).collect()
}

on_both!(
    async fn open_meetings_are_listed_by_their_time_and_then_by_how_long_they_have_stood(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let empty = priya.get("/meetings").await;
        assert!(empty.says(NONE), "{}", empty.text());
        let offered = Step::Offer(Word {
            route: Route::Telephone,
            at: gateway.flows.now(),
        });
        begin(&door, &victim, Purpose::Review, offered).await;
        begin(
            &door,
            &victim,
            Purpose::Complaint,
            by_video("2026-12-10T10:00:00Z"),
        )
        .await;
        begin(
            &door,
            &victim,
            Purpose::PreTrial,
            by_video("2026-11-26T14:30:00Z"),
        )
        .await;

        let page = priya.get("/meetings").await;
        let lines = order(
            &page,
            &["Meeting before trial", "Complaint", "Victims' Right to Review"],
        );
        assert!(lines.is_sorted(), "{lines:?}: {}", page.text());
        for words in [
            "26 November 2026 at 2:30pm, by video",
            "No time is agreed",
            "Offered,",
            URN,
        ] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        assert!(!page.says("Maren"), "nobody is named");
        assert!(!page.says("Record what came of it"));
        assert_eq!(logged(&gateway, "meetings-ahead-listed").await, 2);

        // Its time is over and nothing of it is recorded; then it is cancelled.
        gateway.clock().set("2026-11-26T15:30:00Z");
        let priya = door.sign_in_as(PRIYA).await;
        let page = priya.get("/meetings").await;
        assert!(page.says("Record what came of it"), "{}", page.text());
        let open = door.flows.list_open_meetings(OFFICER).await.expect("a list");
        let why = Step::Cancel(Cancelled {
            why: CancelWhy::NoLongerRequired,
            detail: None,
        });
        let first = &open[0].id;
        let read = door
            .flows
            .read_meeting(OFFICER, &victim, first, "follow-the-case");
        let (row, _) = read.await.expect("a meeting");
        door.flows
            .step_meeting(OFFICER, &victim, (first, row.version), why)
            .await
            .expect("cancelled");
        let page = priya.get("/meetings").await;
        assert!(!page.says("Meeting before trial"), "{}", page.text());
    }
);

on_both!(
    async fn a_meeting_is_listed_for_nobody_who_does_not_have_the_victim_by_name(database: Database) {
        let (_gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        begin(
            &door,
            &victim,
            Purpose::PreTrial,
            by_video("2026-12-10T10:00:00Z"),
        )
        .await;
        let owain = door.sign_in_as(ELSEWHERE).await;
        let ruth = door.sign_in_as(RUTH).await;
        assert!(owain.get("/meetings").await.says(NONE), "another Area");
        assert!(
            ruth.get("/meetings").await.says(NONE),
            "a manager's list is of their own people"
        );
        let urn = Urn::parse(URN).expect("a URN");
        let opened = door
            .flows
            .break_glass(ELSEWHERE.user, &urn, "court-is-waiting")
            .await;
        opened.expect("opened");
        let page = owain.get("/meetings").await;
        assert!(
            page.says("Meeting before trial"),
            "behind a broken glass: {}",
            page.text()
        );
    }
);
