//! Whether approved words may be handed over by hand now: posted, sent as a text, or passed on by the adviser or
//! the police. The same laws as for email, at the moment at which somebody takes the words.

use jiff::Timestamp;

use super::{DenySet, Eligibility, Held, HoldReason, check_for_victim, check_window, usable};
use crate::contact::{Plan, Point, Route, TextRule};
use crate::draft::Message;
use crate::id::ContactPointId;

/// How approved words go by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandRoute {
    /// A letter to the postal address.
    Post,
    /// A text to the mobile.
    Text,
    /// The adviser passes it on.
    ViaIsva,
    /// The police pass it on.
    ViaPolice,
}

impl HandRoute {
    /// Every route.
    pub const ALL: [Self; 4] = [Self::Post, Self::Text, Self::ViaIsva, Self::ViaPolice];

    /// The word in data and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Text => "text",
            Self::ViaIsva => "via-isva",
            Self::ViaPolice => "via-police",
        }
    }

    fn of_plan(self) -> Route {
        match self {
            Self::Post => Route::Post,
            Self::Text => Route::Mobile,
            Self::ViaIsva => Route::ViaIsva,
            Self::ViaPolice => Route::ViaPolice,
        }
    }
}

/// Words that may be handed over now.
#[derive(Debug)]
pub struct HandedOver {
    message: Message,
    point: Option<ContactPointId>,
}

impl HandedOver {
    /// The message.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// The address or number that they go to; none when somebody passes them on.
    pub fn point(&self) -> Option<&ContactPointId> {
        self.point.as_ref()
    }
}

/// Decides whether `message` may be handed over by `route` now. `adviser` says whether an adviser has live
/// consent of the victim.
pub fn clear_by_hand(
    message: Message,
    route: HandRoute,
    eligibility: &Eligibility,
    plan: &Plan,
    deny: &DenySet,
    adviser: bool,
    now: Timestamp,
) -> Result<HandedOver, Held> {
    match decide(&message, route, eligibility, plan, deny, adviser, now) {
        Ok(point) => Ok(HandedOver { message, point }),
        Err(reason) => Err(Held {
            message: Box::new(message),
            reason,
        }),
    }
}

fn decide(
    message: &Message,
    route: HandRoute,
    eligibility: &Eligibility,
    plan: &Plan,
    deny: &DenySet,
    adviser: bool,
    now: Timestamp,
) -> Result<Option<ContactPointId>, HoldReason> {
    check_for_victim(message, eligibility, plan)?;
    if message.is_to_adviser() {
        return Err(HoldReason::WrongRecipient);
    }
    let hold_back = message.parts().hold_back_until;
    if now < hold_back {
        return Err(HoldReason::HoldBack { until: hold_back });
    }
    let of_route = plan
        .points()
        .iter()
        .filter(|point| point.route() == route.of_plan());
    match route {
        HandRoute::Post | HandRoute::Text => {
            let point = one_to_use(of_route, now)?;
            if deny.meets(&point.value().match_keys()) {
                return Err(HoldReason::DenySet);
            }
            if route == HandRoute::Text {
                if !matches!(plan.text, TextRule::Allowed { agreed_at, .. } if agreed_at <= now) {
                    return Err(HoldReason::TextNotAgreed);
                }
                check_window(plan, message.due_at(), now)?;
            }
            Ok(Some(point.id().clone()))
        }
        HandRoute::ViaIsva if !adviser => Err(HoldReason::NoConsent),
        HandRoute::ViaIsva | HandRoute::ViaPolice => {
            if of_route.into_iter().any(Point::is_distrusted) {
                return Err(HoldReason::NoVerifiedSafeContactPoint);
            }
            Ok(None)
        }
    }
}

/// The first point that may be used; without one, what is wrong with the first of the route.
fn one_to_use<'p>(points: impl Iterator<Item = &'p Point>, now: Timestamp) -> Result<&'p Point, HoldReason> {
    let mut first_fault = None;
    for point in points {
        match usable(point, now) {
            Ok(()) => return Ok(point),
            Err(fault) => {
                first_fault.get_or_insert(fault);
            }
        }
    }
    Err(first_fault.unwrap_or(HoldReason::NoVerifiedSafeContactPoint))
}
