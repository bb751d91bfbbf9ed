//! People around a victim who help: advisers (ISVA, IDVA), family liaison officers and contacts of other agencies.
//!
//! CPS's own application has one contact of each kind and loses the old one with each change. Here several may help, each
//! change keeps what stood before, and nobody of the defence is one of them: the kinds have no word for them, and whoever
//! enters somebody's details asks [`crate::safety::DenySet`] first (requirement A9).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::{EmailAddress, MatchKey, PhoneNumber};
use crate::event::words::words;
use crate::masked::Masked;
use crate::people::PersonName;

words! {
    /// What somebody does for a victim, after the case contacts and the list of support of CPS's own application.
    Kind {
        /// Independent Sexual Violence Adviser: belongs to a registered service and needs the victim's consent.
        Isva = "isva",
        /// Independent Domestic Violence Adviser.
        Idva = "idva",
        /// Family liaison officer.
        Flo = "flo",
        /// Officer in the case.
        OfficerInCase = "officer-in-case",
        /// Witness care.
        WitnessCare = "witness-care",
        /// Local support.
        LocalSupport = "local-support",
        /// Another agency.
        Other = "other",
    }

    /// Why details are changed.
    ChangeWhy {
        /// What was recorded was wrong.
        WasWrong = "was-wrong",
        /// The person has other details now.
        DetailsChanged = "details-changed",
        /// Somebody else does it now.
        SomebodyElse = "somebody-else",
    }

    /// Why somebody's help, or a consent, ends.
    EndWhy {
        /// The victim took it back.
        PersonTookItBack = "person-took-it-back",
        /// The adviser, officer or agency no longer helps.
        AdviserHasLeft = "adviser-has-left",
        /// It was never so.
        RecordedByMistake = "recorded-by-mistake",
    }
}

/// Why details are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SupporterFault {
    /// An ISVA without one of the two.
    #[error("an ISVA has a name, an email address and a telephone number")]
    IsvaNeedsBoth,
    /// Nobody can be reached without either.
    #[error("enter an email address or a telephone number")]
    NeedsOne,
    /// The organisation.
    #[error("the organisation has 1 to 200 characters on one line")]
    Organisation,
    /// Nothing is different.
    #[error("these are the details that are recorded already")]
    Unchanged,
}

/// Who somebody is, and how they are reached at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Details {
    /// The service, force or agency.
    pub organisation: Masked,
    /// The name.
    pub name: PersonName,
    /// The address at work.
    pub email: Option<EmailAddress>,
    /// The number at work.
    pub phone: Option<PhoneNumber>,
}

impl Details {
    /// The most characters of an organisation's name.
    pub const ORGANISATION_CHARS_MAX: usize = 200;

    /// Whether these are enough for somebody of this kind: an ISVA needs address and number, anybody else one of them.
    pub fn check(&self, kind: Kind) -> Result<(), SupporterFault> {
        let organisation = self.organisation.reveal();
        let length = organisation.chars().count();
        if !(1..=Self::ORGANISATION_CHARS_MAX).contains(&length) || organisation.chars().any(char::is_control)
        {
            return Err(SupporterFault::Organisation);
        }
        match (kind, &self.email, &self.phone) {
            (_, None, None) => Err(SupporterFault::NeedsOne),
            (Kind::Isva, None, _) | (Kind::Isva, _, None) => Err(SupporterFault::IsvaNeedsBoth),
            _ => Ok(()),
        }
    }

    /// What this person is recognised by.
    pub fn match_keys(&self) -> Vec<MatchKey> {
        let mut keys = self.name.match_keys();
        keys.extend(self.email.iter().flat_map(EmailAddress::match_keys));
        keys.extend(self.phone.iter().flat_map(PhoneNumber::match_keys));
        keys
    }

    /// Whether both are the same person: one address, or one name at one organisation. Colleagues share a number.
    pub fn is_same_person(&self, other: &Self) -> bool {
        let address = |details: &Self| details.email.as_ref().map(|email| email.reveal().to_lowercase());
        let organisation = |details: &Self| details.organisation.reveal().trim().to_lowercase();
        let mine = address(self);
        (mine.is_some() && mine == address(other))
            || (self.name.words() == other.name.words() && organisation(self) == organisation(other))
    }
}

/// What stood before a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    /// The details until then.
    pub before: Details,
    /// When they were changed.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why.
    pub why: ChangeWhy,
}

/// Somebody of another agency with every earlier state. Advisers of a service have none: another adviser, or the same one
/// at another address, is somebody to whom the victim has to consent anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supporter {
    /// Who it is now.
    pub details: Details,
    /// What stood before, oldest first.
    pub history: Vec<Replaced>,
}

impl Supporter {
    /// Somebody new.
    pub fn new(kind: Kind, details: Details) -> Result<Self, SupporterFault> {
        details.check(kind)?;
        Ok(Self {
            details,
            history: Vec::new(),
        })
    }

    /// Puts other details in the place of those that stand, which are kept.
    pub fn change(
        mut self,
        kind: Kind,
        details: Details,
        (by, at, why): (&str, Timestamp, ChangeWhy),
    ) -> Result<Self, SupporterFault> {
        details.check(kind)?;
        if details == self.details {
            return Err(SupporterFault::Unchanged);
        }
        let before = std::mem::replace(&mut self.details, details);
        self.history.push(Replaced {
            before,
            at,
            by: by.to_owned(),
            why,
        });
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(name: &str, email: Option<&str>, phone: Option<&str>) -> Details {
        Details {
            organisation: "North Service".into(),
            name: PersonName::parse(name).unwrap(),
            email: email.map(|text| EmailAddress::parse(text).unwrap()),
            phone: phone.map(|text| PhoneNumber::parse(text).unwrap()),
        }
    }

    #[test]
    fn an_isva_needs_both_and_anybody_else_one_of_them() {
        let (both, email, none) = (
            details("Ann Lee", Some("ann@service.test"), Some("01632 960001")),
            details("Ann Lee", Some("ann@service.test"), None),
            details("Ann Lee", None, None),
        );
        assert_eq!(both.check(Kind::Isva), Ok(()));
        assert_eq!(email.check(Kind::Isva), Err(SupporterFault::IsvaNeedsBoth));
        for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Isva) {
            assert_eq!(email.check(*kind), Ok(()), "{kind}");
            assert_eq!(none.check(*kind), Err(SupporterFault::NeedsOne), "{kind}");
        }
        let nowhere = Details {
            organisation: Masked::default(),
            ..both
        };
        assert_eq!(nowhere.check(Kind::Flo), Err(SupporterFault::Organisation));
    }

    #[test]
    fn one_address_or_one_name_at_one_organisation_is_one_person() {
        let ann = details("Ann Lee", Some("ann@service.test"), Some("01632 960001"));
        let typed = details("Anne Leigh", Some("ANN@service.test"), None);
        let namesake = details("ann  lee", Some("other@service.test"), None);
        let colleague = details("Bo Reed", Some("bo@service.test"), Some("01632 960001"));
        assert!(ann.is_same_person(&typed) && ann.is_same_person(&namesake));
        assert!(!ann.is_same_person(&colleague));
    }

    #[test]
    fn a_change_keeps_what_stood_before() {
        let old = details("Ann Lee", Some("ann@service.test"), None);
        let new = details("Bo Reed", None, Some("01632 960001"));
        let at = "2026-11-23T09:00:00Z".parse().unwrap();
        let why = ("priya", at, ChangeWhy::SomebodyElse);
        let person = Supporter::new(Kind::Flo, old.clone()).unwrap();
        assert_eq!(
            person.clone().change(Kind::Flo, old.clone(), why),
            Err(SupporterFault::Unchanged)
        );
        let changed = person.change(Kind::Flo, new.clone(), why).unwrap();
        assert_eq!(changed.details, new);
        assert_eq!(
            (&changed.history[0].before, changed.history[0].why),
            (&old, ChangeWhy::SomebodyElse)
        );
    }
}
