use proptest::prelude::*;

use super::*;

fn id(n: u8) -> String {
    format!("{n:032x}")
}

fn victim(n: u8) -> VictimId {
    VictimId::parse(&id(n)).unwrap()
}

fn adviser(n: u8) -> AdviserId {
    AdviserId::parse(&id(n)).unwrap()
}

fn thread(n: u8) -> ThreadId {
    ThreadId::parse(&id(n)).unwrap()
}

fn urn(n: u8) -> Urn {
    Urn::parse(&format!("01AB12345{n:02}")).unwrap()
}

fn supports(n: u8) -> Supported {
    Supported {
        victim: victim(n),
        urn: urn(n),
        adviser: adviser(1),
    }
}

fn answers(n: u8) -> Answered {
    Answered {
        thread: thread(n),
        victim: victim(n),
        adviser: adviser(1),
        open: true,
    }
}

/// Adviser 1, who supports victim 1 in case 1 and names it.
fn facts() -> Facts {
    Facts {
        form: Form::Plain,
        sender: Sender::Adviser(vec![adviser(1)]),
        verified: true,
        answers: Vec::new(),
        urns: vec![urn(1)],
        supported: vec![supports(1)],
    }
}

fn filed(thread: Option<ThreadId>) -> Route {
    Route::File {
        victim: victim(1),
        adviser: adviser(1),
        thread,
    }
}

/// What is changed, and the reason that follows.
type Case = (fn(&mut Facts), Reason);

#[test]
fn an_adviser_with_consent_is_filed_by_the_case_or_the_conversation() {
    assert_eq!(route(&facts()), filed(None));
    let mut answering = facts();
    answering.answers = vec![answers(1)];
    assert_eq!(route(&answering), filed(Some(thread(1))));
    answering.urns.clear();
    assert_eq!(route(&answering), filed(Some(thread(1))));
    let mut of_another_defendant = facts();
    of_another_defendant.urns = vec![Urn::parse("01AB1234501/2").unwrap(), urn(1)];
    assert_eq!(route(&of_another_defendant), filed(None));
}

#[test]
fn anything_less_waits_for_a_person_and_says_why() {
    let cases: [Case; 16] = [
        (|f| f.form = Form::TooMuch, Reason::TooMuch),
        (|f| f.form = Form::Ambiguous, Reason::Ambiguous),
        (|f| f.form = Form::Automatic, Reason::Automatic),
        (|f| f.sender = Sender::Lookalike, Reason::Lookalike),
        (|f| f.sender = Sender::OfKnownService, Reason::Unregistered),
        (|f| f.sender = Sender::Unknown, Reason::UnknownSender),
        (|f| f.verified = false, Reason::Unverified),
        (|f| f.urns = vec![urn(2)], Reason::NotTheirs),
        (|f| f.urns.push(urn(2)), Reason::Several),
        (|f| f.urns.clear(), Reason::NoLink),
        (|f| f.supported.clear(), Reason::NotTheirs),
        (
            |f| {
                f.supported.push(Supported {
                    victim: victim(2),
                    urn: urn(1),
                    adviser: adviser(1),
                });
            },
            Reason::Several,
        ),
        (
            |f| {
                f.answers = vec![Answered {
                    adviser: adviser(2),
                    ..answers(1)
                }];
            },
            Reason::ForeignThread,
        ),
        (
            |f| {
                f.answers = vec![Answered {
                    open: false,
                    ..answers(1)
                }];
            },
            Reason::ClosedThread,
        ),
        (|f| f.answers = vec![answers(2)], Reason::NoConsent),
        (|f| f.answers = vec![answers(1), answers(2)], Reason::Several),
    ];
    for (change, reason) in cases {
        let mut facts = facts();
        change(&mut facts);
        assert_eq!(route(&facts), Route::Quarantine(reason));
    }
}

#[test]
fn a_reference_that_is_one_digit_off_files_nothing() {
    let mut facts = facts();
    for other in urns_in("01AB1234511 01AB1234502 11AB1234501 01AC1234501") {
        facts.urns = vec![other];
        assert_eq!(route(&facts), Route::Quarantine(Reason::NotTheirs));
    }
}

#[test]
fn another_case_named_in_a_conversation_is_not_merged_into_it() {
    let mut facts = facts();
    facts.answers = vec![answers(1)];
    facts.urns = vec![urn(2)];
    facts.supported.push(supports(2));
    assert_eq!(route(&facts), Route::Quarantine(Reason::Several));
}

prop_compose! {
    fn any_facts()(
        form in prop::sample::select(vec![Form::Plain, Form::Plain, Form::Plain, Form::Automatic, Form::Ambiguous, Form::TooMuch]),
        verified in prop::bool::weighted(0.8),
        sender in prop::sample::select(vec![
            Sender::Adviser(vec![adviser(1)]), Sender::Adviser(vec![adviser(1), adviser(2)]), Sender::Adviser(vec![adviser(2)]), Sender::OfKnownService,
            Sender::Lookalike, Sender::Unknown,
        ]),
        answers in prop::collection::vec((1_u8..4, 1_u8..4, 1_u8..3, any::<bool>()), 0..3),
        urns in prop::collection::vec(1_u8..4, 0..3),
        supported in prop::collection::vec((1_u8..4, 1_u8..4, 1_u8..3), 0..4),
    ) -> Facts {
        Facts {
            form,
            sender,
            verified,
            answers: answers.into_iter().map(|(t, v, a, open)| Answered { thread: thread(t), victim: victim(v), adviser: adviser(a), open }).collect(),
            urns: urns.into_iter().map(urn).collect(),
            supported: supported.into_iter().map(|(v, u, a)| Supported { victim: victim(v), urn: urn(u), adviser: adviser(a) }).collect(),
        }
    }
}

proptest! {
    /// The invariant of this module, said from the other side.
    #[test]
    fn whatever_is_filed_is_of_a_verified_adviser_with_consent_and_a_link(facts in any_facts()) {
        if let Route::File { victim, adviser, thread } = route(&facts) {
            prop_assert!(facts.verified && facts.form == Form::Plain);
            let known = matches!(&facts.sender, Sender::Adviser(known) if thread.is_none() || known.contains(&adviser));
            prop_assert!(known);
            let theirs = facts.supported.iter().filter(|one| one.victim == victim && one.adviser == adviser).collect::<Vec<_>>();
            prop_assert!(!theirs.is_empty());
            match thread {
                Some(thread) => {
                    let answered = facts.answers.iter().find(|one| one.thread == thread).unwrap();
                    prop_assert!(answered.open && answered.adviser == adviser && answered.victim == victim);
                }
                None => prop_assert!(facts.urns.iter().any(|urn| theirs.iter().any(|one| one.urn == *urn))),
            }
        }
    }
}
