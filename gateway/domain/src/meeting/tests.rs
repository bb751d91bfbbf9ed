//! Each step by example, and every order of steps against a table of what may follow on what.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn times() -> Times {
    Times {
        now: at("2026-11-23T09:00:00Z"),
        case_opened_at: at("2026-06-01T08:00:00Z"),
    }
}

/// The day after the meeting of [`plan`].
fn afterwards() -> Times {
    Times {
        now: at("2026-12-08T09:00:00Z"),
        ..times()
    }
}

fn word(route: Route, when: &str) -> Word {
    Word { route, at: at(when) }
}

fn people(parts: &[Part], chair: Part) -> People {
    People {
        parts: parts.iter().copied().collect::<BTreeSet<_>>(),
        chair,
    }
}

fn plan(asked_by: AskedBy) -> Arrangement {
    Arrangement {
        asked_by,
        meeting_at: at("2026-12-07T10:00:00Z"),
        mode: Mode::InPerson,
        place: Some(Place {
            kind: PlaceKind::CpsOffice,
            name: "Our office".into(),
        }),
        people: people(&[Part::Victim, Part::Vlo, Part::Counsel], Part::Counsel),
    }
}

fn outcome() -> Outcome {
    Outcome {
        minutes: 119,
        people: people(&[Part::Victim, Part::Vlo], Part::Vlo),
        research: Research::Yes,
        notes_to_officer: true,
        notes_to_victim: true,
        actions: Some("Ask for screens".into()),
    }
}

fn begun() -> Meeting {
    Meeting::new(Purpose::PreTrial, None).unwrap()
}

fn offered() -> Meeting {
    let offer = Step::Offer(word(Route::Post, "2026-11-20T10:00:00Z"));
    begun().step(offer, times()).unwrap()
}

fn arranged() -> Meeting {
    begun()
        .step(Step::Arrange(plan(AskedBy::Victim)), times())
        .unwrap()
}

#[test]
fn another_purpose_needs_its_name_and_the_known_ones_have_none() {
    assert_eq!(Meeting::new(Purpose::Other, None), Err(MeetingFault::Purpose));
    assert_eq!(
        Meeting::new(Purpose::Other, Some(" ".into())),
        Err(MeetingFault::Purpose)
    );
    assert_eq!(
        Meeting::new(Purpose::Review, Some("x".into())),
        Err(MeetingFault::Purpose)
    );
    Meeting::new(Purpose::Other, Some("Special measures".into())).unwrap();
}

#[test]
fn another_reason_needs_its_details() {
    let why = |why, detail: Option<&str>| {
        begun().step(
            Step::DoNotOffer(NotOffered {
                why,
                detail: detail.map(Masked::from),
            }),
            times(),
        )
    };
    assert_eq!(why(NotOfferedWhy::Other, None), Err(MeetingFault::Detail));
    why(NotOfferedWhy::Other, Some("She is abroad until May")).unwrap();
    why(NotOfferedWhy::ProsecutorDecided, None).unwrap();
    let long = "x".repeat(SHORT_CHARS_MAX + 1);
    assert_eq!(
        why(NotOfferedWhy::NoSafeRoute, Some(&long)),
        Err(MeetingFault::Detail)
    );
    let cancel = |why, detail: Option<&str>| {
        arranged().step(
            Step::Cancel(Cancelled {
                why,
                detail: detail.map(Masked::from),
            }),
            times(),
        )
    };
    assert_eq!(cancel(CancelWhy::Other, None), Err(MeetingFault::Detail));
    cancel(CancelWhy::CourtDateChanged, None).unwrap();
}

#[test]
fn nothing_is_recorded_before_it_happened_nor_before_the_case_nor_before_its_offer() {
    let offer = |when| begun().step(Step::Offer(word(Route::Email, when)), times());
    assert_eq!(offer("2026-11-23T09:00:01Z"), Err(MeetingFault::Future));
    assert_eq!(offer("2026-05-31T09:00:00Z"), Err(MeetingFault::BeforeCase));
    offer("2026-11-23T09:00:00Z").unwrap();
    let answer = |when| offered().step(Step::Accept(word(Route::Telephone, when)), times());
    assert_eq!(answer("2026-11-20T09:59:59Z"), Err(MeetingFault::BeforeOffer));
    answer("2026-11-20T10:00:00Z").unwrap();
}

#[test]
fn a_second_offer_goes_by_another_route_and_a_late_answer_counts() {
    let silent = offered().step(Step::NoResponse, times()).unwrap();
    let again = |route| {
        silent
            .clone()
            .step(Step::Offer(word(route, "2026-11-22T10:00:00Z")), times())
    };
    assert_eq!(again(Route::Post), Err(MeetingFault::SameRoute));
    let twice = again(Route::Isva).unwrap();
    assert_eq!((twice.offers.len(), twice.state.as_str()), (2, "offered"));
    let late = silent.step(Step::Accept(word(Route::Email, "2026-11-23T08:00:00Z")), times());
    assert_eq!(late.unwrap().state.as_str(), "accepted");
}

#[test]
fn a_plan_has_a_place_unless_all_meet_by_video_and_lies_ahead() {
    let arrange = |change: &dyn Fn(&mut Arrangement)| {
        let mut plan = plan(AskedBy::ThirdParty);
        change(&mut plan);
        begun().step(Step::Arrange(plan), times()).map(|_| ())
    };
    assert_eq!(arrange(&|_| {}), Ok(()));
    assert_eq!(
        arrange(&|plan| plan.meeting_at = times().now),
        Err(MeetingFault::NotAhead)
    );
    assert_eq!(arrange(&|plan| plan.place = None), Err(MeetingFault::Place));
    assert_eq!(
        arrange(&|plan| plan.mode = Mode::Virtual),
        Err(MeetingFault::PlaceOfNone)
    );
    assert_eq!(
        arrange(&|plan| (plan.mode, plan.place) = (Mode::Virtual, None)),
        Ok(())
    );
    assert_eq!(
        arrange(&|plan| plan.people = people(&[Part::Vlo], Part::Vlo)),
        Err(MeetingFault::WithoutVictim)
    );
    assert_eq!(
        arrange(&|plan| plan.people.chair = Part::Isva),
        Err(MeetingFault::Chair)
    );
    assert_eq!(
        arrange(&|plan| plan.people.chair = Part::Victim),
        Err(MeetingFault::Chair)
    );
}

#[test]
fn what_took_place_stands_beside_the_plan_and_not_before_its_time() {
    assert_eq!(
        arranged().step(Step::Hold(outcome()), times()),
        Err(MeetingFault::NotYet)
    );
    let held = arranged().step(Step::Hold(outcome()), afterwards()).unwrap();
    let State::Held {
        plan: kept,
        outcome: was,
    } = held.state
    else {
        panic!("held")
    };
    assert_eq!((kept, was), (plan(AskedBy::Victim), outcome()));
    for (minutes, right) in [
        (0, false),
        (1, true),
        (120, true),
        (MINUTES_MAX, true),
        (MINUTES_MAX + 1, false),
    ] {
        let outcome = Outcome { minutes, ..outcome() };
        let done = arranged().step(Step::Hold(outcome), afterwards());
        assert_eq!(done.is_ok(), right, "{minutes}");
    }
}

#[test]
fn cps_offered_only_what_was_accepted() {
    let by_cps = || Step::Arrange(plan(AskedBy::CpsOffered));
    assert_eq!(begun().step(by_cps(), times()), Err(MeetingFault::NoOffer));
    let answer = word(Route::Email, "2026-11-21T10:00:00Z");
    let declined = offered().step(Step::Decline(answer), times()).unwrap();
    assert_eq!(declined.step(by_cps(), times()), Err(MeetingFault::NoOffer));
    let accepted = offered().step(Step::Accept(answer), times()).unwrap();
    let once = accepted.step(by_cps(), times()).unwrap();
    once.step(by_cps(), times()).unwrap();
}

/// Which steps may follow on which state; the whole machine once more, as a table.
const FOLLOWS: [(&str, &[&str]); 9] = [
    ("asked", &["not offered", "offered", "arranged"]),
    ("not-offered", &["offered"]),
    (
        "offered",
        &["offered", "accepted", "declined", "without an answer"],
    ),
    ("accepted", &["arranged"]),
    ("declined", &["arranged"]),
    ("no-response", &["offered", "accepted", "declined", "arranged"]),
    ("arranged", &["arranged", "cancelled", "held"]),
    ("cancelled", &[]),
    ("held", &[]),
];

fn steps() -> impl Strategy<Value = Step> {
    let route = prop::sample::select(Route::ALL);
    let part = || prop::sample::select(Part::ALL);
    let crew = (prop::collection::btree_set(part(), 0..5), part()).prop_map(|(mut parts, chair)| {
        // Often enough a crew that can be: otherwise few runs get past the plan.
        if parts.len() != 1 {
            parts.extend([Part::Victim, chair]);
        }
        People { parts, chair }
    });
    let asked = prop::sample::select(AskedBy::ALL);
    prop_oneof![
        1 => Just(Step::DoNotOffer(NotOffered { why: NotOfferedWhy::NoSafeRoute, detail: None })),
        3 => route.clone().prop_map(|route| Step::Offer(word(route, "2026-11-20T10:00:00Z"))),
        3 => route.clone().prop_map(|route| Step::Accept(word(route, "2026-11-21T10:00:00Z"))),
        1 => route.prop_map(|route| Step::Decline(word(route, "2026-11-21T10:00:00Z"))),
        2 => Just(Step::NoResponse),
        4 => (asked, crew.clone()).prop_map(|(asked_by, people)| Step::Arrange(Arrangement { people, ..plan(asked_by) })),
        1 => Just(Step::Cancel(Cancelled { why: CancelWhy::NoLongerRequired, detail: None })),
        2 => crew.prop_map(|people| Step::Hold(Outcome { people, ..outcome() })),
    ]
}

proptest! {
    #[test]
    fn whatever_the_order_only_what_may_follow_does_and_the_defence_is_never_there(
        taken in prop::collection::vec((steps(), any::<bool>()), 1..14),
    ) {
        let mut meeting = begun();
        for (step, late) in taken {
            let from = meeting.state.as_str();
            let (_, follows) = FOLLOWS.iter().find(|(state, _)| *state == from).unwrap();
            let times = if late { afterwards() } else { times() };
            match meeting.clone().step(step.clone(), times) {
                Err(MeetingFault::WrongState { .. }) => prop_assert!(!follows.contains(&step.verb()), "{from}: {}", step.verb()),
                Err(_) => prop_assert!(follows.contains(&step.verb()), "{from}: {}", step.verb()),
                Ok(next) => {
                    prop_assert!(follows.contains(&step.verb()), "{from}: {}", step.verb());
                    prop_assert!(next.offers.starts_with(&meeting.offers), "an offer was forgotten");
                    meeting = next;
                }
            }
            let crews = match &meeting.state {
                State::Arranged { plan } | State::Cancelled { plan, .. } => vec![&plan.people],
                State::Held { plan, outcome } => vec![&plan.people, &outcome.people],
                _ => Vec::new(),
            };
            for crew in crews {
                prop_assert!(!crew.parts.iter().any(|part| part.is_defence()));
                prop_assert!(crew.parts.contains(&crew.chair) && crew.chair != Part::Victim);
            }
            let text = serde_json::to_string(&meeting).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Meeting>(&text).unwrap(), &meeting);
        }
    }
}
