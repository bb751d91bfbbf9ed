//! Everything that a database has written down, to be searched for what must not stand there in clear.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgPool};
use store::Pool;

use crate::database::Database;

const COLUMNS_MIN: usize = 50;
const WAL_SEGMENT_BYTES: i64 = 16 * 1024 * 1024;

/// Every byte of the database's files, the write-ahead log included, and after them every value of every column:
/// a value on several pages, or a compressed one, does not stand in the files in one piece.
pub async fn every_byte(database: &Database) -> Vec<u8> {
    match &database.pool {
        Pool::Sqlite { .. } => {
            let path = database
                .address
                .strip_prefix("sqlite:")
                .expect("an SQLite address");
            let mut bytes = std::fs::read(path).expect("the database's file");
            for beside in ["-wal", "-shm", "-journal"] {
                bytes.extend(std::fs::read(format!("{path}{beside}")).unwrap_or_default());
            }
            bytes.extend(every_value(database).await);
            bytes
        }
        Pool::Postgres(pool) => {
            let mut bytes = postgres_files(pool).await;
            bytes.extend(every_value(database).await);
            bytes
        }
    }
}

/// Every column of every table.
async fn columns(database: &Database) -> Vec<(String, String)> {
    let columns: Vec<(String, String)> = match &database.pool {
        Pool::Sqlite { writer, .. } => {
            let columns =
                "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'";
            sqlx::query_as(columns).fetch_all(writer).await
        }
        Pool::Postgres(pool) => {
            let columns = "SELECT table_name::text, column_name::text FROM information_schema.columns \
                           WHERE table_schema = 'public'";
            sqlx::query_as(columns).fetch_all(pool).await
        }
    }
    .expect("the columns");
    assert!(columns.len() > COLUMNS_MIN, "{} columns", columns.len());
    columns
}

/// Every value of a column but NULL, as bytes.
async fn values(database: &Database, table: &str, column: &str) -> Vec<Vec<u8>> {
    match &database.pool {
        Pool::Sqlite { writer, .. } => {
            let values =
                format!(r#"SELECT CAST("{column}" AS BLOB) FROM "{table}" WHERE "{column}" IS NOT NULL"#);
            sqlx::query_scalar(AssertSqlSafe(values)).fetch_all(writer).await
        }
        Pool::Postgres(pool) => {
            let kind = "SELECT data_type::text FROM information_schema.columns \
                        WHERE table_schema = 'public' AND table_name = $1 AND column_name = $2";
            let kind = sqlx::query_scalar(kind).bind(table).bind(column).fetch_one(pool);
            let kind: String = kind.await.expect("the column");
            let value = if kind == "bytea" {
                format!(r#""{column}""#)
            } else {
                format!(r#"convert_to("{column}"::text, 'UTF8')"#)
            };
            let values = format!(r#"SELECT {value} FROM "{table}" WHERE "{column}" IS NOT NULL"#);
            sqlx::query_scalar(AssertSqlSafe(values)).fetch_all(pool).await
        }
    }
    .expect("the values")
}

async fn every_value(database: &Database) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (table, column) in columns(database).await {
        append(&mut bytes, values(database, &table, &column).await);
    }
    bytes
}

/// The files of every table and index, and the part of the write-ahead log that this database can be in. The
/// server reads them for us, so that it does not matter whose files they are.
async fn postgres_files(pool: &PgPool) -> Vec<u8> {
    sqlx::query("CHECKPOINT")
        .execute(pool)
        .await
        .expect("a checkpoint");
    let files = "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class \
                 WHERE relkind IN ('r', 'i', 't') AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace)";
    let files: Vec<Vec<u8>> = sqlx::query_scalar(files)
        .fetch_all(pool)
        .await
        .expect("the files");
    assert!(files.len() > 20, "{} files", files.len());
    let mut bytes = Vec::new();
    append(&mut bytes, files);
    // The newest segments; the name of an older one sorts lower.
    let names = "SELECT name FROM pg_ls_waldir() WHERE size = $1 AND name <= pg_walfile_name(pg_current_wal_lsn()) \
                 ORDER BY name DESC LIMIT 4";
    let names: Vec<String> = sqlx::query_scalar(names)
        .bind(WAL_SEGMENT_BYTES)
        .fetch_all(pool)
        .await
        .expect("the segments of the write-ahead log");
    assert!(!names.is_empty(), "there is a write-ahead log");
    for name in names {
        let segment: Option<Vec<u8>> = sqlx::query_scalar("SELECT pg_read_binary_file($1, 0, $2, true)")
            .bind(format!("pg_wal/{name}"))
            .bind(WAL_SEGMENT_BYTES)
            .fetch_one(pool)
            .await
            .expect("a segment, unless it was recycled meanwhile");
        append(&mut bytes, segment);
    }
    bytes
}

fn append(bytes: &mut Vec<u8>, values: impl IntoIterator<Item = Vec<u8>>) {
    for value in values {
        bytes.push(b'\n');
        bytes.extend(value);
    }
}

/// The values of every column, as `table.column`, in the order of the values; without those tables.
pub async fn contents(database: &Database, without: &[&str]) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut contents = BTreeMap::new();
    for (table, column) in columns(database).await {
        if !without.contains(&table.as_str()) {
            let mut values = values(database, &table, &column).await;
            values.sort();
            contents.insert(format!("{table}.{column}"), values);
        }
    }
    contents
}

/// The sealed columns that hold something, as `table.column`.
pub async fn sealed_columns(database: &Database) -> Vec<String> {
    let mut holding = Vec::new();
    for (table, column) in sealed(database).await {
        let count = format!(r#"SELECT COUNT(*) FROM "{table}" WHERE length("{column}") > 0"#);
        let count = AssertSqlSafe(count);
        let count: i64 = match &database.pool {
            Pool::Sqlite { writer, .. } => sqlx::query_scalar(count).fetch_one(writer).await,
            Pool::Postgres(pool) => sqlx::query_scalar(count).fetch_one(pool).await,
        }
        .expect("a count");
        if count > 0 {
            holding.push(format!("{table}.{column}"));
        }
    }
    holding
}

/// Every sealed column of the schema.
async fn sealed(database: &Database) -> Vec<(String, String)> {
    match &database.pool {
        Pool::Sqlite { writer, .. } => {
            let columns = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c \
                           WHERE m.type = 'table' AND (c.name = 'sealed' OR c.name LIKE '%\\_sealed' ESCAPE '\\') ORDER BY 1, 2";
            sqlx::query_as(columns).fetch_all(writer).await
        }
        Pool::Postgres(pool) => {
            let columns = "SELECT table_name::text, column_name::text FROM information_schema.columns \
                           WHERE table_schema = 'public' AND (column_name = 'sealed' OR column_name LIKE '%\\_sealed') ORDER BY 1, 2";
            sqlx::query_as(columns).fetch_all(pool).await
        }
    }
    .expect("the columns")
}

/// Which of these pieces stand somewhere in the bytes, by their place in the list. The bytes are gone over once: only
/// where two bytes begin some piece are the pieces compared.
pub fn pieces_in(bytes: &[u8], pieces: &[Vec<u8>]) -> Vec<usize> {
    let key = |pair: &[u8]| usize::from(pair[0]) << 8 | usize::from(pair[1]);
    let mut beginning = vec![Vec::new(); 1 << 16];
    for (place, piece) in pieces.iter().enumerate() {
        beginning[key(&piece[..2])].push(place);
    }
    let mut found = std::collections::BTreeSet::new();
    for (at, pair) in bytes.windows(2).enumerate() {
        for place in &beginning[key(pair)] {
            if bytes[at..].starts_with(&pieces[*place]) {
                found.insert(*place);
            }
        }
    }
    found.into_iter().collect()
}

/// Which of these words stand somewhere in the bytes, whatever their case. Found by the letters of ASCII alone.
pub fn found_in<'w>(bytes: &[u8], words: &[&'w str]) -> Vec<&'w str> {
    let text = String::from_utf8_lossy(&bytes.to_ascii_lowercase()).into_owned();
    let mut found = words.to_vec();
    found.retain(|word| text.contains(&word.to_ascii_lowercase()));
    found
}
