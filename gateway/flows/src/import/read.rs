//! From named fields to a [`CaseRecord`].

use domain::address::EmailAddress;
use domain::area::AreaCode;
use domain::contact::{Route, TextRule, VoicemailRule};
use domain::masked::Masked;
use domain::people::{ConsentScope, Correspondence, Language, PersonName};
use domain::urn::Urn;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Fault;
use super::case::{Adviser, CaseRecord, DefendantRecord};
use super::contact;
use super::fields::{Fields, is_line};

pub(super) const REFERENCE_CHARS_MAX: usize = 100;
pub(super) const NOTE_CHARS_MAX: usize = 200;
const KNOWN: &str = "only the fields that docs/imports.md lists";
const GROUNDS: &str = "most-serious-crime, persistently-targeted or vulnerable-or-intimidated";

/// Reads one case.
pub(super) fn case(map: Map<String, Value>) -> Result<CaseRecord, Fault> {
    let mut f = Fields::new(map);
    let opened_at = f.must_instant("opened_at")?;
    let record = CaseRecord {
        urn: f.must_parsed("urn", "a case reference", Urn::parse)?,
        victim_ref: f.must_text("victim_ref", REFERENCE_CHARS_MAX)?,
        area: f.must_parsed("area", "an Area code", AreaCode::parse)?,
        unit: f.parsed("unit", "a unit's code", AreaCode::parse)?,
        offence: f.must_word("offence", "adult-rape, serious-sexual or other")?,
        opened_at,
        legal_name: f.must_parsed("legal_name", "a name", PersonName::parse)?,
        preferred_name: f.must_parsed("preferred_name", "a name", PersonName::parse)?,
        birth_year: f.parsed("birth_year", "a year of birth, as in 1994", birth_year)?,
        correspondence: correspondence(&mut f)?,
        service: f.must_word("service", "universal, enhanced, rasso or bereaved")?,
        enhanced: enhanced(&mut f)?,
        wants_contact: f.must_flag("wants_contact")?,
        vlo: f.text("vlo", REFERENCE_CHARS_MAX)?,
        points: contact::points(&mut f, opened_at)?,
        preferred: f.must_word(
            "preferred",
            "email, mobile, home-phone, post, via-isva or via-police",
        )?,
        schedule: contact::schedule(&mut f)?,
        content_in_email: f.must_flag("content_in_email")?,
        voicemail: contact::wording(&mut f, "voicemail", "voicemail_agreed_at", opened_at)?
            .map_or(VoicemailRule::Forbidden, |(wording, agreed_at)| {
                VoicemailRule::Allowed { wording, agreed_at }
            }),
        text: contact::wording(&mut f, "text_wording", "text_agreed_at", opened_at)?.map_or(
            TextRule::Forbidden,
            |(wording, agreed_at)| TextRule::Allowed { wording, agreed_at },
        ),
        code_word: f.text("code_word", REFERENCE_CHARS_MAX)?.map(Masked::new),
        dropped_call: f.text("dropped_call", NOTE_CHARS_MAX)?.map(Masked::new),
        defendants: f
            .objects("defendants", "defendant")?
            .into_iter()
            .enumerate()
            .map(defendant)
            .collect::<Result<_, _>>()?,
        adviser: f.object("adviser")?.map(adviser).transpose()?,
    };
    let reachable = match record.preferred {
        Route::ViaIsva => record.adviser.is_some(),
        Route::ViaPolice => true,
        route => record.points.iter().any(|point| point.route == route),
    };
    if !reachable {
        return Err(f.fault(
            "preferred",
            "names a way that the row has no contact for",
            "a way that the row describes",
        ));
    }
    f.finish(KNOWN)?;
    Ok(record)
}

/// A year in which somebody can have been born who is a victim now.
fn birth_year(text: &str) -> Result<i16, &'static str> {
    let year = text.parse::<i16>().ok();
    year.filter(|year| (1900..=2100).contains(year))
        .ok_or("a year of four digits")
}

fn correspondence(f: &mut Fields) -> Result<Correspondence, Fault> {
    let word = f.must_text("language", REFERENCE_CHARS_MAX)?;
    let name = f.text("language_name", REFERENCE_CHARS_MAX)?;
    let language = match (word.as_str(), name) {
        ("english", None) => Language::English,
        ("welsh", None) => Language::Welsh,
        ("other", Some(name)) => Language::Other { name },
        ("other", None) => return Err(f.missing("language_name", "what the other language is called")),
        ("english" | "welsh", Some(_)) => {
            return Err(f.fault(
                "language_name",
                "stands beside english or welsh",
                "a name only when language is other",
            ));
        }
        _ => return Err(f.fault("language", "is not one of its words", "english, welsh or other")),
    };
    let format = |item: &Value| {
        item.as_str()
            .filter(|text| is_line(text, REFERENCE_CHARS_MAX))
            .map(str::to_owned)
            .ok_or("a few words")
    };
    Ok(Correspondence {
        language,
        translator: f.text("translator", NOTE_CHARS_MAX)?.map(Masked::new),
        formats: f.items("formats", "a format", format)?,
    })
}

fn enhanced(f: &mut Fields) -> Result<Option<domain::people::EnhancedGround>, Fault> {
    let enhanced = f.must_flag("enhanced")?;
    match (enhanced, f.word("enhanced_ground", GROUNDS)?) {
        (true, None) => Err(f.missing("enhanced_ground", GROUNDS)),
        (false, Some(_)) => Err(f.fault(
            "enhanced_ground",
            "is given although enhanced is false",
            "no ground, or enhanced = true",
        )),
        (_, ground) => Ok(ground),
    }
}

fn defendant((at, mut f): (usize, Fields)) -> Result<DefendantRecord, Fault> {
    let label = f
        .text("label", REFERENCE_CHARS_MAX)?
        .unwrap_or_else(|| format!("Defendant {}", at + 1));
    let record = DefendantRecord {
        label,
        name: f.must_parsed("name", "a name", PersonName::parse)?,
        addresses: f.items("addresses", "a postal address", contact::post)?,
        phones: f.items("phones", "a telephone number", contact::phone)?,
        emails: f.items("emails", "an email address", contact::email)?,
    };
    f.finish("label, name, addresses, phones and emails")?;
    Ok(record)
}

fn adviser(mut f: Fields) -> Result<Adviser, Fault> {
    const SCOPES: &str = "updates, meeting-offers, letters or replies";
    let record = Adviser {
        name: f.must_parsed("name", "a name", PersonName::parse)?,
        service: f.must_text("service", NOTE_CHARS_MAX)?,
        email: f.must_parsed("email", "an email address", EmailAddress::parse)?,
        transport: f.must_word("transport", "cjsm, aligned-tls-dmarc or portal-only")?,
        scopes: f.items("scopes", "a scope", |item| {
            ConsentScope::deserialize(item).map_err(|_| SCOPES)
        })?,
        from: f.must_day("from")?,
        until: f.must_day("until")?,
    };
    if record.scopes.is_empty() {
        return Err(f.missing("scopes", SCOPES));
    }
    if record.until < record.from {
        return Err(f.fault(
            "until",
            "lies before from",
            "the last day at the service and of the consent",
        ));
    }
    f.finish("name, service, email, transport, scopes, from and until")?;
    Ok(record)
}
