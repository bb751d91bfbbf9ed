//! The way by which mail leaves, tried out: the relay without a message, and the domain as DNS publishes it.

use std::sync::{PoisonError, RwLock};

use audit::entry::Act;
use jiff::Timestamp;
use mail::relay::{Failure, Relay, Trial};
use mail::sending_domain::{Finding, SendingDomain};

use crate::entries::entry;
use crate::{Error, Gateway, Result, Role};

/// The relay and the domain that mail leaves by.
pub struct MailRoute {
    relay: Relay,
    domain: SendingDomain,
    last: RwLock<Option<DomainReport>>,
}

/// What was found about the sending domain, and when.
#[derive(Debug, Clone)]
pub struct DomainReport {
    /// The domain.
    pub domain: String,
    /// When it was asked about; none for not yet.
    pub asked_at: Option<Timestamp>,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl MailRoute {
    /// Nothing is asked yet.
    pub fn new(relay: Relay, domain: SendingDomain) -> Self {
        Self {
            relay,
            domain,
            last: RwLock::new(None),
        }
    }
}

impl Gateway {
    fn outgoing(&self) -> Result<&MailRoute> {
        self.outgoing
            .as_ref()
            .ok_or_else(|| Error::Conflict("this process sends no mail; ask the one that does".to_owned()))
    }

    /// Asks about the sending domain, as at every start, and keeps what was found for [`Gateway::domain_report`].
    pub async fn check_domain(&self) -> Result<DomainReport> {
        let outgoing = self.outgoing()?;
        let report = DomainReport {
            findings: outgoing.domain.check().await,
            domain: outgoing.domain.domain().to_owned(),
            asked_at: Some(self.now()),
        };
        let mut last = outgoing.last.write().unwrap_or_else(PoisonError::into_inner);
        *last = Some(report.clone());
        Ok(report)
    }

    /// What was found when the sending domain was asked about last; none in a process that sends no mail.
    pub fn domain_report(&self, user: &str) -> Result<Option<DomainReport>> {
        self.authorise(user, &[Role::Administrator])?;
        let Some(outgoing) = &self.outgoing else {
            return Ok(None);
        };
        let last = outgoing.last.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Some(last.clone().unwrap_or_else(|| DomainReport {
            domain: outgoing.domain.domain().to_owned(),
            asked_at: None,
            findings: Vec::new(),
        })))
    }

    /// An administrator asks about the sending domain anew; recorded with how each of its records stands.
    pub async fn ask_about_domain(&self, user: &str) -> Result<()> {
        self.authorise(user, &[Role::Administrator])?;
        let report = self.check_domain().await?;
        let mut asked = entry(self.now(), user, Act::System, "sending-domain-checked")?;
        for finding in &report.findings {
            // SPF may have two findings: the worse one counts.
            let of_it = report
                .findings
                .iter()
                .filter(|one| one.mechanism == finding.mechanism);
            let worst = of_it.map(|one| one.standing).max().unwrap_or(finding.standing);
            asked = asked.with_fact(finding.mechanism.name().to_ascii_lowercase(), worst.code());
        }
        self.record(asked).await
    }

    /// An administrator tries the relay out; nothing is sent. Recorded with the step that failed, if one did.
    pub async fn try_relay(&self, user: &str) -> Result<Trial> {
        self.authorise(user, &[Role::Administrator])?;
        let trial = self.outgoing()?.relay.try_out().await;
        let mut tried = entry(self.now(), user, Act::System, "relay-tried")?;
        tried = match trial.failed() {
            None => tried.with_result("works"),
            Some((step, failure)) => tried.with_result(code(failure)).with_fact("step", step.code()),
        };
        self.record(tried).await?;
        Ok(trial)
    }
}

const fn code(failure: &Failure) -> &'static str {
    match failure {
        Failure::Temporary { .. } => "no-answer",
        Failure::Technical { .. } => "refused-us",
        Failure::Tls { .. } => "no-tls",
    }
}
