//! What each event changes.

use super::*;

pub(super) fn north_east() -> AreaCode {
    AreaCode::parse("north-east").unwrap()
}

pub(super) fn victim(area: &AreaCode) -> Situation<'_> {
    Situation {
        offence: Offence::AdultRape,
        area,
        enhanced: false,
        bereaved: false,
        withdrawn: false,
        deceased: false,
        opted_out_all: false,
        opted_out: &[],
        open: &[],
        s28_date: None,
        evidence_date: None,
        later: &[],
    }
}

pub(super) fn after(situation: &Situation<'_>, detail: &Value) -> Vec<Consequence> {
    consequences(&book(), &calendar(), situation, &event(detail)).unwrap()
}

pub(super) fn raised(found: &[Consequence]) -> Vec<&NewObligation> {
    found
        .iter()
        .filter_map(|one| {
            if let Consequence::Raise(new) = one {
                Some(&**new)
            } else {
                None
            }
        })
        .collect()
}

fn open(number: u8, rule: &str, enhanced: bool) -> OpenObligation {
    let rule_id = RuleId::parse(rule).unwrap();
    let clock_start = at("2026-11-20T10:00:00Z");
    let book = book();
    let found = book.rule(rule).unwrap();
    let due = crate::deadline::deadline(found, clock_start, enhanced, &calendar()).unwrap();
    OpenObligation {
        id: ObligationId::parse(&format!("{number:032x}")).unwrap(),
        rule: rule_id,
        clock_start,
        enhanced,
        due_at: due.map(|due| due.due_at),
        template_kind: found.template_kind.clone(),
        moved_by_hand: false,
    }
}

#[test]
fn each_kind_raises_its_rules() {
    // One line to a situation: the event, then each rule that it raises with its kind of message.
    let area = north_east();
    let book = book().for_demo();
    let mut seen = Vec::new();
    for line in include_str!("raises.txt").lines() {
        let (detail, expected) = line.split_once(" =>").unwrap();
        let detail: Value = serde_json::from_str(detail).unwrap();
        seen.push(detail["kind"].clone());
        let found = consequences(&book, &calendar(), &victim(&area), &event(&detail)).unwrap();
        let told: Vec<String> = raised(&found)
            .iter()
            .map(|new| format!("{} {}", new.rule, new.template_kind.as_deref().unwrap_or("-")))
            .collect();
        assert_eq!(told.join(", "), expected.trim(), "{detail}");
        for new in raised(&found) {
            assert!(new.owner == Owner::Cps || new.template_kind.is_none());
        }
    }
    for kind in Detail::KINDS {
        assert!(seen.iter().any(|one| one == kind), "{kind} is not in raises.txt");
    }
}

#[test]
fn a_charge_raises_nothing_in_earnest_until_somebody_confirmed_the_row() {
    let area = north_east();
    let charge = json!({"kind": "charge-decision", "decision": "charge", "decided_by": "cps"});
    assert!(after(&victim(&area), &charge).is_empty());
}

#[test]
fn a_serious_sexual_offence_is_on_the_one_day_clock_by_offence_and_others_are_not() {
    let area = north_east();
    let decision = json!({"kind": "charge-decision", "decision": "no-charge", "decided_by": "cps"});
    for (offence, enhanced, day) in [
        (Offence::AdultRape, false, date(2026, 11, 25)),
        (Offence::SeriousSexual, false, date(2026, 11, 25)),
        (Offence::Other, false, date(2026, 12, 1)),
        (Offence::Other, true, date(2026, 11, 25)),
    ] {
        let found = after(
            &Situation {
                offence,
                enhanced,
                ..victim(&area)
            },
            &decision,
        );
        assert_eq!(
            raised(&found)[0].deadline.as_ref().unwrap().due_date,
            day,
            "{offence:?}"
        );
    }
}

#[test]
fn the_provisional_decision_is_told_in_pilot_areas_alone() {
    let (wales, other) = (AreaCode::parse("cymru-wales").unwrap(), north_east());
    let provisional = json!({"kind": "provisional-decision"});
    assert!(after(&victim(&other), &provisional.clone()).is_empty());
    let found = after(&victim(&wales), &provisional);
    assert_eq!(
        raised(&found)[0].template_kind.as_deref(),
        Some("provisional-decision")
    );
    assert_eq!(raised(&found)[0].deadline, None);
}

#[test]
fn rules_before_their_first_day_raise_nothing() {
    let area = north_east();
    let decision = json!({"kind": "charge-decision", "decision": "no-charge", "decided_by": "cps",
        "occurred_at": "2021-03-31T10:00:00Z"});
    assert!(after(&victim(&area), &decision).is_empty());
}

#[test]
fn court_clocks_start_when_the_unit_receives_it_and_say_so_when_that_is_unknown() {
    let area = north_east();
    let told = after(
        &victim(&area),
        &json!({"kind": "bail-outcome", "received_at": "2026-11-27T10:00:00Z"}),
    );
    assert_eq!(raised(&told)[0].clock_start, at("2026-11-27T10:00:00Z"));
    assert_eq!(raised(&told)[0].clock_note, None);
    let untold = after(&victim(&area), &json!({"kind": "bail-outcome"}));
    assert_eq!(raised(&untold)[0].clock_start, at("2026-11-24T10:00:00Z"));
    assert!(
        raised(&untold)[0]
            .clock_note
            .as_ref()
            .unwrap()
            .contains("not known")
    );
}

#[test]
fn the_meeting_offer_counts_from_the_plea_and_has_a_latest_moment() {
    let area = north_east();
    let trial = json!({"kind": "trial-set", "after_not_guilty_plea": true, "plea_date": "2026-11-20",
        "s28_date": "2026-12-03", "evidence_date": "2027-01-11"});
    let found = after(&victim(&area), &trial.clone());
    let [national, local] = raised(&found)[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        (national.rule.as_str(), local.rule.as_str()),
        ("PTM-01", "PTM-LOCAL")
    );
    assert_eq!(national.deadline, None);
    assert_eq!(national.carried_by.as_ref().unwrap().as_str(), "PTM-LOCAL");
    assert_eq!(local.deadline.as_ref().unwrap().due_date, date(2026, 12, 4));
    assert_eq!(local.latest_at, Some(at("2026-12-02T23:59:59Z")));
    let other = after(
        &Situation {
            offence: Offence::Other,
            ..victim(&area)
        },
        &trial,
    );
    assert!(other.is_empty());
}

#[test]
fn a_new_date_of_cross_examination_moves_the_latest_moment() {
    let area = north_east();
    let standing = [open(1, "PTM-LOCAL", true), open(2, "R6-06", true)];
    let found = after(
        &Situation {
            open: &standing,
            ..victim(&area)
        },
        &json!({"kind": "s28-set", "date": "2026-12-01"}),
    );
    let [Consequence::SetLatest { id, latest_at, .. }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((id, *latest_at), (&standing[0].id, at("2026-11-30T23:59:59Z")));
}

#[test]
fn enhanced_rights_found_later_bring_the_one_day_clock_from_the_same_start() {
    let area = north_east();
    let standing = [
        open(1, "R6-06", false),
        open(2, "R6-06", true),
        open(3, "PTM-01", false),
        open(4, "ULS", false),
    ];
    let situation = Situation {
        offence: Offence::Other,
        open: &standing,
        ..victim(&area)
    };
    let found = after(
        &situation,
        &json!({"kind": "enhanced-rights-found", "ground": "vulnerable-or-intimidated"}),
    );
    let [Consequence::Recompute { id, new, why }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(*id, standing[0].id);
    assert_eq!(new.clock_start, standing[0].clock_start);
    assert_eq!(new.due_date, date(2026, 11, 23));
    assert!(why.contains("2026-11-24"));
}

fn lapsed(found: &[Consequence]) -> Vec<u8> {
    found
        .iter()
        .filter_map(|one| {
            if let Consequence::Lapse { id, .. } = one {
                Some(id)
            } else {
                None
            }
        })
        .map(|id| u8::from_str_radix(&id.as_str()[30..], 16).unwrap())
        .collect()
}

#[test]
fn later_events_end_what_they_end_and_nothing_else() {
    let area = north_east();
    let standing = [
        open(1, "R6-06", true),
        open(2, "PTM-01", true),
        open(3, "PTM-LOCAL", true),
        open(4, "R8-04", true),
        open(5, "HOUSE-INTRO", true),
        open(6, "HOUSE-MEETING-ARRANGED", true),
        open(7, "R9-01", true),
    ];
    let situation = Situation {
        open: &standing,
        ..victim(&area)
    };
    let table: &[(Value, &[u8])] = &[
        (
            json!({"kind": "charge-stopped", "how": "discontinued", "all_proceedings_end": true}),
            &[2, 3, 4],
        ),
        (
            json!({"kind": "charge-stopped", "how": "discontinued", "all_proceedings_end": false}),
            &[],
        ),
        (json!({"kind": "victim-withdrew"}), &[2, 3, 4]),
        (json!({"kind": "case-closed"}), &[2, 3, 4, 5, 6]),
        (json!({"kind": "victim-deceased"}), &[1, 2, 3, 4, 5, 6, 7]),
        (json!({"kind": "opt-out", "stages": ["trial"]}), &[2, 3]),
        (json!({"kind": "opt-out", "all": true}), &[1, 2, 3, 5, 6]),
        (
            json!({"kind": "meeting-cancelled", "meeting_at": "2026-12-01T10:00:00Z"}),
            &[6],
        ),
        (json!({"kind": "opt-in", "all": true}), &[]),
    ];
    for (detail, expected) in table {
        assert_eq!(lapsed(&after(&situation, detail)), *expected, "{detail}");
    }
}

#[test]
fn what_is_not_due_to_this_victim_is_said_and_not_dropped() {
    let area = north_east();
    let (stages, trial) = (
        ["charge".to_owned()],
        json!({"kind": "trial-set", "after_not_guilty_plea": true}),
    );
    let decision = json!({"kind": "charge-decision", "decision": "no-charge", "decided_by": "cps"});
    for (situation, detail) in [
        (
            Situation {
                opted_out_all: true,
                ..victim(&area)
            },
            &decision,
        ),
        (
            Situation {
                opted_out: &stages,
                ..victim(&area)
            },
            &decision,
        ),
        (
            Situation {
                deceased: true,
                ..victim(&area)
            },
            &decision,
        ),
        (
            Situation {
                withdrawn: true,
                ..victim(&area)
            },
            &trial,
        ),
    ] {
        let found = after(&situation, detail);
        assert!(!found.is_empty() && raised(&found).is_empty(), "{found:?}");
        assert!(found.iter().all(|one| matches!(one, Consequence::NotDue { .. })));
    }
    // Somebody who withdrew is still told that the case was stopped; a person decides how.
    let stopped = json!({"kind": "charge-stopped", "how": "discontinued", "all_proceedings_end": true});
    assert_eq!(
        raised(&after(
            &Situation {
                withdrawn: true,
                ..victim(&area)
            },
            &stopped
        ))
        .len(),
        1
    );
    // Another agency's duty is watched even so.
    let listed = json!({"kind": "hearing-listed"});
    assert_eq!(
        raised(&after(
            &Situation {
                opted_out_all: true,
                ..victim(&area)
            },
            &listed
        ))
        .len(),
        1
    );
}

#[test]
fn a_new_bank_holiday_moves_open_obligations_and_says_from_where() {
    let newer = r#"{"england-and-wales":{"events":[{"title":"A day of thanks","date":"2026-11-23"}]}}"#;
    let (calendar, _) = calendar().merge(&Calendar::parse(newer).unwrap());
    let mut by_hand = open(2, "R6-06", true);
    by_hand.moved_by_hand = true;
    let standing = [
        open(1, "R6-06", true),
        by_hand,
        open(3, "ULS", true),
        open(4, "PTM-01", true),
    ];
    let found = recompute(&standing, &book(), &calendar).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0].id, found[0].old_due_at),
        (&standing[0].id, standing[0].due_at)
    );
    assert_eq!(found[0].new.due_date, date(2026, 11, 24));
    assert_eq!(
        found[0].new.skipped.last().unwrap().why.to_string(),
        "bank holiday: A day of thanks"
    );
}

#[test]
fn an_event_whose_due_time_cannot_be_known_is_refused_whole() {
    let area = north_east();
    let late = json!({"kind": "charge-decision", "decision": "no-charge", "decided_by": "cps",
        "occurred_at": "2028-12-30T10:00:00Z"});
    let refused = consequences(&book(), &calendar(), &victim(&area), &event(&late));
    assert!(refused.unwrap_err().to_string().contains("2012 to 2028"));
}
