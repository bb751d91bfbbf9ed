//! What the gateways of the tests are made of: the repository's own texts, invented staff, settings that suit a test.

use std::fs;
use std::path::{Path, PathBuf};

use domain::area::Areas;
use domain::calendar::Calendar;
use domain::obligation::Thresholds;
use domain::retention::Policy;
use domain::rulebook::Rulebook;
use domain::silence::Silence;
use domain::time::{Clock, random};
use flows::{Gateway, Parts, Role, Settings, Staff};
use jiff::SignedDuration;
use mail::return_path::ReturnPathKey;
use render::Library;
use store::Pool;
use vault::KeyFile;

use crate::chance::{MachineClock, SeededEntropy};
use crate::gateway::{APPROVER, AUDITOR, CONNECTIONS_MAX, HOLD_BACK_S, KEPT_YEARS, MAIL_DOMAIN, OFFICER};

/// The domain of the mailboxes for advisers.
pub const MAILBOX_DOMAIN: &str = "isva.gateway.example";
/// The key that seals.
pub const KEY: &str = "test-1";

/// The repository, where templates, configuration and made assets are.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn config(name: &str) -> String {
    fs::read_to_string(repository().join("config").join(name)).expect("a file of config")
}

/// What a gateway of the tests is made of, on this database, with these secrets.
pub(crate) fn parts(
    pool: Pool,
    clock: Box<dyn Clock>,
    entropy: SeededEntropy,
    keys: &str,
    bounce_key: &[u8; 32],
) -> Parts {
    let (keys, index) = KeyFile::parse(keys)
        .and_then(|file| file.into_ring(KEY))
        .expect("the keys");
    Parts {
        pool,
        clock,
        keys,
        index,
        rulebook: Rulebook::parse(&config("victims-code.toml")).expect("the rulebook"),
        calendar: Calendar::parse(&config("bank-holidays.json")).expect("the calendar"),
        areas: Areas::parse(&with_mailboxes(&config("areas.toml"))).expect("the Areas"),
        retention: Policy::parse(&retention_file()).expect("the retention policy"),
        library: Library::load(&repository().join("templates/messages")).expect("the words"),
        staff: staff(),
        settings: settings(ReturnPathKey::new(bounce_key)),
        signer: None,
        entropy: Box::new(entropy),
    }
}

/// The Areas, each with the mailbox `CODE@isva.gateway.example`, which takes every kind of file where files are scanned.
pub fn with_mailboxes(areas: &str) -> String {
    let lines = areas.lines().map(|line| match line.strip_prefix("code = \"") {
        Some(code) => {
            let code = code.trim_end_matches('"');
            format!("{line}\nmailbox = \"{code}@{MAILBOX_DOMAIN}\"\nfiles = [\"pdf\", \"png\", \"jpeg\", \"text\"]\n")
        }
        None => format!("{line}\n"),
    });
    lines.collect()
}

/// The retention policy of the house with the number that nobody has stated yet: [`KEPT_YEARS`].
pub(crate) fn retention_file() -> String {
    let stated = format!("does = \"keep\"\nyears = {KEPT_YEARS}\nconfirmed = true");
    let file = config("retention.toml").replacen("does = \"keep\"\nconfirmed = false", &stated, 1);
    assert!(file.contains(&stated), "the default row has no number");
    file
}

/// A gateway without a post office, on this database and by the machine's clock, for work on the contact log.
pub fn bare_gateway(pool: Pool) -> Gateway {
    let entropy = SeededEntropy::new(u64::from(std::process::id()));
    let keys = new_keys(&entropy);
    Gateway::new(parts(pool, Box::new(MachineClock), entropy, &keys, &[1; 32]))
}

/// The text of a key file whose one key is [`KEY`].
pub(crate) fn new_keys(entropy: &SeededEntropy) -> String {
    let text = KeyFile::new_text(KEY, &random(entropy), &random(entropy)).expect("a key file");
    text.to_string()
}

pub(crate) fn staff() -> Vec<Staff> {
    let person = |user: &str, name: &str, phone: &str, role| Staff {
        user: user.to_owned(),
        name: name.to_owned(),
        phone: phone.to_owned(),
        roles: vec![role],
        areas: Vec::new(),
    };
    vec![
        person("operator", "Test Operator", "01632 960100", Role::Administrator),
        person(APPROVER, "Ruth Okafor", "01632 960101", Role::VloManager),
        person("tom.ellis", "Tom Ellis", "01632 960102", Role::VloManager),
        person(OFFICER, "Priya Shah", "01632 960201", Role::Vlo),
        person(AUDITOR, "Idris Vaughan", "01632 960103", Role::Auditor),
    ]
}

fn settings(bounce_key: ReturnPathKey) -> Settings {
    Settings {
        hold_back_s: HOLD_BACK_S,
        lease_s: 5 * 60,
        batch_max: 64,
        connections_max: CONNECTIONS_MAX,
        tries_max: 8,
        retry_first_s: 60,
        retry_max_s: 4 * 3600,
        adviser_notice_s: 4 * 3600,
        attention: Thresholds {
            soon: SignedDuration::from_hours(24),
            urgent: SignedDuration::from_hours(4),
            at_half_time: true,
        },
        silence: Silence::default(),
        rejected_mail_days: 90,
        office_hours: (
            "Monday to Friday, 9am to 5pm".to_owned(),
            "dydd Llun i ddydd Gwener, 9am i 5pm".to_owned(),
        ),
        sender_name: "Messages".to_owned(),
        sender_address: format!("messages@{MAIL_DOMAIN}"),
        mail_domain: MAIL_DOMAIN.to_owned(),
        bounce_key,
    }
}
