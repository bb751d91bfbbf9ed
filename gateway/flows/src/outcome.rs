//! What came back: the attempt ends, a contact is written, the obligation is discharged or handed to a person.

use audit::entry::{Act, Entry};
use domain::draft::is_for_adviser;
use domain::event::Detail;
use domain::id::{AttemptId, ContactId, MessageId};
use jiff::{SignedDuration, Timestamp};
use store::contacts::{self, ContactRow};
use store::obligations::ObligationRow;
use store::{Tx, obligations, outbox, threads};

use crate::carry_out::carried_by;
use crate::compose_draft::CONTENT_FREE;
use crate::deliver::Addressee;
use crate::entries::about;
use crate::owed::find_owed;
use crate::record_event::own_event;
use crate::{Error, Gateway, Result, Settings};

pub(crate) const WORKER: &str = "system:outbox";
/// The verb of an end that came after the lease had run out.
pub(crate) const LATE: &str = "delivery-ended-late";
/// What a duty waits for whose message did not arrive.
pub(crate) const DECISION: &str = "decision-about-delivery";
/// Why our own side could not send a message.
pub(crate) const CANNOT_BE_COMPOSED: &str = "cannot-be-composed";

/// The channel, and the code, of what was put into an adviser's mailbox here.
pub(crate) const MAILBOX: &str = "mailbox";

/// How often the outcomes of a batch are recorded before that fails.
const RECORD_TRIES: u32 = 3;

const LATE_AND_TAKEN: &str = "An answer came after we had given up waiting: the receiving server took the message. Do not send it again.";
const LATE_AND_NOT_TAKEN: &str = "An answer came after we had given up waiting: it does not say that the receiving server took the message.";

/// One try, as the last step needs it.
pub(crate) struct Tried {
    pub(crate) attempt: AttemptId,
    pub(crate) tries: i64,
    pub(crate) owed: ObligationRow,
    pub(crate) message: MessageId,
    pub(crate) kind: String,
    pub(crate) area: String,
    pub(crate) to: Addressee,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Came {
    Accepted {
        code: String,
    },
    /// Put into an adviser's mailbox here, where it is read from now on.
    Placed,
    Temporary {
        code: String,
    },
    Permanent {
        code: String,
    },
    Technical {
        code: String,
    },
    /// The relay knows us not, or will not have us: nothing of any message has left.
    RefusedUs,
    /// No connection that is protected: nothing of any message has left.
    NoTls,
    /// It may not leave any more as it was cleared: nothing has left, and it is decided afresh.
    Changed,
    Unknown,
}

impl Came {
    /// The state in the outbox, the outcome in the attempt, the code.
    pub(crate) fn words(&self) -> (&'static str, &'static str, &str) {
        match self {
            Self::Accepted { code } => ("delivered", "accepted", code),
            Self::Placed => ("delivered", "accepted", MAILBOX),
            Self::Temporary { code } => ("temporary-failure", "temporary-failure", code),
            Self::Permanent { code } => ("permanent-failure", "permanent-failure", code),
            Self::Technical { code } => ("technical-failure", "technical-failure", code),
            Self::RefusedUs => ("technical-failure", "technical-failure", "refused-us"),
            Self::NoTls => ("held", "no-tls", "no-tls"),
            Self::Changed => ("created", "never-began", "changed-meanwhile"),
            Self::Unknown => ("unknown", "unknown", "end-not-seen"),
        }
    }

    /// Whether every message would fare the same, whoever it is for.
    pub(crate) fn is_of_relay(&self) -> bool {
        matches!(self, Self::RefusedUs | Self::NoTls)
    }
}

fn retry_at(settings: &Settings, now: Timestamp, tries: i64) -> Timestamp {
    now + wait(tries, settings.retry_first_s, settings.retry_max_s)
}

/// The wait after so many tries: doubled after each, up to a longest one.
pub(crate) fn wait(tries: i64, first_s: i64, max_s: i64) -> SignedDuration {
    let doublings = u32::try_from((tries - 1).clamp(0, 16)).unwrap_or_default();
    SignedDuration::from_secs((first_s << doublings).min(max_s))
}

impl Gateway {
    /// Records the outcomes of a batch in one transaction. Somebody may change a plan at the same instant as a bounce
    /// does: whoever was slower tries again, and no other message of the batch falls into doubt for it.
    pub(crate) async fn record_outcomes(&self, worker: &str, ended: Vec<(Tried, Came)>) -> Result<()> {
        for _ in 1..RECORD_TRIES {
            match self.record_once(worker, &ended).await {
                Err(Error::Store(store::Error::Changed { .. })) => {}
                done => return done,
            }
        }
        self.record_once(worker, &ended).await
    }

    async fn record_once(&self, worker: &str, ended: &[(Tried, Came)]) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let mut entries = Vec::with_capacity(ended.len());
        for (tried, came) in ended {
            self.record_outcome(&mut tx, worker, tried, came, &mut entries)
                .await?;
        }
        tx.commit(&entries).await.map_err(Error::from)
    }

    /// Records one outcome. When the lease has run out and somebody else has taken the message over, it stands
    /// as that one decided; that its end came late, and what the server answered, is logged.
    pub(crate) async fn record_outcome(
        &self,
        tx: &mut Tx,
        worker: &str,
        tried: &Tried,
        came: &Came,
        entries: &mut Vec<Entry>,
    ) -> Result<()> {
        let now = self.now();
        let (state, outcome, code) = came.words();
        let next = self.next_try(came, tried.tries);
        if !outbox::settle(tx, &tried.message, worker, state, next, Some(code), now).await? {
            entries.push(ended(now, LATE, tried, outcome, code)?);
            let took = matches!(came, Came::Accepted { .. } | Came::Placed);
            let sentence = if took { LATE_AND_TAKEN } else { LATE_AND_NOT_TAKEN };
            let told = self.notify(
                tx,
                &tried.owed,
                Some(&tried.message),
                "answer-came-late",
                sentence,
            );
            return told.await;
        }
        outbox::end_attempt(tx, &tried.attempt, now, outcome, Some(code)).await?;
        entries.push(ended(now, "delivery-ended", tried, outcome, code)?);
        if matches!(came, Came::Changed) {
            return Ok(());
        }
        let method = if matches!(came, Came::Placed) {
            "other"
        } else {
            "email"
        };
        self.write_contact(tx, &tried.owed, (&tried.message, &tried.kind), (method, outcome))
            .await?;
        if let Came::Accepted { .. } | Came::Placed = came {
            self.discharge(tx, tried, entries).await?;
        } else if next.is_none() {
            self.hand_to_a_person(tx, tried, came).await?;
        } else if came.is_of_relay() && tried.tries == 1 {
            let told = sentence(came, &tried.kind);
            self.notify(tx, &tried.owed, Some(&tried.message), state, told)
                .await?;
        }
        Ok(())
    }

    /// Nothing happens to the message any more without a person, and the officer is told. After a hard bounce the contact
    /// point is no longer trusted. The same whether the server refuses a message or sends it back later.
    pub(crate) async fn hand_to_a_person(&self, tx: &mut Tx, tried: &Tried, came: &Came) -> Result<()> {
        if matches!(came, Came::Permanent { .. }) {
            self.distrust(tx, tried).await?;
        }
        obligations::wait(tx, &tried.owed.id, Some(DECISION)).await?;
        let (state, _, _) = came.words();
        self.notify(
            tx,
            &tried.owed,
            Some(&tried.message),
            state,
            sentence(came, &tried.kind),
        )
        .await
    }

    /// When a message is tried again without a person: at once if it is to be decided afresh, later and later if
    /// nothing of it left.
    fn next_try(&self, came: &Came, tries: i64) -> Option<Timestamp> {
        let (settings, now) = (&self.parts.settings, self.now());
        match came {
            Came::Changed => Some(now),
            Came::Temporary { .. } | Came::RefusedUs | Came::NoTls if tries < settings.tries_max => {
                Some(retry_at(settings, now, tries))
            }
            _ => None,
        }
    }

    /// Accepted by the receiving server: that discharges what the rule says it discharges, and no more
    /// (law 8). A content-free message tells nobody anything; the officer still has to.
    async fn discharge(&self, tx: &mut Tx, tried: &Tried, entries: &mut Vec<Entry>) -> Result<()> {
        // An event may have ended the duty while the message was on its way.
        let owed = find_owed(tx, &tried.owed.id).await?;
        if owed.state != "open" {
            return Ok(());
        }
        if is_for_adviser(&tried.kind) {
            self.answered(tx, tried, entries).await?;
        } else if tried.kind == CONTENT_FREE && tried.owed.template_kind.as_deref() != Some(CONTENT_FREE) {
            obligations::wait(tx, &tried.owed.id, Some("call-by-the-officer")).await?;
        } else if tried.owed.discharge == "email-accepted" {
            let (now, message) = (self.now(), tried.message.as_str());
            obligations::end(tx, &tried.owed.id, "discharged", message, "email-accepted", now).await?;
            // A duty that this rule's message does too (the national meeting offer beside the local one).
            let carried = carried_by(&tried.owed.rule);
            for other in obligations::list_open_by_victim(tx, &tried.owed.victim_id).await? {
                if other.event_id == tried.owed.event_id && other.waiting_for.as_deref() == Some(&carried) {
                    obligations::end(tx, &other.id, "discharged", message, "email-accepted", now).await?;
                    let ended = about(now, WORKER, Act::Change, "obligation-discharged", &other)?;
                    entries.push(ended.with_message(message).with_reason("email-accepted"));
                }
            }
        } else {
            obligations::wait(
                tx,
                &tried.owed.id,
                Some("confirmation-that-the-victim-was-informed"),
            )
            .await?;
        }
        Ok(())
    }

    /// It reached the adviser: that was owed, and now it is open whether the victim was told
    /// (requirement B6).
    async fn answered(&self, tx: &mut Tx, tried: &Tried, entries: &mut Vec<Entry>) -> Result<()> {
        let now = self.now();
        let by = tried.message.as_str();
        obligations::end(tx, &tried.owed.id, "discharged", by, "adviser-answered", now).await?;
        let ended = about(now, WORKER, Act::Change, "obligation-discharged", &tried.owed)?;
        entries.push(ended.with_message(by).with_reason("adviser-answered"));
        if let Addressee::Adviser(asked) = &tried.to {
            threads::touch(tx, &asked.thread, now).await?;
        }
        let victim = match self.load_victim(tx, &tried.owed.victim_id).await {
            Err(Error::Erased) => return Ok(()),
            found => found?,
        };
        let detail = Detail::AdviserAnswered {};
        let event = own_event("mailbox", &victim, by.to_owned(), (now, None), detail)?;
        // Where no rule asks for a confirmation (the case is closed, the victim opted out), none is owed.
        self.record_one(tx, WORKER, &event, victim, entries).await?;
        Ok(())
    }

    /// A hard bounce: the contact point is no longer trusted (requirement A6). It is never edited here.
    async fn distrust(&self, tx: &mut Tx, tried: &Tried) -> Result<()> {
        let Addressee::Point(point) = &tried.to else {
            // An adviser's address is the register's: whoever keeps it asks the service, and nothing is edited here.
            return Ok(());
        };
        let victim = match self.load_victim(tx, &tried.owed.victim_id).await {
            // There is no plan any more that could be trusted.
            Err(Error::Erased) => return Ok(()),
            found => found?,
        };
        let mut plan = victim.plan()?;
        if plan.hard_bounce(point, self.now()).is_err() {
            // The plan has lost this point since: it was replaced, and what was replaced is barred already.
            return Ok(());
        }
        self.save_plan(tx, &victim, &plan).await
    }

    /// A message that was tried, in the contact log: what a person would want to know about it is its result.
    pub(crate) async fn write_contact(
        &self,
        tx: &mut Tx,
        owed: &ObligationRow,
        (message, kind): (&MessageId, &str),
        (method, result): (&str, &str),
    ) -> Result<()> {
        let now = self.now();
        let person = if is_for_adviser(kind) {
            "via-isva"
        } else {
            "victim"
        };
        let contact = ContactRow {
            id: ContactId::random(self.entropy()),
            case_id: owed.case_id.clone(),
            victim_id: owed.victim_id.clone(),
            obligation_id: Some(owed.id.clone()),
            message_id: Some(message.clone()),
            method: method.to_owned(),
            direction: "outbound".to_owned(),
            person: person.to_owned(),
            result: result.to_owned(),
            informed: false,
            informed_at: None,
            occurred_at: now,
            logged_at: now,
            logged_by: WORKER.to_owned(),
            sealed: None,
        };
        contacts::add(tx, &contact).await.map_err(Error::from)
    }
}

pub(crate) fn ended(now: Timestamp, verb: &str, tried: &Tried, outcome: &str, code: &str) -> Result<Entry> {
    let channel = if code == MAILBOX { MAILBOX } else { "email" };
    let entry = about(now, WORKER, Act::Outcome, verb, &tried.owed)?
        .with_area(&tried.area)
        .with_message(tried.message.as_str())
        .with_attempt(tried.attempt.as_str())
        .with_channel(channel)
        .with_result(outcome)
        .with_fact("code", code);
    Ok(tried.to.noted(entry))
}

/// What the officer is told of a message of this kind, in plain words.
pub(crate) fn sentence(came: &Came, kind: &str) -> &'static str {
    match came {
        Came::Temporary { .. } if is_for_adviser(kind) => {
            "The adviser's mail server put us off until we gave up. Nothing was delivered. Ring the adviser."
        }
        Came::Permanent { .. } if is_for_adviser(kind) => {
            "The adviser's mail server refused the answer for good. Nothing was delivered. Ask the service for the adviser's address, by telephone."
        }
        Came::Accepted { .. } => "The receiving server took the message.",
        Came::Placed => "The adviser can read it in their mailbox here.",
        Came::Temporary { .. } => {
            "The receiving server put us off until we gave up. Nothing was delivered. Decide how to reach the victim."
        }
        Came::Permanent { .. } => {
            "The receiving server refused the message for good. The contact point is no longer trusted. Ask for a safe one by another path."
        }
        Came::Technical { .. } => "Our own side failed. Nothing was delivered. The service team has to look.",
        Came::RefusedUs => {
            "The mail relay will not take messages from us. Nothing was delivered. The service team has to look."
        }
        Came::NoTls => {
            "The connection could not be protected, so nothing was sent. The service team has to look."
        }
        Came::Changed => "It may not leave any more as it was; it is decided afresh.",
        Came::Unknown => {
            "The connection ended before the receiving server answered. The message may have arrived. Decide whether to send it again."
        }
    }
}
