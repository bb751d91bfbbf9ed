//! What reviewers found, beside each template.

use axum::extract::State;
use domain::account::Role;
use domain::scrutiny::{Dimension, Score};
use flows::TemplateFindings;
use serde::Serialize;

use super::PATH;
use crate::door::Door;
use crate::page::{Page, Shown};
use crate::parts::Table;
use crate::refusal::Refusal;
use crate::route::{Access, Route, get};
use crate::show;
use crate::visit::Visit;

const FINDINGS: &str = "/scrutiny/findings";
const READERS: Access = Access::Roles(&[Role::VloManager, Role::TemplateReviewer]);
const COLUMNS: [&str; 5] = ["Question", "Yes", "In part", "No", "Cannot tell"];

pub(super) fn routes() -> Vec<Route> {
    vec![get("/scrutiny/findings", READERS, show)]
}

#[derive(Serialize)]
struct Findings {
    templates: Vec<Template>,
}

#[derive(Serialize)]
struct Template {
    title: String,
    version: String,
    count: String,
    table: Table,
    remarks: Vec<String>,
}

/// What reviewers are asked.
pub(in crate::pages) fn question(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Correct => "Is it free of mistakes, as far as you can see?",
        Dimension::Plain => "Is it in plain words, with every word of the law explained?",
        Dimension::Explained => "Is it explained fully enough to be understood?",
        Dimension::Empathy => "Is it kind?",
        Dimension::Next => "Is it clear what comes next, and whom to ask?",
        Dimension::Standard => "All in all, is it good enough?",
    }
}

fn template(found: &TemplateFindings) -> Template {
    let caption = format!("Answers about {}", found.title);
    let mut table = Table::new(&caption, &COLUMNS);
    for (dimension, answers) in Dimension::ALL.iter().zip(&found.answers) {
        let cells = answers.iter().map(|count| vec![count.to_string()]);
        table = table.row(question(*dimension), cells.collect());
    }
    Template {
        title: found.title.clone(),
        version: format!("Version {}, {}", found.version, show::language(&found.language)),
        count: counted(found.count.reviews, found.count.late),
        table,
        remarks: found.remarks.clone(),
    }
}

fn counted(reviews: usize, late: usize) -> String {
    let reviews = if reviews == 1 {
        "1 review".to_owned()
    } else {
        format!("{reviews} reviews")
    };
    format!("{reviews}; {late} of a letter that came late")
}

async fn show(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    // The columns stand in the order of the answers.
    const { assert!(COLUMNS.len() == Score::ALL.len() + 1) };
    let found = door.gateway().list_scrutiny_findings(visit.user()?).await?;
    let data = Findings {
        templates: found.iter().map(template).collect(),
    };
    let page = Page::new("What reviewers found").under(FINDINGS);
    let is_manager = visit.visitor()?.account.roles.contains(&Role::VloManager);
    let page = if is_manager { page.back(PATH) } else { page };
    page.show(&door, Some(&visit), "scrutiny/findings", &data)
}
