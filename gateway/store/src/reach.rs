//! Need to know, in SQL (law 10): every list and every look-up for a person carries who they are, and a row of somebody
//! else's is never read. `domain::reach` says in words what [`in_scope`] says here, and a test holds them together.

use domain::id::{CaseId, DraftId, EventId, MessageId, ObligationId, ProposalId, VictimId};
use jiff::Timestamp;

use crate::statement::statements;
use crate::{Arg, Result, Statement, Tx};

/// How many Areas a statement has room for: 14 there are, and a few more while two are merged.
pub const AREAS_MAX: usize = 16;
/// No Area has this code.
const NO_AREA: &str = "-";

/// The places of the Areas of who reads.
macro_rules! areas {
    () => {
        "($6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)"
    };
}
pub(crate) use areas;

/// The condition of a row in reach: `$2` to `$21` are [`Scope::args`]. `$area`, `$vlo` (empty for nobody) and `$victim` are
/// the columns to look at.
macro_rules! in_scope {
    ($area:literal, $vlo:literal, $victim:literal) => {
        concat!(
            "((",
            $area,
            " IN ",
            $crate::reach::areas!(),
            " AND (CAST($4 AS BIGINT) = 1 OR (CAST($5 AS BIGINT) = 1 AND ",
            $vlo,
            " = ''))) \
              OR (CAST($5 AS BIGINT) = 1 AND (",
            $vlo,
            " = $2 OR ",
            $vlo,
            " IN (SELECT k.absent FROM covers k WHERE \
              k.covering = $2 AND k.from_at <= $3 AND k.until_at > $3 AND k.ended_at IS NULL))) \
              OR ((CAST($4 AS BIGINT) = 1 OR CAST($5 AS BIGINT) = 1) AND ",
            $victim,
            " IN (SELECT g.victim_id FROM glasses g \
              WHERE g.user_name = $2 AND g.until_at > $3)))"
        )
    };
}
pub(crate) use in_scope;

/// Everybody whom an officer has by name: their own, whom they cover, and behind a broken glass. It narrows what is looked at;
/// who is in reach, [`in_scope`] alone says.
macro_rules! named_victims {
    () => {
        "SELECT x.id FROM victims x WHERE x.vlo = $2 \
         UNION ALL SELECT x.id FROM covers k JOIN victims x ON x.vlo = k.absent WHERE k.covering = $2 AND k.until_at > $3 \
         UNION ALL SELECT g.victim_id FROM glasses g WHERE g.user_name = $2 AND g.until_at > $3"
    };
}
pub(crate) use named_victims;

/// Our open duties of whom somebody covers, or has behind a broken glass, whatever the Area. This, [`named_duties`] and
/// [`of_officer`] narrow what is looked at, so that nobody else's duties are walked through; who is in reach,
/// [`in_scope`] alone says.
macro_rules! lent_duties {
    () => {
        "SELECT d.id FROM covers k JOIN obligations d ON d.vlo = k.absent \
            WHERE d.state = 'open' AND d.owner = 'cps' AND k.covering = $2 AND k.until_at > $3 \
         UNION ALL SELECT d.id FROM glasses g JOIN obligations d ON d.victim_id = g.victim_id \
            WHERE d.state = 'open' AND d.owner = 'cps' AND g.user_name = $2 AND g.until_at > $3"
    };
}
pub(crate) use lent_duties;

/// The same with the duties of whom somebody is assigned to: everybody whom they have by name.
macro_rules! named_duties {
    () => {
        concat!(
            "SELECT d.id FROM obligations d WHERE d.state = 'open' AND d.owner = 'cps' AND d.vlo = $2 UNION ALL ",
            $crate::reach::lent_duties!()
        )
    };
}
pub(crate) use named_duties;

/// The same for an officer: with the duties in his or her Areas that nobody has yet.
macro_rules! of_officer {
    () => {
        concat!(
            " AND o.id IN (SELECT d.id FROM obligations d WHERE d.state = 'open' AND d.owner = 'cps' AND d.vlo = '' AND d.area IN ",
            $crate::reach::areas!(),
            " UNION ALL ",
            $crate::reach::named_duties!(),
            ")"
        )
    };
}
pub(crate) use of_officer;

macro_rules! whose {
    ($from:literal) => {
        concat!(
            "SELECT v.id FROM ",
            $from,
            " AND ",
            in_scope!("c.area", "COALESCE(v.vlo, '')", "v.id")
        )
    };
}

statements! {
    VICTIM = Statement::both("victims.reach", whose!("victims v JOIN cases c ON c.id = v.case_id WHERE v.id = $1"));
    CASE = Statement::both("cases.reach", whose!("victims v JOIN cases c ON c.id = v.case_id WHERE c.id = $1"));
    URN = Statement::both("cases.reach_by_urn", whose!("victims v JOIN cases c ON c.id = v.case_id WHERE c.urn = $1"));
    REF = Statement::both("victims.reach_by_ref",
        whose!("victims v JOIN cases c ON c.id = v.case_id WHERE c.urn = $1 AND v.source_ref = $22"));
    OBLIGATION = Statement::both("obligations.reach",
        whose!("obligations o JOIN victims v ON v.id = o.victim_id JOIN cases c ON c.id = v.case_id WHERE o.id = $1"));
    DRAFT = Statement::both("drafts.reach",
        whose!("drafts d JOIN victims v ON v.id = d.victim_id JOIN cases c ON c.id = v.case_id WHERE d.id = $1"));
    MESSAGE = Statement::both("messages.reach",
        whose!("messages m JOIN victims v ON v.id = m.victim_id JOIN cases c ON c.id = v.case_id WHERE m.id = $1"));
    PROPOSAL = Statement::both("plan_proposals.reach",
        whose!("plan_proposals p JOIN victims v ON v.id = p.victim_id JOIN cases c ON c.id = v.case_id WHERE p.id = $1"));
    NOTICE = Statement::both("notices.reach",
        whose!("notices n JOIN victims v ON v.id = n.victim_id JOIN cases c ON c.id = v.case_id WHERE n.id = $1"));
}

/// Who reads, as statements take it.
#[derive(Debug, Clone)]
pub struct Scope {
    user: String,
    at: Timestamp,
    areas: Vec<String>,
    reaches_areas: bool,
    reaches_assigned: bool,
}

/// Something that a person names by its identifier.
#[derive(Debug, Clone, Copy)]
pub enum Named<'i> {
    /// A victim.
    Victim(&'i VictimId),
    /// A case: reached by whoever reaches one of its victims.
    Case(&'i CaseId),
    /// The same by its URN.
    Urn(&'i str),
    /// A victim by the URN and what the source calls her or him.
    Ref(&'i str, &'i str),
    /// A duty.
    Obligation(&'i ObligationId),
    /// A draft.
    Draft(&'i DraftId),
    /// A message.
    Message(&'i MessageId),
    /// A change of a contact plan.
    Proposal(&'i ProposalId),
    /// A notice.
    Notice(&'i EventId),
}

impl Named<'_> {
    /// What it is, in the answer "there is no such …".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Victim(_) | Self::Ref(..) => "victim",
            Self::Case(_) | Self::Urn(_) => "case",
            Self::Obligation(_) => "obligation",
            Self::Draft(_) => "draft",
            Self::Message(_) => "message",
            Self::Proposal(_) => "proposal",
            Self::Notice(_) => "notice",
        }
    }

    fn query(self) -> (&'static Statement, Arg) {
        match self {
            Self::Victim(id) => (&VICTIM, id.into()),
            Self::Case(id) => (&CASE, id.into()),
            Self::Urn(urn) => (&URN, urn.into()),
            Self::Ref(urn, _) => (&REF, urn.into()),
            Self::Obligation(id) => (&OBLIGATION, id.into()),
            Self::Draft(id) => (&DRAFT, id.into()),
            Self::Message(id) => (&MESSAGE, id.into()),
            Self::Proposal(id) => (&PROPOSAL, id.into()),
            Self::Notice(id) => (&NOTICE, id.into()),
        }
    }
}

impl Scope {
    /// Who reads at `at`: everybody of these Areas if `reaches_areas`, and whom they are assigned to, cover, or who has
    /// nobody yet in these Areas if `reaches_assigned`. More Areas than [`AREAS_MAX`] are not taken: none.
    pub fn new(
        user: &str,
        at: Timestamp,
        areas: Vec<String>,
        reaches_areas: bool,
        reaches_assigned: bool,
    ) -> Option<Self> {
        (areas.len() <= AREAS_MAX).then(|| Self {
            user: user.to_owned(),
            at,
            areas,
            reaches_areas,
            reaches_assigned,
        })
    }

    /// Whether this is an officer's reach and no more: few victims, named one by one.
    pub(crate) fn is_of_officer(&self) -> bool {
        self.reaches_assigned && !self.reaches_areas
    }

    /// Whether who reads works in one Area, which is the first that a statement has room for.
    pub(crate) fn has_one_area(&self) -> bool {
        self.areas.len() == 1
    }

    /// The arguments `$1` to `$21`: what the statement is about, and then who reads.
    pub(crate) fn args(&self, about: Arg) -> Vec<Arg> {
        let mut args = vec![
            about,
            Arg::from(&self.user),
            self.at.into(),
            self.reaches_areas.into(),
            self.reaches_assigned.into(),
        ];
        let padding = std::iter::repeat(NO_AREA);
        let areas = self.areas.iter().map(String::as_str).chain(padding);
        args.extend(areas.take(AREAS_MAX).map(Arg::from));
        args
    }
}

/// The victims of what somebody names, as far as they are in reach; nothing else of the rows is read.
pub async fn list(tx: &mut Tx, scope: &Scope, named: Named<'_>) -> Result<Vec<VictimId>> {
    let (statement, about) = named.query();
    let mut args = scope.args(about);
    if let Named::Ref(_, reference) = named {
        args.push(reference.into());
    }
    let rows = tx.list(statement, &args).await?;
    rows.iter().map(|row| row.parsed(0, VictimId::parse)).collect()
}
