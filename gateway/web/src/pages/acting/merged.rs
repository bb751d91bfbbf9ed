//! The words of a message line by line, with what was filled in from the record marked. The marks are not sent.

use domain::calendar::london;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

/// Part of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    text: String,
    /// Filled in from the record.
    merged: bool,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    pieces: Vec<Piece>,
}

/// Marks in `text` whatever of `values` stands in it, the longest first.
pub(super) fn lines(text: &str, values: &[String]) -> Vec<Line> {
    let mut wanted = values
        .iter()
        .flat_map(|value| spellings(value))
        .collect::<Vec<_>>();
    wanted.sort_by_key(|value| std::cmp::Reverse(value.len()));
    wanted.dedup();
    text.lines()
        .map(|line| Line {
            pieces: mark(line, &wanted),
        })
        .collect()
}

/// How a value may stand in the words: its lines, and days and times as people read them.
fn spellings(value: &str) -> Vec<String> {
    let mut found = value
        .lines()
        .map(str::trim)
        .filter(|line| line.chars().count() > 1)
        .map(str::to_owned)
        .collect::<Vec<_>>();
    if let Ok(day) = value.parse::<Date>() {
        found.push(day.strftime("%A %-d %B %Y").to_string());
    } else if let Ok(at) = value.parse::<Timestamp>() {
        let local = at.to_zoned(london());
        found.push(format!(
            "{} on {}",
            crate::show::time(at),
            local.strftime("%A %-d %B %Y")
        ));
    }
    found
}

fn mark(line: &str, wanted: &[String]) -> Vec<Piece> {
    let plain = |text: &str| Piece {
        text: text.to_owned(),
        merged: false,
    };
    let mut pieces = vec![plain(line)];
    for value in wanted {
        let split = pieces.into_iter().flat_map(|piece| {
            if piece.merged || !piece.text.contains(value.as_str()) {
                return vec![piece];
            }
            let mut parts = Vec::new();
            for (at, between) in piece.text.split(value.as_str()).enumerate() {
                if at > 0 {
                    parts.push(Piece {
                        text: value.clone(),
                        merged: true,
                    });
                }
                if !between.is_empty() {
                    parts.push(plain(between));
                }
            }
            parts
        });
        pieces = split.collect();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, values: &[&str]) -> Vec<String> {
        let values = values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let pieces = lines(text, &values).into_iter().flat_map(|line| line.pieces);
        pieces
            .filter(|piece| piece.merged)
            .map(|piece| piece.text)
            .collect()
    }

    #[test]
    fn what_was_filled_in_is_marked_and_nothing_else_changes() {
        let text = "Dear Maren,\nThe trial begins on Monday 7 December 2026.\nAsk by 5:30pm on Tuesday 1 December 2026.";
        let values = ["Maren", "2026-12-07", "2026-12-01T17:30:00Z"];
        assert_eq!(
            marked(text, &values),
            [
                "Maren",
                "Monday 7 December 2026",
                "5:30pm on Tuesday 1 December 2026"
            ]
        );
        let values = values.map(str::to_owned);
        let lines = lines(text, &values);
        let whole = lines.iter().map(|line| {
            let texts = line.pieces.iter().map(|piece| piece.text.as_str());
            texts.collect::<String>()
        });
        assert_eq!(whole.collect::<Vec<_>>().join("\n"), text);
    }

    #[test]
    fn the_longest_value_wins_and_a_single_letter_marks_nothing() {
        assert_eq!(
            marked("Maren Holloway a", &["Maren", "Maren Holloway", "a"]),
            ["Maren Holloway"]
        );
    }
}
