//! Puts the house together: the texts that lie in files, and the gateway that a configuration describes.

use std::fs;
use std::path::{Path, PathBuf};

use audit::folder::Folder;
use audit::key::SigningKey;
use audit::policy::Policy;
use domain::area::Areas;
use domain::calendar::Calendar;
use domain::obligation::Thresholds;
use domain::retention;
use domain::rulebook::{Confirmation, Rulebook};
use domain::time::Clock;
use flows::{Gateway, KnownText, LogKeys, Parts, PublishedLog, Sealer, Settings};
use jiff::SignedDuration;
use mail::dkim::Signer;
use mail::relay::{Relay, RelayConfig, SignIn, TlsPolicy};
use mail::return_path::ReturnPathKey;
use mail::sending_domain::SendingDomain;
use mail::tls::{Roots, TlsMode};
use render::Library;
use store::Pool;
use vault::{BlindIndex, KeyFile, KeyRing};

use crate::chance::MachineEntropy;
use crate::config::{self, Config, ContactLog, Tls, secrets};
use crate::print::Fault;

/// Where the texts lie.
pub struct Paths {
    /// The rulebook.
    pub rulebook: PathBuf,
    /// The calendar.
    pub bank_holidays: PathBuf,
    /// The Areas.
    pub areas: PathBuf,
    /// How long data are kept.
    pub retention: PathBuf,
    /// The vetted words.
    pub messages: PathBuf,
    /// Rules that somebody confirmed, beyond what the rulebook says.
    pub confirmed: Vec<Confirmation>,
}

impl Paths {
    /// As they lie in the project's folder.
    pub fn of_project(folder: &Path) -> Self {
        let config = folder.join("config");
        Self {
            rulebook: config.join("victims-code.toml"),
            bank_holidays: config.join("bank-holidays.json"),
            areas: config.join("areas.toml"),
            retention: config.join("retention.toml"),
            messages: folder.join("templates").join("messages"),
            confirmed: Vec::new(),
        }
    }

    /// As a configuration names them.
    pub fn of_config(config: &Config) -> Self {
        Self {
            rulebook: config.rules.rulebook.clone(),
            bank_holidays: config.rules.bank_holidays.clone(),
            areas: config.rules.areas.clone(),
            retention: config.retention.file.clone(),
            messages: config.templates.folder.clone(),
            confirmed: config.rules.confirmed.clone(),
        }
    }
}

/// The texts that every command begins with.
pub struct Texts {
    /// The rules.
    pub rulebook: Rulebook,
    /// The working days.
    pub calendar: Calendar,
    /// The Areas.
    pub areas: Areas,
    /// How long data are kept.
    pub retention: retention::Policy,
}

/// Reads a text, or says which file and why not.
pub fn read(path: &Path) -> Result<String, Fault> {
    fs::read_to_string(path).map_err(|fault| Fault::input(format!("{}: {fault}", path.display())))
}

fn faults<T: std::fmt::Display>(file: &Path, faults: &[T]) -> Fault {
    let lines = faults
        .iter()
        .map(|fault| format!("{}: {fault}", file.display()))
        .collect::<Vec<_>>();
    Fault::input(lines.join("\n"))
}

/// Reads rulebook, calendar, Areas and the retention policy.
pub fn texts(paths: &Paths) -> Result<Texts, Fault> {
    let rulebook =
        Rulebook::parse(&read(&paths.rulebook)?).map_err(|found| faults(&paths.rulebook, &found))?;
    let rulebook = rulebook.confirm(&paths.confirmed).map_err(|unknown| {
        Fault::input(format!(
            "rules.confirmed: {unknown} is not a rule of {}",
            paths.rulebook.display()
        ))
    })?;
    let calendar = Calendar::parse(&read(&paths.bank_holidays)?)
        .map_err(|fault| faults(&paths.bank_holidays, &[fault]))?;
    let areas = Areas::parse(&read(&paths.areas)?).map_err(|found| faults(&paths.areas, &found))?;
    let retention = retention::Policy::parse(&read(&paths.retention)?)
        .map_err(|found| faults(&paths.retention, &found))?;
    Ok(Texts {
        rulebook,
        calendar,
        areas,
        retention,
    })
}

/// Loads the words; everything that may not be in a template stops here.
pub fn library(paths: &Paths) -> Result<Library, Fault> {
    Library::load(&paths.messages).map_err(|found| faults(&paths.messages, &found))
}

/// The ring of keys in a key file, of which `active` seals from now on.
pub fn keys(file: &Path, active: &str) -> Result<(KeyRing, BlindIndex), Fault> {
    KeyFile::parse(&secrets::read(file)?)
        .and_then(|keys| keys.into_ring(active))
        .map_err(|fault| Fault::input(format!("{}: {fault}", file.display())))
}

/// The keys that sign the checkpoints of a log: one a line; a line that begins with `#` is a remark.
pub fn log_keys(log: &ContactLog) -> Result<LogKeys, Fault> {
    let named = |fault: &dyn std::fmt::Display| Fault::input(format!("{}: {fault}", log.key_file.display()));
    let text = secrets::read(&log.key_file)?;
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keys = lines.map(SigningKey::parse).collect::<Result<Vec<_>, _>>();
    LogKeys::new(&log.origin, keys.map_err(|fault| named(&fault))?).map_err(|fault| named(&fault))
}

/// The trust policy of a log with its bytes: the configured one, or the log's own keys and nobody else's.
pub fn policy(log: &ContactLog) -> Result<(Policy, Vec<u8>), Fault> {
    match &log.policy_file {
        Some(file) => parse_policy(file, read(file)?.into_bytes()),
        None => parse_policy(&log.key_file, own_policy(&log_keys(log)?)),
    }
}

fn parse_policy(file: &Path, bytes: Vec<u8>) -> Result<(Policy, Vec<u8>), Fault> {
    match Policy::parse(&bytes) {
        Ok(policy) => Ok((policy, bytes)),
        Err(fault) => Err(Fault::input(format!("{}: {fault}", file.display()))),
    }
}

/// What a log is signed with and by whom it is trusted, read once at a start: whoever seals, shows and asks witnesses has
/// the same, and the log records the same.
pub struct LogFiles {
    keys: LogKeys,
    policy: Policy,
    text: Vec<u8>,
}

impl LogFiles {
    /// Reads both.
    pub fn read(log: &ContactLog) -> Result<Self, Fault> {
        let keys = log_keys(log)?;
        let (policy, text) = match &log.policy_file {
            Some(file) => parse_policy(file, read(file)?.into_bytes())?,
            None => parse_policy(&log.key_file, own_policy(&keys))?,
        };
        Ok(Self { keys, policy, text })
    }

    /// Whom the log trusts.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The published log, for pages.
    pub fn published(&self, log: &ContactLog) -> PublishedLog {
        PublishedLog::new(Folder::new(&log.folder), self.policy.clone(), self.text.clone())
    }
}

/// The published log of a configuration, for a command that signs nothing.
pub fn published(log: &ContactLog) -> Result<PublishedLog, Fault> {
    let (policy, text) = policy(log)?;
    Ok(PublishedLog::new(Folder::new(&log.folder), policy, text))
}

fn own_policy(keys: &LogKeys) -> Vec<u8> {
    let mut lines = vec!["# No witness vouches for this log.".to_owned()];
    lines.extend(keys.verifiers().iter().map(|key| format!("log {key}")));
    lines.push("quorum none\n".to_owned());
    lines.join("\n").into_bytes()
}

/// Becomes the one who seals a log.
pub async fn sealer(log: &ContactLog, files: LogFiles, gateway: &Gateway) -> Result<Sealer, Fault> {
    let LogFiles { keys, policy, .. } = files;
    let known = |key| policy.logs().iter().any(|party| party.key == key);
    if !keys.verifiers().into_iter().any(known) {
        return Err(Fault::input(
            "contact_log.policy_file: no `log` line names a key of contact_log.key_file, so nobody could trust what it signs; \
             `gateway log key` shows them",
        ));
    }
    Ok(gateway.open_sealer(Folder::new(&log.folder), keys).await?)
}

/// What decides what the program does and lies in files, as digests. Of the staff the roles alone: the rest is about
/// people.
pub fn known_texts(config: &Config, log: &LogFiles) -> Result<Vec<KnownText>, Fault> {
    let digest = |bytes: &[u8]| hex::encode(ring::digest::digest(&ring::digest::SHA256, bytes));
    let staff = config::read_staff(&config.staff.file)?;
    let mut roles = staff
        .iter()
        .map(|person| format!("{} {:?}", person.user, person.roles))
        .collect::<Vec<_>>();
    roles.sort();
    let confirmed = config.rules.confirmed.iter();
    let confirmed = confirmed.map(|one| format!("{} {} {}", one.rule, one.on, one.by));
    let confirmed = confirmed.collect::<Vec<_>>();
    let rulebook = [read(&config.rules.rulebook)?, confirmed.join("\n")];
    let keys = log.keys.verifiers();
    let keys = keys.iter().map(ToString::to_string).collect::<Vec<_>>();
    let text = |name, text: &str| KnownText {
        name,
        digest: digest(text.as_bytes()),
    };
    Ok(vec![
        text("rulebook", &rulebook.join("\n")),
        text("roles", &roles.join("\n")),
        text("retention-policy", &read(&config.retention.file)?),
        text(flows::LOG_KEYS_TEXT, &keys.join("\n")),
        text(flows::MASTER_KEY_TEXT, &config.keys.active),
        text("trust-policy", &String::from_utf8_lossy(&log.text)),
    ])
}

/// A database that fits this program; one that does not is left alone.
pub async fn open_pool(address: &str) -> Result<Pool, Fault> {
    let pool = Pool::open(address).await?;
    pool.prepare_all().await?;
    Ok(pool)
}

/// Opens the gateway that a configuration describes.
pub async fn open(config: &Config, clock: Box<dyn Clock>) -> Result<Gateway, Fault> {
    let paths = Paths::of_config(config);
    let texts = texts(&paths)?;
    let (keys, index) = keys(&config.keys.file, &config.keys.active)?;
    let pool = open_pool(&config.address()?).await?;
    let gateway = Gateway::new(Parts {
        settings: settings(config)?,
        signer: signer(config)?,
        staff: config::read_staff(&config.staff.file)?,
        library: library(&paths)?,
        calendar: flows::known_calendar(&pool, &texts.calendar).await?,
        pool,
        clock,
        entropy: Box::new(MachineEntropy::new()),
        keys,
        index,
        rulebook: texts.rulebook,
        areas: texts.areas,
        retention: texts.retention,
    });
    gateway.load_accounts().await?;
    gateway.index_names().await?;
    gateway.index_advisers().await?;
    Ok(gateway)
}

/// What a configuration sets for the flows.
pub fn settings(config: &Config) -> Result<Settings, Fault> {
    let (outbox, office, sender) = (&config.outbox, &config.office, &config.sender);
    Ok(Settings {
        hold_back_s: outbox.hold_back_s,
        lease_s: outbox.lease_s,
        batch_max: outbox.batch_max,
        connections_max: config.relay.connections_max,
        tries_max: outbox.tries_max,
        retry_first_s: outbox.retry_first_s,
        retry_max_s: outbox.retry_max_s,
        adviser_notice_s: outbox.adviser_notice_s,
        attention: attention(&config.rules.attention_hours),
        silence: config.silence,
        rejected_mail_days: config.retention.rejected_mail_days,
        office_hours: (office.hours_en.clone(), office.hours_cy.clone()),
        sender_name: sender.name.clone(),
        sender_address: sender.address.clone(),
        mail_domain: sender.domain.clone(),
        bounce_key: ReturnPathKey::new(&*secrets::read_bytes(&sender.bounce_key_file)?),
    })
}

/// The thresholds of attention; `limits` has seen to it that there are two hours, the earlier one first.
pub fn attention(hours: &[i64]) -> Thresholds {
    let before = |nth: usize| SignedDuration::from_hours(hours.get(nth).copied().unwrap_or_default());
    Thresholds {
        soon: before(0),
        urgent: before(1),
        at_half_time: true,
    }
}

/// The signer that a configuration names, if it names one.
pub fn signer(config: &Config) -> Result<Option<Signer>, Fault> {
    let Some(dkim) = &config.relay.dkim else {
        return Ok(None);
    };
    Signer::from_pem(&secrets::read(&dkim.key_file)?, &dkim.domain, &dkim.selector)
        .map(Some)
        .map_err(|fault| Fault::input(format!("relay.dkim: {fault}")))
}

/// The domain of the address in From, with the key that a configuration signs with and whom it asks.
pub fn sending_domain(config: &Config) -> Result<SendingDomain, Fault> {
    let sender = &config.sender;
    let (_, domain) = sender
        .address
        .rsplit_once('@')
        .ok_or_else(|| Fault::input("sender.address: must be an address such as liaison@gateway.example"))?;
    let resolver =
        config::resolver(config).map_err(|fault| Fault::input(format!("sender.resolver: {fault}")))?;
    Ok(SendingDomain::new(
        domain,
        &sender.domain,
        signer(config)?.as_ref(),
        resolver,
    ))
}

/// The relay that a configuration names. Connects to nothing yet.
pub fn relay(config: &Config) -> Result<Relay, Fault> {
    let relay = &config.relay;
    let roots = match &relay.ca_file {
        Some(file) => Roots::Only(read(file)?),
        None => Roots::Public,
    };
    Relay::new(RelayConfig {
        host: relay.host.clone(),
        port: relay.port,
        hello_name: config.sender.domain.clone(),
        tls: TlsPolicy::Required {
            mode: match relay.tls {
                Tls::StartTls => TlsMode::StartTls,
                Tls::Implicit => TlsMode::Implicit,
            },
            server_name: relay.server_name.clone().unwrap_or_else(|| relay.host.clone()),
            roots,
        },
        sign_in: sign_in(relay)?,
        timeout_ms: relay.timeout_ms,
        connections_max: relay.connections_max,
    })
    .map_err(|fault| Fault::input(format!("relay: {fault}")))
}

/// What the relay is told of who we are.
fn sign_in(relay: &config::Relay) -> Result<Option<SignIn>, Fault> {
    let (Some(user), Some(file)) = (&relay.user, &relay.password_file) else {
        return Ok(None);
    };
    SignIn::new(user, &secrets::read_line(file)?)
        .map(Some)
        .map_err(|fault| Fault::input(format!("relay: {fault}")))
}
