//! Approved words are handed over by hand: posted, sent as a text, or passed on by the adviser or the police.
//!
//! They are cleared under the same laws as an email, at the moment at which somebody takes them. That they were
//! handed over is a disclosure in the log; that they arrived is another fact, recorded as a contact.

use audit::entry::Act;
use domain::contact::{Plan, Point, PointValue, TextRule};
use domain::id::MessageId;
use domain::masked::Masked;
use domain::safety::{Eligibility, HandRoute, HandedOver, clear_by_hand};
use store::reach::Named;
use store::{drafts, obligations, outbox};

use crate::decide::check_reason;
use crate::deliver::restore;
use crate::entries::about;
use crate::owed::find_open;
use crate::{Error, Gateway, Result, Role};

/// The words to hand over, and where to.
pub struct Words {
    /// The address on the envelope, or the number; nothing when somebody passes it on.
    pub to: Vec<Masked>,
    /// The words.
    pub text: Masked,
}

impl Gateway {
    /// Takes the words of an approved message out of the outbox, to be handed over by `route`. The same message may
    /// be taken again; each time stands in the log.
    pub async fn hand_over(
        &self,
        actor: &str,
        id: &MessageId,
        route: HandRoute,
        reason: &str,
    ) -> Result<Words> {
        self.authorise(actor, &[Role::Vlo, Role::VloManager])?;
        check_reason(reason)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Message(id)).await?;
        let row = drafts::find_message(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("message"))?;
        let owed = find_open(&mut tx, &row.obligation_id).await?;
        let victim = self.load_victim(&mut tx, &row.victim_id).await?;
        let plan = victim.plan()?;
        let deny = self.load_deny_set(&mut tx, &victim.case).await?;
        let adviser = self.may_pass_on(&mut tx, &owed).await?;
        let eligibility = Eligibility {
            victim: victim.row.id.clone(),
            standing: victim.standing.clone(),
        };
        let message = restore(&row, &victim)?;
        let handed = clear_by_hand(message, route, &eligibility, &plan, &deny, adviser, now)
            .map_err(|held| Error::NotAllowed(held.reason.explain().to_owned()))?;
        let words = words(&handed, route, &plan)?;
        outbox::hand_over(&mut tx, id, route.as_str(), now)
            .await
            .map_err(|fault| match fault {
                store::Error::Changed { .. } => Error::Conflict(
                    "this message has left, is leaving, was cancelled, or may have arrived; nothing was handed over"
                        .to_owned(),
                ),
                fault => fault.into(),
            })?;
        obligations::wait(&mut tx, &owed.id, Some("record-of-the-handover")).await?;
        let mut entry = about(now, actor, Act::Disclosure, "message-handed-over", &owed)?
            .with_area(&victim.case.area)
            .with_message(id.as_str())
            .with_channel(route.as_str())
            .with_reason(reason);
        if let Some(point) = handed.point() {
            entry = entry.with_fact("point", point.as_str());
        }
        if !words.to.is_empty() {
            let to = words.to.iter().map(Masked::reveal).collect::<Vec<_>>().join("\n");
            entry = self.commit_in(&mut tx, &victim, entry, "to", &to).await?;
        }
        tx.commit(&[entry]).await?;
        Ok(words)
    }
}

fn words(handed: &HandedOver, route: HandRoute, plan: &Plan) -> Result<Words> {
    let to = match handed.point().and_then(|id| plan.point(id)).map(Point::value) {
        Some(PointValue::Post(address)) => address.reveal().map(Masked::from).collect(),
        Some(PointValue::Phone(number)) => vec![Masked::new(number.reveal())],
        _ => Vec::new(),
    };
    let frozen = handed.message().frozen();
    let text = match (route, frozen.sms(), &plan.text) {
        (HandRoute::Text, Some(words), _) => Masked::new(words),
        (HandRoute::Text, None, TextRule::Allowed { wording, .. }) => wording.clone(),
        (HandRoute::Text, None, TextRule::Forbidden) => {
            return Err(Error::Invalid(
                "this kind of message has no text message".to_owned(),
            ));
        }
        _ => Masked::new(frozen.text()),
    };
    Ok(Words { to, text })
}
