//! The door for mail of a running service.

use std::sync::Arc;
use std::time::Duration;

use flows::{FileRules, Gateway, Incoming, MailDesk};
use mail::attachments::Allowed;
use mail::inbound::Bounds;
use mail::origin::Origins;
use mail::receiving::{Clear, Door, Protocol, Settings};
use mail::scanning::Scanner;
use mail::tls::Identity;

use crate::config::{self, Config, Files, MailIn, secrets};
use crate::house::{self, Paths};
use crate::print::Fault;

/// Recipients of one message: an adviser writes to one mailbox, perhaps two.
const RECIPIENTS_MAX: usize = 20;
/// Five minutes, as RFC 5321 section 4.5.3.2.7 asks of a server that waits for a command.
const IDLE_MS: u64 = 300_000;
/// A mail server in front may keep one connection for many messages.
const CONVERSATION_MS: u64 = 3_600_000;
/// How long a message that is being stored may take when the service stops.
const GRACE: Duration = Duration::from_secs(10);

/// What mail that comes in or is fetched is looked at with, as the configuration says; none where none can come.
pub fn incoming(config: &Config) -> Result<Option<Incoming>, Fault> {
    let fetched = config.mail_fetch.iter().map(|about| about.message_bytes_max);
    let received = config.mail_in.iter().map(|about| about.message_bytes_max);
    let Some(bytes_max) = fetched.chain(received).max() else {
        return Ok(None);
    };
    let resolver =
        config::resolver(config).map_err(|fault| Fault::input(format!("sender.resolver: {fault}")))?;
    let origins = Origins::new(resolver).map_err(|fault| Fault::input(fault.to_string()))?;
    Ok(Some(Incoming {
        origins,
        bounds: Bounds {
            bytes_max,
            ..Bounds::default()
        },
        files: config.files.as_ref().map(file_rules),
    }))
}

/// How files are taken. The kinds are the Areas'.
fn file_rules(about: &Files) -> FileRules {
    FileRules {
        allowed: Allowed {
            kinds: Vec::new(),
            bytes_each: about.bytes_each_max,
            bytes_all: about.bytes_all_max,
            files: about.count_max,
        },
        scanner: Scanner {
            socket: about.scanner_socket.clone(),
            time_limit: Duration::from_secs(about.scanner_time_limit_s),
        },
    }
}

/// Whether files are taken as the Areas say, and whether the scanner answers; in words.
pub async fn check_files(config: &Config) -> Result<String, Fault> {
    let areas = house::texts(&Paths::of_config(config))?.areas;
    let allowing = areas.list().iter().filter(|area| !area.files.is_empty()).count();
    match &config.files {
        None if allowing == 0 => Ok("none are taken: no Area allows them".to_owned()),
        None => Err(Fault::no(format!(
            "{allowing} Areas allow files (`files` in {}), and nothing says how they are scanned; add [files] or take the key away",
            config.rules.areas.display()
        ))),
        Some(about) => match file_rules(about).scanner.ask().await {
            Ok(()) => Ok(format!("{allowing} Areas allow some; the scanner answers")),
            Err(failure) => Err(Fault::no(format!(
                "files.scanner_socket ({}): {failure}",
                about.scanner_socket.display()
            ))),
        },
    }
}

/// How the door is opened.
pub fn settings(about: &MailIn) -> Result<Settings, Fault> {
    let identity = match (&about.certificate_file, &about.key_file) {
        (Some(certificate), Some(key)) => Some(Identity {
            cert_pem: house::read(certificate)?,
            key_pem: secrets::read(key)?.to_string(),
        }),
        _ => None,
    };
    let listen = about
        .listen
        .parse()
        .map_err(|fault| Fault::input(format!("mail_in.listen: {fault}")))?;
    Ok(Settings {
        listen,
        protocol: match about.protocol {
            config::Protocol::Lmtp => Protocol::Lmtp,
            config::Protocol::Smtp => Protocol::Smtp,
        },
        hostname: about.hostname.clone(),
        identity,
        clear: if about.clear_from_this_machine {
            Clear::FromThisMachine
        } else {
            Clear::Refused
        },
        message_bytes_max: about.message_bytes_max,
        connections_max: about.connections_max,
        connections_per_peer_max: about.connections_per_peer_max,
        forwarders: about.forwarders.clone(),
        recipients_max: RECIPIENTS_MAX,
        idle_ms: IDLE_MS,
        conversation_ms: CONVERSATION_MS,
    })
}

/// Takes mail until told to stop.
pub async fn serve(door: Door, stopped: impl Future<Output = ()>) {
    tracing::info!(address = %door.local_addr(), "the door for mail is open");
    stopped.await;
    door.close(GRACE).await;
}

/// Opens the door.
pub async fn open(settings: Settings, gateway: Arc<Gateway>) -> Result<Door, Fault> {
    let desk = Arc::new(MailDesk::new(gateway));
    Door::open(settings, desk)
        .await
        .map_err(|fault| Fault::no(format!("mail_in: {fault}")))
}
