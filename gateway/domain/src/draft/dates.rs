//! Dates in running text, in the ways in which they are written here, English or Welsh.

use jiff::civil::Date;

use crate::address::chars::folded_words;

const ENGLISH: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WELSH: [&str; 12] = [
    "ionawr",
    "chwefror",
    "mawrth",
    "ebrill",
    "mai",
    "mehefin",
    "gorffennaf",
    "awst",
    "medi",
    "hydref",
    "tachwedd",
    "rhagfyr",
];

/// Every date that three neighbouring words can mean: day month year, month day year, year month day; the
/// month as a number or a word, the year with two or four digits.
pub(crate) fn dates_in(text: &str) -> Vec<Date> {
    let words = folded_words(text);
    let mut found = Vec::new();
    for three in words.windows(3) {
        let [a, b, c] = [three[0].as_str(), three[1].as_str(), three[2].as_str()];
        for (day, month, year) in [(a, b, c), (b, a, c), (c, b, a)] {
            let (Some(day), Some(month)) = (day_of(day), month_of(month)) else {
                continue;
            };
            for year in years_of(year) {
                found.extend(Date::new(year, month, day));
            }
        }
    }
    found
}

fn day_of(word: &str) -> Option<i8> {
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (digits, rest) = word.split_at(end);
    let ordinal = ["", "st", "nd", "rd", "th", "af", "ail", "ydd", "fed", "eg", "ain"].contains(&rest);
    if ordinal && digits.len() <= 2 {
        digits.parse().ok()
    } else {
        None
    }
}

fn month_of(word: &str) -> Option<i8> {
    if let Ok(number) = word.parse::<i8>() {
        return (1..=12).contains(&number).then_some(number);
    }
    let named = |months: &[&str; 12]| {
        months
            .iter()
            .position(|month| *month == word || (word.len() >= 3 && month.starts_with(word)))
    };
    let at = named(&ENGLISH).or_else(|| named(&WELSH))?;
    i8::try_from(at + 1).ok()
}

fn years_of(word: &str) -> Vec<i16> {
    match (word.len(), word.parse::<i16>()) {
        (4, Ok(year)) => vec![year],
        (2, Ok(short)) => vec![1900 + short, 2000 + short],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_found_in_every_way_of_writing_it() {
        let born: Date = "1990-02-03".parse().unwrap();
        for text in [
            "born 3 February 1990.",
            "on the 3rd February, 1990",
            "03/02/1990",
            "3.2.90",
            "1990-02-03",
            "Feb 3, 1990",
            "3 Chwefror 1990",
            "3ydd Chwefror 1990",
        ] {
            assert!(dates_in(text).contains(&born), "{text}");
        }
        for text in ["February 1990", "3 February", "4 February 1990", "31/02/1990", ""] {
            assert!(!dates_in(text).contains(&born), "{text}");
        }
    }
}
