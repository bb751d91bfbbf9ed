//! The fields of a person who is taken in, and of the new case with them.

use domain::address::chars::folded_words;
use domain::area::AreaCode;
use domain::contact::Route;
use domain::people::{EnhancedGround, Offence, PersonName, Service};
use domain::urn::Urn;
use flows::{NewCase, NewPerson};
use serde::Serialize;

use super::detail_form::language_of;
use super::detail_words::{GROUNDS, LANGUAGES, OFFENCES, PREFERRED, SERVICES, YES_NO};
use super::fields::date;
use super::meeting_words::Options;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::parts::{Choice, DateInput, Input};
use crate::visit::Visit;

/// The fields of a person.
pub(super) const PERSON: [&str; 12] = [
    "reference",
    "name",
    "preferred-name",
    "born",
    "service",
    "category",
    "language",
    "language-name",
    "translator-needed",
    "translator",
    "wants",
    "preferred",
];
/// The fields of a new case.
pub(super) const CASE: [&str; 6] = ["urn", "area", "offence", "opened", "opened-month", "opened-year"];

/// What the page asks of a person.
#[derive(Serialize)]
pub(super) struct PersonFields {
    names: Vec<Input>,
    choices: Vec<Choice>,
    language: Choice,
    language_name: Input,
    needs: Choice,
    translator: Input,
    last: Vec<Choice>,
}

impl PersonFields {
    pub(super) fn of(form: &Form, problems: &Problems) -> Self {
        let choice = |name, legend: &str, options: Options| {
            Choice::new(name, legend, options.iter().copied(), form, problems)
        };
        let input = |name, words: &str| Input::new(name, words, form, problems);
        let mut category = choice("category", "Victim category", GROUNDS);
        category.hint =
            Some("It gives enhanced rights under the Victims' Code. It is not the service.".to_owned());
        let mut preferred = choice("preferred", "Preferred method of contact", PREFERRED);
        preferred.hint = Some(
            "Addresses and numbers are added to the contact plan afterwards, where they are verified."
                .to_owned(),
        );
        Self {
            names: vec![
                input("name", "Name in the papers"),
                input("preferred-name", "Preferred name"),
                input("born", "Year of birth (optional)")
                    .hint("People of one name are told apart by it")
                    .width("govuk-input--width-4"),
                input("reference", "Reference in the casework application (optional)")
                    .hint("With it, an import of the same person adds nobody")
                    .width("govuk-input--width-20"),
            ],
            choices: vec![choice("service", "CPS service", SERVICES), category],
            language: choice("language", "In which language do we write?", LANGUAGES),
            language_name: input("language-name", "Which other language?"),
            needs: choice("translator-needed", "Is a translator needed?", YES_NO),
            translator: input("translator", "Who translates, and how are they reached?")
                .hint("Never a friend or a relative"),
            last: vec![
                choice("wants", "Does the person want to be contacted?", YES_NO),
                preferred,
            ],
        }
    }
}

/// What the page asks of a new case.
#[derive(Serialize)]
pub(super) struct CaseFields {
    urn: Input,
    area: Choice,
    offence: Choice,
    opened: DateInput,
}

impl CaseFields {
    pub(super) fn of(door: &Door, visit: &Visit, form: &Form, problems: &Problems) -> Self {
        let own = visit
            .visitor
            .as_ref()
            .map_or(&[][..], |visitor| &visitor.account.areas);
        let areas = door.gateway().parts().areas.list().iter();
        let areas = areas.filter(|area| own.is_empty() || own.iter().any(|code| code == area.code.as_str()));
        let areas = areas.map(|area| (area.code.as_str(), area.name.as_str()));
        Self {
            urn: Input::new("urn", "Case reference (URN)", form, problems)
                .hint("For example, 07XQ0031826")
                .width("govuk-input--width-20"),
            area: Choice::new("area", "Area", areas, form, problems),
            offence: Choice::new(
                "offence",
                "What is the case about?",
                OFFENCES.iter().copied(),
                form,
                problems,
            ),
            opened: DateInput::new("opened", "When was the case opened?", form, problems),
        }
    }
}

/// The person whom the form describes.
pub(super) fn person(form: &Form, problems: &mut Problems) -> Option<NewPerson> {
    let name = name(form, "name", "the name in the papers", problems);
    let preferred_name = self::name(form, "preferred-name", "the preferred name", problems);
    let born = form.value("born");
    let birth_year = (born.len() == 4).then(|| born.parse::<i16>().ok()).flatten();
    let birth_year = birth_year.filter(|year| *year >= domain::people::BORN_NOT_BEFORE);
    problems.need(
        born.is_empty() || birth_year.is_some(),
        "born",
        "The year of birth must have four digits, such as 1996",
    );
    let reference = form.value("reference");
    problems.need(
        reference.chars().count() <= 100 && !reference.chars().any(char::is_control),
        "reference",
        "The reference must have at most 100 characters",
    );
    let service = Service::find(form.value("service"));
    problems.need(service.is_some(), "service", "Select a service");
    let category = form.value("category");
    let enhanced = EnhancedGround::find(category);
    problems.need(
        enhanced.is_some() || category == "none",
        "category",
        "Select a category, or none of these",
    );
    let correspondence = language_of(form, Vec::new(), problems);
    let wants = form.value("wants");
    problems.need(
        matches!(wants, "yes" | "no"),
        "wants",
        "Select whether the person wants to be contacted",
    );
    let preferred = Route::find(form.value("preferred"));
    problems.need(
        preferred.is_some(),
        "preferred",
        "Select a preferred method of contact",
    );
    Some(NewPerson {
        source_ref: Some(reference).filter(|text| !text.is_empty()).map(str::to_owned),
        legal_name: name?,
        preferred_name: preferred_name?,
        birth_year,
        correspondence: correspondence?,
        service: service?,
        enhanced,
        wants_contact: wants == "yes",
        preferred: preferred?,
    })
}

fn name(form: &Form, field: &str, what: &str, problems: &mut Problems) -> Option<PersonName> {
    let text = form.value(field);
    if folded_words(text).is_empty() {
        problems.add(field, format!("Enter {what}"));
        return None;
    }
    let name = PersonName::parse(text).ok();
    problems.need(
        name.is_some(),
        field,
        "A name must have at most 100 characters and no signs such as < or @",
    );
    name
}

/// The new case that the form describes.
pub(super) fn case(form: &Form, problems: &mut Problems) -> Option<NewCase> {
    let urn = Urn::parse(form.value("urn")).ok();
    problems.need(
        urn.is_some(),
        "urn",
        "Enter a case reference in the form 07XQ0031826",
    );
    let area = AreaCode::parse(form.value("area")).ok();
    problems.need(area.is_some(), "area", "Select an Area");
    let offence = Offence::find(form.value("offence"));
    problems.need(offence.is_some(), "offence", "Select what the case is about");
    let opened = date(form, "opened", "The day on which the case was opened", problems);
    Some(NewCase {
        urn: urn?,
        area: area?,
        offence: offence?,
        opened_on: opened?,
    })
}

/// The same for the page that is checked.
pub(super) fn facts(person: &NewPerson) -> Vec<(&'static str, String)> {
    use super::detail_words::{language, yes_no};
    use super::meeting_words::label;
    let year = person
        .birth_year
        .map_or_else(|| "Not recorded".to_owned(), |year| year.to_string());
    let category = person.enhanced.map_or("none", EnhancedGround::as_str);
    vec![
        ("Name in the papers", person.legal_name.reveal().to_owned()),
        (
            "Reference in the casework application",
            person.source_ref.clone().unwrap_or_else(|| "None".to_owned()),
        ),
        ("Preferred name", person.preferred_name.reveal().to_owned()),
        ("Year of birth", year),
        ("CPS service", label(SERVICES, person.service.as_str()).to_owned()),
        ("Victim category", label(GROUNDS, category).to_owned()),
        ("Language", language(&person.correspondence).join("; ")),
        ("Wants to be contacted", yes_no(person.wants_contact).to_owned()),
        (
            "Preferred method of contact",
            label(PREFERRED, person.preferred.as_str()).to_owned(),
        ),
    ]
}
