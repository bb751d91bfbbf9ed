//! A victim's dated, scoped, revocable leave for one adviser, and how safely that adviser's service can be
//! written to (requirements B2 and B7).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::address::EmailAddress;
use crate::id::{AdviserId, ConsentId, VictimId};

/// What an adviser may be told or sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentScope {
    /// Progress of the case.
    Updates,
    /// Offers of meetings.
    MeetingOffers,
    /// Copies of letters.
    Letters,
    /// Answers to the adviser's questions.
    Replies,
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
