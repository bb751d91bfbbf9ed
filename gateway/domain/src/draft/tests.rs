use super::*;
use crate::people::PersonName;
use crate::safety::DenySet;
use crate::urn::Urn;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-23T10:00:00Z")
}

fn draft() -> Draft {
    let zero = "0".repeat(32);
    Draft {
        id: DraftId::parse(&zero).unwrap(),
        obligation: ObligationId::parse(&zero).unwrap(),
        victim: VictimId::parse(&zero).unwrap(),
        kind: "decision-not-to-charge".into(),
        version: 1,
        language: "en".into(),
        digest: "a".repeat(64),
        stage: None,
        due_at: None,
        second_person: true,
        drafted_by: "Pat".into(),
        drafted_at: now(),
        findings: Vec::new(),
        frozen: Frozen::new(
            "An update".into(),
            "Dear Mary".into(),
            Some("<p>Dear Mary</p>".into()),
            None,
        )
        .unwrap(),
        content_digest: "c".repeat(64),
    }
}

fn two() -> Vetted {
    Vetted::ByTwo {
        first: "ann".into(),
        second: "bob".into(),
    }
}

fn proof() -> VettingProof {
    VettingProof::new("decision-not-to-charge", 1, "en", &"a".repeat(64), two()).unwrap()
}

fn approve(draft: Draft, by: &str, proof: &VettingProof) -> Result<Message, ApproveError> {
    draft.approve(
        by,
        proof,
        MessageId::parse(&"1".repeat(32)).unwrap(),
        now(),
        hold_back_until(now(), 15),
    )
}

#[test]
fn a_vetted_draft_becomes_a_message_by_a_second_person() {
    let message = approve(draft(), "sam", &proof()).unwrap();
    assert_eq!(message.parts().approved_by, "sam");
    assert_eq!(message.parts().hold_back_until, at("2026-11-23T10:15:00Z"));
    assert_eq!(
        approve(draft(), " PAT ", &proof()),
        Err(ApproveError::SecondPerson)
    );
    assert_eq!(approve(draft(), " ", &proof()), Err(ApproveError::NoApprover));
    let alone = Draft {
        second_person: false,
        ..draft()
    };
    assert!(approve(alone, "pat", &proof()).is_ok());
}

#[test]
fn another_version_language_kind_or_digest_is_not_vetted() {
    let changes: [fn(&mut Draft); 4] = [
        |d| d.kind = "charge-stopped".into(),
        |d| d.version = 2,
        |d| d.language = "cy".into(),
        |d| d.digest = "b".repeat(64),
    ];
    for change in changes {
        let mut draft = draft();
        change(&mut draft);
        assert!(matches!(
            approve(draft, "sam", &proof()),
            Err(ApproveError::NotVetted { .. })
        ));
    }
}

#[test]
fn one_person_alone_does_not_vet() {
    let by = |first: &str, second: &str| Vetted::ByTwo {
        first: first.into(),
        second: second.into(),
    };
    for vetted in [by("ann", "Ann "), by("", "bob"), by("ann", " ")] {
        assert_eq!(
            VettingProof::new("k", 1, "en", &"a".repeat(64), vetted),
            Err(VettingFault::OnePerson)
        );
    }
    assert_eq!(
        VettingProof::new("k", 1, "en", "", two()),
        Err(VettingFault::Digest)
    );
}

#[test]
fn a_blocking_finding_stops_the_approval_and_an_advisory_one_is_shown() {
    let with = |kind| Draft {
        findings: vec![Finding { kind, line: 3 }],
        ..draft()
    };
    assert!(matches!(
        approve(with(FindingKind::ForeignName), "sam", &proof()),
        Err(ApproveError::Findings(_))
    ));
    assert!(approve(with(FindingKind::PlaceOrRoutine), "sam", &proof()).is_ok());
}

#[test]
fn a_hold_back_neither_ends_before_it_begins_nor_lasts_for_ever() {
    let id = || MessageId::parse(&"1".repeat(32)).unwrap();
    for until in [at("2026-11-23T09:59:59Z"), at("2026-11-24T10:00:01Z")] {
        assert_eq!(
            draft().approve("sam", &proof(), id(), now(), until),
            Err(ApproveError::HoldBack)
        );
    }
}

#[test]
fn the_store_cannot_bring_back_other_words_than_were_approved() {
    let message = approve(draft(), "sam", &proof()).unwrap();
    let parts = message.parts().clone();
    assert_eq!(Message::restore(parts.clone(), &"c".repeat(64)), Ok(message));
    assert_eq!(
        Message::restore(parts.clone(), &"d".repeat(64)),
        Err(DigestMismatch)
    );
    let json = serde_json::to_string(&parts).unwrap();
    assert_eq!(serde_json::from_str::<MessageParts>(&json).unwrap(), parts);
}

#[test]
fn the_first_cancellation_stands() {
    let message = approve(draft(), "sam", &proof())
        .unwrap()
        .cancel("sam", now())
        .cancel("pat", now());
    assert_eq!(message.parts().cancelled.as_ref().unwrap().by, "sam");
}

#[test]
fn frozen_words_hold_nothing_hidden_and_their_digest_tells_every_part_apart() {
    let freeze = |subject: &str, text: &str| Frozen::new(subject.into(), text.into(), None, None);
    for subject in ["", " ", "A\r\nBcc: e@x.test", "A\u{2028}B", "A\u{202e}B"] {
        assert_eq!(freeze(subject, "x"), Err(BadContent::Subject));
    }
    assert_eq!(freeze("A", " \n"), Err(BadContent::Empty));
    assert_eq!(freeze("A", "x\rx"), Err(BadContent::Hidden("text")));
    assert!(serde_json::from_str::<Frozen>(r#"{"subject":"A\nB","text":"x"}"#).is_err());
    let inputs = [
        freeze("A", "BC").unwrap(),
        freeze("AB", "C").unwrap(),
        Frozen::new("A".into(), "BC".into(), Some("".into()), None).unwrap(),
        Frozen::new("A".into(), "BC".into(), None, Some("".into())).unwrap(),
    ]
    .map(|frozen| frozen.digest_input());
    let distinct: BTreeSet<_> = inputs.iter().collect();
    assert_eq!(distinct.len(), 4);
}

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

fn own() -> OwnFacts {
    OwnFacts {
        addressee: name("Mary Jones"),
        names: vec![name("Mary Ann Jones"), name("Pat Officer"), name("Chris Counsel")],
        urn: Urn::parse("44RG9895426").unwrap(),
        emails: vec![crate::address::EmailAddress::parse("mary@example.test").unwrap()],
        phones: vec![crate::address::PhoneNumber::parse("07700 900123").unwrap()],
        addresses: vec![
            crate::address::PostalAddress::parse(&["12 Orchard Rise", "Anytown", "ZZ9 9ZZ"]).unwrap(),
        ],
        born: Some("1990-02-03".parse().unwrap()),
        places: vec!["Corner Bakery".into()],
    }
}

fn others() -> ForeignFacts {
    let mut deny = DenySet::new();
    deny.add_name(&name("John Defender"));
    deny.add_phone(&crate::address::PhoneNumber::parse("01632 960055").unwrap());
    deny.add_email(&crate::address::EmailAddress::parse("jd@defence.test").unwrap());
    deny.add_household(
        &crate::address::PostalAddress::parse(&["7 Mill Lane", "Anytown", "ZZ8 8ZZ"]).unwrap(),
    );
    let names = [name("Zoë Elsewhere"), name("Pat Officer")];
    ForeignFacts::new(&names, [&Urn::parse("01AB1234526/2").unwrap()], deny)
}

fn kinds(text: &str) -> Vec<FindingKind> {
    content_check(text, &own(), &others())
        .into_iter()
        .map(|finding| finding.kind)
        .collect()
}

#[test]
fn an_ordinary_letter_has_no_finding() {
    let text = "Dear Mary Jones,\n\nThe trial is on 3 March 2027. Ring Pat Officer on 01632 960001, 9am to 5pm.\n\
                Reasons were given by Chris Counsel.\n";
    assert_eq!(kinds(text), []);
}

#[test]
fn other_cases_and_the_defence_side_are_found_in_every_writing() {
    use FindingKind::{DefenceContact, DefendantName, ForeignName, ForeignUrn, OwnUrn};
    for (text, kind) in [
        ("We spoke to ZOE ELSEWHERE.", ForeignName),
        ("Elsewhere, Zoe's case", ForeignName),
        ("Zoë\nElsewhere", ForeignName),
        ("see 01AB1234526/2", ForeignUrn),
        ("see 01 AB 12345 26", ForeignUrn),
        ("our case 44rg9895426", OwnUrn),
        ("that john defender said", DefendantName),
        ("Defender, John", DefendantName),
        ("Mr Defender's plea", DefendantName),
        ("J. Defender", DefendantName),
        ("call 01632 960 055 now", DefenceContact),
        ("+44 (0)1632 960055", DefenceContact),
        ("write to <J.D@Defence.test>.", DefenceContact),
        ("at 9 Mill Lane, zz88zz", DefenceContact),
    ] {
        assert_eq!(kinds(text), [kind], "{text}");
    }
}

#[test]
fn the_victims_own_whereabouts_never_stand_in_the_body() {
    use FindingKind::{OwnAddress, OwnDateOfBirth, OwnEmail, OwnPhone, OwnPlace, PlaceOrRoutine};
    for (text, kind) in [
        ("sent to Mary@Example.test", OwnEmail),
        ("we rang 07700 900 123 twice", OwnPhone),
        ("we rang +447700900123", OwnPhone),
        ("at ZZ99ZZ", OwnAddress),
        ("near orchard rise", OwnAddress),
        ("you, born 3 February 1990,", OwnDateOfBirth),
        ("outside the Corner\nBakery", OwnPlace),
        ("since she moved to the coast", PlaceOrRoutine),
    ] {
        assert_eq!(kinds(text), [kind], "{text}");
    }
}

#[test]
fn an_addressee_with_the_name_of_a_defendant_blocks_the_whole_message() {
    let swapped = OwnFacts {
        addressee: name("John DEFENDER"),
        ..own()
    };
    let found = content_check("Dear you,", &swapped, &others());
    assert_eq!(
        found,
        [Finding {
            kind: FindingKind::AddresseeIsDefendant,
            line: 0
        }]
    );
}

#[test]
fn a_finding_names_its_line() {
    let found = content_check("One\nTwo\nRing 07700 900123\n", &own(), &others());
    assert_eq!(
        found,
        [Finding {
            kind: FindingKind::OwnPhone,
            line: 3
        }]
    );
}

proptest! {
    #[test]
    fn any_text_can_be_checked(text in ".{0,60}|[0-9 +()@.a-z\n-]{0,60}") {
        let _ = content_check(&text, &own(), &others());
    }

    #[test]
    fn a_number_is_found_wherever_it_stands(before in "[a-z ,.]{0,12}", after in "[a-z ,.]{0,12}") {
        let text = format!("{before} 07700-900-123 {after}");
        prop_assert!(kinds(&text).contains(&FindingKind::OwnPhone));
    }
}
