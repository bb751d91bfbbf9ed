//! A victim's page: how she or he may be reached on top, then what is owed, what happened, and who helps.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::Role;
use domain::id::VictimId;
use domain::supporter::Kind;
use flows::SupporterRead;
use flows::read_victim::{Owed as OwedRead, READING_REASONS, VictimRead};
use serde::Serialize;

use super::acting::support_words;
use super::work::READERS;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::parts::{Choice, Pagination, SummaryList, Tag, Timeline};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::visit::Visit;
use crate::words::{self, Owed, Rules};
use crate::{officers, show, timeline};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}", READERS, victim),
        post("/victims/{id}/open", READERS, open),
    ]
}

#[derive(Serialize)]
struct Reason {
    id: String,
    reason: Choice,
}

#[derive(Serialize)]
struct Victim {
    id: String,
    case: String,
    urn: String,
    area: String,
    preferred_name: String,
    rules: Rules,
    facts: SummaryList,
    open: Duties,
    ended: Duties,
    of_others: Duties,
    timeline: Timeline,
    pages: Pagination,
    supporters: Vec<SummaryList>,
    may_act: bool,
}

#[derive(Serialize)]
struct Duties {
    rows: Vec<Duty>,
}

#[derive(Serialize)]
struct Duty {
    what: String,
    owner: String,
    due: words::Due,
    tag: Tag,
    ended: Option<String>,
    ask_href: Option<String>,
}

async fn victim(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let id = VictimId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let asked = Form::from_query(query.as_deref());
    asked.only(&["page"], &[])?;
    let number = match asked.value("page") {
        "" => 0,
        text => text.parse::<usize>().map_err(|_| Refusal::NotFound)?,
    };
    let visitor = visit.visitor()?;
    let Some(read) = door.gateway().read_victim(visitor, &id).await? else {
        return ask(&door, &visit, &id, &Form::default(), &Problems::default());
    };
    let (timeline, has_next) = timeline::page(&read, number);
    let address = |number: usize| format!("/victims/{id}?page={number}#timeline");
    let may_ask = visitor
        .account
        .roles
        .iter()
        .any(|role| matches!(role, Role::Vlo | Role::VloManager));
    let data = Victim {
        id: id.to_string(),
        case: read.case.id.to_string(),
        urn: read.case.urn.clone(),
        area: show::area(&door, &read.case.area),
        preferred_name: read.preferred_name.clone(),
        rules: Rules::of(&read.plan, read.standing.wants_contact, door.gateway().now()),
        facts: facts(&door, &read),
        open: duties(&read, may_ask, |owed| {
            owed.row.owner == "cps" && owed.row.state == "open"
        }),
        ended: duties(&read, false, |owed| {
            owed.row.owner == "cps" && owed.row.state != "open"
        }),
        of_others: duties(&read, false, |owed| owed.row.owner != "cps"),
        timeline,
        pages: Pagination {
            previous: number.checked_sub(1).map(address),
            next: has_next.then(|| address(number + 1)),
        },
        supporters: read
            .supporters
            .iter()
            .filter(|one| one.row.ended_at.is_none())
            .map(|one| supporter(&door, one))
            .collect(),
        may_act: may_ask,
    };
    let page = Page::new("Victim").back("/work").under("/work");
    Ok(page.show(&door, Some(&visit), "victim", &data)?.into_response())
}

fn ask(
    door: &Door,
    visit: &Visit,
    id: &VictimId,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let reasons = READING_REASONS.map(|code| (code, words::code(code)));
    let options = reasons.iter().map(|(code, label)| (*code, label.as_str()));
    let mut reason = Choice::new(
        "reason",
        "Why do you open this person's record?",
        options,
        form,
        problems,
    );
    reason.is_heading = true;
    let data = Reason {
        id: id.to_string(),
        reason,
    };
    let page = Page::new("Why do you open this record?")
        .back("/work")
        .problems(problems);
    Ok(page
        .show(door, Some(visit), "victim-reason", &data)?
        .into_response())
}

async fn open(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let id = VictimId::parse(&id).map_err(|_| Refusal::NotFound)?;
    form.only(&["reason"], &[])?;
    let visitor = visit.visitor()?;
    let reason = form.value("reason");
    if !READING_REASONS.contains(&reason) {
        // Whose page it is not, hears no question about it either.
        door.gateway().find_reason(visitor, &id).await?;
        let mut problems = Problems::default();
        problems.add("reason", "Select why you open this record");
        return ask(&door, &visit, &id, &form, &problems);
    }
    door.gateway().give_reason(visitor, &id, reason).await?;
    Ok(Redirect::to(&format!("/victims/{id}")).into_response())
}

fn facts(door: &Door, read: &VictimRead<'_>) -> SummaryList {
    let yes = |is: bool| if is { "Yes" } else { "No" };
    let enhanced = match &read.enhanced_ground {
        Some(ground) if read.enhanced => words::code(ground),
        _ => yes(read.enhanced).to_owned(),
    };
    let language = match read.language.as_str() {
        "en" => "English",
        "cy" => "Welsh",
        other => other,
    };
    let trial = read.trial.map_or_else(|| "Not set".to_owned(), show::day);
    let opted_out = read.standing.opted_out.iter().map(|stage| words::code(stage));
    let opted_out = opted_out.collect::<Vec<_>>().join(", ");
    let none = || "None".to_owned();
    SummaryList::default()
        .row("Name in the papers", read.legal_name.clone())
        .row("Name to use", read.preferred_name.clone())
        .row("Language", language)
        .row("CPS service", words::code(&read.service))
        .row("Enhanced rights", enhanced)
        .row(
            "Officer",
            officers::name(door, read.vlo.as_deref().unwrap_or_default()),
        )
        .row("Wants contact", yes(read.standing.wants_contact))
        .row("Withdrew", yes(read.standing.withdrawn))
        .row(
            "Opted out of",
            if opted_out.is_empty() { none() } else { opted_out },
        )
        .row("First day of the trial", trial)
        .row("You opened this page because", words::code(&read.reason))
}

fn duties(read: &VictimRead<'_>, may_ask: bool, wanted: impl Fn(&OwedRead<'_>) -> bool) -> Duties {
    let rows = read.owed.iter().filter(|owed| wanted(owed));
    Duties {
        rows: rows.map(|owed| duty(owed, may_ask)).collect(),
    }
}

fn duty(owed: &OwedRead<'_>, may_ask: bool) -> Duty {
    let row = &owed.row;
    let due = words::Due::of(&Owed {
        rule_id: &row.rule,
        rule: owed.rule,
        deadline: owed.deadline.as_ref(),
        clock_start_at: row.clock_start_at,
        original_due_at: row.original_due_at,
        due_at: row.due_at,
        latest_at: row.latest_at,
        moved_by_hand: row.moved_by_hand,
    });
    let text = match &row.waiting_for {
        Some(waits) if row.state == "open" => format!("Waits: {}", words::code(waits).to_lowercase()),
        _ => words::code(&row.state),
    };
    let ended = row.ended_at.map(|at| {
        let why = row.ended_why.as_deref().map(words::code).unwrap_or_default();
        format!("{} ({})", show::moment(at), why.to_lowercase())
    });
    Duty {
        what: due.what.clone(),
        owner: if row.owner == "cps" {
            "CPS".to_owned()
        } else {
            words::code(&row.owner)
        },
        tag: Tag {
            text,
            colour: (row.state == "open").then_some("govuk-tag--yellow"),
        },
        ended,
        ask_href: (may_ask && row.state == "open").then(|| format!("/obligations/{}/ask", row.id)),
        due,
    }
}

fn supporter(door: &Door, read: &SupporterRead) -> SummaryList {
    let now = door.gateway().now();
    let rows = support_words::facts(door, read);
    let newest = read.consents.last();
    match newest {
        Some(consent) => rows.row("Consent", support_words::standing(consent, true, now)),
        None if read.kind == Kind::Isva => rows.row("Consent", "None: nothing is told to this adviser"),
        None => rows,
    }
}
