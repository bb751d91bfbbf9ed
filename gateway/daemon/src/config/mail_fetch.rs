//! `[[mail_fetch]]`: a mailbox that is hosted elsewhere and read by IMAP.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::area::AreaCode;
use serde::Deserialize;

/// Where an Area's mailbox is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailFetch {
    /// The Area whose mailbox it is; nothing else says so.
    pub area: AreaCode,
    /// Host name or IP address to connect to.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// When TLS begins.
    #[serde(default)]
    pub tls: FetchTls,
    /// The name that its certificate must hold; the host when left out.
    pub server_name: Option<String>,
    /// Authorities to trust instead of the public ones.
    pub ca_file: Option<PathBuf>,
    /// Who we are to it.
    pub user: String,
    /// How that is shown.
    pub auth: Auth,
    /// A secret file that holds the password or the access token; it is read at every connection.
    pub secret_file: PathBuf,
    /// The folder.
    #[serde(default = "inbox")]
    pub folder: String,
    /// Largest message, in bytes.
    pub message_bytes_max: usize,
    /// How often the folder is looked at whatever the server says, in seconds.
    pub poll_s: u64,
}

/// When TLS begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FetchTls {
    /// With the first byte.
    #[default]
    Implicit,
    /// After a greeting in the clear, by STARTTLS.
    Starttls,
    /// Never; only to a loopback address.
    ClearOnThisMachine,
}

/// How the user is shown to be who they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// A password.
    Password,
    /// An `OAuth2` access token.
    XOAuth2,
}

fn inbox() -> String {
    "INBOX".to_owned()
}

impl MailFetch {
    /// Makes paths relative to the configuration's folder.
    pub(super) fn resolve(&mut self, folder: &Path) {
        self.secret_file = folder.join(&self.secret_file);
        if let Some(file) = &mut self.ca_file {
            *file = folder.join(&*file);
        }
    }
}

/// Values that are out of bounds: the key, and what would be right.
pub(super) fn faults(list: &[MailFetch], must: &mut impl FnMut(bool, &str)) {
    let areas: BTreeSet<&AreaCode> = list.iter().map(|about| &about.area).collect();
    must(
        areas.len() == list.len(),
        "mail_fetch.area: must be another one in each table, since an Area has one mailbox",
    );
    for about in list {
        must(
            about.port > 0,
            "mail_fetch.port: must be a port, usually 993, or 143 where mail_fetch.tls is \"starttls\"",
        );
        must(
            (64 * 1024..=25 * 1024 * 1024).contains(&about.message_bytes_max),
            "mail_fetch.message_bytes_max: must be between 65536 and 26214400 bytes",
        );
        must(
            (1..=1500).contains(&about.poll_s),
            "mail_fetch.poll_s: must be between 1 and 1500 seconds",
        );
    }
}
