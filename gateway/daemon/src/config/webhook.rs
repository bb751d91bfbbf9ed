//! `[webhook]`: another system that is told of changes.

use std::path::{Path, PathBuf};

use hyper::Uri;
use serde::Deserialize;
use web::outward::is_safe;

/// Who is told. Times are in seconds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Its address.
    pub url: String,
    /// 32 secret bytes in hexadecimal, which it has too.
    pub secret_file: PathBuf,
    /// Authorities to trust instead of the public ones.
    pub ca_file: Option<PathBuf>,
    /// The wait after the first try that failed.
    pub retry_first_s: i64,
    /// The longest wait.
    pub retry_max_s: i64,
    /// After so long an event is given up.
    pub give_up_s: i64,
}

impl Webhook {
    /// Makes paths relative to the configuration's folder.
    pub(super) fn resolve(&mut self, folder: &Path) {
        self.secret_file = folder.join(&self.secret_file);
        if let Some(file) = &mut self.ca_file {
            *file = folder.join(&*file);
        }
    }

    /// Values that are out of bounds: the key, and what would be right.
    pub(super) fn faults(&self, must: &mut impl FnMut(bool, &str)) {
        must(
            !self.url.contains(['@', '#']) && self.url.parse::<Uri>().is_ok_and(|uri| is_safe(&uri)),
            "webhook.url: must be https://HOST[:PORT][/PATH], without a user or `#`",
        );
        must(
            self.retry_first_s >= 1 && self.retry_max_s >= self.retry_first_s,
            "webhook.retry_first_s: must be at least 1 second, and webhook.retry_max_s not less than it",
        );
        must(
            (60..=30 * 86_400).contains(&self.give_up_s),
            "webhook.give_up_s: must be between 60 seconds and 30 days",
        );
    }
}
