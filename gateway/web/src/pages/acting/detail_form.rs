//! The fields of one detail: what they show, and the value that they describe.

use domain::masked::Masked;
use domain::people::{
    AbuseRisk, Because, ChangeReason, Correspondence, EnhancedGround, Gender, Language, PersonDetail,
    PersonName, Service, StatementStatus,
};
use jiff::civil::Date;
use serde::Serialize;

use super::detail_words::{GENDERS, GROUNDS, LANGUAGES, REASONS, RISKS, SERVICES, STATEMENTS, YES_NO};
use super::fields::{date, date_names};
use super::meeting_words::Options;
use crate::form::{Form, Problems};
use crate::parts::{Choice, DateInput, Input, Textarea};

/// Fields that come once, beside the date of birth.
const ONCE: [&str; 15] = [
    "detail",
    "version",
    "confirmed",
    "why",
    "why-words",
    "title",
    "name",
    "language",
    "language-name",
    "translator-needed",
    "translator",
    "formats",
    "choice",
    "born-month",
    "born-year",
];

/// Every field of the page.
pub(super) fn once() -> Vec<&'static str> {
    let mut names = ONCE.to_vec();
    names.push("born");
    names
}

/// The fields of one detail, as far as it has them.
#[derive(Default, Serialize)]
pub(super) struct Fields {
    choices: Vec<Choice>,
    inputs: Vec<Input>,
    born: Option<DateInput>,
    needs: Option<Choice>,
    translator: Option<Input>,
    formats: Option<Textarea>,
    why: Choice,
    why_words: Input,
}

/// The one question of a detail that is chosen from a list.
fn question(detail: &str) -> Option<(&'static str, Options)> {
    Some(match detail {
        "gender" => ("What is the person's gender?", GENDERS),
        "service" => ("Which CPS service is the person on?", SERVICES),
        "enhanced-ground" => (
            "Which category gives enhanced rights under the Victims' Code?",
            GROUNDS,
        ),
        "wants-contact" => ("Does the person want to be contacted?", YES_NO),
        "abuse-risk" => ("How high is the domestic abuse risk?", RISKS),
        "statement" => ("How does the Victim Personal Statement stand?", STATEMENTS),
        _ => return None,
    })
}

impl Fields {
    /// What the page of this detail asks.
    pub(super) fn of(detail: &str, form: &Form, problems: &Problems) -> Self {
        let choice = |name, legend: &str, options: Options| {
            Choice::new(name, legend, options.iter().copied(), form, problems)
        };
        let input = |name, words: &str| Input::new(name, words, form, problems);
        let mut fields = Self {
            why: choice("why", "Why is it changed?", REASONS),
            why_words: input("why-words", "Details (needed for another reason)"),
            ..Self::default()
        };
        match detail {
            "preferred-name" => {
                fields.inputs.push(
                    input("title", "Title (optional)")
                        .hint("For example, Dr or Mx")
                        .width("govuk-input--width-10"),
                );
                fields.inputs.push(input("name", "Preferred name"));
            }
            "language" => {
                fields
                    .choices
                    .push(choice("language", "In which language do we write?", LANGUAGES));
                fields
                    .inputs
                    .push(input("language-name", "Which other language?"));
                fields.needs = Some(choice("translator-needed", "Is a translator needed?", YES_NO));
                fields.translator = Some(
                    input("translator", "Who translates, and how are they reached?")
                        .hint("Never a friend or a relative"),
                );
                fields.formats = Some(Textarea {
                    name: "formats",
                    label: "Other formats (optional)".to_owned(),
                    value: form.raw("formats").to_owned(),
                    hint: Some("One on each line, for example large print, braille or easy read".to_owned()),
                    problem: problems.at("formats").map(str::to_owned),
                    rows: Some(3),
                    characters_max: None,
                });
            }
            "birth" => {
                let mut born = DateInput::new("born", "When was the person born?", form, problems);
                born.hint =
                    Some("For example, 27 3 1996. Enter the year alone if that is all you know".to_owned());
                fields.born = Some(born);
            }
            _ => {}
        }
        if let Some((legend, options)) = question(detail) {
            fields.choices.push(choice("choice", legend, options));
        }
        fields
    }
}

/// The form as a page shows it first, with what the record says.
pub(super) fn filled(detail: &PersonDetail) -> Form {
    let mut form = Form::default();
    let mut choice = |word: Option<&str>| form.put("choice", word.unwrap_or_default());
    match detail {
        PersonDetail::PreferredName { title, name } => {
            form.put("title", title.as_ref().map_or("", Masked::reveal));
            form.put("name", name.reveal());
        }
        PersonDetail::Language { correspondence } => {
            let (word, name) = match &correspondence.language {
                Language::English => ("english", ""),
                Language::Welsh => ("welsh", ""),
                Language::Other { name } => ("other", name.as_str()),
            };
            let translator = correspondence.translator.as_ref();
            form.put("language", word);
            form.put("language-name", name);
            form.put(
                "translator-needed",
                if translator.is_some() { "yes" } else { "no" },
            );
            form.put("translator", translator.map_or("", Masked::reveal));
            form.put("formats", &correspondence.formats.join("\n"));
        }
        PersonDetail::Birth { year, date } => {
            let number = |number: Option<i8>| number.map(|number| number.to_string()).unwrap_or_default();
            form.put("born", &number(date.map(Date::day)));
            form.put("born-month", &number(date.map(Date::month)));
            form.put(
                "born-year",
                &year.map(|year| year.to_string()).unwrap_or_default(),
            );
        }
        PersonDetail::Gender { gender } => choice(gender.map(Gender::as_str)),
        PersonDetail::AbuseRisk { risk } => choice(risk.map(AbuseRisk::as_str)),
        PersonDetail::Statement { status } => choice(status.map(StatementStatus::as_str)),
        PersonDetail::Service { service } => choice(Some(service.as_str())),
        PersonDetail::EnhancedGround { ground } => {
            choice(Some(ground.map_or("none", EnhancedGround::as_str)));
        }
        PersonDetail::WantsContact { wants } => choice(Some(if *wants { "yes" } else { "no" })),
    }
    form
}

/// The field at which a fault of the whole detail is said.
pub(super) fn field_of(detail: &str) -> &'static str {
    match detail {
        "preferred-name" => "name",
        "language" => "language",
        "birth" => "born",
        _ => "choice",
    }
}

/// The value that the form describes, and why it is changed.
pub(super) fn read(detail: &str, form: &Form, problems: &mut Problems) -> Option<(PersonDetail, Because)> {
    let value = match detail {
        "preferred-name" => name(form, problems),
        "language" => {
            let formats = form.value("formats").lines().map(str::trim);
            let formats = formats
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect();
            let correspondence = language_of(form, formats, problems);
            correspondence.map(|correspondence| PersonDetail::Language { correspondence })
        }
        "birth" => birth(form, problems),
        detail => chosen(detail, form, problems),
    };
    let why = ChangeReason::find(form.value("why"));
    problems.need(why.is_some(), "why", "Select why it is changed");
    let words = optional(form.value("why-words"));
    problems.need(
        why != Some(ChangeReason::Other) || words.is_some(),
        "why-words",
        "Enter the details of the other reason",
    );
    let because = Because { why: why?, words };
    Some((value?, because)).filter(|_| problems.is_empty())
}

fn optional(text: &str) -> Option<Masked> {
    Some(text).filter(|text| !text.is_empty()).map(Masked::from)
}

fn name(form: &Form, problems: &mut Problems) -> Option<PersonDetail> {
    let text = form.value("name");
    let name = PersonName::parse(text).ok();
    let words = if text.is_empty() {
        "Enter the preferred name"
    } else {
        "The preferred name must have letters, at most 100 characters and no signs such as < or @"
    };
    problems.need(name.is_some(), "name", words);
    Some(PersonDetail::PreferredName {
        title: optional(form.value("title")),
        name: name?,
    })
}

/// Language and translator as they were typed.
pub(super) fn language_of(
    form: &Form,
    formats: Vec<String>,
    problems: &mut Problems,
) -> Option<Correspondence> {
    let other = form.value("language-name");
    let language = match form.value("language") {
        "english" => Some(Language::English),
        "welsh" => Some(Language::Welsh),
        "other" => Some(Language::Other {
            name: other.to_owned(),
        }),
        _ => None,
    };
    problems.need(language.is_some(), "language", "Select a language");
    let is_other = form.value("language") == "other";
    problems.need(
        !is_other || !other.is_empty(),
        "language-name",
        "Enter which other language it is",
    );
    let needed = form.value("translator-needed");
    problems.need(
        matches!(needed, "yes" | "no"),
        "translator-needed",
        "Select whether a translator is needed",
    );
    let translator = optional(form.value("translator")).filter(|_| needed == "yes");
    problems.need(
        needed != "yes" || translator.is_some(),
        "translator",
        "Enter who translates and how they are reached",
    );
    Some(Correspondence {
        language: language?,
        translator,
        formats,
    })
}

/// The day of birth, or the year alone.
fn birth(form: &Form, problems: &mut Problems) -> Option<PersonDetail> {
    let [day, month, year] = date_names("born");
    if form.value(&day).is_empty() && form.value(&month).is_empty() && !form.value(&year).is_empty() {
        let year = form.value(&year);
        let found = (year.len() == 4).then(|| year.parse::<i16>().ok()).flatten();
        problems.need(
            found.is_some(),
            "born",
            "The year of birth must have four digits, such as 1996",
        );
        return Some(PersonDetail::Birth {
            year: Some(found?),
            date: None,
        });
    }
    let date = date(form, "born", "The date of birth", problems)?;
    Some(PersonDetail::Birth {
        year: Some(date.year()),
        date: Some(date),
    })
}

fn chosen(detail: &str, form: &Form, problems: &mut Problems) -> Option<PersonDetail> {
    let word = form.value("choice");
    let found = match detail {
        "gender" => Gender::find(word).map(|gender| PersonDetail::Gender { gender: Some(gender) }),
        "service" => Service::find(word).map(|service| PersonDetail::Service { service }),
        "enhanced-ground" if word == "none" => Some(PersonDetail::EnhancedGround { ground: None }),
        "enhanced-ground" => {
            EnhancedGround::find(word).map(|ground| PersonDetail::EnhancedGround { ground: Some(ground) })
        }
        "wants-contact" => match word {
            "yes" => Some(PersonDetail::WantsContact { wants: true }),
            "no" => Some(PersonDetail::WantsContact { wants: false }),
            _ => None,
        },
        "abuse-risk" => AbuseRisk::find(word).map(|risk| PersonDetail::AbuseRisk { risk: Some(risk) }),
        "statement" => {
            StatementStatus::find(word).map(|status| PersonDetail::Statement { status: Some(status) })
        }
        _ => None,
    };
    problems.need(found.is_some(), "choice", "Select one of the list");
    found
}
