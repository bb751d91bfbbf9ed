//! The way by which mail leaves: the relay tried out, and how DNS publishes the domain that mail comes from.

use axum::extract::State;
use axum::response::Redirect;
use flows::{DomainReport, DomainStanding, Ended, Finding, Step, Trial};
use serde::Serialize;

use super::framed;
use crate::door::Door;
use crate::form::Form;
use crate::page::Shown;
use crate::parts::Table;
use crate::refusal::Refusal;
use crate::show;
use crate::visit::Visit;

#[derive(Serialize)]
struct Mail {
    trial: Option<Table>,
    tried: &'static str,
    asked: String,
    domain: Option<Table>,
}

pub(super) async fn show(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    page(&door, &visit, None)
}

pub(super) async fn try_relay(State(door): State<Door>, visit: Visit, form: Form) -> Result<Shown, Refusal> {
    form.only(&[], &[])?;
    let trial = door.gateway().try_relay(visit.user()?).await?;
    page(&door, &visit, Some(&trial))
}

pub(super) async fn ask_about_domain(
    State(door): State<Door>,
    visit: Visit,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    door.gateway().ask_about_domain(visit.user()?).await?;
    Ok(Redirect::to("/house/mail"))
}

fn page(door: &Door, visit: &Visit, trial: Option<&Trial>) -> Result<Shown, Refusal> {
    let report = door.gateway().domain_report(visit.user()?)?;
    let data = Mail {
        tried: match trial.map(Trial::failed) {
            Some(Some(_)) => "The relay does not work as it should: nothing leaves until that is mended.",
            Some(None) => "The relay works.",
            None => "",
        },
        trial: trial.map(steps),
        asked: asked(report.as_ref()),
        domain: report
            .filter(|report| report.asked_at.is_some())
            .map(|report| records(&report.findings)),
    };
    framed("Mail").show(door, Some(visit), "house/mail", &data)
}

fn steps(trial: &Trial) -> Table {
    let mut table = Table::new("Steps of the test", &["Step", "Outcome"]);
    for (step, ended) in &trial.steps {
        let (tag, colour, words) = match ended {
            Ended::Well => ("Went well", Some("govuk-tag--green"), Vec::new()),
            Ended::Failed(failure) => (
                "Failed",
                Some("govuk-tag--red"),
                vec![format!("{}.", show::sentence(&failure.to_string()))],
            ),
            Ended::NotBegun => ("Not begun", Some("govuk-tag--grey"), Vec::new()),
        };
        table = table.row(name(*step), vec![words]).tagged(tag, colour);
    }
    table
}

const fn name(step: Step) -> &'static str {
    match step {
        Step::Connect => "Connect",
        Step::AskForTls => "Greet, and ask for TLS (EHLO, STARTTLS)",
        Step::Tls => "TLS, with the relay’s name verified",
        Step::Greet => "Greet over TLS (EHLO)",
        Step::SignIn => "Sign in (AUTH)",
        Step::Noop => "Ask whether it is there (NOOP)",
        Step::Quit => "Take leave (QUIT)",
    }
}

fn asked(report: Option<&DomainReport>) -> String {
    match report {
        None => "This process sends no mail.".to_owned(),
        Some(report) => match report.asked_at {
            None => format!("DNS has not been asked about {} since the start.", report.domain),
            Some(at) => format!("What DNS said about {} on {}.", report.domain, show::moment(at)),
        },
    }
}

fn records(findings: &[Finding]) -> Table {
    let columns = ["Record", "Found", "What would be right"];
    let mut table = Table::new("Records of the domain", &columns);
    for finding in findings {
        let (tag, colour) = match finding.standing {
            DomainStanding::Good => ("Good", Some("govuk-tag--green")),
            DomainStanding::Weak => ("Weak", Some("govuk-tag--yellow")),
            DomainStanding::Missing => ("Missing", Some("govuk-tag--red")),
            DomainStanding::NotAsked => ("Not known", Some("govuk-tag--orange")),
        };
        let mut found = vec![finding.found.clone()];
        if !finding.name.is_empty() {
            found.push(format!("Asked for {}.", finding.name));
        }
        table = table
            .row(finding.mechanism.name(), vec![found, vec![finding.right.clone()]])
            .tagged(tag, colour);
    }
    table
}

/// For the page above.
pub(super) fn in_short(door: &Door, user: &str) -> Result<String, Refusal> {
    let report = door.gateway().domain_report(user)?;
    let Some(report) = report.filter(|report| report.asked_at.is_some()) else {
        return Ok("The relay, and the domain that mail comes from".to_owned());
    };
    let is_good = |finding: &&Finding| finding.standing == DomainStanding::Good;
    let good = report.findings.iter().filter(is_good).count();
    Ok(format!(
        "{good} of {} records of {} are good",
        report.findings.len(),
        report.domain
    ))
}
