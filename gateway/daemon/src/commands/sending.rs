//! `gateway mail`: how the domain that we send from is published.

use mail::sending_domain::{Finding, Standing};
use serde_json::json;

use super::Context;
use crate::house;
use crate::print::{self, Fault};

/// The way by which mail leaves.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Ask DNS about SPF, DKIM, DMARC, MTA-STS and TLS-RPT of the domain in From. Exit 1 when one of them is missing or
    /// could not be asked about. Needs --config.
    CheckDomain,
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    let Command::CheckDomain = command;
    let domain = house::sending_domain(&context.need_config()?)?;
    let findings = domain.check().await;
    for finding in &findings {
        if context.json {
            print::json(&as_json(finding));
        } else {
            show(finding);
        }
    }
    let is_there = |finding: &Finding| finding.standing < Standing::NotAsked;
    Ok(u8::from(!findings.iter().all(is_there)))
}

fn show(finding: &Finding) {
    let (mechanism, standing) = (finding.mechanism.name(), finding.standing.code());
    print::line(&format!("{mechanism:<8} {standing:<10} {}", finding.name));
    print::line(&format!("         {}", finding.found));
    if finding.standing != Standing::Good {
        print::line(&format!("         {}", finding.right));
    }
}

fn as_json(finding: &Finding) -> serde_json::Value {
    json!({
        "mechanism": finding.mechanism.name(),
        "name": finding.name,
        "standing": finding.standing.code(),
        "found": finding.found,
        "right": finding.right,
    })
}
