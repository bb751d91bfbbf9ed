//! Accounts, for the administrator: who may sign in, with which roles, in which Areas. No content of a case is here.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::account::Role;
use domain::id::AccountId;
use flows::{Account, AccountDetails};
use serde::Serialize;

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown};
use crate::parts::{Choice, Input, Tag};
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) const ADMINISTRATOR: Access = Access::Roles(&[Role::Administrator]);
const FIELDS: [&str; 4] = ["user", "name", "phone", "version"];

/// Why an account is disabled, as codes of the contact log.
const REASONS: [(&str, &str); 4] = [
    ("left", "The person has left"),
    ("changed-work", "The person does other work now"),
    ("lost-device", "A device or passkey was lost"),
    ("suspected-misuse", "Misuse is suspected"),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/accounts", ADMINISTRATOR, list),
        get("/accounts/new", ADMINISTRATOR, new),
        post("/accounts/new", ADMINISTRATOR, add),
        get("/accounts/{id}", ADMINISTRATOR, one),
        post("/accounts/{id}", ADMINISTRATOR, change),
        post("/accounts/{id}/invite", ADMINISTRATOR, invite),
        post("/accounts/{id}/disable", ADMINISTRATOR, disable),
    ]
}

#[derive(Serialize)]
struct List {
    accounts: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    user: String,
    roles: String,
    state: Tag,
}

async fn list(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let accounts = door.gateway().list_accounts(visit.user()?).await?;
    let row = |account: Account| Row {
        id: account.id.to_string(),
        roles: account
            .roles
            .iter()
            .map(|role| show::role(*role))
            .collect::<Vec<_>>()
            .join(", "),
        name: account.name,
        user: account.user,
        state: if account.is_active {
            Tag {
                text: "Active".to_owned(),
                colour: Some("govuk-tag--green"),
            }
        } else {
            Tag {
                text: "Disabled".to_owned(),
                colour: Some("govuk-tag--grey"),
            }
        },
    };
    let data = List {
        accounts: accounts.into_iter().map(row).collect(),
    };
    Page::new("Accounts")
        .under("/accounts")
        .show(&door, Some(&visit), "accounts", &data)
}

#[derive(Serialize)]
struct Acts {
    /// What is done with one that is active; a disabled one is enabled again on the page of its ways in.
    while_active: Option<WhileActive>,
    ways_in: String,
}

#[derive(Serialize)]
struct WhileActive {
    invite: String,
    disable: String,
    reason: Choice,
}

/// The form of a new account and of one that is there.
#[derive(Serialize)]
struct Filled {
    heading: String,
    action: String,
    button: &'static str,
    version: String,
    /// There is nothing to change about an adviser's.
    is_adviser: bool,
    link: Option<String>,
    user_input: Option<Input>,
    name: Input,
    phone: Input,
    roles: Choice,
    areas: Choice,
    acts: Option<Acts>,
}

fn filled(door: &Door, form: &Form, problems: &Problems, of: Option<&Account>) -> Filled {
    let areas = door.gateway().parts().areas.list().iter();
    let areas = areas
        .map(|area| (area.code.as_str(), area.name.as_str()))
        .collect::<Vec<_>>();
    // Advisers are given access by their registered address, and what they see follows from consents alone.
    let roles = Role::ALL.into_iter().filter(|role| *role != Role::Adviser);
    let roles = roles.map(|role| (role.as_str(), show::role(role)));
    let path = of.map_or_else(
        || "/accounts/new".to_owned(),
        |account| format!("/accounts/{}", account.id),
    );
    let user = Input::new("user", "User name", form, problems)
        .hint(
            "Lower-case letters, digits, dots and hyphens. It stands in the contact log and is never changed",
        )
        .width("govuk-input--width-20");
    let reason = Choice::new("reason", "Why is it disabled?", REASONS, form, problems);
    Filled {
        heading: of.map_or("Add an account", |_| "Change an account").to_owned(),
        button: of.map_or("Add the account", |_| "Save changes"),
        is_adviser: of.is_some_and(is_adviser),
        version: form.value("version").to_owned(),
        link: None,
        user_input: of.is_none().then_some(user),
        name: Input::new("name", "Full name", form, problems),
        phone: Input::new(
            "phone",
            "Telephone number that victims are given (optional)",
            form,
            problems,
        )
        .width("govuk-input--width-20"),
        roles: Choice::new("roles", "What may this person do?", roles, form, problems),
        areas: Choice::new("areas", "In which Areas?", areas, form, problems),
        acts: of.map(|account| Acts {
            while_active: account.is_active.then(|| WhileActive {
                invite: format!("{path}/invite"),
                disable: format!("{path}/disable"),
                reason,
            }),
            ways_in: format!("{path}/ways-in"),
        }),
        action: path,
    }
}

fn show_form(door: &Door, visit: &Visit, data: &Filled, problems: &Problems) -> Result<Shown, Refusal> {
    Page::new(data.heading.clone())
        .under("/accounts")
        .back("/accounts")
        .problems(problems)
        .show(door, Some(visit), "account-form", data)
}

async fn new(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let problems = Problems::default();
    show_form(
        &door,
        &visit,
        &filled(&door, &Form::default(), &problems, None),
        &problems,
    )
}

fn read(form: &Form, problems: &mut Problems) -> AccountDetails {
    let roles = form.values("roles").filter_map(Role::parse);
    let roles = roles.filter(|role| *role != Role::Adviser).collect::<Vec<_>>();
    problems.need(!form.value("name").is_empty(), "name", "Enter a full name");
    problems.need(!roles.is_empty(), "roles", "Select what this person may do");
    let areas = form.values("areas").map(str::to_owned).collect::<Vec<_>>();
    problems.need(!areas.is_empty(), "areas", "Select at least one Area");
    AccountDetails {
        name: form.value("name").to_owned(),
        phone: form.value("phone").to_owned(),
        roles,
        areas,
    }
}

fn is_adviser(account: &Account) -> bool {
    account.roles.contains(&Role::Adviser)
}

/// What a flow says about a field stands at the field: it begins with the field's name.
fn put_at_field(fault: flows::Error, problems: &mut Problems) -> Result<(), Refusal> {
    let said = fault.to_string();
    let known = ["user", "name", "phone", "roles", "areas"];
    match said.split_once(": ") {
        Some((field, words)) if known.contains(&field) => {
            problems.add(field, show::sentence(words));
            Ok(())
        }
        _ => Err(fault.into()),
    }
}

async fn add(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    form.only(&FIELDS, &["roles", "areas"])?;
    let mut problems = Problems::default();
    problems.need(!form.value("user").is_empty(), "user", "Enter a user name");
    let details = read(&form, &mut problems);
    if problems.is_empty() {
        match door
            .gateway()
            .add_account(visit.user()?, form.value("user"), &details)
            .await
        {
            Ok(id) => return Ok(Redirect::to(&format!("/accounts/{id}")).into_response()),
            Err(fault) => put_at_field(fault, &mut problems)?,
        }
    }
    let data = filled(&door, &form, &problems, None);
    Ok(show_form(&door, &visit, &data, &problems)?.into_response())
}

pub(super) async fn account(door: &Door, visit: &Visit, id: &str) -> Result<Account, Refusal> {
    let id = AccountId::parse(id).map_err(|_| Refusal::NotFound)?;
    Ok(door.gateway().find_account_by_id(visit.user()?, &id).await?)
}

/// An account as its form would have sent it.
fn as_form(account: &Account) -> Form {
    let mut form = Form::default();
    form.put("version", &account.version.to_string());
    form.put("name", &account.name);
    form.put("phone", &account.phone);
    account
        .roles
        .iter()
        .for_each(|role| form.put("roles", role.as_str()));
    account.areas.iter().for_each(|area| form.put("areas", area));
    form
}

async fn one(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Shown, Refusal> {
    let account = account(&door, &visit, &id).await?;
    let problems = Problems::default();
    let data = filled(&door, &as_form(&account), &problems, Some(&account));
    show_form(&door, &visit, &data, &problems)
}

async fn change(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&FIELDS[1..], &["roles", "areas"])?;
    let account = account(&door, &visit, &id).await?;
    if is_adviser(&account) {
        return Err(Refusal::NotFound);
    }
    let mut problems = Problems::default();
    let details = read(&form, &mut problems);
    let version = form.value("version").parse().map_err(|_| Refusal::Expired)?;
    if problems.is_empty() {
        let changed = door
            .gateway()
            .change_account(visit.user()?, &account.id, version, &details)
            .await;
        match changed {
            Ok(()) => return Ok(Redirect::to("/accounts").into_response()),
            Err(fault) => put_at_field(fault, &mut problems)?,
        }
    }
    let data = filled(&door, &form, &problems, Some(&account));
    Ok(show_form(&door, &visit, &data, &problems)?.into_response())
}

async fn invite(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Shown, Refusal> {
    form.only(&[], &[])?;
    let account = account(&door, &visit, &id).await?;
    let token = door.gateway().invite(visit.user()?, &account.id).await?;
    let problems = Problems::default();
    let mut data = filled(&door, &as_form(&account), &problems, Some(&account));
    data.link = Some(format!("{}/invitation/{}", door.settings().origin, *token));
    show_form(&door, &visit, &data, &problems)
}

async fn disable(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["reason"], &[])?;
    let account = account(&door, &visit, &id).await?;
    let reason = form.value("reason");
    if !REASONS.iter().any(|(code, _)| *code == reason) {
        let mut problems = Problems::default();
        problems.add("reason", "Select why it is disabled");
        let data = filled(&door, &as_form(&account), &problems, Some(&account));
        return Ok(show_form(&door, &visit, &data, &problems)?.into_response());
    }
    door.gateway()
        .disable_account(visit.user()?, &account.id, reason)
        .await?;
    Ok(Redirect::to("/accounts").into_response())
}
