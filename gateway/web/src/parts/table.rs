//! `parts/table`: rows of text under columns.

use serde::Serialize;

use super::Tag;

/// One cell of `parts/table`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Cell {
    /// Its column's name, which a narrow screen shows before it.
    pub(crate) label: &'static str,
    pub(crate) lines: Vec<String>,
    pub(crate) tag: Option<Tag>,
}

/// One row of `parts/table`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct TableRow {
    pub(crate) name: String,
    pub(crate) cells: Vec<Cell>,
}

/// `parts/table`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rows: Vec<TableRow>,
}

impl Table {
    /// A table without rows; the first column holds the rows' names.
    pub(crate) fn new(caption: &str, columns: &[&'static str]) -> Self {
        Self {
            caption: caption.to_owned(),
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row with a cell for each column but the first, each with its lines.
    #[must_use]
    pub(crate) fn row(mut self, name: impl Into<String>, cells: Vec<Vec<String>>) -> Self {
        let labels = self.columns.iter().skip(1);
        let cells = labels.zip(cells).map(|(label, lines)| Cell {
            label,
            lines,
            tag: None,
        });
        self.rows.push(TableRow {
            name: name.into(),
            cells: cells.collect(),
        });
        self
    }

    /// Puts a tag before the first cell of the row that was added last.
    #[must_use]
    pub(crate) fn tagged(mut self, text: &str, colour: Option<&'static str>) -> Self {
        if let Some(cell) = self.rows.last_mut().and_then(|row| row.cells.first_mut()) {
            cell.tag = Some(Tag {
                text: text.to_owned(),
                colour,
            });
        }
        self
    }
}
