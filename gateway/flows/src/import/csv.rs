//! CSV, strictly: RFC 4180 with one record to a line, and no formulas.
//!
//! A lenient reader makes one long cell of everything after a forgotten quotation mark. Here a cell ends on
//! its line, so that a slip costs one row, and line numbers stay those that an editor shows.

use std::collections::BTreeSet;

use super::Fault;

/// The names of the columns, each once.
pub(super) struct Header(Vec<String>);

impl Header {
    pub(super) fn parse(line: &str) -> Result<Self, Fault> {
        let names = cells(line)?;
        let mut seen = BTreeSet::new();
        for (at, name) in names.iter().enumerate() {
            if !seen.insert(name) {
                return Err(Fault::of(
                    shown(name, at),
                    "stands in the header twice",
                    "each column once",
                ));
            }
        }
        if names.len() == 1 && names[0].contains([';', '\t']) {
            return Err(Fault::new(
                "the columns are not separated by commas",
                "a comma between columns",
            ));
        }
        Ok(Self(names))
    }

    pub(super) fn names(&self) -> &[String] {
        &self.0
    }

    /// Pairs the cells of a row with their columns; empty cells are left out, formulas refused.
    pub(super) fn pair(
        &self,
        cells: Vec<String>,
        is_phone: fn(&str) -> bool,
    ) -> Result<Vec<(&str, String)>, Fault> {
        if cells.len() != self.0.len() {
            return Err(Fault::new(
                format!("the row has {} cells", cells.len()),
                format!("{} cells, one to each column of the header", self.0.len()),
            ));
        }
        let mut pairs = Vec::with_capacity(cells.len());
        for (name, cell) in self.0.iter().zip(cells) {
            check_cell(name, &cell, is_phone(name))?;
            if !cell.is_empty() {
                pairs.push((name.as_str(), cell));
            }
        }
        Ok(pairs)
    }
}

/// A column's name where it can be shown, else where it stands.
pub(super) fn shown(name: &str, at: usize) -> String {
    let plain = (1..=40).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if plain {
        name.to_owned()
    } else {
        format!("(column {})", at + 1)
    }
}

/// A spreadsheet would run a cell that begins like a formula, here or wherever the value goes next.
fn check_cell(name: &str, cell: &str, is_phone: bool) -> Result<(), Fault> {
    let start = cell.trim_start_matches(' ');
    if start.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        let number = |c: char| c.is_ascii_digit() || c == ' ' || c == '+' || c == '|';
        if !(is_phone && start.starts_with('+') && start.chars().all(number)) {
            return Err(Fault::of(
                name,
                "begins like a spreadsheet formula",
                "a text that does not begin with = + - @ or a tab (a phone number in a phone column may begin with +)",
            ));
        }
    }
    if cell.chars().any(char::is_control) {
        return Err(Fault::of(
            name,
            "holds a control character",
            "plain text on one line",
        ));
    }
    Ok(())
}

/// Splits one line into its cells.
pub(super) fn cells(line: &str) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    let mut rest = line;
    loop {
        let (cell, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted, found.len() + 1)?,
            None => plain_cell(rest, found.len() + 1)?,
        };
        found.push(cell);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return Ok(found),
        }
    }
}

fn plain_cell(rest: &str, number: usize) -> Result<(String, &str), Fault> {
    let (cell, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
    if cell.contains('"') {
        return Err(Fault::new(
            format!("cell {number} has a quotation mark but does not begin with one"),
            "the whole cell in quotation marks, each mark inside it doubled",
        ));
    }
    Ok((cell.to_owned(), after))
}

fn quoted_cell(quoted: &str, number: usize) -> Result<(String, &str), Fault> {
    let mut cell = String::new();
    let mut rest = quoted;
    loop {
        let Some(mark) = rest.find('"') else {
            return Err(Fault::new(
                format!("cell {number} opens a quotation mark that its line does not close"),
                "the cell closed on the same line; a cell has no line breaks",
            ));
        };
        cell.push_str(&rest[..mark]);
        rest = &rest[mark + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                cell.push('"');
                rest = after;
            }
            None if rest.is_empty() || rest.starts_with(',') => return Ok((cell, rest)),
            None => {
                return Err(Fault::new(
                    format!("cell {number} goes on after its closing quotation mark"),
                    "a comma after the mark, or each mark inside the cell doubled",
                ));
            }
        }
    }
}
