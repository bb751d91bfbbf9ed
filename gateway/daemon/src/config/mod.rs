//! The configuration of `gateway serve`: read once, at the start, and refused whole when anything is wrong.
//!
//! `config/gateway.toml` explains every key. A path in it is relative to the folder of the file. Secrets stand
//! in files of their own; see [`secrets`].
//!
//! To add a key: a field here, its line in `config/gateway.toml`, and, when it has limits, a line in `limits`.

mod files;
mod limits;
mod log;
mod mail_fetch;
mod mail_in;
pub mod secrets;
mod single_sign_on;
mod staff;
mod webhook;

use std::fs;
use std::path::{Path, PathBuf};

use domain::rulebook::Confirmation;
use domain::silence::Silence;
use serde::Deserialize;

pub use files::Files;
pub use limits::resolver;
pub use log::{Format, Level, Log};
pub use mail_fetch::{Auth, FetchTls, MailFetch};
pub use mail_in::{MailIn, Protocol};
pub use single_sign_on::SingleSignOn;
pub use staff::read as read_staff;
pub use webhook::Webhook;

use crate::print::Fault;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the data is.
    pub database: Database,
    /// The master key.
    pub keys: Keys,
    /// What auditors prove.
    pub contact_log: ContactLog,
    /// What is owed, and when.
    pub rules: Rules,
    /// How long data are kept.
    pub retention: Retention,
    /// How long silence may last; local choices, with defaults.
    #[serde(default)]
    pub silence: Silence,
    /// The words.
    pub templates: Templates,
    /// Who may act.
    pub staff: StaffFile,
    /// When the telephone is answered.
    pub office: Office,
    /// Who a message is from.
    pub sender: Sender,
    /// The server that takes our mail.
    pub relay: Relay,
    /// How messages leave.
    pub outbox: Outbox,
    /// The service that people sign in to; without it, this process serves no pages.
    pub web: Option<Web>,
    /// The door for mail to the mailboxes; nothing comes in without it.
    pub mail_in: Option<MailIn>,
    /// Mailboxes hosted elsewhere that are read by IMAP.
    #[serde(default)]
    pub mail_fetch: Vec<MailFetch>,
    /// How files that come with mail are taken; none are without it.
    pub files: Option<Files>,
    /// Another system that is told of changes; nobody is without it.
    pub webhook: Option<Webhook>,
    /// The program's own log.
    #[serde(default)]
    pub log: Log,
}

/// Where the data is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`.
    pub address: Option<String>,
    /// A secret file that holds the address, for one with a password in it.
    pub address_file: Option<PathBuf>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Database([address])")
    }
}

/// The master key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Its file.
    pub file: PathBuf,
    /// The id of the key in it that new secrets are sealed with.
    pub active: String,
}

/// The contact log as auditors get it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactLog {
    /// Its name, also that of its keys.
    pub origin: String,
    /// Where its tiles and checkpoints are published.
    pub folder: PathBuf,
    /// The keys that sign its checkpoints, outside the database.
    pub key_file: PathBuf,
    /// Which witnesses make a checkpoint trusted; nobody is asked without it.
    pub policy_file: Option<PathBuf>,
}

/// What is owed, and when.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The rulebook.
    pub rulebook: PathBuf,
    /// The calendar.
    pub bank_holidays: PathBuf,
    /// The Areas.
    pub areas: PathBuf,
    /// Rules that somebody confirmed, beyond what the rulebook says; those it keeps disabled are enabled by it.
    #[serde(default)]
    pub confirmed: Vec<Confirmation>,
    /// Hours before the due time at which an open obligation asks for attention.
    pub attention_hours: Vec<i64>,
}

/// How long data are kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The policy.
    pub file: PathBuf,
    /// Days after which the words of a rejected message to a mailbox go.
    #[serde(default = "rejected_mail_days")]
    pub rejected_mail_days: i64,
}

const fn rejected_mail_days() -> i64 {
    90
}

/// The words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    /// The folder that holds `<kind>/v<N>/<en|cy>/`.
    pub folder: PathBuf,
}

/// Who may act.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffFile {
    /// The file.
    pub file: PathBuf,
}

/// When the telephone is answered, as victims read it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// In English.
    pub hours_en: String,
    /// In Welsh.
    pub hours_cy: String,
}

/// Who a message is from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    /// The name in From.
    pub name: String,
    /// The address in From.
    pub address: String,
    /// The domain of Message-IDs and return paths.
    pub domain: String,
    /// 32 secret bytes in hexadecimal.
    pub bounce_key_file: PathBuf,
    /// Address and port of the DNS resolver that is asked about the domain; those of the machine without it.
    pub resolver: Option<String>,
}

/// The server that takes our mail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relay {
    /// Host name or IP address to connect to.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// When TLS begins; there is no way without it.
    #[serde(default)]
    pub tls: Tls,
    /// The name that its certificate must hold; the host when left out.
    pub server_name: Option<String>,
    /// Authorities to trust instead of the public ones.
    pub ca_file: Option<PathBuf>,
    /// Who we are to it, for a relay that asks.
    pub user: Option<String>,
    /// A secret file that holds the password of `user`.
    pub password_file: Option<PathBuf>,
    /// Connections kept open at most.
    pub connections_max: usize,
    /// Limit for each of: connecting, the envelope, the message until it is answered. Milliseconds.
    pub timeout_ms: u64,
    /// Signs what leaves; nothing is signed without it.
    pub dkim: Option<Dkim>,
}

/// When TLS begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// After a greeting in the clear, by STARTTLS.
    #[default]
    StartTls,
    /// With the first byte.
    Implicit,
}

/// Signs what leaves.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    /// `d=`.
    pub domain: String,
    /// `s=`.
    pub selector: String,
    /// An Ed25519 or RSA private key, PEM.
    pub key_file: PathBuf,
}

/// How messages leave. Times are in seconds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    /// A message can be cancelled for this long after its approval.
    pub hold_back_s: i64,
    /// Messages claimed at a time.
    pub batch_max: u32,
    /// How long a claim lasts.
    pub lease_s: i64,
    /// After this many tries a person decides.
    pub tries_max: i64,
    /// The wait after the first temporary failure.
    pub retry_first_s: i64,
    /// The longest wait.
    pub retry_max_s: i64,
    /// What has stood still for longer is shown to a person.
    pub stuck_s: i64,
    /// Notices to one adviser are at least this far apart.
    #[serde(default = "adviser_notice_s")]
    pub adviser_notice_s: i64,
}

const fn adviser_notice_s() -> i64 {
    4 * 3600
}

/// The service that people sign in to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// Address and port.
    pub listen: String,
    /// Scheme, host and port by which browsers reach it.
    pub origin: String,
    /// What the service is called on its pages.
    pub service_name: String,
    /// Certificate chain, PEM, the server's own first.
    pub certificate_file: PathBuf,
    /// Its private key, PEM.
    pub key_file: PathBuf,
    /// Whether TLS 1.2 is offered beside 1.3.
    #[serde(default)]
    pub tls12: bool,
    /// Authorities whose client certificates may stand for other systems; nobody is asked for one without it.
    pub client_ca_file: Option<PathBuf>,
    /// Address and port where the machine's keepers ask for health and counts, by plain HTTP; nowhere without it.
    pub vitals_listen: Option<String>,
    /// The page templates.
    pub pages: PathBuf,
    /// Style sheets, scripts and pictures, as `make assets` puts them together.
    pub assets: PathBuf,
    /// The organisation's single sign-on; people come by passkey alone without it.
    pub single_sign_on: Option<SingleSignOn>,
}

impl Config {
    /// Reads a file. Every fault that does not hide another is named at once.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let named = |fault: &dyn std::fmt::Display| Fault::input(format!("{}: {fault}", path.display()));
        let text = fs::read_to_string(path).map_err(|fault| named(&fault))?;
        let mut config: Self = toml::from_str(&text).map_err(|fault| named(&place(&text, &fault)))?;
        let faults = limits::faults(&config);
        if !faults.is_empty() {
            return Err(Fault::input(
                faults
                    .iter()
                    .map(|fault| format!("{}: {fault}", path.display()))
                    .collect::<Vec<_>>()
                    .join("\n"),
            ));
        }
        config.resolve(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// The database's address.
    pub fn address(&self) -> Result<String, Fault> {
        match (&self.database.address, &self.database.address_file) {
            (Some(address), _) => Ok(address.clone()),
            (None, Some(file)) => Ok(secrets::read(file)?.trim().to_owned()),
            (None, None) => Err(Fault::input("database: name an `address` or an `address_file`")),
        }
    }

    fn resolve(&mut self, folder: &Path) {
        let here = |path: &mut PathBuf| *path = folder.join(&*path);
        for path in [
            &mut self.keys.file,
            &mut self.contact_log.folder,
            &mut self.contact_log.key_file,
            &mut self.rules.rulebook,
            &mut self.rules.bank_holidays,
            &mut self.rules.areas,
            &mut self.retention.file,
            &mut self.templates.folder,
            &mut self.staff.file,
            &mut self.sender.bounce_key_file,
        ] {
            here(path);
        }
        self.contact_log.policy_file.iter_mut().for_each(here);
        if let Some(web) = &mut self.web {
            let files = [&mut web.certificate_file, &mut web.key_file];
            let folders = [&mut web.pages, &mut web.assets];
            files.into_iter().chain(folders).for_each(here);
            web.client_ca_file.iter_mut().for_each(here);
            web.single_sign_on
                .iter_mut()
                .for_each(|about| about.resolve(folder));
        }
        self.webhook.iter_mut().for_each(|about| about.resolve(folder));
        self.mail_in.iter_mut().for_each(|about| about.resolve(folder));
        self.mail_fetch.iter_mut().for_each(|about| about.resolve(folder));
        self.files
            .iter_mut()
            .for_each(|about| here(&mut about.scanner_socket));
        self.database.address_file.iter_mut().for_each(here);
        self.relay.ca_file.iter_mut().for_each(here);
        self.relay.password_file.iter_mut().for_each(here);
        self.relay
            .dkim
            .iter_mut()
            .for_each(|dkim| here(&mut dkim.key_file));
        if let Some(path) = self
            .database
            .address
            .as_deref()
            .and_then(|a| a.strip_prefix("sqlite:"))
        {
            self.database.address = Some(format!("sqlite:{}", folder.join(path).display()));
        }
    }
}

/// Where a TOML text is wrong, and how. The library's own rendering quotes the line, and a line may hold a
/// password.
fn place(text: &str, fault: &toml::de::Error) -> String {
    let before = fault
        .span()
        .and_then(|span| text.get(..span.start))
        .unwrap_or_default();
    format!("line {}: {}", before.matches('\n').count() + 1, fault.message())
}
