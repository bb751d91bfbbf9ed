//! A victim as flows load her or him: the row, opened.

use domain::address::{EmailAddress, PhoneNumber, PostalAddress};
use domain::contact::Plan;
use domain::id::VictimId;
use domain::masked::Masked;
use domain::people::{
    AbuseRisk, Correspondence, Gender, Offence, PersonName, StatementStatus, VictimStanding,
};
use domain::safety::DenySet;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::people::{self, CaseRow, VictimRow};
use store::subjects::{self, SubjectRow};
use vault::DataKey;

use crate::{Error, Gateway, Result};

/// The names and needs of a victim. Kept sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Person {
    /// The legal name.
    pub(crate) legal_name: PersonName,
    /// The name to be addressed by.
    pub(crate) preferred_name: PersonName,
    /// A title, if the person wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<Masked>,
    /// Language, translator and formats.
    pub(crate) correspondence: Correspondence,
    /// The year of birth, where the source tells it: to tell apart people of one name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) birth_year: Option<i16>,
    /// The day of birth, in that year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) birth_date: Option<Date>,
    /// The gender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gender: Option<Gender>,
    /// The risk of domestic abuse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) abuse_risk: Option<AbuseRisk>,
    /// The Victim Personal Statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) statement: Option<StatementStatus>,
}

/// Somebody of the defence side: kept sealed, only to be refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DefenceParty {
    pub(crate) name: PersonName,
    pub(crate) addresses: Vec<PostalAddress>,
    pub(crate) phones: Vec<PhoneNumber>,
    pub(crate) emails: Vec<EmailAddress>,
}

/// Dates that later duties look at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dates {
    /// First day of the trial.
    pub(crate) trial: Option<Date>,
    /// Section 28 cross-examination.
    pub(crate) s28: Option<Date>,
    /// Live evidence.
    pub(crate) evidence: Option<Date>,
}

/// Everything a flow needs to know about a victim.
pub(crate) struct Victim {
    pub(crate) row: VictimRow,
    pub(crate) case: CaseRow,
    pub(crate) key: DataKey,
    pub(crate) standing: VictimStanding,
    pub(crate) dates: Dates,
    /// When the newest event that is recorded happened: an earlier one arrives late.
    pub(crate) newest_event_at: Option<Timestamp>,
}

pub(crate) fn from_json<T: for<'a> Deserialize<'a>>(what: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|f| Error::broken(what, format!("does not parse at column {}", f.column())))
}

pub(crate) fn to_json<T: Serialize>(what: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|f| Error::broken(what, f))
}

impl Victim {
    pub(crate) fn offence(&self) -> Result<Offence> {
        from_json("offence", &format!("\"{}\"", self.case.offence))
    }

    /// Names and needs.
    pub(crate) fn person(&self) -> Result<Person> {
        Gateway::open(&self.key, "person", self.row.id.as_str(), &self.row.person_sealed)
    }

    /// How this victim may safely be reached.
    pub(crate) fn plan(&self) -> Result<Plan> {
        Gateway::open(&self.key, "plan", self.row.id.as_str(), &self.row.plan_sealed)
    }
}

impl Gateway {
    /// Loads a victim, the case and the key.
    pub(crate) async fn load_victim(&self, tx: &mut Tx, id: &VictimId) -> Result<Victim> {
        let subject = subjects::find(tx, id).await?;
        self.open_victim(subject.ok_or(Error::NotFound("victim"))?)
    }

    pub(crate) fn open_victim(&self, subject: SubjectRow) -> Result<Victim> {
        let (row, case) = (subject.victim, subject.case);
        let key = self.unwrap(row.id.as_str(), subject.key)?;
        let standing = from_json("standing", &row.standing)?;
        let dates = from_json("dates", &row.dates)?;
        Ok(Victim {
            row,
            case,
            key,
            standing,
            dates,
            newest_event_at: subject.newest_event_at,
        })
    }

    /// Everybody of the defence side of a case, to be refused.
    pub(crate) async fn load_deny_set(&self, tx: &mut Tx, case: &CaseRow) -> Result<DenySet> {
        let mut deny = DenySet::new();
        let rows = people::list_defendants(tx, &case.id).await?;
        if rows.is_empty() {
            return Ok(deny);
        }
        let key = self.key(tx, case.id.as_str()).await?;
        for (id, _label, sealed) in rows {
            let party: DefenceParty = Self::open(&key, "defendants", id.as_str(), &sealed)?;
            deny.add_name(&party.name);
            party.emails.iter().for_each(|address| deny.add_email(address));
            party.phones.iter().for_each(|number| deny.add_phone(number));
            party
                .addresses
                .iter()
                .for_each(|address| deny.add_household(address));
        }
        Ok(deny)
    }
}
