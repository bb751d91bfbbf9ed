//! Puts the house together: files, keys, database, rooms.

use std::fs;
use std::path::{Path, PathBuf};

use domain::area::Areas;
use domain::calendar::Calendar;
use domain::rulebook::Rulebook;
use domain::time::{Clock, Entropy, random};
use flows::{Gateway, Parts, Settings, Staff, StaffRole};
use mail::return_path::ReturnPathKey;
use render::Library;
use store::Pool;
use vault::{BlindIndex, KeyFile, KeyRing};

use crate::chance::MachineEntropy;
use crate::print::Fault;

/// Connections to the relay.
pub const CONNECTIONS_MAX: usize = 8;
/// The demo's one key-encrypting key.
const DEMO_KEY: &str = "demo-1";

/// The texts that every command begins with.
pub struct Texts {
    /// The rules.
    pub rulebook: Rulebook,
    /// The working days.
    pub calendar: Calendar,
    /// The calendar's own text, to compare with the one in use.
    pub calendar_text: String,
    /// The Areas.
    pub areas: Areas,
}

fn read(path: &Path) -> Result<String, Fault> {
    fs::read_to_string(path).map_err(|fault| {
        Fault::input(format!(
            "{}: {fault}; run from the project's folder or name it with --house",
            path.display()
        ))
    })
}

fn faults<T: std::fmt::Display>(file: &str, faults: &[T]) -> Fault {
    let lines = faults
        .iter()
        .map(|fault| format!("{file}: {fault}"))
        .collect::<Vec<_>>();
    Fault::input(lines.join("\n"))
}

/// Reads rulebook, calendar and Areas.
pub fn texts(house: &Path) -> Result<Texts, Fault> {
    let config = house.join("config");
    let rulebook = Rulebook::parse(&read(&config.join("victims-code.toml"))?)
        .map_err(|found| faults("config/victims-code.toml", &found))?;
    let calendar_text = read(&config.join("bank-holidays.json"))?;
    let calendar = Calendar::parse(&calendar_text)
        .map_err(|fault| Fault::input(format!("config/bank-holidays.json: {fault}")))?;
    let areas = Areas::parse(&read(&config.join("areas.toml"))?)
        .map_err(|found| faults("config/areas.toml", &found))?;
    Ok(Texts {
        rulebook,
        calendar,
        calendar_text,
        areas,
    })
}

/// Where the vetted words lie.
pub fn messages(house: &Path) -> PathBuf {
    house.join("templates").join("messages")
}

/// Loads the words; everything that may not be in a template stops here.
pub fn library(house: &Path) -> Result<Library, Fault> {
    Library::load(&messages(house)).map_err(|found| faults("templates/messages", &found))
}

/// The people of the demo: invented, two officers to an Area, with Ofcom's drama numbers.
pub fn demo_staff(areas: &Areas) -> Vec<Staff> {
    let person = |user: &str, name: &str, phone: String, role| Staff {
        user: user.to_owned(),
        name: name.to_owned(),
        phone,
        role,
    };
    let mut staff = vec![
        person(
            "operator",
            "Demo Operator",
            "01632 960100".to_owned(),
            StaffRole::Operator,
        ),
        person(
            "ruth.okafor",
            "Ruth Okafor",
            "01632 960101".to_owned(),
            StaffRole::Approver,
        ),
        person(
            "tom.ellis",
            "Tom Ellis",
            "01632 960102".to_owned(),
            StaffRole::Approver,
        ),
    ];
    let officers = areas.list().iter().flat_map(|area| [(area, 1), (area, 2)]);
    for (number, (area, nth)) in officers.enumerate() {
        let name = OFFICERS[number % OFFICERS.len()];
        let phone = format!("01632 9602{number:02}");
        staff.push(person(
            &format!("vlo-{}-{nth}", area.code.as_str()),
            name,
            phone,
            StaffRole::Vlo,
        ));
    }
    staff
}

/// Invented names for the demo's officers.
const OFFICERS: [&str; 14] = [
    "Priya Shah",
    "Carys Bevan",
    "Tomos Rees",
    "Amara Cole",
    "Helen Firth",
    "Joel Marsh",
    "Nadia Rahman",
    "Owen Tate",
    "Ines Duarte",
    "Grace Holt",
    "Samir Aziz",
    "Bethan Lloyd",
    "Daniel Frost",
    "Marta Nowak",
];

/// What the demo sets.
pub fn demo_settings(entropy: &dyn Entropy) -> Settings {
    Settings {
        hold_back_s: 15 * 60,
        lease_s: 5 * 60,
        batch_max: 64,
        connections_max: CONNECTIONS_MAX,
        tries_max: 8,
        office_hours: (
            "Monday to Friday, 9am to 5pm".to_owned(),
            "dydd Llun i ddydd Gwener, 9am i 5pm".to_owned(),
        ),
        sender_name: "Messages".to_owned(),
        sender_address: "messages@gateway.example".to_owned(),
        mail_domain: "gateway.example".to_owned(),
        bounce_key: ReturnPathKey::new(&random(entropy)),
    }
}

/// The demo's key file: made once, readable by its owner alone.
fn demo_keys(dir: &Path, entropy: &dyn Entropy) -> Result<(KeyRing, BlindIndex), Fault> {
    let path = dir.join("keys.txt");
    if !path.exists() {
        let text = KeyFile::new_text(DEMO_KEY, &random(entropy), &random(entropy));
        write_secret(&path, &text.map_err(|fault| Fault::no(fault.to_string()))?)?;
    }
    KeyFile::parse(&read(&path)?)
        .and_then(|file| file.into_ring(DEMO_KEY))
        .map_err(|fault| Fault::input(format!("{}: {fault}", path.display())))
}

fn write_secret(path: &Path, text: &str) -> Result<(), Fault> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|fault| Fault::input(format!("{}: {fault}", path.display())))
}

/// The database address of a demo folder.
fn address(dir: &Path) -> String {
    format!("sqlite:{}", dir.join("gateway.sqlite").display())
}

/// Opens the gateway of a demo folder with a clock of the caller's.
pub async fn open_demo(house: &Path, dir: &Path, clock: Box<dyn Clock>) -> Result<Gateway, Fault> {
    fs::create_dir_all(dir).map_err(|fault| Fault::input(format!("{}: {fault}", dir.display())))?;
    let entropy = MachineEntropy::new();
    let texts = texts(house)?;
    let pool = Pool::open(&address(dir)).await?;
    pool.migrate().await?;
    pool.prepare_all().await?;
    let settings = demo_settings(&entropy);
    let (keys, index) = demo_keys(dir, &entropy)?;
    Ok(Gateway::new(Parts {
        pool,
        clock,
        entropy: Box::new(entropy),
        keys,
        index,
        rulebook: texts.rulebook.for_demo(),
        calendar: texts.calendar,
        staff: demo_staff(&texts.areas),
        areas: texts.areas,
        library: library(house)?,
        settings,
    }))
}
