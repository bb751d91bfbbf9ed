//! Questions to DNS. A name that DNS has no form for does not exist.

use std::net::IpAddr;

use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

/// DNS did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoAnswer;

pub(super) type Answer<T> = Result<Vec<T>, NoAnswer>;

pub(super) struct Asker<'r>(pub(super) &'r TokioResolver);

impl Asker<'_> {
    /// Every TXT record of a name, its pieces put together (RFC 7208 section 3.3).
    pub(super) async fn texts(&self, name: &str) -> Answer<Vec<u8>> {
        let found = self.ask(parse(name), RecordType::TXT).await?;
        Ok(found
            .iter()
            .filter_map(|data| match data {
                RData::TXT(text) => Some(text.txt_data.concat()),
                _ => None,
            })
            .collect())
    }

    /// The addresses of a name in one family.
    pub(super) async fn addresses(&self, name: &str, v4: bool) -> Answer<IpAddr> {
        let kind = if v4 { RecordType::A } else { RecordType::AAAA };
        let found = self.ask(parse(name), kind).await?;
        Ok(found.iter().filter_map(RData::ip_addr).collect())
    }

    /// The names of the mail servers of a name.
    pub(super) async fn mail_servers(&self, name: &str) -> Answer<String> {
        let found = self.ask(parse(name), RecordType::MX).await?;
        Ok(found
            .into_iter()
            .filter_map(|data| match data {
                RData::MX(server) => Some(written(&server.exchange)),
                _ => None,
            })
            .collect())
    }

    /// The names that an address says it has.
    pub(super) async fn names(&self, ip: IpAddr) -> Answer<String> {
        let found = self.ask(Some(Name::from(ip)), RecordType::PTR).await?;
        Ok(found
            .into_iter()
            .filter_map(|data| match data {
                RData::PTR(name) => Some(written(&name)),
                _ => None,
            })
            .collect())
    }

    async fn ask(&self, name: Option<Name>, kind: RecordType) -> Answer<RData> {
        let Some(name) = name else { return Ok(Vec::new()) };
        match self.0.lookup(name, kind).await {
            Ok(lookup) => Ok(lookup
                .answers()
                .iter()
                .map(|record| record.data.clone())
                .collect()),
            Err(fault) if fault.is_no_records_found() => Ok(Vec::new()),
            Err(_) => Err(NoAnswer),
        }
    }
}

/// A name without its last dot, its labels as they are.
fn written(name: &Name) -> String {
    let labels = name.iter().map(String::from_utf8_lossy);
    labels.collect::<Vec<_>>().join(".")
}

/// A name from the root on, with whatever characters its record gives it.
fn parse(name: &str) -> Option<Name> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.split('.').any(str::is_empty) {
        return None;
    }
    Name::from_labels(name.split('.').map(str::as_bytes)).ok()
}
