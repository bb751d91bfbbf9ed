//! What can happen.

use proptest::prelude::*;
use serde_json::{Value, json};

use harness::case::{assigned, not_charged, over};

/// One thing that happens, to one of the two people of a story where it concerns somebody.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// Something happened to a person these hours ago, and is recorded now.
    Event(usize, What, i64),
    /// Everything that can be drafted is drafted and approved.
    Approve,
    /// Of the messages so far, one is cancelled, waived with its duty, or sent again.
    Cancel(prop::sample::Index),
    Waive(prop::sample::Index),
    Resend(prop::sample::Index),
    /// A person's plan changes.
    Plan(usize, Change),
    /// A further row of the case names somebody of the defence side, who has a person's address, or nearly.
    Denied(usize, Nearly),
    /// A row about a known person comes again with another address, said to be safe.
    OtherAddress(usize),
    /// Minutes go by, or the clock is put back.
    Clock(i64),
    /// What is due is delivered, in some batches.
    Deliver,
    /// The sweep looks for what is stuck.
    Sweep,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Assigned,
    NoCharge,
    Stopped,
    TrialSet,
    SafetyCheck,
    Meeting,
    Withdrew,
    Died,
    OutOfCharge,
    OutOfAll,
    InAgain,
    Closed,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Nearly {
    Equal,
    Tagged,
    NotAtAll,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// Somebody said that the address is unsafe.
    Bar,
    /// It was checked again and may be used for these days.
    Recheck(i64),
    /// From one hour to another, on weekdays or on every day.
    Hours(u8, u8, bool),
    AnyTime,
    /// Whole days are cut out: the first is so many days ahead, then so many more.
    Away(i64, i64),
    Content(bool),
    ByHand(bool),
}

impl What {
    /// The event's own fields, as a file would bring them.
    pub(super) fn fields(self) -> Value {
        match self {
            Self::Assigned => assigned(),
            Self::NoCharge => not_charged("It could not be proved."),
            Self::Stopped => over(
                json!({"kind": "charge-stopped", "how": "discontinued", "charges": ["Rape"], "all_proceedings_end": true}),
                &json!({"reasons": "It could not be proved.", "reasons_author": "Ishaan Merrick"}),
            ),
            Self::TrialSet => {
                json!({"kind": "trial-set", "after_not_guilty_plea": true, "trial_date": "2027-10-11"})
            }
            Self::SafetyCheck => json!({"kind": "safety-check-due"}),
            Self::Meeting => json!({"kind": "meeting-arranged", "meeting_at": "2027-11-01T10:00:00Z",
                "where": "Our office", "how": "in-person"}),
            Self::Withdrew => json!({"kind": "victim-withdrew"}),
            Self::Died => json!({"kind": "victim-deceased"}),
            Self::OutOfCharge => json!({"kind": "opt-out", "stages": ["charge"]}),
            Self::OutOfAll => json!({"kind": "opt-out", "all": true}),
            Self::InAgain => json!({"kind": "opt-in", "all": true}),
            Self::Closed => json!({"kind": "case-closed"}),
        }
    }
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        6 => Just(What::Assigned), 5 => Just(What::NoCharge), 3 => Just(What::Stopped), 3 => Just(What::TrialSet),
        3 => Just(What::SafetyCheck), 3 => Just(What::Meeting), 2 => Just(What::Withdrew), 1 => Just(What::Died),
        1 => Just(What::OutOfCharge), 1 => Just(What::OutOfAll), 2 => Just(What::InAgain), 1 => Just(What::Closed),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        1 => Just(Change::Bar), 4 => (1_i64..40).prop_map(Change::Recheck), 3 => Just(Change::AnyTime),
        4 => (0_u8..16, 4_u8..12, any::<bool>()).prop_map(|(from, hours, all)| Change::Hours(from, (from + hours).min(24), all)),
        3 => (0_i64..3, 0_i64..4).prop_map(|(first, more)| Change::Away(first, more)),
        4 => prop::bool::weighted(0.4).prop_map(Change::Content), 4 => prop::bool::weighted(0.6).prop_map(Change::ByHand),
    ]
}

pub(super) fn action() -> impl Strategy<Value = Action> {
    let person = || 0_usize..2;
    let nearly = prop_oneof![Just(Nearly::Equal), Just(Nearly::Tagged), Just(Nearly::NotAtAll)];
    let minutes = prop_oneof![
        6 => 15_i64..180, 3 => 180_i64..1440, 2 => 1440_i64..9000, 1 => 20_000_i64..80_000, 1 => -120_i64..0,
    ];
    let any_message = || any::<prop::sample::Index>();
    prop_oneof![
        12 => (person(), what(), 0_i64..30).prop_map(|(person, what, ago)| Action::Event(person, what, ago)),
        9 => Just(Action::Approve),
        1 => any_message().prop_map(Action::Cancel),
        1 => any_message().prop_map(Action::Waive),
        3 => any_message().prop_map(Action::Resend),
        6 => (person(), change()).prop_map(|(person, change)| Action::Plan(person, change)),
        1 => (person(), nearly).prop_map(|(person, nearly)| Action::Denied(person, nearly)),
        1 => person().prop_map(Action::OtherAddress),
        7 => minutes.prop_map(Action::Clock),
        8 => Just(Action::Deliver),
        1 => Just(Action::Sweep),
    ]
}
