//! One address or number with its safety.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::address::{EmailAddress, MatchKey, PhoneNumber, PostalAddress};
use crate::id::ContactPointId;
use crate::masked::Masked;
use crate::window::london;

/// A way of reaching somebody; the words are those of the casework application's preferred method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Email, the only route that the program sends by itself.
    Email,
    /// A mobile: calls, and texts where they are safe.
    Mobile,
    /// A telephone at home: calls.
    HomePhone,
    /// A letter.
    Post,
    /// Through the adviser.
    ViaIsva,
    /// Through the police.
    ViaPolice,
}

impl Route {
    /// Every way.
    pub const ALL: [Self; 6] = [
        Self::Email,
        Self::Mobile,
        Self::HomePhone,
        Self::Post,
        Self::ViaIsva,
        Self::ViaPolice,
    ];

    /// The way that a word stands for.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.as_str() == word)
    }

    /// The word in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Mobile => "mobile",
            Self::HomePhone => "home-phone",
            Self::Post => "post",
            Self::ViaIsva => "via-isva",
            Self::ViaPolice => "via-police",
        }
    }
}

/// The value of a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PointValue {
    /// An email address.
    Email(EmailAddress),
    /// A telephone number.
    Phone(PhoneNumber),
    /// A postal address.
    Post(PostalAddress),
    /// Who passes it on, in words for the officer.
    Person(Masked),
}

impl PointValue {
    /// Reads what somebody typed or sent for a route; a postal address has one line for each part. The error says what
    /// would be right, without repeating the value.
    pub fn parse(route: Route, text: &str) -> Result<Self, String> {
        match route {
            Route::Email => EmailAddress::parse(text)
                .map(Self::Email)
                .map_err(|fault| fault.to_string()),
            Route::Mobile | Route::HomePhone => PhoneNumber::parse(text)
                .map(Self::Phone)
                .map_err(|fault| fault.to_string()),
            Route::Post => PostalAddress::parse(&text.lines().map(str::trim).collect::<Vec<_>>())
                .map(Self::Post)
                .map_err(|fault| fault.to_string()),
            Route::ViaIsva | Route::ViaPolice if text.is_empty() => {
                Err("name the person who passes it on".to_owned())
            }
            Route::ViaIsva | Route::ViaPolice => Ok(Self::Person(Masked::new(text))),
        }
    }

    /// What this value is recognised by; somebody who passes things on has none.
    pub fn match_keys(&self) -> Vec<MatchKey> {
        match self {
            Self::Email(address) => address.match_keys(),
            Self::Phone(number) => number.match_keys(),
            Self::Post(address) => address.match_keys(),
            Self::Person(_) => Vec::new(),
        }
    }

    /// Whether two values reach the same place, near matches included.
    pub fn meets(&self, other: &Self) -> bool {
        let place = |key: &MatchKey| !matches!(key.kind(), "domain" | "postcode" | "name");
        let keys = other.match_keys();
        self == other
            || self
                .match_keys()
                .iter()
                .any(|key| place(key) && keys.contains(key))
    }

    fn fits(&self, route: Route) -> bool {
        match (route, self) {
            (Route::Mobile, Self::Phone(number)) => number.is_mobile(),
            (Route::Email, Self::Email(_))
            | (Route::HomePhone, Self::Phone(_))
            | (Route::Post, Self::Post(_))
            | (Route::ViaIsva | Route::ViaPolice, Self::Person(_)) => true,
            _ => false,
        }
    }
}

/// Why a point is not to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Nobody has asked yet.
    NeverVerified,
    /// The receiving server refused the address for good.
    HardBounce,
    /// A change was proposed; the old value is barred from that moment.
    BeingChanged,
    /// A change was approved; this is the old value.
    Replaced,
    /// The victim, an adviser or the police said so.
    ReportedUnsafe,
    /// It belongs to a representative, an interpreter or family, and was not vetted.
    ThirdParty,
    /// It meets somebody of the defence side.
    DefenceSide,
}

impl Why {
    /// The word in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeverVerified => "never-verified",
            Self::HardBounce => "hard-bounce",
            Self::BeingChanged => "being-changed",
            Self::Replaced => "replaced",
            Self::ReportedUnsafe => "reported-unsafe",
            Self::ThirdParty => "third-party",
            Self::DefenceSide => "defence-side",
        }
    }
}

/// What is known of a point's safety.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Safety {
    /// Somebody said that it is safe.
    VerifiedSafe {
        /// Who said so.
        said_by: Masked,
        /// How it was said, in words.
        how: Masked,
        /// When.
        verified_at: Timestamp,
        /// The last day on which that may be relied on, in London.
        review_by: Date,
    },
    /// Not known; not used.
    Unknown {
        /// Why not.
        why: Why,
        /// Since when.
        since: Timestamp,
    },
    /// Known to be unsafe; not used, not asked about through itself.
    Unsafe {
        /// Why.
        why: Why,
        /// Since when.
        since: Timestamp,
    },
}

/// Why a point cannot be used at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It is not verified safe.
    NotVerified,
    /// Its review-by day has passed.
    Expired,
}

/// A value that does not fit its route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the value does not fit the route `{}`: email takes an email address, mobile a mobile number, home-phone a number, \
     post a postal address, via-isva and via-police the person who passes it on",
    .0.as_str()
)]
pub struct PointMismatch(pub Route);

/// One address or number with its safety. Its parts cannot be edited; a change is a new point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawPoint")]
pub struct Point {
    id: ContactPointId,
    route: Route,
    value: PointValue,
    safety: Safety,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPoint {
    id: ContactPointId,
    route: Route,
    value: PointValue,
    safety: Safety,
}

impl TryFrom<RawPoint> for Point {
    type Error = PointMismatch;
    fn try_from(raw: RawPoint) -> Result<Self, PointMismatch> {
        Self::new(raw.id, raw.route, raw.value, raw.safety)
    }
}

impl Point {
    /// A point as it was first recorded.
    pub fn new(
        id: ContactPointId,
        route: Route,
        value: PointValue,
        safety: Safety,
    ) -> Result<Self, PointMismatch> {
        if value.fits(route) {
            Ok(Self {
                id,
                route,
                value,
                safety,
            })
        } else {
            Err(PointMismatch(route))
        }
    }

    /// Its identifier.
    pub fn id(&self) -> &ContactPointId {
        &self.id
    }

    /// Its route.
    pub fn route(&self) -> Route {
        self.route
    }

    /// Its value.
    pub fn value(&self) -> &PointValue {
        &self.value
    }

    /// Its safety.
    pub fn safety(&self) -> &Safety {
        &self.safety
    }

    /// Whether it may be used at this instant.
    pub fn usable(&self, now: Timestamp) -> Result<(), Unusable> {
        match &self.safety {
            Safety::VerifiedSafe {
                verified_at,
                review_by,
                ..
            } if *verified_at <= now => {
                let today = now.to_zoned(london()).date();
                if today <= *review_by {
                    Ok(())
                } else {
                    Err(Unusable::Expired)
                }
            }
            _ => Err(Unusable::NotVerified),
        }
    }

    /// Whether it has bounced or was barred, so that only the change procedure can bring it back.
    pub fn is_distrusted(&self) -> bool {
        matches!(
            self.safety,
            Safety::Unsafe { .. }
                | Safety::Unknown {
                    why: Why::HardBounce | Why::DefenceSide,
                    ..
                }
        )
    }

    pub(super) fn set_safety(&mut self, safety: Safety) {
        self.safety = safety;
    }
}
