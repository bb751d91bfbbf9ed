//! The dedicated mailboxes for Independent Sexual Violence Advisers: which case a message belongs to, or why it waits for a
//! person (requirements B2, B3 and B4).
//!
//! **Invariant:** a message is filed only for a registered adviser with live consent of that victim, who is who the message
//! names, and only by a thread of theirs or by a URN of somebody whom they support. Anything less is a [`Reason`].
//! **Invariant:** a URN alone, a name or a familiar address never files a message.
//!
//! To add a reason: a variant of [`Reason`], its word, its sentence, and the rule in [`route`] that gives it.

mod files;
mod lookalike;
mod urns;

#[cfg(test)]
mod tests;

pub use files::{FileKind, FileState};
pub use lookalike::resembles;
pub use urns::urns_in;

use serde::{Deserialize, Serialize};

use crate::event::words::words;
use crate::id::{AdviserId, ThreadId, VictimId};
use crate::urn::Urn;

words! {
    /// Why a message waits in quarantine.
    Reason {
        /// Two programs might read it differently.
        Ambiguous = "ambiguous",
        /// Too large or too deeply built to be read.
        TooMuch = "too-much",
        /// A machine sent it.
        Automatic = "automatic",
        /// Its domain resembles that of a service that we know.
        Lookalike = "lookalike",
        /// A domain that we know, and an address there that nobody registered.
        Unregistered = "unregistered",
        /// Nobody whom we know.
        UnknownSender = "unknown-sender",
        /// It could not be shown that it comes from where it says.
        Unverified = "unverified",
        /// An answer in a thread of another adviser.
        ForeignThread = "foreign-thread",
        /// An answer in a thread that was closed.
        ClosedThread = "closed-thread",
        /// The victim's consent is not there, or over.
        NoConsent = "no-consent",
        /// It names a case on which this adviser supports nobody.
        NotTheirs = "not-theirs",
        /// It names more than one case, or a case in which this adviser supports more than one person.
        Several = "several",
        /// It names no case and answers nothing of ours.
        NoLink = "no-link",
    }
}

impl Reason {
    /// What an officer reads.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Ambiguous => {
                "This message could be read in more than one way, so what you see may not be what was meant."
            }
            Self::TooMuch => "This message was too large or too deeply built to be read.",
            Self::Automatic => "A machine sent this, not a person.",
            Self::Lookalike => "The sender’s domain looks like one of a service we know, and is not.",
            Self::Unregistered => {
                "The domain belongs to a service we know, but nobody is registered at this address."
            }
            Self::UnknownSender => "We do not know the sender.",
            Self::Unverified => "It could not be shown that this message comes from the address it names.",
            Self::ForeignThread => "It answers in a conversation with another adviser.",
            Self::ClosedThread => "It answers in a conversation that was closed.",
            Self::NoConsent => "The victim has not given this adviser consent, or the consent is over.",
            Self::NotTheirs => "It names a case in which this adviser supports nobody.",
            Self::Several => "It may be about more than one person.",
            Self::NoLink => "It names no case and answers no message of ours.",
        }
    }
}

/// Who a message says it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// An adviser whose registration holds today. One person may be registered several times, for several victims.
    Adviser(Vec<AdviserId>),
    /// Nobody registered, at the domain of a service that we know.
    OfKnownService,
    /// At a domain that resembles one of them.
    Lookalike,
    /// Anybody else.
    Unknown,
}

/// The conversation that a message answers in, by our own reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Which.
    pub thread: ThreadId,
    /// About whom.
    pub victim: VictimId,
    /// With whom.
    pub adviser: AdviserId,
    /// Whether it still goes on.
    pub open: bool,
}

/// Somebody whom the sender supports with live consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supported {
    /// The victim.
    pub victim: VictimId,
    /// Their case.
    pub urn: Urn,
    /// The registration that the consent names.
    pub adviser: AdviserId,
}

/// How a message is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a person sends it.
    Plain,
    /// A machine sent it.
    Automatic,
    /// It could be read in more ways than one.
    Ambiguous,
    /// It broke a bound and was not read.
    TooMuch,
}

/// Everything that decides where a message goes.
#[derive(Debug, Clone)]
pub struct Facts {
    /// How it is made.
    pub form: Form,
    /// Who it says it is from.
    pub sender: Sender,
    /// Whether that was shown.
    pub verified: bool,
    /// The conversations it answers in.
    pub answers: Vec<Answered>,
    /// The URNs in its subject and text.
    pub urns: Vec<Urn>,
    /// Whom the sender supports.
    pub supported: Vec<Supported>,
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// To a victim's file.
    File {
        /// Whose.
        victim: VictimId,
        /// From whom.
        adviser: AdviserId,
        /// Into which conversation; none begins a new one.
        thread: Option<ThreadId>,
    },
    /// To a person who decides.
    Quarantine(Reason),
}

/// Decides where a message goes.
pub fn route(facts: &Facts) -> Route {
    match decide(facts) {
        Ok((victim, adviser, thread)) => Route::File {
            victim,
            adviser,
            thread,
        },
        Err(reason) => Route::Quarantine(reason),
    }
}

fn decide(facts: &Facts) -> Result<(VictimId, AdviserId, Option<ThreadId>), Reason> {
    match facts.form {
        Form::TooMuch => return Err(Reason::TooMuch),
        // Said before all else: whoever triages must not take it for a slip.
        _ if facts.sender == Sender::Lookalike => return Err(Reason::Lookalike),
        Form::Ambiguous => return Err(Reason::Ambiguous),
        Form::Automatic => return Err(Reason::Automatic),
        Form::Plain => {}
    }
    let known = match &facts.sender {
        Sender::Adviser(known) => known,
        Sender::OfKnownService => return Err(Reason::Unregistered),
        Sender::Unknown | Sender::Lookalike => return Err(Reason::UnknownSender),
    };
    if !facts.verified {
        return Err(Reason::Unverified);
    }
    let (supported, thread) = match facts.answers.as_slice() {
        [] => (by_urn(facts)?, None),
        [answered] => (by_thread(facts, known, answered)?, Some(answered.thread.clone())),
        [_, ..] => return Err(Reason::Several),
    };
    Ok((supported.victim.clone(), supported.adviser.clone(), thread))
}

fn by_thread<'f>(
    facts: &'f Facts,
    known: &[AdviserId],
    answered: &Answered,
) -> Result<&'f Supported, Reason> {
    if !known.contains(&answered.adviser) {
        return Err(Reason::ForeignThread);
    }
    if !answered.open {
        return Err(Reason::ClosedThread);
    }
    let theirs = |one: &&Supported| one.victim == answered.victim && one.adviser == answered.adviser;
    let supported = facts.supported.iter().find(theirs).ok_or(Reason::NoConsent)?;
    // Two topics are never merged: who writes of another case in this conversation is not filed under it.
    if facts.urns.iter().any(|urn| urn.root() != supported.urn.root()) {
        return Err(Reason::Several);
    }
    Ok(supported)
}

fn by_urn(facts: &Facts) -> Result<&Supported, Reason> {
    let mut roots: Vec<&str> = facts.urns.iter().map(Urn::root).collect();
    roots.sort_unstable();
    roots.dedup();
    let root = match roots.as_slice() {
        [] => return Err(Reason::NoLink),
        [root] => *root,
        [_, ..] => return Err(Reason::Several),
    };
    let theirs: Vec<&Supported> = facts
        .supported
        .iter()
        .filter(|one| one.urn.root() == root)
        .collect();
    let first = theirs.first().ok_or(Reason::NotTheirs)?;
    if theirs.iter().any(|one| one.victim != first.victim) {
        return Err(Reason::Several);
    }
    Ok(first)
}
