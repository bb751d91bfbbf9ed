//! Key files with several keys, and the wrapped keys in a database.

use domain::time::random;
use store::Pool;
use store::keys::{self, KeyRow};
use vault::KeyFile;

use crate::chance::SeededEntropy;

/// The name of the key that every test begins with.
pub const FIRST: &str = crate::house::KEY;

/// One line of a key file: a key-encrypting key of this name.
pub fn line(id: &str, seed: u64) -> String {
    let entropy = SeededEntropy::new(seed);
    let text = KeyFile::new_text(id, &random(&entropy), &random(&entropy)).expect("a key file");
    format!("{}\n", text.lines().next().expect("its first line"))
}

/// The key file without the key-encrypting key of this name.
pub fn without(file: &str, id: &str) -> String {
    let of_it = format!("gateway-kek-v1 {id} ");
    file.lines()
        .filter(|line| !line.starts_with(&of_it))
        .fold(String::new(), |text, line| text + line + "\n")
}

/// Every wrapped key, by owner.
pub async fn wrapped(pool: &Pool) -> Vec<KeyRow> {
    let mut tx = pool.read().await.expect("a reader");
    keys::list_not_under(&mut tx, "", "", u32::MAX)
        .await
        .expect("the keys")
}
