//! `gateway serve` as it runs in earnest: a configuration of its own, the machine's clock, a relay with TLS.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use domain::time::{Clock as _, random};
use flows::import::{self, Format};
use flows::{Gateway, Recorded, Sealed};
use mail::catcher::{Catcher, CatcherConfig, Faults, Sink};
use mail::tls::{Identity, TlsMode};
use mail_parser::MessageParser;
use tempfile::TempDir;

use crate::chance::{MachineClock, SeededEntropy};
use crate::contact_log::{self, ORIGIN};
use crate::database::Database;
use crate::gateway::{APPROVER, MAIL_DOMAIN};
use crate::house::{KEY, new_keys, parts, repository, retention_file, staff, with_mailboxes};
use crate::post_office::CATCHER_HOST;
use crate::queue::queue;
use crate::zone::NO_RESOLVER;

/// A program that a test has started. It ends with the test, also with one that fails.
pub struct Running(Child);

impl Running {
    /// Starts it.
    pub fn start(mut command: Command) -> Self {
        Self(
            command
                .spawn()
                .expect("the program runs; `make test` has built it"),
        )
    }
}

impl Deref for Running {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended long ago; then there is nothing to kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A configured service: its files, its relay, and the same flows for the test's own hands.
pub struct Service {
    /// The flows on the service's database, with its keys.
    pub flows: Gateway,
    /// The service's database.
    pub database: Database,
    dir: TempDir,
    catcher: Catcher,
}

impl Service {
    /// A service on this database, with vetted words and a relay that meets these faults. It does not run yet.
    pub async fn new(database: Database, faults: Faults) -> Self {
        let dir = TempDir::new().expect("a folder");
        let entropy = SeededEntropy::new(2);
        let (keys, bounce_key) = (new_keys(&entropy), random::<32>(&entropy));
        let identity = Identity::self_signed_from_system_randomness(&[CATCHER_HOST]).expect("a certificate");
        let caught = dir.path().join("caught");
        fs::create_dir(&caught).expect("a folder for the mail");
        secret(&dir.path().join("keys.txt"), &keys);
        secret(&dir.path().join("bounce.key"), &hex(&bounce_key));
        secret(&dir.path().join("contact-log.key"), &contact_log::key_text());
        fs::write(dir.path().join("relay-ca.pem"), &identity.cert_pem).expect("the certificate");
        fs::write(dir.path().join("staff.toml"), staff_file()).expect("the staff file");
        fs::write(dir.path().join("retention.toml"), retention_file()).expect("the retention policy");
        let catcher = Catcher::start(CatcherConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            identity,
            mode: TlsMode::StartTls,
            account: None,
            sink: Sink::Folder(caught),
            faults,
        })
        .await
        .expect("the catcher listens");
        let config = config(&database.address, catcher.local_addr().port());
        fs::write(dir.path().join("gateway.toml"), config).expect("the configuration");
        let mut parts = parts(
            database.pool.clone(),
            Box::new(MachineClock),
            entropy,
            &keys,
            &bounce_key,
        );
        // As the configuration says: what is approved is due at once.
        parts.settings.hold_back_s = 0;
        let flows = Gateway::new(parts);
        let vetted = flows.vet_templates("tom.ellis", APPROVER, None).await;
        vetted.expect("two people vet the words");
        Self {
            flows,
            database,
            dir,
            catcher,
        }
    }

    /// Seals what there is of the contact log, while the service does not run.
    pub async fn seal(&self) -> Sealed {
        contact_log::seal(&self.flows, self.dir()).await
    }

    /// The service's folder.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The service's configuration.
    pub fn config(&self) -> PathBuf {
        self.dir.path().join("gateway.toml")
    }

    /// Adds tables to the service's configuration.
    pub fn configure(&self, tables: &str) {
        let text = fs::read_to_string(self.config()).expect("the configuration");
        fs::write(self.config(), text + tables).expect("the configuration");
    }

    /// Takes mail by LMTP on a free port of this machine, and asks this resolver where it comes from.
    pub fn take_mail(&self, resolver: SocketAddr) {
        let text = fs::read_to_string(self.config()).expect("the configuration");
        let text = text.replace(&NO_RESOLVER.to_string(), &resolver.to_string());
        let house = fs::canonicalize(repository()).expect("the repository");
        let areas = fs::read_to_string(house.join("config/areas.toml")).expect("the Areas");
        fs::write(self.dir().join("areas.toml"), with_mailboxes(&areas)).expect("the Areas");
        let own = format!("areas = \"{}/config/areas.toml\"", house.display());
        assert!(text.contains(&own), "the configuration names the Areas");
        let text = text.replace(&own, "areas = \"areas.toml\"");
        let door = format!(
            "[mail_in]\nlisten = \"127.0.0.1:0\"\nprotocol = \"lmtp\"\nhostname = \"{MAIL_DOMAIN}\"\n\
             clear_from_this_machine = true\nforwarders = [\"127.0.0.1\"]\nmessage_bytes_max = 1000000\n\
             connections_max = 100\nconnections_per_peer_max = 100\n"
        );
        fs::write(self.config(), text + &door).expect("the configuration");
    }

    /// Where the service that was started last takes mail, once it does.
    pub fn mail_door(&self) -> Option<SocketAddr> {
        let log = self.log();
        let line = log
            .lines()
            .find(|line| line.contains("the door for mail is open"))?;
        let at = line.find("127.0.0.1:")?;
        let address = line[at..].split(|c: char| c != '.' && c != ':' && !c.is_ascii_digit());
        address.into_iter().next()?.parse().ok()
    }

    /// Starts `gateway serve`.
    pub fn start(&self) -> Running {
        let mut command = program();
        command.arg("--config").arg(self.config()).arg("serve");
        let log = fs::File::create(self.dir.path().join("serve.log"));
        command
            .stdout(Stdio::null())
            .stderr(log.expect("a file for its log"));
        Running::start(command)
    }

    /// What the service that was started last has said so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("serve.log")).unwrap_or_default()
    }

    /// The program with this service's configuration.
    pub fn command(&self) -> Command {
        let mut command = program();
        command.arg("--config").arg(self.config());
        command
    }

    /// Runs one command on this service to its end.
    pub fn run(&self, words: &[&str]) -> Output {
        self.command()
            .args(words)
            .output()
            .expect("the program runs; `make test` has built it")
    }

    /// Message-IDs that arrived, with how often.
    pub fn arrived(&self) -> BTreeMap<String, u32> {
        let mut found = BTreeMap::new();
        for file in fs::read_dir(self.dir.path().join("caught")).expect("caught mail") {
            let path = file.expect("a file").path();
            if path.extension().is_some_and(|ending| ending == "eml") {
                let bytes = fs::read(&path).expect("a mail");
                let mail = MessageParser::default().parse(&bytes).expect("a mail parses");
                let id = mail.message_id().expect("a Message-ID");
                let id = id.split('@').next().expect("its first part").to_owned();
                *found.entry(id).or_default() += 1;
            }
        }
        found
    }

    /// Adds a victim from one line of a case file.
    pub async fn add_victim(&self, line: &str) {
        let mut records = import::cases(line.as_bytes(), Format::JsonLines);
        let (_, record) = records.next().expect("a line").expect("a case that can be read");
        let added = self.flows.add_case("operator", &record).await;
        added.expect("the case comes in");
    }

    /// Records one event from a line of an event file.
    pub async fn event(&self, line: &str) {
        let mut events = import::events(line.as_bytes(), Format::JsonLines);
        let (_, event) = events.next().expect("a line").expect("an event that can be read");
        let answers = self.flows.record_events("operator", &[event]).await;
        let answers = answers.expect("the batch is recorded");
        assert!(matches!(answers[0], Recorded::New { .. }), "{answers:?}");
    }

    /// Brings in `count` victims, each with one approved message that is due now.
    pub async fn queue(&self, count: usize) {
        queue(&self.flows, 0..count, MachineClock.now()).await;
    }

    /// The same for `count` more, after the first `before`.
    pub async fn queue_more(&self, before: usize, count: usize) {
        queue(&self.flows, before..before + count, MachineClock.now()).await;
    }

    /// Ends the relay.
    pub async fn close(self) {
        self.catcher.stop().await;
    }
}

/// The program that `cargo build` made beside this test.
pub fn program() -> Command {
    let tests = std::env::current_exe().expect("this test has a path");
    let program = tests
        .parent()
        .and_then(Path::parent)
        .expect("target/<profile>")
        .join("gateway");
    let mut command = Command::new(program);
    command.current_dir(repository());
    command
}

/// Asks a process to stop, as an operator's tools do.
pub fn terminate(child: &Child) {
    // The shell's own `kill`: a machine may have no program of that name.
    let sent = Command::new("sh")
        .args(["-c", "kill \"$0\"", &child.id().to_string()])
        .status();
    assert!(sent.expect("the shell runs").success(), "SIGTERM is sent");
}

/// Writes a secret file.
pub fn secret(path: &Path, text: &str) {
    use std::io::Write as _;
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .expect("a secret file");
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text grows");
        text
    })
}

fn staff_file() -> String {
    use std::fmt::Write as _;
    staff().into_iter().fold(String::new(), |mut file, person| {
        let roles = person.roles.iter().map(|role| format!("\"{}\"", role.as_str()));
        let roles = roles.collect::<Vec<_>>().join(", ");
        writeln!(
            file,
            "[[person]]\nuser = \"{}\"\nname = \"{}\"\nphone = \"{}\"\nroles = [{roles}]",
            person.user, person.name, person.phone
        )
        .expect("text grows");
        file
    })
}

fn config(database: &str, port: u16) -> String {
    let repository = fs::canonicalize(repository()).expect("the repository");
    let house = repository.display();
    // The tests' PostgreSQL may carry a password in its address.
    let address = match database.strip_prefix("sqlite:") {
        Some(path) => format!("sqlite:{path}"),
        None => database.to_owned(),
    };
    format!(
        "[database]\naddress = \"{address}\"\n\
         [keys]\nfile = \"keys.txt\"\nactive = \"{KEY}\"\n\
         [contact_log]\norigin = \"{ORIGIN}\"\nfolder = \"contact-log\"\nkey_file = \"contact-log.key\"\n\
         [rules]\nrulebook = \"{house}/config/victims-code.toml\"\nbank_holidays = \"{house}/config/bank-holidays.json\"\n\
         areas = \"{house}/config/areas.toml\"\nattention_hours = [24, 4]\n\
         [retention]\nfile = \"retention.toml\"\n\
         [templates]\nfolder = \"{house}/templates/messages\"\n\
         [staff]\nfile = \"staff.toml\"\n\
         [office]\nhours_en = \"Monday to Friday, 9am to 5pm\"\nhours_cy = \"dydd Llun i ddydd Gwener, 9am i 5pm\"\n\
         [sender]\nname = \"Messages\"\naddress = \"messages@{MAIL_DOMAIN}\"\ndomain = \"{MAIL_DOMAIN}\"\nbounce_key_file = \"bounce.key\"\n\
         resolver = \"{NO_RESOLVER}\"\n\
         [relay]\nhost = \"127.0.0.1\"\nport = {port}\nserver_name = \"{CATCHER_HOST}\"\nca_file = \"relay-ca.pem\"\n\
         connections_max = 4\ntimeout_ms = 3000\n\
         [outbox]\nhold_back_s = 0\nbatch_max = 8\nlease_s = 18\ntries_max = 8\nretry_first_s = 1\nretry_max_s = 60\nstuck_s = 60\n"
    )
}
