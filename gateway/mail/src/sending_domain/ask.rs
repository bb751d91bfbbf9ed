//! The TXT records of a name.

use std::net::SocketAddr;

use hickory_resolver::TokioResolver;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;

use crate::resolver;

/// Why nothing is known about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoAnswer {
    /// The machine names nobody to ask.
    #[error("there is no DNS resolver to ask; /etc/resolv.conf or sender.resolver must name one")]
    Nobody,
    /// No answer in time.
    #[error("the DNS resolver did not answer in time")]
    TooSlow,
    /// An answer that is none.
    #[error("the DNS resolver cannot be reached, or answered with a fault")]
    Fault,
    /// Not a name.
    #[error("the name is not one that DNS can be asked for")]
    Name,
}

pub(super) struct Asker(TokioResolver);

impl Asker {
    /// Asks this resolver, or those of the machine. Nothing that was answered is kept.
    pub(super) fn new(resolver: Option<SocketAddr>) -> Result<Self, NoAnswer> {
        let (config, options) = resolver::of(resolver).map_err(|_| NoAnswer::Nobody)?;
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        builder
            .with_options(options)
            .build()
            .map(Self)
            .map_err(|_| NoAnswer::Nobody)
    }

    /// Every TXT record of a name, its pieces put together (RFC 7208 section 3.3); none where the name has none.
    pub(super) async fn texts(&self, name: &str) -> Result<Vec<String>, NoAnswer> {
        let lookup = match self.0.txt_lookup(format!("{name}.")).await {
            Ok(lookup) => lookup,
            Err(fault) if fault.is_no_records_found() => return Ok(Vec::new()),
            Err(hickory_resolver::net::NetError::Timeout) => return Err(NoAnswer::TooSlow),
            Err(hickory_resolver::net::NetError::Proto(_)) => return Err(NoAnswer::Name),
            Err(_) => return Err(NoAnswer::Fault),
        };
        let texts = lookup.answers().iter().filter_map(|record| match &record.data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        });
        Ok(texts.collect())
    }
}
