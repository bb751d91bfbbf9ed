//! The search for a case by its reference or for a person by words of the name: sent, so that neither stands in an address.

use axum::extract::State;
use domain::account::Role;
use domain::masked::Masked;
use domain::urn::Urn;
use flows::Looked;
use serde::Serialize;

use super::work::READERS;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown};
use crate::parts::Input;
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::visit::Visit;
use crate::{officers, show};

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/work/search", READERS, search),
        get("/cases", READERS, cases),
    ]
}

/// The form of the search; what was typed is kept when something is wrong with it.
#[derive(Serialize)]
pub(super) struct SearchForm {
    urn: Input,
    name: Input,
    born: Input,
}

impl SearchForm {
    pub(super) fn new(form: &Form, problems: &Problems) -> Self {
        Self {
            urn: Input::new("urn", "Case reference (URN)", form, problems)
                .hint("For example, 07XQ0031826")
                .width("govuk-input--width-20"),
            name: Input::new("name", "Words of the name", form, problems)
                .hint("Each word whole and as it is written, in any order"),
            born: Input::new("born", "Year of birth (optional)", form, problems)
                .width("govuk-input--width-4"),
        }
    }
}

#[derive(Serialize)]
struct Cases {
    search: SearchForm,
    searched: bool,
    hits: Vec<Hit>,
    too_many: bool,
    /// Whether the reader may add a case.
    may_add: bool,
}

#[derive(Serialize)]
struct Hit {
    victim: String,
    case: String,
    urn: String,
    area: String,
    officer: String,
}

async fn cases(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let none = Problems::default();
    let data = Cases {
        search: SearchForm::new(&Form::default(), &none),
        searched: false,
        hits: Vec::new(),
        too_many: false,
        may_add: may_add(&visit)?,
    };
    Page::new("Find a case")
        .under("/cases")
        .show(&door, Some(&visit), "cases", &data)
}

async fn search(State(door): State<Door>, visit: Visit, form: Form) -> Result<Shown, Refusal> {
    form.only(&["urn", "name", "born"], &[])?;
    let mut problems = Problems::default();
    let mut data = Cases {
        search: SearchForm::new(&form, &problems),
        searched: false,
        hits: Vec::new(),
        too_many: false,
        may_add: may_add(&visit)?,
    };
    match looked(&form, &mut problems) {
        None => data.search = SearchForm::new(&form, &problems),
        Some(looked) => {
            let hits = door.gateway().find_victims(visit.user()?, &looked).await?;
            data.searched = true;
            data.too_many = u32::try_from(hits.len()).is_ok_and(|count| count >= flows::HITS_MAX);
            let one = |hit: flows::worklist::Hit| Hit {
                victim: hit.victim_id.to_string(),
                case: hit.case_id.to_string(),
                area: show::area(&door, &hit.area),
                officer: officers::name(&door, &hit.vlo),
                urn: hit.urn,
            };
            data.hits = hits.into_iter().map(one).collect();
        }
    }
    Page::new("Find a case")
        .under("/cases")
        .problems(&problems)
        .show(&door, Some(&visit), "cases", &data)
}

fn may_add(visit: &Visit) -> Result<bool, Refusal> {
    let roles = &visit.visitor()?.account.roles;
    Ok(roles
        .iter()
        .any(|role| matches!(role, Role::Vlo | Role::VloManager)))
}

fn looked(form: &Form, problems: &mut Problems) -> Option<Looked> {
    let (urn, name, born) = (form.value("urn"), form.value("name"), form.value("born"));
    if !urn.is_empty() {
        let parsed = Urn::parse(urn).ok();
        problems.need(
            parsed.is_some(),
            "urn",
            "Enter a case reference in the form 07XQ0031826",
        );
        return parsed.map(Looked::Urn);
    }
    let words = domain::address::chars::folded_words(name).len();
    if words == 0 {
        problems.add("urn", "Enter a case reference or words of a name");
        return None;
    }
    problems.need(words <= 5, "name", "Name must be 5 words or fewer");
    let year = born
        .parse::<i16>()
        .ok()
        .filter(|year| (1900..=2100).contains(year));
    problems.need(
        born.is_empty() || year.is_some(),
        "born",
        "Year of birth must be four digits, for example 1994",
    );
    problems.is_empty().then(|| Looked::Person {
        name: Masked::new(name),
        born: year,
    })
}
