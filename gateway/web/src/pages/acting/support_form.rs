//! The fields by which somebody who helps, or a consent, is described, and what was typed into them.

use domain::address::{EmailAddress, PhoneNumber};
use domain::calendar::london_date;
use domain::id::AdviserId;
use domain::masked::Masked;
use domain::people::{ConsentFault, ConsentHow, ConsentScope, GivenConsent, PersonName};
use domain::supporter::{ChangeWhy, Details, EndWhy, Kind};
use flows::{AdviserRegister, NewSupporter, SupporterRead};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::fields::{date, date_names};
use crate::form::{Form, Problems};
use crate::parts::{Choice, DateInput, Input};
use crate::show::sentence;

type Options = &'static [(&'static str, &'static str)];

/// What people do, as they are called on the page.
pub(super) const KINDS: Options = &[
    ("isva", "Independent Sexual Violence Adviser (ISVA)"),
    ("idva", "Independent Domestic Violence Adviser (IDVA)"),
    ("flo", "Family liaison officer (FLO)"),
    ("officer-in-case", "Officer in the case"),
    ("witness-care", "Witness care"),
    ("local-support", "Local support"),
    ("other", "Another agency"),
];
pub(super) const SCOPES: Options = &[
    ("updates", "Progress of the case"),
    ("meeting-offers", "Offers of meetings"),
    ("letters", "Copies of letters"),
    ("replies", "Answers to the adviser’s questions"),
];
pub(super) const HOW: Options = &[
    ("in-person", "In person"),
    ("telephone", "By telephone, after checking who it was"),
    ("signed-form", "In writing, signed"),
    ("police", "Through the police"),
];
pub(super) const CHANGED: Options = &[
    ("was-wrong", "What was recorded was wrong"),
    ("details-changed", "The same person has other details"),
    ("somebody-else", "Somebody else does it now"),
];
pub(super) const ENDED: Options = &[
    ("person-took-it-back", "The person took it back"),
    ("adviser-has-left", "They no longer support the person"),
    ("recorded-by-mistake", "It was recorded by mistake"),
];
pub(super) const NOT_CONFIRMED: Options = &[
    ("person-did-not-agree", "The person did not agree to this"),
    ("could-not-be-verified", "It could not be verified"),
    ("recorded-by-mistake", "It was recorded by mistake"),
];
/// The choice of an adviser who is not in the list.
const NEW: &str = "new";

/// Fields of somebody who helps.
pub(super) const PERSON: [&str; 8] = [
    "kind",
    "version",
    "adviser",
    "service",
    "organisation",
    "name",
    "email",
    "phone",
];

pub(super) fn label(options: Options, code: &str) -> &'static str {
    let found = options.iter().find(|(known, _)| *known == code);
    found.map_or("Not known", |(_, words)| words)
}

/// The fields of one kind of person.
#[derive(Serialize)]
pub(super) struct Fields {
    adviser: Option<Choice>,
    service: Option<Choice>,
    inputs: Vec<Input>,
}

impl Fields {
    pub(super) fn of(kind: Kind, register: &AdviserRegister, form: &Form, problems: &Problems) -> Self {
        let mut inputs = Vec::new();
        let (mut adviser, mut service) = (None, None);
        if kind == Kind::Isva {
            let known = register.advisers.iter();
            let mut options = known
                .map(|(id, name, service)| (id.as_str().to_owned(), format!("{name}, {service}")))
                .collect::<Vec<_>>();
            if !options.is_empty() {
                options.push((NEW.to_owned(), "Somebody else, entered below".to_owned()));
                let options = options.iter().map(|(id, words)| (id.as_str(), words.as_str()));
                adviser = Some(Choice::new(
                    "adviser",
                    "Who is the adviser?",
                    options,
                    form,
                    problems,
                ));
            }
            let services = register
                .services
                .iter()
                .map(|name| (name.as_str(), name.as_str()));
            let options = [("", "Select a service")].into_iter().chain(services);
            service = Some(Choice::new(
                "service",
                "Registered service",
                options,
                form,
                problems,
            ));
        } else {
            let words = "Organisation, force or agency";
            inputs.push(Input::new("organisation", words, form, problems));
        }
        inputs.extend([
            Input::new("name", "Full name", form, problems),
            Input::new("email", "Email address", form, problems),
            Input::new("phone", "Telephone number", form, problems),
        ]);
        if kind != Kind::Isva
            && let Some(email) = inputs.iter_mut().find(|input| input.name == "email")
        {
            email.hint = Some("An email address or a telephone number is needed".to_owned());
        }
        Self {
            adviser,
            service,
            inputs,
        }
    }
}

/// A form as the page of a change shows it first.
pub(super) fn chosen(read: &SupporterRead) -> Form {
    let mut form = Form::default();
    let details = &read.details;
    let organisation = if read.kind == Kind::Isva {
        "service"
    } else {
        "organisation"
    };
    if read.kind == Kind::Isva {
        form.put("adviser", NEW);
    }
    form.put(organisation, details.organisation.reveal());
    form.put("name", details.name.reveal());
    form.put("email", details.email.as_ref().map_or("", EmailAddress::reveal));
    form.put("phone", details.phone.as_ref().map_or("", PhoneNumber::reveal));
    form
}

/// Who was entered or chosen, with every fault said at its field.
pub(super) fn person(kind: Kind, form: &Form, problems: &mut Problems) -> Option<NewSupporter> {
    if kind == Kind::Isva && !matches!(form.value("adviser"), "" | NEW) {
        let known = AdviserId::parse(form.value("adviser")).ok();
        problems.need(known.is_some(), "adviser", "Select who the adviser is");
        return known.map(NewSupporter::Known);
    }
    let (field, words) = if kind == Kind::Isva {
        ("service", "Select the registered service")
    } else {
        ("organisation", "Enter the organisation, force or agency")
    };
    let organisation = form.value(field);
    problems.need(!organisation.is_empty(), field, words);
    let most = Details::ORGANISATION_CHARS_MAX;
    problems.need(
        organisation.chars().count() <= most && !organisation.chars().any(char::is_control),
        field,
        "The name must be 200 characters or less, on one line",
    );
    let name = typed(
        form,
        "name",
        "Enter the full name",
        true,
        PersonName::parse,
        problems,
    );
    let (needs_email, needs_phone) = match kind {
        Kind::Isva => (true, true),
        _ => (form.value("phone").is_empty(), false),
    };
    let wanted = if kind == Kind::Isva {
        "Enter the email address"
    } else {
        "Enter an email address or a telephone number"
    };
    let email = typed(form, "email", wanted, needs_email, EmailAddress::parse, problems);
    let wanted = "Enter the telephone number";
    let phone = typed(form, "phone", wanted, needs_phone, PhoneNumber::parse, problems);
    if !problems.is_empty() {
        return None;
    }
    let details = Details {
        organisation: Masked::new(organisation),
        name: name?,
        email,
        phone,
    };
    Some(NewSupporter::Entered(kind, details))
}

/// What stands in a field, if anything; what is wrong with it is said without repeating it.
fn typed<T, E: std::fmt::Display>(
    form: &Form,
    field: &str,
    missing: &str,
    needed: bool,
    parse: impl Fn(&str) -> Result<T, E>,
    problems: &mut Problems,
) -> Option<T> {
    match form.value(field) {
        "" => {
            problems.need(!needed, field, missing);
            None
        }
        text => parse(text)
            .map_err(|fault| problems.add(field, sentence(&fault.to_string())))
            .ok(),
    }
}

/// Why something is changed.
pub(super) fn change_why(form: &Form, problems: &mut Problems) -> Option<ChangeWhy> {
    let why = ChangeWhy::find(form.value("why"));
    problems.need(why.is_some(), "why", "Select why it is changed");
    why
}

/// Why something ends.
pub(super) fn end_why(form: &Form, field: &str, words: &str, problems: &mut Problems) -> Option<EndWhy> {
    let why = EndWhy::find(form.value(field));
    problems.need(why.is_some(), field, words);
    why
}

/// The fields of a consent.
#[derive(Serialize)]
pub(super) struct ConsentFields {
    scopes: Choice,
    how: Choice,
    given: DateInput,
    until: DateInput,
}

impl ConsentFields {
    pub(super) fn of(form: &Form, problems: &Problems) -> Self {
        let choice = |name, legend, options: Options| {
            Choice::new(name, legend, options.iter().copied(), form, problems)
        };
        Self {
            scopes: choice("scopes", "What may the adviser be told of?", SCOPES),
            how: choice("how", "How did the person agree?", HOW),
            given: DateInput::new("given", "On which day did the person agree?", form, problems),
            until: DateInput::new("until", "Until which day?", form, problems),
        }
    }
}

/// Fields of a consent that come once.
pub(super) fn consent_once() -> Vec<String> {
    let mut names = vec!["how".to_owned(), "version".to_owned()];
    names.extend(date_names("given"));
    names.extend(date_names("until"));
    names
}

/// What was agreed, with every fault said at its field.
pub(super) fn consent(form: &Form, now: Timestamp, problems: &mut Problems) -> Option<GivenConsent> {
    let scopes = form
        .values("scopes")
        .map(ConsentScope::find)
        .collect::<Option<Vec<_>>>();
    let mut scopes = scopes.unwrap_or_default();
    scopes.sort_unstable();
    scopes.dedup();
    problems.need(
        !scopes.is_empty(),
        "scopes",
        "Select what the adviser may be told of",
    );
    let how = ConsentHow::find(form.value("how"));
    problems.need(how.is_some(), "how", "Select how the person agreed");
    let given_on = date(form, "given", "The day on which the person agreed", problems);
    let until = date(form, "until", "The last day", problems);
    let given = GivenConsent {
        scope: scopes,
        how: how?,
        given_on: given_on?,
        until: until?,
    };
    // When the case was opened, only the flow knows.
    match given.check(london_date(now), Date::MIN) {
        Err(fault @ ConsentFault::Over) => problems.add("until", sentence(&fault.to_string())),
        Err(fault @ ConsentFault::FutureDate) => problems.add("given", sentence(&fault.to_string())),
        _ => {}
    }
    problems.is_empty().then_some(given)
}
