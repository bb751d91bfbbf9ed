//! One case with one victim, as a row of a case file brings it. Every personal value hides itself in `Debug`.

use domain::address::{EmailAddress, PhoneNumber, PostalAddress};
use domain::area::AreaCode;
use domain::contact::{
    Plan, PlanFault, Point, PointMismatch, PointValue, Route, Safety, TextRule, VoicemailRule,
};
use domain::id::{ContactPointId, VictimId};
use domain::masked::Masked;
use domain::people::{
    ConsentScope, Correspondence, EnhancedGround, Offence, PersonName, Service, TransportClass,
};
use domain::urn::Urn;
use domain::window::Schedule;
use jiff::Timestamp;
use jiff::civil::Date;

/// A victim in a case, with the contact plan and the defence side to keep away from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// The case.
    pub urn: Urn,
    /// The source's reference for this victim; with the URN it selects the person.
    pub victim_ref: String,
    /// The Area; whether it exists is for `config/areas.toml`.
    pub area: AreaCode,
    /// The unit of the Area that has the case.
    pub unit: Option<AreaCode>,
    /// What the case is about.
    pub offence: Offence,
    /// Nothing that happened earlier belongs to this case. A day is read as its midnight in London.
    pub opened_at: Timestamp,
    /// The name in the papers.
    pub legal_name: PersonName,
    /// The name that the victim wants to be called by.
    pub preferred_name: PersonName,
    /// The year of birth; a search tells people of one name apart by it.
    pub birth_year: Option<i16>,
    /// Language, translator and formats.
    pub correspondence: Correspondence,
    /// The CPS service. Not the same as enhanced rights (requirement D1).
    pub service: Service,
    /// Enhanced rights under the Victims' Code, with their ground.
    pub enhanced: Option<EnhancedGround>,
    /// Whether the victim wants to be contacted at all.
    pub wants_contact: bool,
    /// The user name of the Victim Liaison Officer.
    pub vlo: Option<String>,
    /// Email, mobile, home telephone and post, at most one of each; no two reach the same place.
    pub points: Vec<PointRecord>,
    /// The way that the victim prefers; the row describes it.
    pub preferred: Route,
    /// When the victim may be contacted, and when not.
    pub schedule: Schedule,
    /// Whether an email may say anything about the case.
    pub content_in_email: bool,
    /// Messages on a voicemail; forbidden unless the row brings agreed words (requirement A7).
    pub voicemail: VoicemailRule,
    /// Text messages; forbidden unless the row brings agreed words.
    pub text: TextRule,
    /// The word by which a caller is known (requirement A12).
    pub code_word: Option<Masked>,
    /// What is done when a call breaks off.
    pub dropped_call: Option<Masked>,
    /// The defence side, kept only to refuse it.
    pub defendants: Vec<DefendantRecord>,
    /// The victim's adviser.
    pub adviser: Option<Adviser>,
}

impl CaseRecord {
    /// The contact plan that the row describes. `next_id` gives a fresh identifier for each point.
    pub fn plan(
        &self,
        victim: VictimId,
        mut next_id: impl FnMut() -> ContactPointId,
    ) -> Result<Plan, PlanRefused> {
        let mut plan = Plan::new(victim, self.preferred);
        plan.schedule.clone_from(&self.schedule);
        plan.voicemail.clone_from(&self.voicemail);
        plan.text.clone_from(&self.text);
        plan.code_word.clone_from(&self.code_word);
        plan.dropped_call.clone_from(&self.dropped_call);
        plan.content_in_email = self.content_in_email;
        for point in &self.points {
            plan.add(Point::new(
                next_id(),
                point.route,
                point.value.clone(),
                point.safety.clone(),
            )?)?;
        }
        Ok(plan)
    }
}

/// Why a contact plan takes no such points. A record that was read from a file never meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanRefused {
    /// A value of the wrong kind for its route.
    #[error(transparent)]
    Mismatch(#[from] PointMismatch),
    /// A value twice.
    #[error(transparent)]
    Plan(#[from] PlanFault),
}

/// A contact point and how safe it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointRecord {
    /// The way.
    pub route: Route,
    /// The address or number.
    pub value: PointValue,
    /// Its safety.
    pub safety: Safety,
}

/// Somebody of the defence side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefendantRecord {
    /// What staff see instead of the name.
    pub label: String,
    /// The name.
    pub name: PersonName,
    /// Addresses of the defendant and the household.
    pub addresses: Vec<PostalAddress>,
    /// Telephone numbers.
    pub phones: Vec<PhoneNumber>,
    /// Email addresses, a defence solicitor's among them.
    pub emails: Vec<EmailAddress>,
}

/// An adviser at a service for a period, with the victim's consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adviser {
    /// The name.
    pub name: PersonName,
    /// The service.
    pub service: String,
    /// The address.
    pub email: EmailAddress,
    /// How mail may travel there (requirement B7).
    pub transport: TransportClass,
    /// What the victim consents to.
    pub scopes: Vec<ConsentScope>,
    /// First day at the service and of the consent.
    pub from: Date,
    /// Last day of both.
    pub until: Date,
}
