//! Contact points with their safety, and the times of a contact plan.

use domain::address::{EmailAddress, PhoneNumber, PostalAddress};
use domain::contact::{PointValue, Route, Safety, Why};
use domain::masked::Masked;
use domain::window::{ClockTime, Day, Exclusion, Schedule, Window, Windows};
use jiff::{Span, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::Fault;
use super::case::PointRecord;
use super::fields::{self, Fields};
use super::read::{NOTE_CHARS_MAX, REFERENCE_CHARS_MAX};

/// The longest agreed wording of a voicemail or a text, in characters.
const WORDING_CHARS_MAX: usize = 500;
/// The longest time between two checks of a contact point, in days.
const REVIEW_DAYS_MAX: i64 = 366;
const WHYS: &str =
    "never-verified, reported-unsafe, third-party, defence-side, hard-bounce, being-changed or replaced";
const WINDOW: &str = "any alone, or days and times such as mon-fri 09:00-17:00 or tue,thu 18:00-20:30";
const EXCLUSION: &str = "days such as 2026-12-24..2027-01-02, or a weekly time such as mon 18:00-20:00";

pub(super) fn email(value: &Value) -> Result<EmailAddress, String> {
    EmailAddress::parse(value.as_str().unwrap_or_default()).map_err(|e| e.to_string())
}

pub(super) fn phone(value: &Value) -> Result<PhoneNumber, String> {
    PhoneNumber::parse(value.as_str().unwrap_or_default()).map_err(|e| e.to_string())
}

pub(super) fn post(value: &Value) -> Result<PostalAddress, String> {
    let lines = Vec::<String>::deserialize(value).map_err(|_| "a list of 3 to 7 lines".to_owned())?;
    PostalAddress::parse(&lines).map_err(|e| e.to_string())
}

fn value(route: Route, value: &Value) -> Result<PointValue, String> {
    match route {
        Route::Email => email(value).map(PointValue::Email),
        Route::Post => post(value).map(PointValue::Post),
        Route::Mobile => match phone(value)? {
            number if number.is_mobile() => Ok(PointValue::Phone(number)),
            _ => Err("a mobile number such as 07700 900123; another number is a home_phone".to_owned()),
        },
        _ => phone(value).map(PointValue::Phone),
    }
}

/// All contact points of a row.
pub(super) fn points(f: &mut Fields, opened_at: Timestamp) -> Result<Vec<PointRecord>, Fault> {
    const ROUTES: [(&str, Route); 4] = [
        ("email", Route::Email),
        ("mobile", Route::Mobile),
        ("home_phone", Route::HomePhone),
        ("post", Route::Post),
    ];
    let mut found: Vec<PointRecord> = Vec::new();
    for (name, route) in ROUTES {
        let Some(inner) = f.object(name)? else { continue };
        let point = point(inner, route, opened_at)?;
        if found.iter().any(|known| known.value.meets(&point.value)) {
            return Err(f.fault(
                name,
                "reaches the same place as another contact point",
                "each address or number once",
            ));
        }
        found.push(point);
    }
    Ok(found)
}

/// One contact point: the value, and who says what about its safety.
fn point(mut f: Fields, route: Route, opened_at: Timestamp) -> Result<PointRecord, Fault> {
    let given: Value = f.must_word("value", "the address or number")?;
    let value =
        value(route, &given).map_err(|right| f.fault("value", "cannot be used as it stands", right))?;
    let word = f.must_text("safety", REFERENCE_CHARS_MAX)?;
    let safety = match word.as_str() {
        "verified-safe" => verified(&mut f)?,
        "unknown" => {
            let why = f.word("why", WHYS)?.unwrap_or(Why::NeverVerified);
            Safety::Unknown {
                why,
                since: f.instant("since")?.unwrap_or(opened_at),
            }
        }
        "unsafe" => {
            let why = f.must_word("why", WHYS)?;
            Safety::Unsafe {
                why,
                since: f.instant("since")?.unwrap_or(opened_at),
            }
        }
        _ => {
            return Err(f.fault(
                "safety",
                "is not one of its words",
                "verified-safe, unknown or unsafe",
            ));
        }
    };
    f.finish(
        "value, safety, said_by, how, verified_at and review_by when verified-safe, else why and since",
    )?;
    Ok(PointRecord { route, value, safety })
}

fn verified(f: &mut Fields) -> Result<Safety, Fault> {
    let verified_at = f.must_instant("verified_at")?;
    let review_by = f.must_day("review_by")?;
    let verified_on = verified_at.to_zoned(domain::window::london()).date();
    let latest = verified_on.saturating_add(Span::new().days(REVIEW_DAYS_MAX));
    if review_by <= verified_on || review_by > latest {
        return Err(f.fault(
            "review_by",
            "does not lie after verified_at and within a year of it",
            "the day by which the victim is asked again, at most 366 days later",
        ));
    }
    Ok(Safety::VerifiedSafe {
        said_by: Masked::new(f.must_text("said_by", NOTE_CHARS_MAX)?),
        how: Masked::new(f.must_text("how", NOTE_CHARS_MAX)?),
        verified_at,
        review_by,
    })
}

/// Agreed words and when they were agreed on, by default when the case was opened.
pub(super) fn wording(
    f: &mut Fields,
    words: &str,
    agreed_at: &str,
    opened_at: Timestamp,
) -> Result<Option<(Masked, Timestamp)>, Fault> {
    let found = f.text(words, WORDING_CHARS_MAX)?;
    let at = f.instant(agreed_at)?;
    match found {
        Some(text) => Ok(Some((Masked::new(text), at.unwrap_or(opened_at)))),
        None if at.is_some() => Err(f.missing(
            words,
            format!("the words that were agreed on, as {agreed_at} is given"),
        )),
        None => Ok(None),
    }
}

/// When the victim may be contacted. Nothing said is not "any time": `any` has to stand there.
pub(super) fn schedule(f: &mut Fields) -> Result<Schedule, Fault> {
    let texts = f.items("windows", "a window", |item| match item {
        Value::String(text) if text == "any" || window(text).is_some() => Ok(text.clone()),
        _ => Err(WINDOW),
    })?;
    let windows = match texts.as_slice() {
        [] => Windows::Unrecorded,
        [only] if only == "any" => Windows::Any,
        all if all.iter().any(|text| text == "any") => {
            return Err(f.fault("windows", "holds any beside other windows", WINDOW));
        }
        all => Windows::Only {
            windows: all.iter().filter_map(|text| window(text)).collect(),
        },
    };
    let exclusions = f.items("exclusions", "an exclusion", |item| {
        item.as_str().and_then(exclusion).ok_or(EXCLUSION)
    })?;
    Ok(Schedule { windows, exclusions })
}

fn exclusion(text: &str) -> Option<Exclusion> {
    let Some((first, last)) = text.split_once("..") else {
        return window(text).map(|window| Exclusion::Weekly { window });
    };
    let (first, last) = (fields::day(first)?, fields::day(last)?);
    (first <= last).then_some(Exclusion::Dates { first, last })
}

/// Reads `mon-fri 09:00-17:00`: days or spans of days with commas, then a span of time within one day.
pub(super) fn window(text: &str) -> Option<Window> {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let at = |word: &str| NAMES.iter().position(|name| *name == word);
    let (days, times) = text.split_once(' ')?;
    let mut on: Vec<Day> = Vec::new();
    for part in days.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        on.extend(Day::ALL.get(at(first)?..=at(last)?)?);
    }
    let (from, to) = times.split_once('-')?;
    Window::new(&on, ClockTime::parse(from).ok()?, ClockTime::parse(to).ok()?).ok()
}
