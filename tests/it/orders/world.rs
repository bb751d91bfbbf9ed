//! The stories' world: one gateway with one misbehaving mail server, and two people of one case for each story.

use std::collections::BTreeMap;

use domain::contact::{Route, Why};
use domain::id::{MessageId, VictimId};
use domain::window::{ClockTime, Day, Exclusion, Window, Windows};
use flows::{Kind, Recorded};
use harness::case::{self, defendant, over, safe};
use harness::database::{Database, sqlite};
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::mails::Mail;
use jiff::{SignedDuration, Timestamp};
use mail::catcher::{Fault, Faults};
use serde_json::json;
use tokio::sync::Mutex;

use super::Played;
use super::actions::{Action, Change, Nearly};
use super::london::shown;
use super::oracle::{Known, Told, look};

const HOUSE: &str = "inbox.example";
const FAULTS: usize = 4096;
/// How often in 16 a transaction meets each fault.
const MISFORTUNES: [Fault; 16] = [
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::BusyAtData,
    Fault::None,
    Fault::None,
    Fault::CloseAfterAccept,
    Fault::None,
    Fault::DropAfterData,
    Fault::None,
    Fault::None,
    Fault::RefuseRecipient,
    Fault::None,
    Fault::None,
    Fault::FullAfterData,
    Fault::None,
];

pub(super) struct World {
    gateway: TestGateway,
    state: Mutex<State>,
    _database: Database,
}

#[derive(Default)]
struct State {
    people: Vec<(VictimId, Known)>,
    messages: BTreeMap<String, (MessageId, Told)>,
    mails_seen: usize,
    held: BTreeMap<String, usize>,
    numbers: usize,
}

/// The two people of one story.
struct Story {
    urn: String,
    first: usize,
}

impl World {
    pub(super) async fn new() -> Self {
        let database = sqlite().await;
        let faults = (0..FAULTS)
            .map(|at| MISFORTUNES[at % MISFORTUNES.len()])
            .collect();
        let gateway = TestGateway::new(&database, Faults::Each(faults)).await;
        Self {
            gateway,
            state: Mutex::default(),
            _database: database,
        }
    }

    /// Tells one story; what must never be is an error.
    pub(super) async fn tell(&self, start: &str, actions: &[Action]) -> Result<(), String> {
        self.gateway.clock().set(start);
        let mut state = self.state.lock().await;
        let story = self.begin(&mut state).await;
        let told = self.go_on(&mut state, &story, actions).await;
        self.end(&mut state).await;
        told
    }

    async fn go_on(&self, state: &mut State, story: &Story, actions: &[Action]) -> Result<(), String> {
        for action in actions {
            self.act(state, story, action).await?;
        }
        self.approve(state, story).await;
        for hours in [1, 8, 24, 72] {
            self.wait(SignedDuration::from_hours(hours));
            self.deliver(state).await?;
        }
        Ok(())
    }

    pub(super) async fn sum_up(&self) -> Played {
        let state = self.state.lock().await;
        let sealed = self.gateway.seal().await;
        let verified = self.gateway.flows.verify_log().await.expect("the log holds");
        assert_eq!(verified.root, sealed.root);
        Played {
            mails: state.mails_seen,
            held: state.held.clone(),
        }
    }

    fn now(&self) -> Timestamp {
        self.gateway.flows.now()
    }

    fn wait(&self, time: SignedDuration) {
        self.gateway.clock().set_to(self.now() + time);
    }

    async fn begin(&self, state: &mut State) -> Story {
        state.numbers += 1;
        let (number, first) = (state.numbers, state.people.len());
        let urn = format!("01NE{number:05}26");
        let now = self.now();
        let verified = now - SignedDuration::from_hours(24 * 30);
        let review = now + SignedDuration::from_hours(24 * 20);
        for who in 0..2 {
            let email = format!("person{number}of{who}@{HOUSE}");
            let point = over(
                safe(email.as_str()),
                &json!({"verified_at": verified.to_string(), "review_by": day_of(review).to_string()}),
            );
            let row = json!({"urn": urn, "victim_ref": format!("V-{who}"), "opened_at": "2026-01-05", "email": point,
                "defendants": [defendant(&json!({}))]});
            self.gateway.add_victim(&case::case(&row)).await;
            let victim = self.gateway.victim(&urn, &format!("V-{who}")).await;
            let known = Known::new(email, verified.as_second(), shown(review.as_second()).day);
            state.people.push((victim, known));
        }
        Story { urn, first }
    }

    async fn act(&self, state: &mut State, story: &Story, action: &Action) -> Result<(), String> {
        match action {
            Action::Event(who, what, ago) => {
                // An opt-in or opt-out counts from when it is told.
                let told_now = matches!(what.fields()["kind"].as_str(), Some("opt-in" | "opt-out"));
                let ago = if told_now { 0 } else { *ago };
                let occurred = self.now() - SignedDuration::from_hours(ago);
                state.numbers += 1;
                let about = json!({"urn": story.urn, "victim_ref": format!("V-{who}"), "occurred_at": occurred.to_string()});
                let line = case::event(state.numbers, &over(what.fields(), &about));
                match self.gateway.event(&line).await {
                    Recorded::New { .. } => state.people[story.first + who].1.hears(*what),
                    other => return Err(format!("{what:?} was not taken: {other:?}")),
                }
            }
            Action::Approve => self.approve(state, story).await,
            Action::Cancel(which) => {
                if let Some(id) = pick(state, *which)
                    && self.decided(self.gateway.flows.cancel_message(OFFICER, &id, "by-chance").await)
                {
                    state.told(&id).ended = true;
                }
            }
            Action::Waive(which) => {
                if let Some(id) = pick(state, *which) {
                    let owed = self.gateway.obligation_of(&id).await.id;
                    self.decided(
                        self.gateway
                            .flows
                            .waive_obligation(APPROVER, &owed, "by-chance")
                            .await,
                    );
                }
            }
            Action::Resend(which) => {
                if let Some(id) = pick(state, *which) {
                    let doubtful = self.gateway.outbox_row(&id).await.state == "unknown";
                    let again = self.gateway.flows.resend_message(OFFICER, &id, "by-chance").await;
                    if self.decided(again) && doubtful {
                        state.told(&id).may_arrive += 1;
                    }
                }
            }
            Action::Plan(who, change) => self.change(state, story.first + who, *change).await,
            Action::Denied(who, nearly) => self.deny(state, story, *who, *nearly).await,
            Action::OtherAddress(who) => {
                let other = json!({"urn": story.urn, "victim_ref": format!("V-{who}"), "opened_at": "2026-01-05",
                    "email": safe("somebody.else@elsewhere.test")});
                self.gateway.add_victim(&case::case(&other)).await;
            }
            Action::Clock(minutes) => self.wait(SignedDuration::from_mins(*minutes)),
            Action::Deliver => self.deliver(state).await?,
            Action::Sweep => {
                self.gateway.flows.sweep(900).await.expect("the sweep ends");
            }
        }
        Ok(())
    }

    /// Whether a decision was taken; one that comes too late is refused and changes nothing.
    fn decided(&self, answer: flows::Result<()>) -> bool {
        match answer {
            Ok(()) => true,
            Err(fault) if fault.kind() == Kind::Conflict => false,
            Err(fault) => panic!("{fault} at {}", self.now()),
        }
    }

    async fn approve(&self, state: &mut State, story: &Story) {
        self.gateway
            .flows
            .compose_drafts(OFFICER, 64)
            .await
            .expect("drafts");
        for draft in self.gateway.flows.list_drafts(64).await.expect("drafts") {
            let approved = self.gateway.flows.approve_draft(APPROVER, &draft.id).await;
            let id = approved.expect("the second person approves").message;
            let (message, owed) = (
                self.gateway.message(&id).await,
                self.gateway.obligation_of(&id).await,
            );
            let of = |person: usize| state.people[person].0 == message.victim_id;
            let person = (story.first..story.first + 2)
                .find(|person| of(*person))
                .expect("one of the two");
            let told = Told {
                person,
                approved_at: self.now().as_second(),
                stage: stage(
                    owed.template_kind
                        .as_deref()
                        .expect("a message's duty has a kind"),
                ),
                content_free: message.kind == "update-available",
                ended: false,
                may_arrive: 1,
                arrived: 0,
            };
            state.messages.insert(id.as_str().to_owned(), (id, told));
        }
    }

    async fn change(&self, state: &mut State, person: usize, change: Change) {
        let now = self.now();
        let (victim, known) = &mut state.people[person];
        let distrusted = known.distrusted;
        self.gateway
            .change_plan(victim, |plan| {
                let point = plan.points()[0].id().clone();
                match change {
                    Change::Bar => plan.bar(&point, Why::ReportedUnsafe, now).expect("it is barred"),
                    Change::Recheck(days) => {
                        let review = day_of(now + SignedDuration::from_hours(24 * days));
                        let checked =
                            plan.recheck(&point, "the victim".into(), "in person".into(), now, review);
                        assert_eq!(
                            checked.is_err(),
                            distrusted,
                            "a distrusted address is not called safe in one step"
                        );
                    }
                    Change::Hours(from, to, weekends) => {
                        let days = if weekends { &Day::ALL[..] } else { &Day::WEEKDAYS };
                        let window =
                            Window::new(days, ClockTime::hour(from), ClockTime::hour(to)).expect("a window");
                        plan.schedule.windows = Windows::Only {
                            windows: vec![window],
                        };
                    }
                    Change::AnyTime => plan.schedule.windows = Windows::Any,
                    Change::Away(first, more) => {
                        let day = |days: i64| day_of(now).saturating_add(jiff::Span::new().days(days));
                        plan.schedule.exclusions.push(Exclusion::Dates {
                            first: day(first),
                            last: day(first + more),
                        });
                    }
                    Change::Content(yes) => plan.content_in_email = yes,
                    Change::ByHand(yes) => plan.preferred = if yes { Route::ViaPolice } else { Route::Email },
                }
            })
            .await;
        if !(distrusted && matches!(change, Change::Recheck(_))) {
            known.changes(change, now.as_second());
        }
    }

    async fn deny(&self, state: &mut State, story: &Story, who: usize, nearly: Nearly) {
        let known = &mut state.people[story.first + who].1;
        let local = known.email.split('@').next().expect("a local part").to_owned();
        let theirs = match nearly {
            Nearly::Equal => known.email.to_uppercase(),
            Nearly::Tagged => format!("{}.{}+home@{HOUSE}", &local[..3], &local[3..]),
            Nearly::NotAtAll => format!("{local}@elsewhere.test"),
        };
        known.denied |= !matches!(nearly, Nearly::NotAtAll);
        state.numbers += 1;
        let number = state.numbers;
        let row = json!({"urn": story.urn, "victim_ref": format!("V-{number}"), "opened_at": "2026-01-05",
            "email": {"value": format!("late{number}@{HOUSE}"), "safety": "unknown"},
            "defendants": [defendant(&json!({"name": "Tobias Wren", "emails": [theirs]}))]});
        self.gateway.add_victim(&case::case(&row)).await;
    }

    /// Delivers what is due and looks at each mail that left.
    async fn deliver(&self, state: &mut State) -> Result<(), String> {
        for (id, told) in state.messages.values_mut().filter(|(_, told)| !told.ended) {
            told.ended = self.gateway.obligation_of(id).await.state != "open";
        }
        self.gateway.deliver_all().await;
        let (caught, now) = (self.gateway.caught(), self.now().as_second());
        let seen_before = std::mem::replace(&mut state.mails_seen, caught.len());
        for mail in &caught[seen_before..] {
            let mail = Mail::read(mail);
            let (_, told) = state
                .messages
                .get_mut(mail.id())
                .ok_or("a mail left that nobody approved")?;
            look(&mail, told, &state.people[told.person].1, now)?;
        }
        let mut bounced = Vec::new();
        for (id, told) in state.messages.values() {
            let row = self.gateway.outbox_row(id).await;
            match (row.state.as_str(), row.held_reason) {
                ("permanent-failure", _) => bounced.push(told.person),
                ("held", Some(reason)) => *state.held.entry(reason).or_default() += 1,
                _ => {}
            }
        }
        for person in bounced {
            state.people[person].1.distrusted = true;
        }
        let seen = self.gateway.seen();
        if seen.transactions == seen.recipients {
            Ok(())
        } else {
            Err(format!(
                "{} recipients in {} transactions",
                seen.recipients, seen.transactions
            ))
        }
    }

    /// Ends what is left of a story, so that the next one has the house to itself.
    async fn end(&self, state: &mut State) {
        for owed in self
            .gateway
            .flows
            .list_obligations(None, 1000)
            .await
            .expect("obligations")
        {
            let waived = self
                .gateway
                .flows
                .waive_obligation(APPROVER, &owed.id, "end-of-story")
                .await;
            waived.expect("it is waived");
        }
        state.messages.clear();
    }
}

impl State {
    fn told(&mut self, id: &MessageId) -> &mut Told {
        &mut self
            .messages
            .get_mut(id.as_str())
            .expect("a message of this story")
            .1
    }
}

fn pick(state: &State, which: proptest::sample::Index) -> Option<MessageId> {
    let ids = state.messages.values().map(|(id, _)| id).collect::<Vec<_>>();
    (!ids.is_empty()).then(|| which.get(&ids).to_owned().clone())
}

fn day_of(at: Timestamp) -> jiff::civil::Date {
    let days = jiff::Span::new().days(shown(at.as_second()).day);
    jiff::civil::date(1970, 1, 1).saturating_add(days)
}

/// The stage that a kind of message tells of.
fn stage(kind: &str) -> &'static str {
    match kind {
        "vlo-introduction" | "safety-check" => "contact",
        "trial-meeting-offer" => "trial",
        "meeting-arranged" => "meeting",
        kind if kind.starts_with("decision-") || kind.starts_with("charge-") => "charge",
        other => panic!("no story brings {other}"),
    }
}
