//! A victim's dated, scoped, revocable leave for one adviser, and how safely that adviser's service can be
//! written to (requirements B2 and B7).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::address::EmailAddress;
use crate::contact::change::same_person;
use crate::event::words::words;
use crate::id::{AdviserId, ConsentId, VictimId};

words! {
    /// What an adviser may be told or sent.
    ConsentScope {
        /// Progress of the case.
        Updates = "updates",
        /// Offers of meetings.
        MeetingOffers = "meeting-offers",
        /// Copies of letters.
        Letters = "letters",
        /// Answers to the adviser's questions.
        Replies = "replies",
    }

    /// How a victim said so.
    ConsentHow {
        /// Face to face.
        InPerson = "in-person",
        /// By telephone, after the person was known to be the one.
        Telephone = "telephone",
        /// In writing, signed.
        SignedForm = "signed-form",
        /// Through the police.
        Police = "police",
    }

    /// Where a consent stands; what is not confirmed opens nothing.
    ConsentState {
        /// One person wrote it down.
        Recorded = "recorded",
        /// A second person confirmed it.
        Confirmed = "confirmed",
        /// A second person found that it was not given.
        Refused = "refused",
    }
}

/// Why a step of a consent is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConsentFault {
    /// Nothing is allowed.
    #[error("select what the adviser may be told of")]
    NoScope,
    /// Nobody consents in the future.
    #[error("the date on which it was given must be today or in the past")]
    FutureDate,
    /// Nobody consents before there is a case.
    #[error("the date on which it was given lies before the case; check the date")]
    BeforeCase,
    /// It would be over already.
    #[error("the last day must be today or later")]
    Over,
    /// The same person twice.
    #[error("a consent is confirmed by somebody who did not record it")]
    SamePerson,
    /// Somebody decided before.
    #[error("this consent is {0}; nothing is left to decide about it")]
    Decided(ConsentState),
}

/// What a victim allowed, as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenConsent {
    /// For what.
    pub scope: Vec<ConsentScope>,
    /// How it was said.
    pub how: ConsentHow,
    /// On which day, in London.
    pub given_on: Date,
    /// The last day on which it holds, in London.
    pub until: Date,
}

impl GivenConsent {
    /// Whether it can have been given so: not in the future, not before the case, and not over.
    pub fn check(&self, today: Date, case_opened: Date) -> Result<(), ConsentFault> {
        match self {
            _ if self.scope.is_empty() => Err(ConsentFault::NoScope),
            _ if self.given_on > today => Err(ConsentFault::FutureDate),
            _ if self.given_on < case_opened => Err(ConsentFault::BeforeCase),
            _ if self.until < today => Err(ConsentFault::Over),
            _ => Ok(()),
        }
    }
}

/// Whether `by` may decide about a consent that stands at `state` and that `recorded_by` wrote down.
pub fn check_second_person(state: ConsentState, recorded_by: &str, by: &str) -> Result<(), ConsentFault> {
    match state {
        ConsentState::Recorded if same_person(recorded_by, by) => Err(ConsentFault::SamePerson),
        ConsentState::Recorded => Ok(()),
        decided => Err(ConsentFault::Decided(decided)),
    }
}

/// One consent: this victim, this adviser, these matters, until this day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Its identifier.
    pub id: ConsentId,
    /// Who gave it.
    pub victim: VictimId,
    /// For whom.
    pub adviser: AdviserId,
    /// For what.
    pub scope: Vec<ConsentScope>,
    /// When it was given.
    pub given_at: Timestamp,
    /// The last day on which it holds, in London.
    pub expires_on: Date,
    /// When it was taken back.
    #[serde(default)]
    pub revoked_at: Option<Timestamp>,
}

impl Consent {
    /// Whether it holds now for this matter. A revocation counts from the moment it is recorded, even one
    /// that names a later time: taking leave back is never delayed.
    pub fn is_live(&self, scope: ConsentScope, now: Timestamp) -> bool {
        let today = now.to_zoned(crate::window::london()).date();
        self.revoked_at.is_none()
            && self.given_at <= now
            && today <= self.expires_on
            && self.scope.contains(&scope)
    }
}

/// How mail reaches an adviser's service safely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransportClass {
    /// The criminal justice secure mail service: only to an address there.
    Cjsm,
    /// A service whose domain keeps TLS and DMARC.
    AlignedTlsDmarc,
    /// Never by mail.
    PortalOnly,
}

impl TransportClass {
    /// Whether this address may be written to by mail under this class.
    pub fn permits(self, address: &EmailAddress) -> bool {
        let domain = address.domain();
        match self {
            Self::Cjsm => domain == "cjsm.net" || domain.ends_with(".cjsm.net"),
            Self::AlignedTlsDmarc => true,
            Self::PortalOnly => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consent() -> Consent {
        let id = "0".repeat(32);
        Consent {
            id: ConsentId::parse(&id).unwrap(),
            victim: VictimId::parse(&id).unwrap(),
            adviser: AdviserId::parse(&id).unwrap(),
            scope: vec![ConsentScope::Updates],
            given_at: "2026-06-01T09:00:00Z".parse().unwrap(),
            expires_on: "2026-08-31".parse().unwrap(),
            revoked_at: None,
        }
    }

    #[test]
    fn a_consent_holds_from_its_giving_to_the_end_of_its_last_day_in_london() {
        let live = |at: &str| consent().is_live(ConsentScope::Updates, at.parse().unwrap());
        assert!(!live("2026-06-01T08:59:59Z"));
        assert!(live("2026-06-01T09:00:00Z"));
        assert!(live("2026-08-31T22:59:59Z"));
        assert!(!live("2026-08-31T23:00:00Z"), "midnight in London, in summer");
    }

    #[test]
    fn another_matter_or_a_revocation_ends_it() {
        let now = "2026-07-01T09:00:00Z".parse().unwrap();
        assert!(!consent().is_live(ConsentScope::Letters, now));
        let revoked = Consent {
            revoked_at: Some("2026-07-02T09:00:00Z".parse().unwrap()),
            ..consent()
        };
        assert!(!revoked.is_live(ConsentScope::Updates, now));
    }

    #[test]
    fn a_consent_is_recorded_as_it_can_have_been_given_and_confirmed_by_another() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let given = |scope: &[ConsentScope], on: &str, until: &str| {
            let given = GivenConsent {
                scope: scope.to_vec(),
                how: ConsentHow::InPerson,
                given_on: day(on),
                until: day(until),
            };
            given.check(day("2026-11-23"), day("2026-06-14"))
        };
        let updates = [ConsentScope::Updates];
        assert_eq!(given(&updates, "2026-11-23", "2026-11-23"), Ok(()));
        assert_eq!(given(&[], "2026-11-23", "2026-11-23"), Err(ConsentFault::NoScope));
        assert_eq!(
            given(&updates, "2026-11-24", "2026-12-23"),
            Err(ConsentFault::FutureDate)
        );
        assert_eq!(
            given(&updates, "2026-06-13", "2026-12-23"),
            Err(ConsentFault::BeforeCase)
        );
        assert_eq!(
            given(&updates, "2026-11-20", "2026-11-22"),
            Err(ConsentFault::Over)
        );
        let recorded = ConsentState::Recorded;
        assert_eq!(check_second_person(recorded, "priya", "ruth"), Ok(()));
        assert_eq!(
            check_second_person(recorded, "priya", " Priya"),
            Err(ConsentFault::SamePerson)
        );
        let refused = ConsentState::Refused;
        assert_eq!(
            check_second_person(refused, "priya", "ruth"),
            Err(ConsentFault::Decided(refused))
        );
    }

    #[test]
    fn a_weaker_path_than_the_class_is_not_permitted() {
        let plain = EmailAddress::parse("ann@service.test").unwrap();
        let secure = EmailAddress::parse("ann@service.test.cjsm.net").unwrap();
        let lookalike = EmailAddress::parse("ann@notcjsm.net").unwrap();
        assert!(TransportClass::Cjsm.permits(&secure) && !TransportClass::Cjsm.permits(&plain));
        assert!(!TransportClass::Cjsm.permits(&lookalike));
        assert!(
            TransportClass::AlignedTlsDmarc.permits(&plain) && !TransportClass::PortalOnly.permits(&secure)
        );
    }
}
