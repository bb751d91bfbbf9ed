//! Whether the domain that we send from is published as receiving servers want it: who may send for it (SPF), what it
//! signs with (DKIM), what becomes of mail that is neither (DMARC), and, for the answers to us, that TLS is demanded
//! (MTA-STS) and its failures are told (TLS-RPT).
//!
//! Only DNS is asked. What stands in a record comes from outside and is repeated nowhere: every sentence is ours.
//!
//! To add a mechanism: a variant of [`Mechanism`], its judgement in `judge`, its question in [`SendingDomain::check`].

mod ask;
mod judge;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use ask::{Asker, NoAnswer};
use judge::Judged;

use crate::dkim::Signer;

/// How long one mechanism may be asked about, with all the names that it leads to.
const ASKING_MAX: Duration = Duration::from_secs(10);
/// An SPF record may lead to another one this often (RFC 7208 section 4.6.4 counts ten look-ups altogether).
const REDIRECTS_MAX: usize = 10;
/// DMARC is looked for at the domain and above it at most this often (RFC 9989 section 4.10).
const DMARC_NAMES_MAX: usize = 8;

/// What a domain publishes about its mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// Sender Policy Framework: which servers may send for it.
    Spf,
    /// `DomainKeys` Identified Mail: the key that its signatures are checked with.
    Dkim,
    /// Domain-based Message Authentication, Reporting and Conformance.
    Dmarc,
    /// SMTP MTA Strict Transport Security: whoever writes to it uses TLS.
    MtaSts,
    /// SMTP TLS Reporting: to whom failures of TLS are told.
    TlsRpt,
}

impl Mechanism {
    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spf => "SPF",
            Self::Dkim => "DKIM",
            Self::Dmarc => "DMARC",
            Self::MtaSts => "MTA-STS",
            Self::TlsRpt => "TLS-RPT",
        }
    }

    /// Where it is defined.
    pub const fn rfc(self) -> &'static str {
        match self {
            Self::Spf => "RFC 7208",
            Self::Dkim => "RFC 6376",
            Self::Dmarc => "RFC 7489",
            Self::MtaSts => "RFC 8461",
            Self::TlsRpt => "RFC 8460",
        }
    }
}

/// How one of them stands, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// There, and as it should be.
    Good,
    /// There, and of little use as it is.
    Weak,
    /// Nobody answered, so nothing is known.
    NotAsked,
    /// Not there.
    Missing,
}

impl Standing {
    /// As a code, for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Weak => "weak",
            Self::Missing => "missing",
            Self::NotAsked => "not-asked",
        }
    }
}

/// What was found about one mechanism.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub mechanism: Mechanism,
    /// The name in DNS that was asked first; empty where there was nothing to ask.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// What was found: one or more sentences of ours.
    pub found: String,
    /// What would be right, with its place in the standard.
    pub right: String,
}

/// The key that what leaves is signed with, as DNS should show it.
#[derive(Debug, Clone)]
struct Signature {
    domain: String,
    selector: String,
    record: String,
}

/// The domain that we send from, and where to ask about it.
#[derive(Debug, Clone)]
pub struct SendingDomain {
    from: String,
    return_path: String,
    signature: Option<Signature>,
    resolver: Option<SocketAddr>,
}

impl SendingDomain {
    /// `from` is the domain of the address in From, `return_path` that of return paths, `signer` what leaves is signed
    /// with. `resolver` is asked, or, without one, whom the machine asks (`/etc/resolv.conf`).
    pub fn new(from: &str, return_path: &str, signer: Option<&Signer>, resolver: Option<SocketAddr>) -> Self {
        Self {
            from: from.to_ascii_lowercase(),
            return_path: return_path.to_ascii_lowercase(),
            signature: signer.map(|signer| Signature {
                domain: signer.domain().to_ascii_lowercase(),
                selector: signer.selector().to_owned(),
                record: signer.dns_record(),
            }),
            resolver,
        }
    }

    /// The domain of the address in From.
    pub fn domain(&self) -> &str {
        &self.from
    }

    /// Asks about all five, at once; each has its finding, whatever comes of the others. SPF has two where return paths
    /// are of another domain: that is the one which servers check (RFC 7208 section 2.4).
    pub async fn check(&self) -> Vec<Finding> {
        let asker = Asker::new(self.resolver);
        let asker = asker.as_ref().map_err(|fault| *fault);
        let (spf, returns, dkim, dmarc, mta_sts, tls_rpt) = tokio::join!(
            asked(asker, |asker| spf(asker, &self.from)),
            asked(asker, |asker| spf(asker, &self.return_path)),
            asked(asker, |asker| dkim(asker, self.signature.as_ref(), &self.from)),
            asked(asker, |asker| dmarc(asker, &self.from)),
            asked(asker, |asker| mta_sts(asker, &self.from)),
            asked(asker, |asker| tls_rpt(asker, &self.from)),
        );
        let dkim_name = self.signature.as_ref().map(Signature::name);
        let mut findings = vec![finding(Mechanism::Spf, self.from.clone(), spf)];
        if self.return_path != self.from {
            findings.push(finding(Mechanism::Spf, self.return_path.clone(), returns));
        }
        findings.extend([
            finding(Mechanism::Dkim, dkim_name.unwrap_or_default(), dkim),
            finding(Mechanism::Dmarc, dmarc_name(&self.from), dmarc),
            finding(Mechanism::MtaSts, mta_sts_name(&self.from), mta_sts),
            finding(Mechanism::TlsRpt, tls_rpt_name(&self.from), tls_rpt),
        ]);
        findings
    }
}

impl Signature {
    fn name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }
}

fn dmarc_name(domain: &str) -> String {
    format!("_dmarc.{domain}")
}

fn mta_sts_name(domain: &str) -> String {
    format!("_mta-sts.{domain}")
}

fn tls_rpt_name(domain: &str) -> String {
    format!("_smtp._tls.{domain}")
}

fn finding(mechanism: Mechanism, name: String, judged: Judged) -> Finding {
    Finding {
        right: format!("{} ({}).", judge::right(mechanism), mechanism.rfc()),
        mechanism,
        name,
        standing: judged.standing,
        found: judged.found,
    }
}

/// Asks within the time limit.
async fn asked<'a, F>(asker: Result<&'a Asker, NoAnswer>, ask: impl FnOnce(&'a Asker) -> F) -> Judged
where
    F: Future<Output = Result<Judged, NoAnswer>>,
{
    let asker = match asker {
        Ok(asker) => asker,
        Err(fault) => return judge::not_asked(fault),
    };
    match tokio::time::timeout(ASKING_MAX, ask(asker)).await {
        Ok(Ok(judged)) => judged,
        Ok(Err(fault)) => judge::not_asked(fault),
        Err(_) => judge::not_asked(NoAnswer::TooSlow),
    }
}

async fn spf(asker: &Asker, domain: &str) -> Result<Judged, NoAnswer> {
    let mut name = domain.to_owned();
    for redirects in 0..=REDIRECTS_MAX {
        match judge::spf(&asker.texts(&name).await?, redirects > 0) {
            judge::Spf::Ends(judged) => return Ok(judged),
            judge::Spf::Redirects(next) => name = next,
        }
    }
    Ok(judge::spf_without_end())
}

async fn dkim(asker: &Asker, signature: Option<&Signature>, from: &str) -> Result<Judged, NoAnswer> {
    let Some(signature) = signature else {
        return Ok(judge::unsigned());
    };
    let texts = asker.texts(&signature.name()).await?;
    Ok(judge::dkim(
        &texts,
        &signature.record,
        is_aligned(&signature.domain, from),
    ))
}

/// Whether a signature of this domain speaks for that one: both are the same, or one lies below the other (relaxed
/// alignment, RFC 7489 section 3.1.1, without asking where an organisation begins).
fn is_aligned(signing: &str, from: &str) -> bool {
    let below = |lower: &str, upper: &str| lower.strip_suffix(upper).is_some_and(|rest| rest.ends_with('.'));
    signing == from || below(signing, from) || below(from, signing)
}

/// A domain without a policy of its own has that of the next domain above it that has one.
async fn dmarc(asker: &Asker, domain: &str) -> Result<Judged, NoAnswer> {
    let mut name = domain;
    for above in 0..DMARC_NAMES_MAX {
        if let Some(judged) = judge::dmarc(&asker.texts(&dmarc_name(name)).await?, above > 0) {
            return Ok(judged);
        }
        match name.split_once('.') {
            Some((_, parent)) if parent.contains('.') => name = parent,
            _ => break,
        }
    }
    Ok(judge::no_dmarc())
}

async fn mta_sts(asker: &Asker, domain: &str) -> Result<Judged, NoAnswer> {
    Ok(judge::mta_sts(&asker.texts(&mta_sts_name(domain)).await?))
}

async fn tls_rpt(asker: &Asker, domain: &str) -> Result<Judged, NoAnswer> {
    Ok(judge::tls_rpt(&asker.texts(&tls_rpt_name(domain)).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_speaks_for_its_own_domain_and_those_below_and_above_it() {
        for (signing, from, aligned) in [
            ("gateway.example", "gateway.example", true),
            ("gateway.example", "mail.gateway.example", true),
            ("mail.gateway.example", "gateway.example", true),
            ("notgateway.example", "gateway.example", false),
            ("gateway.example", "other.example", false),
        ] {
            assert_eq!(is_aligned(signing, from), aligned, "{signing} for {from}");
        }
    }
}
