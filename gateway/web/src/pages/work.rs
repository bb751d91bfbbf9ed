//! The worklist: what is owed to whom somebody reaches.

use std::fmt::Write as _;

use axum::extract::{RawQuery, State};
use domain::account::Role;
use domain::id::ObligationId;
use flows::worklist::{COUNT_MAX, Due, Filter, Item, Sort, Tiles as Counts};
use serde::Serialize;

use super::notices;
use super::search::SearchForm;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown};
use crate::parts::{Choice, Pagination, Tag, Tile, Tiles};
use crate::refusal::Refusal;
use crate::route::{Access, Route, get};
use crate::visit::Visit;
use crate::words::{self, Owed};
use crate::{officers, show, timeline};

pub(super) const READERS: Access = Access::Roles(&[Role::Vlo, Role::VloManager, Role::Prosecutor]);

pub(super) fn routes() -> Vec<Route> {
    vec![get("/work", READERS, work)]
}

#[derive(Serialize)]
struct Work {
    /// That notices wait, in a sentence.
    notices: Option<String>,
    tiles: Tiles,
    heading: String,
    due: Choice,
    state: Choice,
    rule: Choice,
    area: Choice,
    unit: Choice,
    officer: Choice,
    sort: Choice,
    is_filtered: bool,
    lines: Vec<Line>,
    pages: Pagination,
    search: SearchForm,
}

#[derive(Serialize)]
struct Line {
    id: String,
    victim: String,
    urn: String,
    area: String,
    what: String,
    rule: String,
    due: words::Due,
    officer: String,
    tags: Vec<Tag>,
    draft: Option<String>,
}

/// What an address may hold: codes alone.
const PARAMETERS: [&str; 8] = ["due", "state", "rule", "area", "unit", "officer", "sort", "after"];
const DUE: [(&str, &str); 4] = [
    ("", "Any"),
    ("overdue", "Overdue"),
    ("today", "Due today"),
    ("at-risk", "At risk"),
];
const STATE: [(&str, &str); 3] = [
    ("", "Any"),
    ("held", "Not delivered"),
    ("waiting", "Waiting for somebody"),
];
const SORT: [(&str, &str); 3] = [
    ("", "Soonest first"),
    ("urn", "By case reference"),
    ("officer", "By officer"),
];

async fn work(State(door): State<Door>, visit: Visit, RawQuery(query): RawQuery) -> Result<Shown, Refusal> {
    let asked = Form::from_query(query.as_deref());
    asked.only(&PARAMETERS, &[])?;
    let user = visit.user()?;
    let filter = filter(&door, &asked)?;
    let list = door.gateway().list_work(user, &filter).await?;
    let counts = door.gateway().count_work(user).await?;
    let none = Problems::default();
    let pages = Pagination {
        previous: filter.after.is_some().then(|| address(&asked, None)),
        next: list.next.as_ref().map(|id| address(&asked, Some(id))),
    };
    let hears = visit
        .visitor()?
        .account
        .roles
        .iter()
        .any(|role| matches!(role, Role::Vlo | Role::VloManager));
    let notices = if hears {
        notices::in_short(door.gateway().list_own_notices(user).await?.len())
    } else {
        None
    };
    let data = Work {
        notices,
        tiles: tiles(&counts, &asked),
        heading: heading(&asked, list.items.len(), pages.next.is_some()),
        due: Choice::new("due", "Deadline", DUE, &asked, &none),
        state: Choice::new("state", "State", STATE, &asked, &none),
        rule: rules(&door, &asked),
        area: areas(&door, &asked),
        unit: units(&door, &asked),
        officer: officers::choice(&door, "officer", "Officer", &asked, &none, true),
        sort: Choice::new("sort", "Order", SORT, &asked, &none),
        is_filtered: PARAMETERS.iter().any(|name| !asked.value(name).is_empty()),
        lines: list.items.iter().map(|item| line(&door, item)).collect(),
        pages,
        search: SearchForm::new(&Form::default(), &none),
    };
    Page::new("My work")
        .under("/work")
        .show(&door, Some(&visit), "work", &data)
}

fn filter(door: &Door, asked: &Form) -> Result<Filter, Refusal> {
    let wrong = |name: &str| Refusal::Invalid(format!("{name}: not one of the choices of this page"));
    let after = asked.value("after");
    Ok(Filter {
        due: match asked.value("due") {
            "" => None,
            "overdue" => Some(Due::Overdue),
            "today" => Some(Due::Today),
            "at-risk" => Some(Due::AtRisk),
            _ => return Err(wrong("due")),
        },
        is_held: asked.value("state") == "held",
        is_waiting: asked.value("state") == "waiting",
        rule: asked.value("rule").to_owned(),
        area: asked.value("area").to_owned(),
        unit: asked.value("unit").to_owned(),
        vlo: match asked.value("officer") {
            "" => None,
            officers::NOBODY => Some(String::new()),
            mark => Some(officers::find(door, mark).ok_or_else(|| wrong("officer"))?.user),
        },
        sort: match asked.value("sort") {
            "" => Sort::Due,
            "urn" => Sort::Urn,
            "officer" => Sort::Vlo,
            _ => return Err(wrong("sort")),
        },
        after: match after {
            "" => None,
            id => Some(ObligationId::parse(id).map_err(|_| Refusal::NotFound)?),
        },
    })
}

/// The same filters, behind this duty.
fn address(asked: &Form, after: Option<&ObligationId>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in PARAMETERS.iter().filter(|name| **name != "after") {
        let value = asked.value(name);
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    if let Some(id) = after {
        query.append_pair("after", id.as_str());
    }
    let query = query.finish();
    if query.is_empty() {
        "/work".to_owned()
    } else {
        format!("/work?{query}")
    }
}

fn heading(asked: &Form, shown: usize, has_more: bool) -> String {
    let order = match asked.value("sort") {
        "urn" => "by case reference",
        "officer" => "by officer",
        _ => "soonest deadline first",
    };
    let mut text = match (shown, has_more) {
        (0, _) => return "Nothing to do here".to_owned(),
        (1, false) => "1 thing to do".to_owned(),
        (many, _) => format!("{many} things to do"),
    };
    if has_more {
        text.push_str(" on this page, more on the next");
    }
    let _ = write!(text, ", {order}");
    text
}

fn tiles(counts: &Counts, asked: &Form) -> Tiles {
    let tile = |name: &str, value: &str, count: i64, text, urgent: bool| Tile {
        href: format!("/work?{name}={value}"),
        count,
        text,
        urgent: urgent && count > 0,
        current: asked.value(name) == value,
    };
    let more = |count: i64, text, plus| if count >= COUNT_MAX { plus } else { text };
    Tiles {
        items: vec![
            tile(
                "due",
                "overdue",
                counts.overdue,
                more(counts.overdue, "overdue", "or more overdue"),
                true,
            ),
            tile(
                "due",
                "today",
                counts.today,
                more(counts.today, "due today", "or more due today"),
                true,
            ),
            tile(
                "due",
                "at-risk",
                counts.at_risk,
                more(counts.at_risk, "at risk", "or more at risk"),
                false,
            ),
            tile(
                "state",
                "held",
                counts.held,
                more(counts.held, "not delivered", "or more not delivered"),
                false,
            ),
            tile(
                "state",
                "waiting",
                counts.waiting,
                more(
                    counts.waiting,
                    "waiting for somebody",
                    "or more waiting for somebody",
                ),
                false,
            ),
        ],
    }
}

fn rules(door: &Door, asked: &Form) -> Choice {
    let rules = door.gateway().parts().rulebook.rules().iter();
    let titles = rules.map(|rule| (rule.id.as_str(), rule.title.as_str()));
    let all = std::iter::once(("", "Any")).chain(titles);
    Choice::new("rule", "What is due", all, asked, &Problems::default())
}

fn areas(door: &Door, asked: &Form) -> Choice {
    let areas = door.gateway().parts().areas.list().iter();
    let names = areas.map(|area| (area.code.as_str(), area.name.as_str()));
    let all = std::iter::once(("", "Any")).chain(names);
    Choice::new("area", "Area", all, asked, &Problems::default())
}

fn units(door: &Door, asked: &Form) -> Choice {
    let areas = door.gateway().parts().areas.list().iter();
    let codes = areas.flat_map(|area| area.units.iter().map(domain::area::AreaCode::as_str));
    let codes = codes.collect::<std::collections::BTreeSet<_>>();
    let all = std::iter::once(("", "Any")).chain(codes.into_iter().map(|code| (code, code)));
    Choice::new("unit", "Unit", all, asked, &Problems::default())
}

fn line(door: &Door, item: &Item<'_>) -> Line {
    let line = &item.line;
    let owed = &line.owed;
    let due = words::Due::of(&Owed {
        rule_id: &owed.rule,
        rule: item.rule,
        deadline: item.deadline.as_ref(),
        clock_start_at: owed.clock_start_at,
        original_due_at: owed.original_due_at,
        due_at: owed.due_at,
        latest_at: owed.latest_at,
        moved_by_hand: owed.moved_by_hand,
    });
    Line {
        id: owed.id.to_string(),
        victim: owed.victim_id.to_string(),
        urn: line.urn.clone(),
        area: show::area(door, &line.area),
        what: due.what.clone(),
        rule: owed.rule.clone(),
        officer: officers::name(door, &line.vlo),
        tags: tags(item),
        draft: line.draft.clone(),
        due,
    }
}

/// How a duty stands, in at most two words: its time, and what it waits for.
fn tags(item: &Item<'_>) -> Vec<Tag> {
    let tag = |text: &str, colour| Tag {
        text: text.to_owned(),
        colour: Some(colour),
    };
    let mut tags = Vec::new();
    match item.attention.as_str() {
        "overdue" => tags.push(tag("Overdue", "govuk-tag--red")),
        _ if item.is_today => tags.push(tag("Due today", "govuk-tag--orange")),
        "soon" | "urgent" => tags.push(tag("At risk", "govuk-tag--yellow")),
        _ => {}
    }
    let delivery = item.line.delivery.as_deref();
    if let Some(state) = delivery
        && matches!(
            state,
            "held" | "unknown" | "permanent-failure" | "technical-failure"
        )
    {
        tags.push(tag(&show::sentence(timeline::delivery(state)), "govuk-tag--pink"));
    } else if let Some(waits) = &item.line.owed.waiting_for {
        tags.push(tag(
            &format!("Waits: {}", words::code(waits).to_lowercase()),
            "govuk-tag--grey",
        ));
    } else if item.line.draft.is_some() {
        tags.push(tag("Draft to check", "govuk-tag--blue"));
    } else if delivery.is_some() {
        tags.push(tag("On its way", "govuk-tag--blue"));
    }
    if tags.is_empty() {
        tags.push(tag("To do", "govuk-tag--yellow"));
    }
    tags
}
