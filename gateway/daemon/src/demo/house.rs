//! The demo's own house: one folder with an embedded database, keys made on the spot, invented staff.

use std::fs;
use std::path::Path;

use domain::time::{Clock, random};
use flows::{Gateway, Parts, Sealer, Settings};
use mail::return_path::ReturnPathKey;
use store::Pool;
use vault::KeyFile;

use super::{CONNECTIONS_MAX, staff};
use crate::chance::MachineEntropy;
use crate::commands::vault_keys::make_log_key;
use crate::config::{ContactLog, secrets};
use crate::house::{self, Paths};
use crate::print::Fault;

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

/// Becomes the one who seals the demo's log, with a key made on the spot.
pub async fn sealer(dir: &Path, gateway: &Gateway) -> Result<Sealer, Fault> {
    let log = contact_log(dir);
    if !log.key_file.exists() {
        make_log_key(&log, &MachineEntropy::new())?;
    }
    house::sealer(&log, gateway).await
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
        attention: house::attention(&ATTENTION_HOURS),
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
