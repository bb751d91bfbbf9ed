//! Days and times as people write them, in both languages.

use jiff::civil::{Date, DateTime, Weekday};

use crate::Language;

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_CY: [&str; 12] = [
    "Ionawr",
    "Chwefror",
    "Mawrth",
    "Ebrill",
    "Mai",
    "Mehefin",
    "Gorffennaf",
    "Awst",
    "Medi",
    "Hydref",
    "Tachwedd",
    "Rhagfyr",
];

/// The Welsh name of a day stands after "dydd"; after an adverb of time that word softens to "ddydd".
fn weekday(day: Weekday, language: Language) -> &'static str {
    let (en, cy) = match day {
        Weekday::Monday => ("Monday", "Llun"),
        Weekday::Tuesday => ("Tuesday", "Mawrth"),
        Weekday::Wednesday => ("Wednesday", "Mercher"),
        Weekday::Thursday => ("Thursday", "Iau"),
        Weekday::Friday => ("Friday", "Gwener"),
        Weekday::Saturday => ("Saturday", "Sadwrn"),
        Weekday::Sunday => ("Sunday", "Sul"),
    };
    match language {
        Language::English => en,
        Language::Welsh => cy,
    }
}

fn day_month_year(date: Date, language: Language) -> String {
    let months = match language {
        Language::English => MONTHS_EN,
        Language::Welsh => MONTHS_CY,
    };
    let month = usize::try_from(date.month())
        .ok()
        .and_then(|m| months.get(m - 1))
        .copied()
        .unwrap_or_default();
    format!(
        "{} {} {month} {}",
        weekday(date.weekday(), language),
        date.day(),
        date.year()
    )
}

/// "Monday 23 November 2026", "dydd Llun 23 Tachwedd 2026".
pub(crate) fn long(date: Date, language: Language) -> String {
    match language {
        Language::English => day_month_year(date, language),
        Language::Welsh => format!("dydd {}", day_month_year(date, language)),
    }
}

/// "5:30pm on Monday 23 November 2026", "5:30pm ddydd Llun 23 Tachwedd 2026"; noon is "midday". The instant
/// is already in London's time. `None` for midnight: sources write it when the time is not known, and "12am"
/// is read two ways.
pub(crate) fn long_with_time(at: DateTime, language: Language) -> Option<String> {
    let (hour, minute) = (at.hour(), at.minute());
    let time = match (hour, minute, language) {
        (0, 0, _) => return None,
        (12, 0, Language::English) => "midday".to_owned(),
        (12, 0, Language::Welsh) => "hanner dydd".to_owned(),
        _ => {
            let half = if hour < 12 { "am" } else { "pm" };
            let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
            if minute == 0 {
                format!("{hour}{half}")
            } else {
                format!("{hour}:{minute:02}{half}")
            }
        }
    };
    let day = day_month_year(at.date(), language);
    Some(match language {
        Language::English => format!("{time} on {day}"),
        Language::Welsh => format!("{time} ddydd {day}"),
    })
}

#[cfg(test)]
mod tests {
    use super::{long, long_with_time};
    use crate::Language::{English, Welsh};
    use jiff::civil::date;

    #[test]
    fn days_are_written_long_in_both_languages() {
        assert_eq!(long(date(2026, 11, 23), English), "Monday 23 November 2026");
        assert_eq!(long(date(2026, 11, 23), Welsh), "dydd Llun 23 Tachwedd 2026");
        assert_eq!(long(date(2027, 2, 28), Welsh), "dydd Sul 28 Chwefror 2027");
    }

    #[test]
    fn times_are_written_as_people_say_them() {
        let day = date(2026, 11, 23);
        let en = |h, m| long_with_time(day.at(h, m, 0, 0), English);
        assert_eq!(en(17, 30).as_deref(), Some("5:30pm on Monday 23 November 2026"));
        assert_eq!(en(10, 0).as_deref(), Some("10am on Monday 23 November 2026"));
        assert_eq!(en(12, 0).as_deref(), Some("midday on Monday 23 November 2026"));
        assert_eq!(en(12, 5).as_deref(), Some("12:05pm on Monday 23 November 2026"));
        assert_eq!(en(0, 5).as_deref(), Some("12:05am on Monday 23 November 2026"));
        assert_eq!(en(0, 0), None);
        let cy = long_with_time(day.at(17, 30, 0, 0), Welsh);
        assert_eq!(cy.as_deref(), Some("5:30pm ddydd Llun 23 Tachwedd 2026"));
    }
}
