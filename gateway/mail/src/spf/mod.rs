//! SPF (RFC 7208): whether a server may send for a domain. Read here and not by `mail-auth`, which passes what its grammar or
//! its families of addresses let slip: of the suite of RFC 7208, ten cases that must not pass.
//!
//! **Invariant:** [`SpfResult::Pass`] comes of a record that is well made as a whole and the only one of its name.
//!
//! To add a mechanism: a variant of [`record::Mechanism`] and its arm in [`Asking::matches`].

mod asker;
mod record;
mod spec;

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use hickory_resolver::TokioResolver;
use mail_auth::{SpfOutput, SpfResult};

use crate::origin::Client;
use asker::{Answer, Asker, NoAnswer};
use record::{Bits, Mechanism, Record};
use spec::{Spec, Values};

/// Mechanisms and modifiers that ask DNS (section 4.6.4).
const TERMS_MAX: usize = 10;
/// Questions that DNS answers with nothing (section 4.6.4).
const VOID_MAX: usize = 2;
/// Names of mail servers of one domain, and of a client (section 4.6.4).
const NAMES_MAX: usize = 10;
const LABEL_CHARS_MAX: usize = 63;

/// What ends the evaluation early: [`SpfResult::TempError`] or [`SpfResult::PermError`].
type Ended<T> = Result<T, SpfResult>;

/// Whether `client` may send for the domain of `return_path`, or, where that is empty, for what it called itself.
pub(crate) async fn check(resolver: &TokioResolver, client: &Client, return_path: &str) -> SpfOutput {
    let (local, domain) = return_path.rsplit_once('@').unwrap_or(("", &client.hello));
    let local = if local.is_empty() { "postmaster" } else { local };
    let mut asking = Asking {
        asker: Asker(resolver),
        // An IPv4 address in IPv6's clothes is one (section 5).
        ip: client.ip.to_canonical(),
        hello: &client.hello,
        sender: format!("{local}@{domain}"),
        terms: 0,
        void: 0,
    };
    let result = match asking.domain(domain).await {
        Ok(result) | Err(result) => result,
    };
    SpfOutput::new(domain.to_owned()).with_result(result)
}

struct Asking<'a> {
    asker: Asker<'a>,
    ip: IpAddr,
    hello: &'a str,
    sender: String,
    terms: usize,
    void: usize,
}

impl Asking<'_> {
    /// `check_host()` (section 4).
    fn domain<'f>(
        &'f mut self,
        domain: &'f str,
    ) -> Pin<Box<dyn Future<Output = Ended<SpfResult>> + Send + 'f>> {
        Box::pin(async move {
            if !is_name(domain) {
                return Ok(SpfResult::None);
            }
            let texts = self
                .asker
                .texts(domain)
                .await
                .map_err(|NoAnswer| SpfResult::TempError)?;
            let mut records = texts.iter().filter(|text| record::is_record(text));
            let Some(text) = records.next() else {
                return Ok(SpfResult::None);
            };
            if records.next().is_some() {
                return Err(SpfResult::PermError);
            }
            let record = Record::parse(text).ok_or(SpfResult::PermError)?;
            for directive in &record.directives {
                if self.matches(&directive.mechanism, domain).await? {
                    return Ok(directive.result);
                }
            }
            let Some(redirect) = &record.redirect else {
                return Ok(SpfResult::Neutral);
            };
            self.count()?;
            let target = self.expand(redirect, domain).await;
            match self.domain(&target).await? {
                SpfResult::None => Err(SpfResult::PermError),
                result => Ok(result),
            }
        })
    }

    async fn matches(&mut self, mechanism: &Mechanism, domain: &str) -> Ended<bool> {
        let single = Bits { v4: 32, v6: 128 };
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip4(network, bits) => Ok(self.within((*network).into(), Bits { v4: *bits, ..single })),
            Mechanism::Ip6(network, bits) => Ok(self.within((*network).into(), Bits { v6: *bits, ..single })),
            Mechanism::Include(spec) => {
                self.count()?;
                let target = self.expand(spec, domain).await;
                match self.domain(&target).await? {
                    SpfResult::Pass => Ok(true),
                    SpfResult::None => Err(SpfResult::PermError),
                    _ => Ok(false),
                }
            }
            Mechanism::A(spec, bits) => {
                let target = self.target(spec.as_ref(), domain).await?;
                self.resides(&target, *bits).await
            }
            Mechanism::Mx(spec, bits) => {
                let target = self.target(spec.as_ref(), domain).await?;
                let servers = self.asker.mail_servers(&target).await;
                let servers = self.answered(servers)?;
                if servers.len() > NAMES_MAX {
                    return Err(SpfResult::PermError);
                }
                for server in servers {
                    if self.resides(&server, *bits).await? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Mechanism::Ptr(spec) => {
                let target = self.target(spec.as_ref(), domain).await?;
                let names = self.validated().await;
                Ok(names.iter().any(|name| is_below(name, &target)))
            }
            Mechanism::Exists(spec) => {
                let target = self.target(Some(spec), domain).await?;
                // Of IPv4 whatever the client is (section 5.7).
                let found = self.asker.addresses(&target, true).await;
                Ok(!self.answered(found)?.is_empty())
            }
        }
    }

    /// Whether one of the addresses of a name is the client's.
    async fn resides(&mut self, name: &str, bits: Bits) -> Ended<bool> {
        let addresses = self.asker.addresses(name, self.ip.is_ipv4()).await;
        Ok(self
            .answered(addresses)?
            .into_iter()
            .any(|address| self.within(address, bits)))
    }

    fn within(&self, network: IpAddr, bits: Bits) -> bool {
        match (self.ip, network) {
            (IpAddr::V4(ip), IpAddr::V4(network)) => {
                let apart = u32::from(ip) ^ u32::from(network);
                apart.leading_zeros() >= u32::from(bits.v4)
            }
            (IpAddr::V6(ip), IpAddr::V6(network)) => {
                let apart = u128::from(ip) ^ u128::from(network);
                apart.leading_zeros() >= u32::from(bits.v6)
            }
            _ => false,
        }
    }

    fn count(&mut self) -> Ended<()> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            return Err(SpfResult::PermError);
        }
        Ok(())
    }

    /// What DNS answered: too often nothing is the domain's fault, no answer is nobody's.
    fn answered<T>(&mut self, answer: Answer<T>) -> Ended<Vec<T>> {
        let found = answer.map_err(|NoAnswer| SpfResult::TempError)?;
        self.void += usize::from(found.is_empty());
        if self.void > VOID_MAX {
            return Err(SpfResult::PermError);
        }
        Ok(found)
    }

    /// Counts a mechanism, and answers the name that it is about.
    async fn target(&mut self, spec: Option<&Spec>, domain: &str) -> Ended<String> {
        self.count()?;
        Ok(match spec {
            Some(spec) => self.expand(spec, domain).await,
            None => domain.to_owned(),
        })
    }

    async fn expand(&mut self, spec: &Spec, domain: &str) -> String {
        let names = if spec.needs_validated() {
            self.validated().await
        } else {
            Vec::new()
        };
        // Section 7.3: the domain itself, then a name below it, then any.
        let best = names
            .iter()
            .find(|name| name.eq_ignore_ascii_case(domain))
            .or_else(|| names.iter().find(|name| is_below(name, domain)))
            .or_else(|| names.first());
        spec.expand(&Values {
            sender: &self.sender,
            domain,
            hello: self.hello,
            ip: self.ip,
            validated: best.map_or("unknown", String::as_str),
        })
    }

    /// The client's names that its address bears out (section 5.5); what DNS does not answer is none.
    async fn validated(&mut self) -> Vec<String> {
        let mut validated = Vec::new();
        let names = self.asker.names(self.ip).await.unwrap_or_default();
        for name in names.into_iter().take(NAMES_MAX) {
            let addresses = self.asker.addresses(&name, self.ip.is_ipv4()).await;
            if addresses.unwrap_or_default().contains(&self.ip) {
                validated.push(name);
            }
        }
        validated
    }
}

/// Whether DNS can be asked for it as a domain that sends mail (section 4.3).
fn is_name(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let labels = || domain.split('.');
    labels().count() > 1
        && labels().all(|label| (1..=LABEL_CHARS_MAX).contains(&label.len()))
        && !domain.starts_with('[')
}

/// Whether a name is the domain or below it.
fn is_below(name: &str, domain: &str) -> bool {
    let (name, domain) = (name.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let before = name.strip_suffix(domain.trim_end_matches('.'));
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}
