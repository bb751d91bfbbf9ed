//! Recording an event: its kind, its fields, what will follow from it, and only then the record.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use domain::account::Role;
use domain::event::schema::{self, KindSchema};
use domain::event::{Consequence, Detail, Event, Stage};
use domain::id::{EventId, VictimId};
use domain::rulebook::RuleId;
use flows::Recorded;
use serde::{Deserialize, Serialize};

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::event_form::{self, Shown};
use crate::pages::acting::fields::{date_names, is_given, moment, time_names};
use crate::pages::acting::{answer, reach};
use crate::parts::{DateInput, TimeInput};
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::show;
use crate::visit::Visit;

const OFFICER: Access = Access::Roles(&[Role::Vlo]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}/events/new", OFFICER, new),
        post("/victims/{id}/events", OFFICER, record),
    ]
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    kind: Option<String>,
}

#[derive(Serialize)]
struct Kinds {
    victim: String,
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    stage: String,
    kinds: Vec<Kind>,
}

#[derive(Serialize)]
struct Kind {
    kind: &'static str,
    words: String,
}

#[derive(Serialize)]
struct EventPage {
    victim: String,
    kind: &'static str,
    words: String,
    /// The form's own id: sent twice, it records one event.
    own_id: String,
    occurred: DateInput,
    time: TimeInput,
    received: DateInput,
    received_time: TimeInput,
    fields: Vec<Shown>,
}

#[derive(Serialize)]
struct Preview {
    victim: String,
    words: String,
    when: String,
    lines: Vec<Line>,
    typed: Vec<Typed>,
}

/// One consequence, in words.
#[derive(Serialize)]
pub(super) struct Line {
    what: String,
    due: Option<String>,
    evidence: Option<String>,
}

/// A field that a page which is checked first sends again.
#[derive(Serialize)]
pub(super) struct Typed {
    name: String,
    value: String,
}

impl Typed {
    /// Everything that a form sent, but its token.
    pub(super) fn all(form: &Form) -> Vec<Self> {
        let typed = form.fields();
        typed
            .map(|(name, value)| Self {
                name: name.to_owned(),
                value: value.to_owned(),
            })
            .collect()
    }
}

#[derive(Serialize)]
struct Done {
    victim: String,
    heading: &'static str,
    lines: Vec<String>,
}

fn words(kind: &str) -> String {
    show::sentence(&kind.replace('-', " "))
}

async fn new(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let victim = reach(&door, &visit, &id).await?;
    match asked.kind {
        None => kinds(&door, &visit, &victim),
        Some(kind) => {
            let schema = schema::find(&kind).ok_or(Refusal::NotFound)?;
            let own_id = EventId::random(door.gateway().parts().entropy.as_ref());
            page(
                &door,
                &visit,
                &victim,
                schema,
                own_id.as_str(),
                &Form::default(),
                &Problems::default(),
            )
        }
    }
}

fn kinds(door: &Door, visit: &Visit, victim: &VictimId) -> Result<Response, Refusal> {
    let of = |stage: Stage| Group {
        stage: words(stage.as_str()),
        kinds: schema::KINDS
            .iter()
            .filter(|schema| Detail::stage_of(schema.kind) == Some(stage))
            .map(|schema| Kind {
                kind: schema.kind,
                words: words(schema.kind),
            })
            .collect(),
    };
    let data = Kinds {
        victim: victim.as_str().to_owned(),
        groups: Stage::ALL.iter().map(|stage| of(*stage)).collect(),
    };
    let shown = Page::new("Record what happened")
        .under("/work")
        .back(format!("/victims/{victim}"))
        .show(door, Some(visit), "acting/event-kinds", &data)?;
    Ok(shown.into_response())
}

fn page(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    schema: &KindSchema,
    own_id: &str,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let data = EventPage {
        victim: victim.as_str().to_owned(),
        kind: schema.kind,
        words: words(schema.kind),
        own_id: own_id.to_owned(),
        occurred: DateInput::new("occurred", "On which day did it happen?", form, problems),
        time: TimeInput::new("time", "At what time, on the 24-hour clock?", form, problems),
        received: DateInput::new(
            "received",
            "On which day did we hear of it, if it was later? (optional)",
            form,
            problems,
        ),
        received_time: TimeInput::new("received-time", "At what time did we hear of it?", form, problems),
        fields: event_form::shown(schema, form, problems),
    };
    let shown = Page::new("Record what happened")
        .under("/work")
        .back(format!("/victims/{victim}/events/new"))
        .problems(problems)
        .show(door, Some(visit), "acting/event", &data)?;
    Ok(answer(problems, shown))
}

async fn record(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let victim = reach(&door, &visit, &id).await?;
    let schema = schema::find(form.value("kind")).ok_or_else(|| {
        Refusal::Invalid("this kind of event is not known; choose one from the list".to_owned())
    })?;
    let mut once = event_form::names(schema);
    let own = ["kind", "own-id", "confirmed"].map(str::to_owned);
    let days = [date_names("occurred"), date_names("received")].concat();
    let times = [time_names("time"), time_names("received-time")].concat();
    once.extend([own.to_vec(), days, times].concat());
    let once = once.iter().map(String::as_str).collect::<Vec<_>>();
    form.only(&once, &["stages"])?;
    let own_id = EventId::parse(form.value("own-id")).map_err(|_| {
        Refusal::Invalid("the page has lost its own number; begin the event again".to_owned())
    })?;
    let mut problems = Problems::default();
    let Some(event) = read(&door, &visit, &victim, schema, &own_id, &form, &mut problems).await? else {
        return page(&door, &visit, &victim, schema, own_id.as_str(), &form, &problems);
    };
    if form.value("confirmed") == "yes" {
        return confirmed(&door, &visit, &victim, &event).await;
    }
    match door.gateway().preview_event(visit.user()?, &event).await? {
        Ok(consequences) => preview(&door, &visit, &victim, &form, &event, &consequences),
        Err(refusal) => {
            let words = refusal.replace("occurred_at", "the time at which it happened");
            problems.add("occurred", show::sentence(&words));
            page(&door, &visit, &victim, schema, own_id.as_str(), &form, &problems)
        }
    }
}

async fn read(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    schema: &KindSchema,
    own_id: &EventId,
    form: &Form,
    problems: &mut Problems,
) -> Result<Option<Event>, Refusal> {
    let what = ("The day on which it happened", "The time at which it happened");
    let occurred = moment(form, "occurred", "time", what, problems);
    let late = is_given(form, &date_names("received")) || is_given(form, &time_names("received-time"));
    let what = (
        "The day on which we heard of it",
        "The time at which we heard of it",
    );
    let received = late
        .then(|| moment(form, "received", "received-time", what, problems))
        .flatten();
    if let (Some(occurred), Some(received)) = (occurred, received) {
        problems.need(
            occurred <= received && received <= door.gateway().now(),
            "received",
            "We heard of it when it had happened, and not in the future",
        );
    }
    let detail = event_form::read(schema, form, problems);
    let (Some(occurred), Some(detail), true) = (occurred, detail, problems.is_empty()) else {
        return Ok(None);
    };
    let event = door
        .gateway()
        .event_of(visit.user()?, victim, own_id, (occurred, received), detail)
        .await?;
    Ok(Some(event))
}

fn preview(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    form: &Form,
    event: &Event,
    consequences: &[Consequence],
) -> Result<Response, Refusal> {
    let data = Preview {
        victim: victim.as_str().to_owned(),
        words: words(event.detail.kind()),
        when: show::moment(event.occurred_at),
        lines: consequences.iter().map(|one| line(door, one)).collect(),
        typed: Typed::all(form),
    };
    let shown = Page::new("Check what follows before you record it")
        .under("/work")
        .show(door, Some(visit), "acting/event-preview", &data)?;
    Ok(shown.into_response())
}

/// One consequence in words, with how good the evidence for it is: law that nobody confirmed says so.
pub(super) fn line(door: &Door, consequence: &Consequence) -> Line {
    let rulebook = &door.gateway().parts().rulebook;
    let title = |id: &RuleId| {
        let rule = rulebook.rule(id.as_str());
        rule.map_or_else(|| id.as_str().to_owned(), |rule| rule.title.clone())
    };
    let plain = |what: String, due| Line {
        what,
        due,
        evidence: None,
    };
    match consequence {
        Consequence::Raise(new) => {
            let owner = match new.owner.as_str() {
                "cps" => "We owe",
                _ => "Another agency owes",
            };
            let due = new.deadline.as_ref().map_or_else(
                || "No source gives a due time".to_owned(),
                |deadline| format!("Due {}", show::moment(deadline.due_at)),
            );
            let evidence = rulebook.rule(new.rule.as_str()).map(|rule| rule.grade.explain());
            Line {
                what: format!("{owner}: {}", title(&new.rule)),
                due: Some(due),
                evidence: evidence.map(|words| format!("Evidence: {words}")),
            }
        }
        Consequence::Recompute { new, .. } => plain(
            "An open duty gets another due time".to_owned(),
            Some(format!("Due {}", show::moment(new.due_at))),
        ),
        Consequence::SetLatest { latest_at, .. } => plain(
            "An open duty makes sense only until a certain moment".to_owned(),
            Some(show::moment(*latest_at)),
        ),
        Consequence::Lapse { .. } => plain(
            "An open duty ends, since this event overtakes it".to_owned(),
            None,
        ),
        Consequence::NotDue { rule, why } => plain(format!("Not owed: {} ({why})", title(rule)), None),
    }
}

async fn confirmed(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    event: &Event,
) -> Result<Response, Refusal> {
    let answers = door
        .gateway()
        .record_events(visit.user()?, std::slice::from_ref(event))
        .await?;
    let (heading, lines) = match answers.into_iter().next() {
        Some(Recorded::New {
            raised,
            lapsed,
            moved,
        }) => (
            "Recorded",
            vec![
                format!("Duties raised: {raised}"),
                format!("Duties ended: {lapsed}"),
                format!("Due times changed: {moved}"),
            ],
        ),
        Some(Recorded::Duplicate) => {
            return Err(Refusal::Changed(
                "this event was recorded already, and nothing was changed".to_owned(),
            ));
        }
        Some(Recorded::Refused(why)) => return Err(Refusal::Invalid(why)),
        None => return Err(Refusal::Broken("an event without an answer".to_owned())),
    };
    let data = Done {
        victim: victim.as_str().to_owned(),
        heading,
        lines,
    };
    let shown = Page::new(heading)
        .under("/work")
        .show(door, Some(visit), "acting/event-done", &data)?;
    Ok(shown.into_response())
}
