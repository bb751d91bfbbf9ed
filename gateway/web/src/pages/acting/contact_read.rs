//! A contact as it stands in the record, read back right after it was logged.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::contact::{MadeContact, MessageLeft, Method, PersonContacted};
use domain::id::{ContactId, VictimId};
use serde::Serialize;

use crate::door::Door;
use crate::form::Form;
use crate::page::Page;
use crate::pages::acting::contact_form::SUPPORT;
use crate::pages::acting::{OFFICERS, ask, reach};
use crate::parts::SummaryList;
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}/contacts/{contact}", OFFICERS, contact),
        post("/victims/{id}/contacts/{contact}/open", OFFICERS, open),
    ]
}

#[derive(Serialize)]
struct ContactPage {
    victim: String,
    facts: SummaryList,
    /// What a person should look at.
    flags: Vec<&'static str>,
    /// Whether the duty behind it is still open.
    open: bool,
}

async fn find(door: &Door, visit: &Visit, id: &str, contact: &str) -> Result<(VictimId, ContactId), Refusal> {
    let contact = ContactId::parse(contact).map_err(|_| Refusal::NotFound)?;
    Ok((reach(door, visit, id).await?, contact))
}

async fn open(
    State(door): State<Door>,
    visit: Visit,
    Path((id, contact)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    let (victim, contact) = find(&door, &visit, &id, &contact).await?;
    let path = format!("/victims/{}/contacts/{}", victim.as_str(), contact.as_str());
    ask::take(&door, &visit, &victim, &path, &form).await
}

async fn contact(
    State(door): State<Door>,
    visit: Visit,
    Path((id, contact)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (victim, contact) = find(&door, &visit, &id, &contact).await?;
    let path = format!("/victims/{}/contacts/{}", victim.as_str(), contact.as_str());
    let reason = match ask::reason(&door, &visit, &victim, &path).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(page),
    };
    let read = door
        .gateway()
        .read_contact(visit.user()?, &victim, &contact, &reason)
        .await?;
    let row = &read.row;
    let mut facts = SummaryList::default()
        .row("When", show::moment(row.occurred_at))
        .row("How", show::sentence(&row.method.replace('-', " ")))
        .row("Direction", show::sentence(&row.direction))
        .row("Person contacted", person(&row.person))
        .row("What came of it", show::sentence(&row.result.replace('-', " ")))
        .row(
            "Victim informed",
            row.informed_at.map_or_else(
                || "Not known".to_owned(),
                |at| format!("Yes, {}", show::moment(at)),
            ),
        );
    if let Some(made) = &read.made {
        facts = details(facts, made);
    }
    facts = facts.row(
        "Logged",
        format!("{} by {}", show::moment(row.logged_at), row.logged_by),
    );
    let data = ContactPage {
        victim: victim.as_str().to_owned(),
        facts,
        flags: read.flags.iter().map(|flag| flag_words(flag)).collect(),
        open: read.is_open,
    };
    let shown = Page::new("Contact in the record")
        .under("/work")
        .back(format!("/victims/{}", victim.as_str()))
        .show(&door, Some(&visit), "acting/contact-read", &data)?;
    Ok(shown.into_response())
}

fn person(code: &str) -> &'static str {
    match code {
        "victim" => "Victim",
        "via-isva" => "Via ISVA",
        "via-idva" => "Via IDVA",
        "via-police" => "Via police",
        _ => "Other",
    }
}

fn details(mut facts: SummaryList, made: &MadeContact) -> SummaryList {
    if let PersonContacted::Other { name, role } = &made.person {
        facts = facts.row("Name and part", format!("{}, {role}", name.reveal()));
    }
    match &made.method {
        Method::TelephoneCall { left, .. } => {
            let left = match left {
                MessageLeft::Nothing => "Nothing".to_owned(),
                MessageLeft::AgreedWording => "The agreed words".to_owned(),
                MessageLeft::Words { words } => words.reveal().to_owned(),
            };
            facts = facts.row("Left on voicemail", left);
        }
        Method::TextMessage { promised } if !promised.is_empty() => {
            let times = promised.iter().map(|at| show::moment(*at)).collect::<Vec<_>>();
            facts = facts.row("Next calls promised", times.join("; "));
        }
        Method::Other { name } => facts = facts.row("It was", name.reveal()),
        _ => {}
    }
    facts = facts.row("Purpose", made.purpose.reveal());
    if !made.signposted.is_empty() {
        let words = made.signposted.iter().filter_map(|support| {
            let code = serde_json::to_value(support).ok()?;
            let code = code.as_str()?;
            SUPPORT
                .iter()
                .find(|(known, _)| *known == code)
                .map(|(_, words)| *words)
        });
        facts = facts.row("Support signposted", words.collect::<Vec<_>>().join(", "));
    }
    if let Some(version) = &made.info_pack {
        facts = facts.row("Information pack", version.as_str());
    }
    if let Some(notes) = &made.notes {
        facts = facts.row("Notes", notes.reveal());
    }
    facts
}

fn flag_words(code: &str) -> &'static str {
    match code {
        "outside-window" => "It was made outside the agreed times. A manager has been told.",
        "point-not-safe" => "The address or number was not agreed as safe. A manager has been told.",
        "text-not-agreed" => "Text messages were not agreed on. A manager has been told.",
        _ => "The call broke off: follow the note about broken calls.",
    }
}
