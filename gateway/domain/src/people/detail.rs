//! What is known of a victim, one detail at a time, and a change of one with its reason.
//!
//! **Invariant:** a change keeps what stood there before, and says why it was made.
//!
//! To add a detail: a variant of [`PersonDetail`], its check, its place in `flows::change_details`, its row on the page.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Correspondence, EnhancedGround, Language, PersonName, Service};
use crate::event::words::words;
use crate::masked::Masked;

/// Nobody who is alive was born earlier, a year.
pub const BORN_NOT_BEFORE: i16 = 1900;
/// The longest title, in characters.
const TITLE_CHARS_MAX: usize = 35;
/// The longest name of a language, or reason in words, in characters.
const SHORT_CHARS_MAX: usize = 200;

words! {
    /// The gender, as the casework application lists it.
    Gender {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
        /// Not known, or another.
        UnknownOrOther = "unknown-or-other",
    }

    /// How high the risk of domestic abuse was assessed.
    AbuseRisk {
        /// High.
        High = "high",
        /// Medium.
        Medium = "medium",
        /// Low, which the police call standard.
        Low = "low",
        /// Not known.
        Unknown = "unknown",
    }

    /// How the Victim Personal Statement stands.
    StatementStatus {
        /// It is there.
        Received = "received",
        /// The victim makes none.
        Declined = "declined",
        /// Support with it is offered.
        OfferingSupport = "offering-support",
        /// It has to be brought up to date.
        NeedsUpdating = "needs-updating",
        /// It is not there.
        NotReceived = "not-received",
    }

    /// The charging type of a case, in the words of the casework application, which say no more than this.
    Charging {
        /// Red.
        Red = "red",
        /// Green.
        Green = "green",
        /// The police charged.
        PoliceCharged = "police-charged",
    }

    /// Why a detail was changed.
    ChangeReason {
        /// The victim asked for it.
        VictimAsked = "victim-asked",
        /// It was recorded wrongly.
        RecordedWrongly = "recorded-wrongly",
        /// It had not been recorded.
        NotRecorded = "not-recorded",
        /// The victim's needs or rights were assessed again.
        AssessedAgain = "assessed-again",
        /// Police or the casework application corrected it.
        SourceCorrected = "source-corrected",
        /// Something else, with details.
        Other = "other",
    }
}

/// One detail with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "detail", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PersonDetail {
    /// How to address the person.
    PreferredName {
        /// A title, if they want one.
        title: Option<Masked>,
        /// The name.
        name: PersonName,
    },
    /// Language, translator and formats.
    Language {
        /// How the person reads what we write.
        correspondence: Correspondence,
    },
    /// When the person was born, as far as it is known.
    Birth {
        /// The year.
        year: Option<i16>,
        /// The day, in that year.
        date: Option<Date>,
    },
    /// The gender.
    Gender {
        /// None as long as nobody recorded it.
        gender: Option<Gender>,
    },
    /// The risk of domestic abuse.
    AbuseRisk {
        /// None as long as nobody recorded it.
        risk: Option<AbuseRisk>,
    },
    /// The Victim Personal Statement.
    Statement {
        /// None as long as nobody recorded it.
        status: Option<StatementStatus>,
    },
    /// The CPS service; not the same as enhanced rights (requirement D1).
    Service {
        /// Which.
        service: Service,
    },
    /// The category that gives enhanced rights under the Victims' Code.
    EnhancedGround {
        /// None when the victim is in none.
        ground: Option<EnhancedGround>,
    },
    /// Whether the person wants to be contacted at all.
    WantsContact {
        /// Yes or no.
        wants: bool,
    },
}

/// Why a detail was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// The reason.
    pub why: ChangeReason,
    /// In words; always for [`ChangeReason::Other`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Masked>,
}

/// A change of one detail: what stood there, what stands there now, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailChange {
    /// Before.
    pub before: PersonDetail,
    /// After.
    pub after: PersonDetail,
    /// Why.
    pub because: Because,
}

/// A change that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DetailFault {
    /// Nothing changes.
    #[error("nothing was changed: this is what the record says already")]
    Same,
    /// A reason without the words that it needs, or with too many.
    #[error("another reason needs its details, in at most 200 characters")]
    Reason,
    /// A title that is too long, or has lines or signs.
    #[error("a title has 1 to 35 letters, full stops, hyphens, apostrophes and spaces")]
    Title,
    /// A language without a name.
    #[error("another language needs its name, in at most 200 characters")]
    LanguageName,
    /// An empty or long text about a translator or a format.
    #[error("who translates is said in 1 to 200 characters, and so is each format")]
    Translator,
    /// No such year, or a day in another.
    #[error(
        "the year of birth is from 1900 to this year, and the date of birth is a day of it, not in the future"
    )]
    Birth,
}

impl PersonDetail {
    /// Which detail it is, as the log and the database name it.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::PreferredName { .. } => "preferred-name",
            Self::Language { .. } => "language",
            Self::Birth { .. } => "birth",
            Self::Gender { .. } => "gender",
            Self::AbuseRisk { .. } => "abuse-risk",
            Self::Statement { .. } => "statement",
            Self::Service { .. } => "service",
            Self::EnhancedGround { .. } => "enhanced-ground",
            Self::WantsContact { .. } => "wants-contact",
        }
    }

    /// Whether words that wait to be approved were made with it, and must be made anew.
    pub const fn is_in_words(&self) -> bool {
        matches!(self, Self::PreferredName { .. } | Self::Language { .. })
    }

    /// Refuses a value that cannot be, as of `today`.
    pub fn check(&self, today: Date) -> Result<(), DetailFault> {
        let short = |text: &Masked| is_text(text, SHORT_CHARS_MAX);
        match self {
            Self::PreferredName { title, .. } => {
                let right =
                    |title: &Masked| is_text(title, TITLE_CHARS_MAX) && title.reveal().chars().all(in_title);
                title
                    .as_ref()
                    .is_none_or(right)
                    .then_some(())
                    .ok_or(DetailFault::Title)
            }
            Self::Language { correspondence } => {
                if let Language::Other { name } = &correspondence.language
                    && !short(&Masked::new(name.clone()))
                {
                    return Err(DetailFault::LanguageName);
                }
                let formats = correspondence
                    .formats
                    .iter()
                    .map(|format| Masked::new(format.clone()));
                let all = correspondence.translator.iter().cloned().chain(formats);
                all.into_iter()
                    .all(|text| short(&text))
                    .then_some(())
                    .ok_or(DetailFault::Translator)
            }
            Self::Birth { year, date } => {
                let in_year = |year: i16| (BORN_NOT_BEFORE..=today.year()).contains(&year);
                let of_year = |date: Date| Some(date.year()) == *year && date <= today;
                let right = year.is_none_or(in_year) && date.is_none_or(of_year);
                right.then_some(()).ok_or(DetailFault::Birth)
            }
            _ => Ok(()),
        }
    }
}

impl DetailChange {
    /// A change that says what changes and why, as of `today`.
    pub fn new(
        before: PersonDetail,
        after: PersonDetail,
        because: Because,
        today: Date,
    ) -> Result<Self, DetailFault> {
        after.check(today)?;
        if before == after {
            return Err(DetailFault::Same);
        }
        let words = because.words.as_ref();
        let needs = because.why == ChangeReason::Other;
        if (needs && words.is_none()) || words.is_some_and(|words| !is_text(words, SHORT_CHARS_MAX)) {
            return Err(DetailFault::Reason);
        }
        Ok(Self {
            before,
            after,
            because,
        })
    }
}

fn is_text(text: &Masked, chars_max: usize) -> bool {
    let text = text.reveal();
    !text.trim().is_empty() && text.chars().count() <= chars_max && !text.chars().any(char::is_control)
}

fn in_title(c: char) -> bool {
    c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'' | '’')
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn name(title: Option<&str>) -> PersonDetail {
        PersonDetail::PreferredName {
            title: title.map(Masked::from),
            name: PersonName::parse("Maren").unwrap(),
        }
    }

    fn because(why: ChangeReason, words: Option<&str>) -> Because {
        Because {
            why,
            words: words.map(Masked::from),
        }
    }

    #[test]
    fn a_change_changes_something_and_says_why() {
        let today = date(2026, 11, 23);
        let change = |after, because| DetailChange::new(name(None), after, because, today);
        let asked = || because(ChangeReason::VictimAsked, None);
        assert!(change(name(Some("Dr")), asked()).is_ok());
        assert_eq!(change(name(None), asked()), Err(DetailFault::Same));
        assert_eq!(change(name(Some("<b>")), asked()), Err(DetailFault::Title));
        for words in [None, Some(" "), Some("a\nb")] {
            let other = because(ChangeReason::Other, words);
            assert_eq!(change(name(Some("Dr")), other), Err(DetailFault::Reason));
        }
        assert!(change(name(Some("Dr")), because(ChangeReason::Other, Some("By letter"))).is_ok());
    }

    #[test]
    fn a_birthday_lies_in_its_year_and_not_in_the_future() {
        let today = date(2026, 11, 23);
        let born = |year, date| PersonDetail::Birth { year, date }.check(today);
        assert_eq!(born(None, None), Ok(()));
        assert_eq!(born(Some(1996), Some(date(1996, 2, 29))), Ok(()));
        for (year, day) in [
            (Some(1899), None),
            (Some(2027), None),
            (Some(1996), Some(date(1997, 2, 1))),
            (Some(2026), Some(date(2026, 11, 24))),
            (None, Some(date(1996, 2, 29))),
        ] {
            assert_eq!(born(year, day), Err(DetailFault::Birth), "{year:?} {day:?}");
        }
    }

    #[test]
    fn another_language_has_a_name_and_a_translator_is_said() {
        let read = |language, translator: Option<&str>| {
            let correspondence = Correspondence {
                language,
                translator: translator.map(Masked::from),
                formats: Vec::new(),
            };
            PersonDetail::Language { correspondence }.check(date(2026, 11, 23))
        };
        let named = |name: &str| Language::Other {
            name: name.to_owned(),
        };
        assert_eq!(read(named(""), None), Err(DetailFault::LanguageName));
        assert_eq!(read(named("Polish"), Some("")), Err(DetailFault::Translator));
        assert_eq!(read(named("Polish"), Some("The vetted service")), Ok(()));
        assert_eq!(read(Language::Welsh, None), Ok(()));
    }
}
