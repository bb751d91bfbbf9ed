//! The mark: what is about to leave is cleared once more, composed, and marked before its data goes out.

use domain::address::EmailAddress;
use domain::draft::Message;
use domain::id::{AttemptId, MessageId};
use domain::safety::Cleared;
use mail::compose::{Composed, Conversation, Outgoing, compose};
use mail::relay::Session;
use mail::return_path::ReturnPath;
use store::{Tx, outbox};

use super::addressee::Reply;
use super::{Ended, Leaving};
use crate::outcome::{CANNOT_BE_COMPOSED, Came, LATE, Tried, ended};
use crate::owed::find_owed;
use crate::{Error, Gateway, Result};

impl Gateway {
    /// Sets the marks. A connection may have taken a while to get: what may not leave any more (the window has
    /// closed, the plan has changed, the duty has ended) gets no mark and goes back to be decided afresh. What
    /// somebody has taken over meanwhile gets none either.
    pub(crate) async fn mark(
        &self,
        ready: Vec<(Leaving, Session)>,
        over: &mut Ended,
    ) -> Result<Vec<(Tried, Composed, Session)>> {
        if ready.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let mut marked = Vec::with_capacity(ready.len());
        let (mut stopped, mut taken_over) = (Vec::new(), Vec::new());
        for (leaving, session) in ready {
            let Leaving {
                tried,
                message,
                language,
            } = leaving;
            let mail = match self.clear_again(&mut tx, &tried, message, &language).await {
                Ok(Some(mail)) => mail,
                Ok(None) => {
                    stopped.push((tried, Came::Changed));
                    continue;
                }
                Err(Error::Store(fault)) => return Err(fault.into()),
                Err(_) => {
                    let code = CANNOT_BE_COMPOSED.to_owned();
                    stopped.push((tried, Came::Technical { code }));
                    continue;
                }
            };
            if outbox::mark_attempt(&mut tx, &tried.attempt, now).await? {
                marked.push((tried, mail, session));
            } else {
                taken_over.push(ended(now, LATE, &tried, "never-began", "taken-over")?);
            }
        }
        if taken_over.is_empty() {
            tx.commit_unlogged("the mark before the data; the attempt has its entry")
                .await?;
        } else {
            tx.commit(&taken_over).await?;
        }
        over.extend(stopped);
        Ok(marked)
    }

    /// The mail of a message that may still leave, to the point that its attempt names.
    async fn clear_again(
        &self,
        tx: &mut Tx,
        tried: &Tried,
        message: Message,
        language: &str,
    ) -> Result<Option<Composed>> {
        let owed = find_owed(tx, &tried.owed.id).await?;
        if owed.state != "open" {
            return Ok(None);
        }
        let victim = self.load_victim(tx, &owed.victim_id).await?;
        match self.clear(tx, &victim, message, &tried.to).await? {
            Ok(cleared) => {
                let reply = self.reply(tx, &victim, &tried.to).await?;
                self.compose_mail(&cleared, tried, language, reply.as_ref())
                    .map(Some)
            }
            Err(_) => Ok(None),
        }
    }

    fn compose_mail(
        &self,
        cleared: &Cleared,
        tried: &Tried,
        language: &str,
        reply: Option<&Reply>,
    ) -> Result<Composed> {
        let (settings, now) = (&self.parts.settings, self.now());
        let (from, back) = self.sender(&tried.attempt)?;
        let frozen = cleared.message().frozen();
        let message_id = format!("<{}>", self.message_id_of(&tried.message));
        let mail = compose(&Outgoing {
            from_name: &settings.sender_name,
            from: &from,
            to: cleared.to(),
            subject: frozen.subject(),
            text: frozen.text(),
            html: frozen.html().unwrap_or_default(),
            message_id: &message_id,
            date: now,
            auto_submitted: false,
            return_path: &back,
            language,
            conversation: reply.map(|reply| Conversation {
                reply_to: &reply.reply_to,
                in_reply_to: reply.in_reply_to.as_deref(),
            }),
        })
        .map_err(|fault| Error::broken("composing mail", fault))?;
        match &self.parts.signer {
            Some(signer) => mail
                .signed(signer, now)
                .map_err(|fault| Error::broken("signing mail", fault)),
            None => Ok(mail),
        }
    }

    /// From whom mail of ours comes, and where what comes back of this try goes.
    pub(super) fn sender(&self, attempt: &AttemptId) -> Result<(EmailAddress, ReturnPath)> {
        let settings = &self.parts.settings;
        let from = EmailAddress::parse(&settings.sender_address)
            .map_err(|fault| Error::broken("sender address", fault))?;
        let back = mail::return_path::make(&settings.bounce_key, attempt.as_str(), &settings.mail_domain)
            .map_err(|fault| Error::broken("return path", fault))?;
        Ok((from, back))
    }

    /// The Message-ID of a message of ours, without its angle brackets.
    pub(crate) fn message_id_of(&self, message: &MessageId) -> String {
        format!("{message}@{}", self.parts.settings.mail_domain)
    }
}
