//! A real Postfix of a test's own, on loopback, with TLS.
//!
//! [`Postfix::start`] makes one that takes mail from everybody on one port with STARTTLS. The one that
//! [`Postfix::start_for_users`] makes takes it from [`USER`] alone, as a relay of an organisation does: beside
//! that port it has one with TLS from the first byte, and a Dovecot of its own tells it whose password is right.
//!
//! It is Debian's package with its configuration, queue and mailboxes in a temporary folder: it demands TLS,
//! takes every address of two domains into one maildir, relays nothing and listens on no other port. It is
//! left as strict or lax as Debian ships it, which means that it believes bare line feeds. Postfix wants to be
//! started by root. Without it, or without root, a test fails; it never skips.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use mail::relay::{Relay, RelayConfig, TlsPolicy};
use mail::tls::{Identity, Roots, TlsMode};
use tempfile::TempDir;

use crate::dovecot::Dovecot;
pub use crate::dovecot::{PASSWORD, USER};
use crate::house::MAILBOX_DOMAIN;

/// The domain whose mail it takes.
pub const DOMAIN: &str = "victims.example";
/// The domain of the victims that [`crate::service::Service::queue`] makes; it takes their mail too.
const INBOX: &str = "inbox.example";
/// The name on its certificate.
pub const HOST: &str = "mx.victims.example";
/// Mailboxes belong to `nobody`, as Debian numbers it.
const NOBODY: u32 = 65_534;
const DELIVERY_MAX: Duration = Duration::from_mins(1);

/// A running Postfix. Dropping it stops it and removes its files.
pub struct Postfix {
    // Stopped before its folder is removed.
    _dovecot: Option<Dovecot>,
    folder: TempDir,
    port: u16,
    tls_port: Option<u16>,
    identity: Identity,
}

/// One message as it lay in the mailbox, with the headers that Postfix put before it taken off.
pub struct Delivered {
    /// The recipient of the envelope (`X-Original-To`).
    pub recipient: String,
    /// The return path of the envelope.
    pub return_path: String,
    /// The message; its line ends are LF, which is how Postfix stores them.
    pub bytes: Vec<u8>,
}

impl Postfix {
    /// Starts one that takes mail from everybody, and returns when it listens.
    pub fn start() -> Self {
        Self::start_with(false)
    }

    /// Starts one that takes mail from [`USER`] alone.
    pub fn start_for_users() -> Self {
        Self::start_with(true)
    }

    /// Starts one that takes mail for the mailboxes of [`MAILBOX_DOMAIN`] and hands it over by LMTP to this port, saying whom
    /// it had it from.
    pub fn start_before(lmtp_port: u16) -> Self {
        let main = format!(
            "virtual_mailbox_domains = {MAILBOX_DOMAIN}\nvirtual_transport = lmtp:inet:[127.0.0.1]:{lmtp_port}\n\
             lmtp_send_xforward_command = yes\nsmtpd_tls_security_level = may\nrecipient_delimiter = +\n"
        );
        Self::start_as(false, &main)
    }

    /// Starts one that takes mail for these domains and hands each one's over by LMTP to a port. What is put off comes again
    /// after a second.
    pub fn start_between(doors: &[(&str, u16)]) -> Self {
        let names: Vec<_> = doors.iter().map(|(domain, _)| *domain).collect();
        let ways: Vec<_> = doors
            .iter()
            .map(|(domain, port)| format!("{{ {domain} = lmtp:inet:[127.0.0.1]:{port} }}"))
            .collect();
        let main = format!(
            "virtual_mailbox_domains = {}\ntransport_maps = inline:{{ {} }}\nlmtp_send_xforward_command = yes\n\
             recipient_delimiter = +\nqueue_run_delay = 1s\nminimal_backoff_time = 1s\nmaximal_backoff_time = 1s\n",
            names.join(", "),
            ways.join(", ")
        );
        Self::start_as(false, &main)
    }

    fn start_with(for_users: bool) -> Self {
        Self::start_as(for_users, if for_users { FOR_USERS } else { "" })
    }

    fn start_as(for_users: bool, further: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        // Postfix and Dovecot drop their rights and must still pass through.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("an open folder");
        let identity = Identity::self_signed_from_system_randomness(&[HOST]).expect("a certificate");
        let [port, tls_port] = free_ports();
        let (main, mut master) = (main_cf(folder.path()) + further, master_cf(port));
        if for_users {
            write!(master, "127.0.0.1:{tls_port} {TLS_FIRST}").expect("a string takes everything");
        }
        lay_out(folder.path(), &identity, &main, &master);
        let postfix = Self {
            _dovecot: for_users.then(|| Dovecot::start(&folder.path().join("users"))),
            folder,
            port,
            tls_port: for_users.then_some(tls_port),
            identity,
        };
        let started = postfix.control("start");
        assert!(
            started.status.success(),
            "Postfix did not start: {}",
            postfix.complaint(&started)
        );
        postfix
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its port for TLS from the first byte.
    pub fn tls_port(&self) -> u16 {
        self.tls_port.expect("a Postfix for users")
    }

    /// The certificate to trust, as PEM text.
    pub fn cert_pem(&self) -> &str {
        &self.identity.cert_pem
    }

    /// The way to it with STARTTLS, of a client that calls itself `hello_name`.
    pub fn relay(&self, hello_name: &str, connections_max: usize) -> Relay {
        Relay::new(RelayConfig {
            host: "127.0.0.1".to_owned(),
            port: self.port(),
            hello_name: hello_name.to_owned(),
            tls: TlsPolicy::Required {
                mode: TlsMode::StartTls,
                server_name: HOST.to_owned(),
                roots: Roots::Only(self.cert_pem().to_owned()),
            },
            sign_in: None,
            timeout_ms: 30_000,
            connections_max,
        })
        .expect("a way to Postfix")
    }

    /// Waits until its queue is empty. Fails when it does not empty.
    pub fn wait(&self) {
        let started = Instant::now();
        while !self.queue_is_empty() {
            assert!(
                started.elapsed() < DELIVERY_MAX,
                "Postfix still has mail in its queue: {}",
                self.log()
            );
            // Nothing tells when a queue of Postfix runs empty; it has to be asked again.
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Everything that it has delivered, once its queue is empty. Fails when the queue does not empty.
    pub fn delivered(&self) -> Vec<Delivered> {
        self.wait();
        let new = self.folder.path().join("mailboxes/all/new");
        let Ok(entries) = fs::read_dir(new) else {
            return Vec::new();
        };
        entries
            .map(|entry| read(&entry.expect("a mailbox entry").path()))
            .collect()
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn queue_is_empty(&self) -> bool {
        let listing = command("postqueue")
            .arg("-c")
            .arg(self.config())
            .arg("-p")
            .output();
        let listing = listing.expect("postqueue comes with Postfix");
        assert!(
            listing.status.success(),
            "postqueue: {}",
            self.complaint(&listing)
        );
        String::from_utf8_lossy(&listing.stdout).contains("Mail queue is empty")
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    fn control(&self, verb: &str) -> Output {
        let ran = command("postfix").arg("-c").arg(self.config()).arg(verb).output();
        ran.expect("Postfix is installed (`make test` installs Debian's package)")
    }

    fn complaint(&self, output: &Output) -> String {
        format!("{}{}", String::from_utf8_lossy(&output.stderr), self.log())
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.control("abort");
    }
}

/// A program that Debian keeps where an ordinary user's path does not look.
fn command(name: &str) -> Command {
    let mut command = Command::new(format!("/usr/sbin/{name}"));
    command.env("LC_ALL", "C");
    command
}

pub(crate) fn free_ports() -> [u16; 2] {
    let listen = |()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let number = |listener: TcpListener| listener.local_addr().expect("its number").port();
    // Both are held before either is let go, or they could be one.
    [(); 2].map(listen).map(number)
}

fn lay_out(folder: &Path, identity: &Identity, main: &str, master: &str) {
    for name in ["config", "queue", "data", "mailboxes"] {
        fs::create_dir(folder.join(name)).expect("a folder of Postfix");
    }
    chown(folder.join("mailboxes"), Some(NOBODY), Some(NOBODY)).expect("Postfix can only be started by root");
    chown(folder.join("data"), Some(number_of_postfix()), None).expect("a folder for the user postfix");
    fs::write(folder.join("config/cert.pem"), &identity.cert_pem).expect("the certificate");
    fs::write(folder.join("config/key.pem"), &identity.key_pem).expect("the key");
    fs::set_permissions(folder.join("config/key.pem"), Permissions::from_mode(0o600)).expect("a private key");
    fs::write(folder.join("config/main.cf"), main).expect("main.cf");
    fs::write(folder.join("config/master.cf"), master).expect("master.cf");
}

/// Beyond [`main_cf`]: who is not signed in may send nothing, and signs in over TLS alone.
const FOR_USERS: &str = "smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${queue_directory}/../users/auth
smtpd_tls_auth_only = yes
smtpd_client_restrictions = permit_sasl_authenticated, reject
";
const TLS_FIRST: &str = "inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
";

fn number_of_postfix() -> u32 {
    let asked = Command::new("id").args(["-u", "postfix"]).output().expect("id");
    let text = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    text.parse()
        .expect("Postfix is not installed: there is no user postfix (`make test` installs it)")
}

fn main_cf(folder: &Path) -> String {
    let at = folder.display();
    format!(
        "compatibility_level = 3.6
queue_directory = {at}/queue
data_directory = {at}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {at}/log
maillog_file_prefixes = {at}
syslog_name = postfix
myhostname = {HOST}
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_transport = error:nothing is relayed
virtual_transport = virtual
virtual_mailbox_domains = {DOMAIN}, {INBOX}
virtual_mailbox_base = {at}/mailboxes
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{NOBODY}
virtual_gid_maps = static:{NOBODY}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {at}/config/cert.pem
smtpd_tls_key_file = {at}/config/key.pem
"
    )
}

/// Its processes, none of them in a chroot: the folder holds no copy of the system's files.
fn master_cf(port: u16) -> String {
    let mut text = format!(
        "127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
qmgr unix n - n 300 1 qmgr
cleanup unix n - n - 0 cleanup
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
postlog unix-dgram n - n - 1 postlogd
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
"
    );
    for (service, program) in [
        ("bounce", "bounce"),
        ("defer", "bounce"),
        ("trace", "bounce"),
        ("verify", "verify"),
        ("flush", "flush"),
        ("proxymap", "proxymap"),
        ("smtp", "smtp"),
        ("lmtp", "lmtp"),
        ("error", "error"),
        ("retry", "error"),
        ("scache", "scache"),
    ] {
        writeln!(text, "{service} unix - - n - 0 {program}").expect("a string takes everything");
    }
    text
}

/// Takes off what Postfix put before the message: `Return-Path`, `X-Original-To`, `Delivered-To` and one
/// `Received` with its folded lines.
fn read(path: &Path) -> Delivered {
    let bytes = fs::read(path).expect("a message in the mailbox");
    let mut delivered = Delivered {
        recipient: String::new(),
        return_path: String::new(),
        bytes: Vec::new(),
    };
    let mut rest = bytes.as_slice();
    let mut received = 0;
    loop {
        let end = rest
            .iter()
            .position(|b| *b == b'\n')
            .map_or(rest.len(), |at| at + 1);
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        let (name, value) = line.split_once(": ").unwrap_or_default();
        let value = value.trim().trim_matches(['<', '>']).to_owned();
        match name {
            "Return-Path" => delivered.return_path = value,
            "X-Original-To" => delivered.recipient = value,
            "Delivered-To" => {}
            "Received" if received == 0 => received = 1,
            _ if received == 1 && line.starts_with(['\t', ' ']) => {}
            _ => break,
        }
        rest = &rest[end..];
    }
    rest.clone_into(&mut delivered.bytes);
    delivered
}
