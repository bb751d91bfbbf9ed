//! One row of an answer, from either database.

use jiff::Timestamp;
use sqlx::Row as _;

use crate::{Error, Result};

/// A row; columns are read by position, in the order of the SELECT.
pub enum Row {
    /// From SQLite.
    Sqlite(sqlx::sqlite::SqliteRow),
    /// From PostgreSQL.
    Postgres(sqlx::postgres::PgRow),
}

macro_rules! get {
    ($row:expr, $i:expr, $kind:ty) => {
        match $row {
            Row::Sqlite(row) => row.try_get::<$kind, _>($i),
            Row::Postgres(row) => row.try_get::<$kind, _>($i),
        }
    };
}

impl Row {
    /// A text.
    pub fn text(&self, i: usize) -> Result<String> {
        Ok(get!(self, i, String)?)
    }

    /// A text or NULL.
    pub fn text_opt(&self, i: usize) -> Result<Option<String>> {
        Ok(get!(self, i, Option<String>)?)
    }

    /// A number.
    pub fn int(&self, i: usize) -> Result<i64> {
        Ok(get!(self, i, i64)?)
    }

    /// A number or NULL.
    pub fn int_opt(&self, i: usize) -> Result<Option<i64>> {
        Ok(get!(self, i, Option<i64>)?)
    }

    /// A yes/no that is kept as 1/0.
    pub fn flag(&self, i: usize) -> Result<bool> {
        Ok(self.int(i)? != 0)
    }

    /// Bytes.
    pub fn bytes(&self, i: usize) -> Result<Vec<u8>> {
        Ok(get!(self, i, Vec<u8>)?)
    }

    /// Bytes or NULL.
    pub fn bytes_opt(&self, i: usize) -> Result<Option<Vec<u8>>> {
        Ok(get!(self, i, Option<Vec<u8>>)?)
    }

    /// An instant.
    pub fn at(&self, i: usize) -> Result<Timestamp> {
        instant(self.int(i)?)
    }

    /// An instant or NULL.
    pub fn at_opt(&self, i: usize) -> Result<Option<Timestamp>> {
        self.int_opt(i)?.map(instant).transpose()
    }

    /// An identifier or another text with a form of its own.
    pub fn parsed<T, E: std::fmt::Display>(
        &self,
        i: usize,
        parse: impl Fn(&str) -> std::result::Result<T, E>,
    ) -> Result<T> {
        let text = self.text(i)?;
        parse(&text).map_err(|fault| Error::Impossible {
            table: "row",
            column: "parsed",
            fault: fault.to_string(),
        })
    }

    /// The same, or NULL.
    pub fn parsed_opt<T, E: std::fmt::Display>(
        &self,
        i: usize,
        parse: impl Fn(&str) -> std::result::Result<T, E>,
    ) -> Result<Option<T>> {
        match self.text_opt(i)? {
            None => Ok(None),
            Some(_) => self.parsed(i, parse).map(Some),
        }
    }
}

fn instant(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|fault| Error::Impossible {
        table: "row",
        column: "instant",
        fault: fault.to_string(),
    })
}
