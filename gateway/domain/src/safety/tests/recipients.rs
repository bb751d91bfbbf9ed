//! The deny set, advisers, and what goes by hand.

use super::*;

#[test]
fn an_address_that_meets_the_defence_side_is_refused_before_anything_waits() {
    let mut deny = DenySet::new();
    deny.add_email(&email("M.A.R.Y+old@example.test"));
    let night = at("2026-11-23T23:00:00Z");
    assert_eq!(
        held(message(), &to_victim(), &eligible(), &plan(), &deny, night),
        HoldReason::DenySet
    );
    let mut firm = DenySet::new();
    firm.add_email_domain(&email("office@service.test"));
    let to = Recipient::Adviser(Box::new(adviser()));
    assert_eq!(
        held(message(), &to, &eligible(), &plan(), &firm, monday()),
        HoldReason::DenySet
    );
    let mut name = DenySet::new();
    name.add_name(&PersonName::parse("ADVISER, Alex").unwrap());
    assert_eq!(
        held(message(), &to, &eligible(), &plan(), &name, monday()),
        HoldReason::DenySet
    );
}

#[test]
fn an_adviser_needs_live_consent_a_post_and_a_permitted_transport() {
    let reason = |change: fn(&mut AdviserRecipient)| {
        let mut adviser = adviser();
        change(&mut adviser);
        let to = Recipient::Adviser(Box::new(adviser));
        held(message(), &to, &eligible(), &plan(), &DenySet::new(), monday())
    };
    assert_eq!(reason(|a| a.consent = None), HoldReason::NoConsent);
    assert_eq!(reason(|a| a.in_post = false), HoldReason::NoConsent);
    assert_eq!(reason(|a| a.scope = ConsentScope::Letters), HoldReason::NoConsent);
    assert_eq!(reason(|a| a.adviser = id!(AdviserId, 2)), HoldReason::NoConsent);
    assert_eq!(
        reason(|a| a.consent.as_mut().unwrap().victim = id!(VictimId, 2)),
        HoldReason::NoConsent
    );
    assert_eq!(
        reason(|a| a.consent.as_mut().unwrap().revoked_at = Some(monday())),
        HoldReason::NoConsent
    );
    assert_eq!(
        reason(|a| a.transport = TransportClass::PortalOnly),
        HoldReason::TransportClass
    );
    assert_eq!(
        reason(|a| a.transport = TransportClass::Cjsm),
        HoldReason::TransportClass
    );
    let to = Recipient::Adviser(Box::new(adviser()));
    let night = at("2026-11-23T23:00:00Z");
    let cleared = clear(message(), &to, &eligible(), &plan(), &DenySet::new(), night).unwrap();
    assert_eq!(cleared.to().reveal(), "alex@service.test");
}

#[test]
fn into_a_mailbox_here_goes_what_is_for_an_adviser_whose_service_gets_no_mail_and_who_signs_in() {
    let place = |change: fn(&mut AdviserRecipient), deny: &DenySet| {
        let mut adviser = adviser();
        adviser.transport = TransportClass::PortalOnly;
        adviser.has_mailbox = true;
        change(&mut adviser);
        let placed = clear_into_mailbox(message(), &adviser, &eligible(), &plan(), deny, monday());
        placed
            .map(|placed| placed.adviser().clone())
            .map_err(|held| held.reason)
    };
    let nobody = DenySet::new();
    assert_eq!(place(|_| {}, &nobody), Ok(id!(AdviserId, 1)));
    assert_eq!(
        place(|a| a.has_mailbox = false, &nobody),
        Err(HoldReason::TransportClass)
    );
    assert_eq!(
        place(|a| a.transport = TransportClass::AlignedTlsDmarc, &nobody),
        Err(HoldReason::TransportClass),
        "what goes by mail goes by mail, once"
    );
    assert_eq!(place(|a| a.consent = None, &nobody), Err(HoldReason::NoConsent));
    assert_eq!(place(|a| a.in_post = false, &nobody), Err(HoldReason::NoConsent));
    let mut name = DenySet::new();
    name.add_name(&PersonName::parse("ADVISER, Alex").unwrap());
    assert_eq!(place(|_| {}, &name), Err(HoldReason::DenySet));
}

#[test]
fn what_goes_by_hand_or_without_content_is_not_emailed() {
    let mut by_hand = plan();
    by_hand.preferred = Route::ViaIsva;
    assert_eq!(
        held(
            message(),
            &to_victim(),
            &eligible(),
            &by_hand,
            &DenySet::new(),
            monday()
        ),
        HoldReason::RouteByHand
    );
    let mut discreet = plan();
    discreet.content_in_email = false;
    let reason = held(
        message(),
        &to_victim(),
        &eligible(),
        &discreet,
        &DenySet::new(),
        monday(),
    );
    assert_eq!(reason, HoldReason::ContentNotWanted);
    let notice = message_of("update-available", None, monday());
    assert!(
        clear(
            notice,
            &to_victim(),
            &eligible(),
            &discreet,
            &DenySet::new(),
            monday()
        )
        .is_ok()
    );
}

#[test]
fn every_reason_has_a_code_and_a_plain_sentence() {
    let now = monday();
    let reasons = [
        HoldReason::NoVerifiedSafeContactPoint,
        HoldReason::ContactPointExpired,
        HoldReason::OutsideWindow { until: now },
        HoldReason::WindowAfterDeadline { opens: None },
        HoldReason::HoldBack { until: now },
        HoldReason::Withdrawn,
        HoldReason::OptedOut,
        HoldReason::WantsNoContact,
        HoldReason::Deceased,
        HoldReason::DenySet,
        HoldReason::NoConsent,
        HoldReason::TransportClass,
        HoldReason::NotVetted,
        HoldReason::Cancelled,
        HoldReason::RouteByHand,
        HoldReason::ContentNotWanted,
        HoldReason::WrongVictim,
    ];
    for reason in reasons {
        assert_eq!(serde_json::to_value(reason).unwrap()["code"], reason.code());
        assert!(reason.explain().ends_with('.') && reason.explain().len() < 200);
    }
}

#[test]
fn masked_values_stay_masked_in_what_is_held() {
    let none = Plan::new(id!(VictimId, 1), Route::Email);
    let held = clear(
        message(),
        &to_victim(),
        &eligible(),
        &none,
        &DenySet::new(),
        monday(),
    )
    .unwrap_err();
    let shown = format!("{held:?} {:?} {:?}", plan(), Masked::new("mary"));
    assert!(!shown.to_lowercase().contains("mary"));
}
