//! Whether a message comes from the domain that it names in From: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 9989) and
//! ARC (RFC 8617), as DNS and the message itself show.
//!
//! But for SPF ([`crate::spf`]) the checks and their grammar are `mail-auth`'s. It reads the machine's clock to know an expired signature, the one place
//! where time is not passed in (law 12).
//!
//! **Invariant:** [`Verdict::names_its_sender`] is true only where a check that passed is of the domain in From.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use domain::address::EmailAddress;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcResult, MessageAuthenticator, SpfOutput, SpfResult,
};

pub use crate::resolver::Nobody;
use crate::{resolver, spf};

/// Longest that all questions about one message may take together.
const ASKING_MAX: Duration = Duration::from_secs(20);

/// Answers of DNS that are kept, each as long as it says itself and never longer than [`KEPT_MAX`]: one service's domain is asked
/// about with each of its messages.
const KEPT: u64 = 4096;
/// A key that was taken back is believed no longer than this.
const KEPT_MAX: Duration = Duration::from_mins(5);
/// That there is nothing under a name, or nobody answers for it, is believed no longer than this.
const NOTHING_KEPT_MAX: Duration = Duration::from_secs(30);

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// The domain says neither (SPF's neutral and softfail).
    Neutral,
    /// There is nothing to check.
    None,
    /// DNS did not answer.
    NotAnswered,
    /// What the domain publishes, or the message shows, cannot be read.
    Unreadable,
}

impl Check {
    /// Kebab-case, for the contact log, the database and the screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::NotAnswered => "not-answered",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What is known of where a message comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the server may send for the domain of the return path.
    pub spf: Check,
    /// Whether any signature holds.
    pub dkim: Check,
    /// Whether one of the two is of the domain in From, by that domain's own policy.
    pub dmarc: Check,
    /// Whether the chain of those who passed it on holds. Shown; nothing is let in for it.
    pub arc: Check,
    /// Whether SPF or DKIM passed for exactly the domain in From, whatever it publishes.
    pub same_domain: bool,
}

impl Verdict {
    /// Nothing could be asked.
    pub const UNKNOWN: Self = Self {
        spf: Check::NotAnswered,
        dkim: Check::NotAnswered,
        dmarc: Check::NotAnswered,
        arc: Check::NotAnswered,
        same_domain: false,
    };

    /// Whether the message is of the domain in From: by DMARC, or, of a domain that publishes no policy, by a check that
    /// passed for exactly that domain.
    pub fn names_its_sender(&self) -> bool {
        self.dmarc == Check::Pass || self.dmarc == Check::None && self.same_domain
    }
}

/// The server that the message came from, as the mail server in front of us saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its address.
    pub ip: IpAddr,
    /// What it called itself.
    pub hello: String,
}

/// Asks DNS about messages.
pub struct Origins {
    authenticator: MessageAuthenticator,
}

impl Origins {
    /// Asks `resolver`, or those of the machine.
    ///
    /// # Errors
    /// The machine names nobody to ask.
    pub fn new(resolver: Option<SocketAddr>) -> Result<Self, Nobody> {
        let (config, mut options) = resolver::of(resolver)?;
        options.cache_size = KEPT;
        options.positive_max_ttl = Some(KEPT_MAX);
        options.negative_max_ttl = Some(NOTHING_KEPT_MAX);
        let authenticator = MessageAuthenticator::new(config, options).map_err(|_| Nobody)?;
        Ok(Self { authenticator })
    }

    /// What is known of a message. `client` is unknown where the server in front did not tell, and of a message that was
    /// fetched; then SPF is not asked, and DKIM decides alone.
    pub async fn check(
        &self,
        raw: &[u8],
        from: &EmailAddress,
        client: Option<&Client>,
        return_path: &str,
    ) -> Verdict {
        let checking = self.check_in_time(raw, from, client, return_path);
        tokio::time::timeout(ASKING_MAX, checking)
            .await
            .unwrap_or(Verdict::UNKNOWN)
    }

    async fn check_in_time(
        &self,
        raw: &[u8],
        from: &EmailAddress,
        client: Option<&Client>,
        return_path: &str,
    ) -> Verdict {
        let Some(message) = AuthenticatedMessage::parse(raw) else {
            return Verdict {
                dkim: Check::Unreadable,
                dmarc: Check::Unreadable,
                ..Verdict::UNKNOWN
            };
        };
        let spf = match client {
            Some(client) => spf::check(self.authenticator.resolver(), client, return_path).await,
            None => SpfOutput::new(String::new()),
        };
        let dkim = self.authenticator.verify_dkim(&message).await;
        let spf_domain = return_path.rsplit_once('@').map_or_else(
            || client.map(|client| client.hello.clone()).unwrap_or_default(),
            |(_, domain)| domain.to_ascii_lowercase(),
        );
        let dmarc = self
            .authenticator
            .verify_dmarc(DmarcParameters::new(&message, &dkim, &spf_domain, &spf))
            .await;
        let arc = self.authenticator.verify_arc(&message).await;
        let signed_by_it = dkim.iter().any(|output| {
            let signature = output
                .signature()
                .filter(|_| *output.result() == DkimResult::Pass);
            signature.is_some_and(|signature| signature.d.eq_ignore_ascii_case(from.domain()))
        });
        let sent_by_it = spf.result() == SpfResult::Pass && spf_domain == from.domain();
        Verdict {
            spf: of_spf(spf.result()),
            dkim: of_signatures(&dkim),
            dmarc: of_dmarc(
                &[dmarc.dkim_result(), dmarc.spf_result()],
                dmarc.dmarc_record().is_some(),
            ),
            arc: of_dkim(arc.result()),
            same_domain: signed_by_it || sent_by_it,
        }
    }
}

fn of_spf(result: SpfResult) -> Check {
    match result {
        SpfResult::Pass => Check::Pass,
        SpfResult::Fail => Check::Fail,
        SpfResult::SoftFail | SpfResult::Neutral => Check::Neutral,
        SpfResult::TempError => Check::NotAnswered,
        SpfResult::PermError => Check::Unreadable,
        SpfResult::None => Check::None,
    }
}

fn of_dkim(result: &DkimResult) -> Check {
    match result {
        DkimResult::Pass => Check::Pass,
        DkimResult::Fail(_) => Check::Fail,
        DkimResult::Neutral(_) => Check::Neutral,
        DkimResult::PermError(_) => Check::Unreadable,
        DkimResult::TempError(_) => Check::NotAnswered,
        DkimResult::None => Check::None,
    }
}

/// The best of all signatures.
fn of_signatures(outputs: &[DkimOutput<'_>]) -> Check {
    let checks: Vec<Check> = outputs.iter().map(|output| of_dkim(output.result())).collect();
    let order = [
        Check::Pass,
        Check::NotAnswered,
        Check::Fail,
        Check::Neutral,
        Check::Unreadable,
    ];
    let best = order.into_iter().find(|check| checks.contains(check));
    best.unwrap_or(Check::None)
}

fn of_dmarc(results: &[&DmarcResult], published: bool) -> Check {
    if results.iter().any(|result| **result == DmarcResult::Pass) {
        return Check::Pass;
    }
    if results
        .iter()
        .any(|result| matches!(result, DmarcResult::TempError(_)))
    {
        return Check::NotAnswered;
    }
    if results
        .iter()
        .any(|result| matches!(result, DmarcResult::PermError(_)))
    {
        return Check::Unreadable;
    }
    if published { Check::Fail } else { Check::None }
}
