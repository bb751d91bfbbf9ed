//! What every flow works with.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use audit::entry::Entry;
use domain::account::Role;
use domain::area::Areas;
use domain::calendar::Calendar;
use domain::obligation::Thresholds;
use domain::retention::Policy;
use domain::rulebook::Rulebook;
use domain::silence::Silence;
use domain::time::{Clock, Entropy};
use jiff::Timestamp;
use mail::dkim::Signer;
use mail::return_path::ReturnPathKey;
use render::Library;
use store::{Appender, Pool};
use vault::{BlindIndex, KeyRing};

use crate::accounts::Account;
use crate::{Error, Incoming, MailRoute, PublishedLog, Result};

/// Somebody who may act: of the staff file, or with an account.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// The user name that stands in the contact log.
    pub user: String,
    /// The name that victims read.
    pub name: String,
    /// The telephone number that victims are given.
    pub phone: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// In which Areas; the staff file names none, which is all of them.
    #[serde(default)]
    pub areas: Vec<String>,
}

impl Staff {
    /// The Areas that bind them; none for whoever has none named, as in the staff file, and so looks after all.
    pub(crate) fn bound_to(&self) -> Option<&[String]> {
        (!self.areas.is_empty()).then_some(self.areas.as_slice())
    }
}

/// What an operator sets and flows need.
pub struct Settings {
    /// Until a message leaves, it can be cancelled: this long, in seconds (requirement D10).
    pub hold_back_s: i64,
    /// A lease on an outbox row lasts this long, in seconds: longer than a send may take.
    pub lease_s: i64,
    /// Messages claimed at a time.
    pub batch_max: u32,
    /// Messages on the wire at a time: as many as the relay has connections.
    pub connections_max: usize,
    /// After this many tries, a person decides.
    pub tries_max: i64,
    /// The wait after the first temporary failure, in seconds; each further one is twice as long.
    pub retry_first_s: i64,
    /// No wait is longer than this, in seconds.
    pub retry_max_s: i64,
    /// Notices to one adviser are at least this far apart, in seconds.
    pub adviser_notice_s: i64,
    /// When an open obligation starts to need attention.
    pub attention: Thresholds,
    /// How long silence may last.
    pub silence: Silence,
    /// So many days after it was rejected, the words of a message to a mailbox go.
    pub rejected_mail_days: i64,
    /// When the telephone is answered, as victims read it, in English and Welsh.
    pub office_hours: (String, String),
    /// The name in From.
    pub sender_name: String,
    /// The address in From.
    pub sender_address: String,
    /// The domain of our Message-IDs and return paths.
    pub mail_domain: String,
    /// The key of our return paths: a bounce that does not carry its mark is not ours.
    pub bounce_key: ReturnPathKey,
}

/// Everything a [`Gateway`] is made of.
pub struct Parts {
    /// The database.
    pub pool: Pool,
    /// The clock.
    pub clock: Box<dyn Clock>,
    /// Randomness.
    pub entropy: Box<dyn Entropy>,
    /// Key-encrypting keys.
    pub keys: KeyRing,
    /// Looks up sealed values.
    pub index: BlindIndex,
    /// The rules.
    pub rulebook: Rulebook,
    /// The working days.
    pub calendar: Calendar,
    /// The 14 Areas.
    pub areas: Areas,
    /// How long data are kept.
    pub retention: Policy,
    /// The vetted words.
    pub library: Library,
    /// The staff file.
    pub staff: Vec<Staff>,
    /// What an operator sets.
    pub settings: Settings,
    /// Signs what leaves (DKIM, RFC 6376); nothing is signed without it.
    pub signer: Option<Signer>,
}

/// The house as a flow sees it.
pub struct Gateway {
    pub(crate) parts: Parts,
    appender: Appender,
    /// Where the contact log is published; auditors' proofs come from there.
    pub(crate) published: Option<PublishedLog>,
    /// By which way mail leaves, for who looks after it.
    pub(crate) outgoing: Option<MailRoute>,
    /// How mail that comes in is looked at.
    pub(crate) incoming: Option<Box<Incoming>>,
    /// Those who may act; accounts are taken in anew with each request of theirs.
    staff: RwLock<BTreeMap<String, Arc<Staff>>>,
}

impl Gateway {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let staff = parts.staff.iter();
        let staff = staff.map(|s| (s.user.clone(), Arc::new(s.clone()))).collect();
        let appender = Appender::new(parts.pool.clone());
        Self {
            parts,
            appender,
            published: None,
            outgoing: None,
            incoming: None,
            staff: RwLock::new(staff),
        }
    }

    /// With the published log, which auditors are given proofs from.
    #[must_use]
    pub fn publishing(mut self, log: PublishedLog) -> Self {
        self.published = Some(log);
        self
    }

    /// With the way by which mail leaves, which administrators may try out.
    #[must_use]
    pub fn mailing(mut self, outgoing: MailRoute) -> Self {
        self.outgoing = Some(outgoing);
        self
    }

    /// With what mail that comes in is looked at with.
    #[must_use]
    pub fn receiving(mut self, incoming: Incoming) -> Self {
        self.incoming = Some(Box::new(incoming));
        self
    }

    /// The parts, for the doors.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        self.parts.entropy.as_ref()
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.parts.pool
    }

    /// Records what changed nothing: a reading, an export. Answered when it is durable, together with whatever else is
    /// recorded at the time.
    pub(crate) async fn record(&self, entry: Entry) -> Result<()> {
        Ok(self.appender.append(entry).await?)
    }

    /// Somebody who may act.
    pub fn staff(&self, user: &str) -> Result<Arc<Staff>> {
        let staff = self.staff.read().unwrap_or_else(PoisonError::into_inner);
        staff.get(user).cloned().ok_or_else(|| {
            Error::NotAllowed("this user has no account and is not in the staff file".to_owned())
        })
    }

    /// Everybody who is an officer, by user name; their names are no secret in the service.
    pub fn list_staff_officers(&self) -> Vec<Staff> {
        let staff = self.staff.read().unwrap_or_else(PoisonError::into_inner);
        let officers = staff.values().filter(|one| one.roles.contains(&Role::Vlo));
        officers.map(|one| Staff::clone(one)).collect()
    }

    /// Takes an account as it is now: one that was disabled may do nothing any more.
    pub(crate) fn remember(&self, account: &Account) {
        let mut staff = self.staff.write().unwrap_or_else(PoisonError::into_inner);
        if account.is_active {
            staff.insert(account.user.clone(), Arc::new(account.as_staff()));
        } else {
            staff.remove(&account.user);
        }
    }

    /// Somebody who has one of these roles.
    pub(crate) fn authorise(&self, user: &str, roles: &[Role]) -> Result<Arc<Staff>> {
        let staff = self.staff(user)?;
        if roles.iter().any(|role| staff.roles.contains(role)) {
            return Ok(staff);
        }
        let names = |roles: &[Role]| {
            roles
                .iter()
                .map(|role| role.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        Err(Error::NotAllowed(format!(
            "this act needs one of the roles {}; {user} has {}",
            names(roles),
            names(&staff.roles)
        )))
    }
}
