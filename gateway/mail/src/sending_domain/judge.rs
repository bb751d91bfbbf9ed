//! What records mean. The grammar is read by `mail-auth`; what is good, weak or missing is said here.

use std::collections::BTreeMap;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::dmarc::{Dmarc, Policy};
use mail_auth::mta_sts::{MtaSts, TlsRpt};
use mail_auth::spf::{self, Macro, Qualifier};

use super::ask::NoAnswer;
use super::{Mechanism, Standing};

/// The longest `id` of MTA-STS, in characters (RFC 8461 section 3.1).
const STS_ID_MAX: usize = 32;

/// What was found about one mechanism.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) standing: Standing,
    pub(super) found: String,
}

fn judged(standing: Standing, found: impl Into<String>) -> Judged {
    let found = found.into();
    Judged { standing, found }
}

/// What would be right.
pub(super) const fn right(mechanism: Mechanism) -> &'static str {
    match mechanism {
        Mechanism::Spf => {
            "Right is one TXT record at the domain that names the relay's servers and ends in -all or ~all, such as \
             v=spf1 include:relay.example -all"
        }
        Mechanism::Dkim => {
            "Right is [relay.dkim] in the configuration and, at SELECTOR._domainkey.DOMAIN, the record that \
             gateway check shows"
        }
        Mechanism::Dmarc => {
            "Right is one TXT record at _dmarc.DOMAIN with p=quarantine or p=reject and an address for reports, such as \
             v=DMARC1; p=reject; rua=mailto:reports@gateway.example"
        }
        Mechanism::MtaSts => {
            "Right is one TXT record at _mta-sts.DOMAIN such as v=STSv1; id=20261123, and a policy in mode enforce at \
             https://mta-sts.DOMAIN/.well-known/mta-sts.txt"
        }
        Mechanism::TlsRpt => {
            "Right is one TXT record at _smtp._tls.DOMAIN with an address for reports, such as \
             v=TLSRPTv1; rua=mailto:reports@gateway.example"
        }
    }
}

pub(super) fn not_asked(fault: NoAnswer) -> Judged {
    judged(
        Standing::NotAsked,
        format!("It is not known whether there is a record: {fault}."),
    )
}

fn missing(what: &str) -> Judged {
    judged(Standing::Missing, what)
}

/// Good, or weak for these reasons.
fn weak_for(reasons: &[&str], good: String) -> Judged {
    match reasons {
        [] => judged(Standing::Good, good),
        _ => judged(Standing::Weak, reasons.join(" ")),
    }
}

/// The records that begin with this version and end there or go on with another tag.
fn of_version<'t>(texts: &'t [String], version: &str) -> Vec<&'t str> {
    let is_it = |text: &&str| {
        let Some(rest) = text.get(version.len()..) else {
            return false;
        };
        text[..version.len()].eq_ignore_ascii_case(version)
            && rest
                .chars()
                .next()
                .is_none_or(|c| c == ';' || c.is_ascii_whitespace())
    };
    texts.iter().map(|text| text.trim()).filter(is_it).collect()
}

/// An SPF record, or the name that it leads to.
pub(super) enum Spf {
    Ends(Judged),
    Redirects(String),
}

pub(super) fn spf_without_end() -> Judged {
    judged(
        Standing::Weak,
        "The record leads to another one, and that to the next, without an end: servers take it for an error.",
    )
}

pub(super) fn spf(texts: &[String], redirected: bool) -> Spf {
    let record = match of_version(texts, "v=spf1")[..] {
        [one] => one,
        [] if redirected => {
            return Spf::Ends(judged(
                Standing::Weak,
                "The record leads to a name that has none: servers take it for an error.",
            ));
        }
        [] => {
            return Spf::Ends(missing(
                "The domain has no SPF record: anybody may send in its name.",
            ));
        }
        _ => {
            return Spf::Ends(judged(
                Standing::Weak,
                "The domain has more than one SPF record: servers take that for an error and heed none.",
            ));
        }
    };
    let Ok(read) = spf::Spf::parse(record.as_bytes()) else {
        return Spf::Ends(judged(
            Standing::Weak,
            "The SPF record cannot be read: servers take it for an error.",
        ));
    };
    let all = read
        .directives
        .iter()
        .find(|one| one.mechanism == spf::Mechanism::All);
    let ends = match (all.map(|all| &all.qualifier), read.redirect) {
        (Some(Qualifier::Fail), _) => judged(
            Standing::Good,
            "The record refuses every server that it does not name (-all).",
        ),
        (Some(Qualifier::SoftFail), _) => judged(
            Standing::Good,
            "The record marks every server that it does not name as suspect (~all).",
        ),
        (Some(Qualifier::Neutral), _) => judged(
            Standing::Weak,
            "The record says nothing about servers that it does not name (?all): it keeps nobody off.",
        ),
        (Some(Qualifier::Pass), _) => judged(
            Standing::Weak,
            "The record lets every server in the world send in the domain's name (+all).",
        ),
        (None, Some(Macro::Literal(name))) => {
            return Spf::Redirects(String::from_utf8_lossy(&name).trim_end_matches('.').to_owned());
        }
        (None, Some(_)) => judged(
            Standing::NotAsked,
            "The record leads to another one that depends on each message, so it cannot be followed from here.",
        ),
        (None, None) => judged(
            Standing::Weak,
            "The record has no end in `all`: it says nothing about servers that it does not name.",
        ),
    };
    Spf::Ends(ends)
}

pub(super) fn unsigned() -> Judged {
    missing("Nothing that leaves is signed: the configuration has no [relay.dkim].")
}

/// The tags of a record, `a=b; c=d`, without blanks inside values.
fn tags(record: &str) -> BTreeMap<String, String> {
    let pairs = record.split(';').filter_map(|tag| tag.split_once('='));
    pairs
        .map(|(name, value)| {
            let value = value.split_ascii_whitespace().collect::<String>();
            (name.trim().to_ascii_lowercase(), value)
        })
        .collect()
}

/// `own` is the record that belongs to the key we sign with.
pub(super) fn dkim(texts: &[String], own: &str, is_aligned: bool) -> Judged {
    let records = texts.iter().map(|text| tags(text));
    let keys = records.filter(|tags| tags.contains_key("p")).collect::<Vec<_>>();
    let key = match &keys[..] {
        [one] => one,
        [] => {
            return missing(
                "There is no key at this name: no server can check our signatures, and DMARC counts on them.",
            );
        }
        _ => {
            return judged(
                Standing::Weak,
                "There is more than one key at this name: which one servers take is chance (RFC 6376 section 3.6.2.2).",
            );
        }
    };
    let own = tags(own);
    let of = |tags: &BTreeMap<String, String>, name: &str, usual: &str| {
        tags.get(name).map_or(usual, String::as_str).to_owned()
    };
    if of(key, "p", "").is_empty() {
        return missing("The key at this name was revoked: every signature of ours fails.");
    }
    if of(key, "p", "") != of(&own, "p", "") || of(key, "k", "rsa") != of(&own, "k", "rsa") {
        return missing(
            "The key at this name is not the one that we sign with: every signature of ours fails.",
        );
    }
    let mut reasons = Vec::new();
    if of(key, "t", "").split(':').any(|flag| flag == "y") {
        reasons.push("The key is marked as a test (t=y): servers treat what it signs as unsigned.");
    }
    if !is_aligned {
        reasons.push(
            "We sign for another domain than that of the address in From: for DMARC such a signature does not count.",
        );
    }
    weak_for(&reasons, "The key that we sign with is published.".to_owned())
}

pub(super) fn no_dmarc() -> Judged {
    missing("Neither the domain nor one above it has a DMARC record: forged mail in its name is delivered.")
}

/// None: look above.
pub(super) fn dmarc(texts: &[String], is_above: bool) -> Option<Judged> {
    let record = match of_version(texts, "v=DMARC1")[..] {
        [one] => one,
        [] => return None,
        _ => {
            return Some(judged(
                Standing::Weak,
                "There is more than one DMARC record: servers heed none.",
            ));
        }
    };
    let Ok(read) = Dmarc::parse(record.as_bytes()) else {
        return Some(judged(
            Standing::Weak,
            "The DMARC record cannot be read: servers heed none.",
        ));
    };
    let mut reasons = Vec::new();
    let policy = match if is_above { read.sp } else { read.p } {
        Policy::Reject => "refused",
        Policy::Quarantine => "put aside as suspect",
        Policy::None | Policy::Unspecified => {
            reasons.push("The policy is none: forged mail in the domain's name is delivered.");
            ""
        }
    };
    if read.t || tags(record).get("pct").is_some_and(|share| share != "100") {
        reasons.push("The policy holds for a part of the mail, or as a test, only.");
    }
    if read.rua.is_empty() {
        reasons
            .push("Nobody is sent reports (rua), so nobody learns of forged mail or of our own that fails.");
    }
    let from = if is_above {
        " It is that of a domain above."
    } else {
        ""
    };
    Some(weak_for(
        &reasons,
        format!("Mail in the domain's name that is neither signed nor from its servers is {policy}.{from}"),
    ))
}

pub(super) fn mta_sts(texts: &[String]) -> Judged {
    let record = match of_version(texts, "v=STSv1")[..] {
        [one] => one,
        [] => {
            return missing("There is no MTA-STS record: who answers us may be made to write without TLS.");
        }
        _ => {
            return judged(
                Standing::Weak,
                "There is more than one MTA-STS record: servers heed none (RFC 8461 section 3.1).",
            );
        }
    };
    let is_id = |id: &str| {
        (1..=STS_ID_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if !MtaSts::parse(record.as_bytes()).is_ok_and(|read| is_id(&read.id)) {
        return judged(
            Standing::Weak,
            "The MTA-STS record has no id of 1 to 32 letters and digits: servers heed none.",
        );
    }
    judged(
        Standing::Good,
        "The record is there. The policy file that belongs to it was not fetched: look at it yourself.",
    )
}

pub(super) fn tls_rpt(texts: &[String]) -> Judged {
    let record = match of_version(texts, "v=TLSRPTv1")[..] {
        [one] => one,
        [] => {
            return missing("There is no TLS-RPT record: nobody tells us when TLS to the domain fails.");
        }
        _ => {
            return judged(
                Standing::Weak,
                "There is more than one TLS-RPT record: servers heed none (RFC 8460 section 3).",
            );
        }
    };
    if !TlsRpt::parse(record.as_bytes()).is_ok_and(|read| !read.rua.is_empty()) {
        return judged(
            Standing::Weak,
            "The TLS-RPT record names nobody to whom reports go.",
        );
    }
    judged(Standing::Good, "Failures of TLS to the domain are reported.")
}
