//! A case with its people, and breaking the glass for one that is somebody else's.

use axum::extract::{Path, State};
use domain::account::Role;
use domain::id::CaseId;
use domain::urn::Urn;
use flows::read_victim::CaseRead;
use serde::Serialize;

use super::work::READERS;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown};
use crate::pages::acting::detail_words::CHARGING;
use crate::pages::acting::meeting_words::label;
use crate::parts::{Choice, Input, SummaryList, SummaryRow};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::visit::Visit;
use crate::words;
use crate::{officers, show};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/cases/glass", READERS, glass),
        post("/cases/glass", READERS, break_glass),
        get("/cases/{id}", READERS, case),
    ]
}

#[derive(Serialize)]
struct Case {
    id: String,
    urn: String,
    /// Whether the reader may add somebody to the case.
    may_add: bool,
    facts: SummaryList,
    victims: Vec<Victim>,
}

#[derive(Serialize)]
struct Victim {
    id: String,
    number: usize,
    service: String,
    enhanced: &'static str,
    officer: String,
    open: usize,
    /// Whether the reader may give the person to an officer.
    may_assign: bool,
}

async fn case(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Shown, Refusal> {
    let id = CaseId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let visitor = visit.visitor()?;
    let read = door.gateway().read_case(&visitor.account.user, &id).await?;
    let is = |role: Role| visitor.account.roles.contains(&role);
    let may_add = read.case.closed_at.is_none() && (is(Role::Vlo) || is(Role::VloManager));
    let victims = read.victims.iter().enumerate().map(|(at, victim)| Victim {
        id: victim.id.to_string(),
        number: at + 1,
        service: words::code(&victim.service),
        enhanced: if victim.enhanced { "Yes" } else { "No" },
        officer: officers::name(&door, victim.vlo.as_deref().unwrap_or_default()),
        open: victim.open,
        may_assign: is(Role::VloManager),
    });
    let data = Case {
        id: id.to_string(),
        urn: read.case.urn.clone(),
        may_add,
        facts: facts(&door, &read, may_add),
        victims: victims.collect(),
    };
    Page::new("Case")
        .under("/cases")
        .back("/cases")
        .show(&door, Some(&visit), "case", &data)
}

fn facts(door: &Door, read: &CaseRead, may_change: bool) -> SummaryList {
    let case = &read.case;
    let closed = case.closed_at.map_or_else(|| "No".to_owned(), show::moment);
    let kept = read
        .flags
        .iter()
        .map(|flag| words::code(flag))
        .collect::<Vec<_>>();
    let kept = if kept.is_empty() {
        "None".to_owned()
    } else {
        kept.join(", ")
    };
    let mut facts = SummaryList::default()
        .row("Area", show::area(door, &case.area))
        .row(
            "Unit",
            case.unit.clone().unwrap_or_else(|| "None named".to_owned()),
        )
        .row("Offence", words::code(&case.offence))
        .row("Opened", show::day(domain::calendar::london_date(case.opened_at)))
        .row("Closed", closed)
        .row("Flags that keep its data", kept);
    let charging = case.charging.as_deref();
    facts.rows.push(SummaryRow {
        key: "Charging type".to_owned(),
        value: charging
            .map_or("Not recorded", |word| label(CHARGING, word))
            .to_owned(),
        action_href: may_change.then(|| format!("/cases/{}/charging", case.id)),
        action_text: Some("Change"),
        ..SummaryRow::default()
    });
    facts
}

#[derive(Serialize)]
struct Glass {
    done: bool,
    urn: Input,
    reason: Choice,
}

impl Glass {
    fn new(form: &Form, problems: &Problems, done: bool) -> Self {
        let reasons = flows::GLASS_REASONS.map(|code| (code, words::code(code)));
        let options = reasons.iter().map(|(code, label)| (*code, label.as_str()));
        Self {
            done,
            urn: Input::new("urn", "Case reference (URN)", form, problems)
                .hint("For example, 07XQ0031826")
                .width("govuk-input--width-20"),
            reason: Choice::new("reason", "Why now?", options, form, problems),
        }
    }
}

async fn glass(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let data = Glass::new(&Form::default(), &Problems::default(), false);
    Page::new("Open a case that is not yours")
        .under("/cases")
        .back("/cases")
        .show(&door, Some(&visit), "glass", &data)
}

async fn break_glass(State(door): State<Door>, visit: Visit, form: Form) -> Result<Shown, Refusal> {
    form.only(&["urn", "reason"], &[])?;
    let mut problems = Problems::default();
    let urn = Urn::parse(form.value("urn")).ok();
    problems.need(
        urn.is_some(),
        "urn",
        "Enter a case reference in the form 07XQ0031826",
    );
    let reason = form.value("reason");
    let known = flows::GLASS_REASONS.contains(&reason);
    problems.need(known, "reason", "Select why the case has to be opened now");
    let mut title = "Open a case that is not yours";
    let mut done = false;
    if let Some(urn) = urn.filter(|_| problems.is_empty()) {
        door.gateway().break_glass(visit.user()?, &urn, reason).await?;
        title = "Your request was recorded";
        done = true;
    }
    Page::new(title)
        .under("/cases")
        .back("/cases")
        .problems(&problems)
        .show(&door, Some(&visit), "glass", &Glass::new(&form, &problems, done))
}
