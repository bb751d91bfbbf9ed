//! The demo's own house: one folder with an embedded database, keys made on the spot, invented staff.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use domain::silence::Silence;
use domain::time::{Clock, random};
use flows::{AccountDetails, Gateway, Parts, Settings};
use mail::return_path::ReturnPathKey;
use store::Pool;
use vault::KeyFile;

use super::{CONNECTIONS_MAX, staff};
use crate::chance::MachineEntropy;
use crate::commands::vault_keys::make_log_key;
use crate::config::{ContactLog, Web, secrets};
use crate::house::{self, LogFiles, Paths};
use crate::print::Fault;
use crate::site::own_certificate;

/// Hours before the due time at which an open obligation asks for attention.
const ATTENTION_HOURS: [i64; 2] = [24, 4];
/// The demo's one key-encrypting key.
const KEY: &str = "demo-1";

/// Opens the gateway of a demo folder, and makes what is not there yet.
pub async fn open(project: &Path, dir: &Path, clock: Box<dyn Clock>) -> Result<Gateway, Fault> {
    fs::create_dir_all(dir).map_err(|fault| Fault::input(format!("{}: {fault}", dir.display())))?;
    let paths = Paths::of_project(project);
    let texts = house::texts(&paths).map_err(|fault| {
        let hint = "run from the project's folder or name it with --house";
        Fault::input(format!("{}; {hint}", fault.sentence))
    })?;
    let entropy = MachineEntropy::new();
    let pool = Pool::open(&format!("sqlite:{}", dir.join("gateway.sqlite").display())).await?;
    pool.migrate().await?;
    pool.prepare_all().await?;
    let file = dir.join("keys.txt");
    if !file.exists() {
        let text = KeyFile::new_text(KEY, &random(&entropy), &random(&entropy));
        secrets::write(&file, &text.map_err(|fault| Fault::no(fault.to_string()))?)?;
    }
    let (keys, index) = house::keys(&file, KEY)?;
    let bounce_key = dir.join("bounce.key");
    if !bounce_key.exists() {
        secrets::write_bytes(&bounce_key, &entropy)?;
    }
    Ok(Gateway::new(Parts {
        settings: settings(ReturnPathKey::new(&*secrets::read_bytes(&bounce_key)?)),
        calendar: flows::known_calendar(&pool, &texts.calendar).await?,
        pool,
        clock,
        entropy: Box::new(entropy),
        keys,
        index,
        rulebook: texts.rulebook.for_demo(),
        staff: staff::invented(&texts.areas),
        areas: texts.areas,
        retention: texts.retention,
        library: house::library(&paths)?,
        signer: None,
    }))
}

/// Where a demo's contact log is published, and its key.
pub fn contact_log(dir: &Path) -> ContactLog {
    ContactLog {
        origin: "gateway.example/demo-log".to_owned(),
        folder: dir.join("contact-log"),
        key_file: dir.join("contact-log.key"),
        policy_file: None,
    }
}

/// Key and policy of the demo's log; the key is made on the spot.
pub fn log_files(log: &ContactLog) -> Result<LogFiles, Fault> {
    if !log.key_file.exists() {
        make_log_key(log, &MachineEntropy::new())?;
    }
    LogFiles::read(log)
}

/// The door of a demo, with a certificate of its own for this machine alone.
pub fn web(project: &Path, dir: &Path, listen: SocketAddr) -> Result<Web, Fault> {
    let (certificate_file, key_file) = own_certificate(dir)?;
    Ok(Web {
        listen: listen.to_string(),
        origin: format!("https://localhost:{}", listen.port()),
        service_name: "Victim contact (demo)".to_owned(),
        certificate_file,
        key_file,
        tls12: false,
        client_ca_file: None,
        vitals_listen: None,
        pages: project.join("templates").join("pages"),
        assets: project.join("var").join("assets"),
        single_sign_on: None,
    })
}

/// Gives each of the demo's people an account, unless they have one.
pub async fn open_accounts(gateway: &Gateway) -> Result<(), Fault> {
    gateway.load_accounts().await?;
    gateway.index_names().await?;
    gateway.index_advisers().await?;
    let known = gateway.list_accounts("operator").await?;
    let all = gateway
        .parts()
        .areas
        .list()
        .iter()
        .map(|area| area.code.as_str().to_owned());
    let all = all.collect::<Vec<_>>();
    for person in &gateway.parts().staff {
        if known.iter().any(|account| account.user == person.user) {
            continue;
        }
        // An officer's user name holds their Area; everybody else looks after all of them.
        let own = all.iter().find(|area| {
            person
                .user
                .strip_prefix("vlo-")
                .is_some_and(|user| user.starts_with(area.as_str()))
        });
        let details = AccountDetails {
            name: person.name.clone(),
            phone: person.phone.clone(),
            roles: person.roles.clone(),
            areas: own.map_or_else(|| all.clone(), |area| vec![area.clone()]),
        };
        gateway.add_account("operator", &person.user, &details).await?;
    }
    Ok(())
}

fn settings(bounce_key: ReturnPathKey) -> Settings {
    Settings {
        hold_back_s: 15 * 60,
        lease_s: 5 * 60,
        batch_max: 64,
        connections_max: CONNECTIONS_MAX,
        tries_max: 8,
        retry_first_s: 60,
        retry_max_s: 4 * 3600,
        adviser_notice_s: 4 * 3600,
        attention: house::attention(&ATTENTION_HOURS),
        silence: Silence::default(),
        rejected_mail_days: 90,
        office_hours: (
            "Monday to Friday, 9am to 5pm".to_owned(),
            "dydd Llun i ddydd Gwener, 9am i 5pm".to_owned(),
        ),
        sender_name: "Messages".to_owned(),
        sender_address: "messages@gateway.example".to_owned(),
        mail_domain: "gateway.example".to_owned(),
        bounce_key,
    }
}
