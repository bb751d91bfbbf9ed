//! A real Dovecot of a test's own that keeps one mailbox and serves it by IMAP, on loopback, over TLS alone.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mail::fetching::{Auth, Protection, RemoteConfig};
use mail::tls::{Identity, Roots, TlsMode};
use ring::hmac;
use tempfile::TempDir;

use crate::dovecot::{Dovecot, common_conf};
pub use crate::dovecot::{PASSWORD, USER};
use crate::postfix::free_ports;

/// The name on its certificate.
pub const HOST: &str = "imap.mail.example";
/// Mailboxes belong to `nobody`, as Debian numbers it.
const NOBODY: u32 = 65_534;

/// A running server. Dropping it stops it and removes its files.
pub struct ImapServer {
    // Stopped before its folder is removed.
    dovecot: Dovecot,
    _folder: TempDir,
    /// Its port for STARTTLS.
    pub port: u16,
    /// Its port for TLS from the first byte.
    pub tls_port: u16,
    identity: Identity,
}

impl ImapServer {
    /// Starts one with an empty mailbox, and returns when it listens.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// The same, with more of a configuration.
    pub fn start_with(further: &str) -> Self {
        Self::start_in(TempDir::new().expect("a temporary folder"), further)
    }

    /// Starts one that takes access tokens (XOAUTH2) signed with this key.
    pub fn start_for_tokens(key: &[u8]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let at = folder.path();
        let keys = at.join("keys/default/HS256");
        fs::create_dir_all(&keys).expect("a folder for the key");
        fs::write(keys.join("default"), STANDARD.encode(key)).expect("the key");
        let tokens = at.join("tokens.conf");
        let by = format!(
            "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={}/keys/\nusername_attribute = sub\n",
            at.display()
        );
        fs::write(&tokens, by).expect("how tokens are looked at");
        let further = format!(
            "auth_mechanisms = plain xoauth2\npassdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {}\n}}\n",
            tokens.display()
        );
        Self::start_in(folder, &further)
    }

    fn start_in(folder: TempDir, further: &str) -> Self {
        let at = folder.path();
        // Dovecot drops its rights and must still pass through.
        fs::set_permissions(at, Permissions::from_mode(0o755)).expect("an open folder");
        let identity = Identity::self_signed_from_system_randomness(&[HOST]).expect("a certificate");
        fs::write(at.join("cert.pem"), &identity.cert_pem).expect("the certificate");
        fs::write(at.join("key.pem"), &identity.key_pem).expect("the key");
        fs::create_dir(at.join("mail")).expect("a folder for mail");
        chown(at.join("mail"), Some(NOBODY), Some(NOBODY)).expect("Dovecot can only be started by root");
        let [port, tls_port] = free_ports();
        let conf = common_conf(at) + &conf(at, port, tls_port) + further;
        let dovecot = Dovecot::start_as(at, &conf);
        Self {
            dovecot,
            _folder: folder,
            port,
            tls_port,
            identity,
        }
    }

    /// The certificate to trust, as PEM text.
    pub fn cert_pem(&self) -> &str {
        &self.identity.cert_pem
    }

    /// How its mailbox is fetched from, over TLS from the first byte.
    pub fn remote(&self) -> RemoteConfig {
        RemoteConfig {
            host: "127.0.0.1".to_owned(),
            port: self.tls_port,
            protection: Protection::Tls {
                mode: TlsMode::Implicit,
                server_name: HOST.to_owned(),
                roots: Roots::Only(self.cert_pem().to_owned()),
            },
            user: USER.to_owned(),
            auth: Auth::Password,
            folder: "INBOX".to_owned(),
            message_bytes_max: 100_000,
        }
    }

    /// Lays a message into the mailbox, as a server that delivers does.
    pub fn put(&self, message: &[u8]) {
        let mut command = self.dovecot.doveadm();
        command.args(["save", "-u", USER, "-m", "INBOX"]);
        let mut saving = command.stdin(Stdio::piped()).spawn().expect("doveadm runs");
        let mut input = saving.stdin.take().expect("its input");
        input.write_all(message).expect("a message");
        drop(input);
        assert!(
            saving.wait().expect("its end").success(),
            "doveadm saves a message"
        );
    }

    /// Puts a flag or keyword on every message, as another program of the mailbox's owner does.
    pub fn mark_all(&self, flag: &str) {
        self.run(&["flags", "add", "-u", USER, flag, "mailbox", "INBOX", "all"]);
    }

    /// Takes one off every message.
    pub fn unmark_all(&self, flag: &str) {
        self.run(&["flags", "remove", "-u", USER, flag, "mailbox", "INBOX", "all"]);
    }

    /// Deletes every message.
    pub fn delete_all(&self) {
        self.run(&["expunge", "-u", USER, "mailbox", "INBOX", "all"]);
    }

    /// Numbers its messages anew, as a server does whose index was lost.
    pub fn renumber(&self) {
        self.run(&["mailbox", "update", "-u", USER, "--uid-validity", "77", "INBOX"]);
    }

    /// The flags and keywords of each message, in the order of the mailbox.
    pub fn flags(&self) -> Vec<String> {
        let said = self.run(&[
            "-f", "flow", "fetch", "-u", USER, "flags", "mailbox", "INBOX", "all",
        ]);
        said.lines()
            .map(|line| line.trim_start_matches("flags=").trim().to_owned())
            .collect()
    }

    fn run(&self, words: &[&str]) -> String {
        let mut command: Command = self.dovecot.doveadm();
        let ran = command.args(words).output().expect("doveadm runs");
        let complaint = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "doveadm {words:?}: {complaint}");
        String::from_utf8_lossy(&ran.stdout).into_owned()
    }
}

/// An access token for [`USER`] (JWT, HS256), as an identity provider signs one with this key.
pub fn token(key: &[u8], now_s: i64, ends_s: i64) -> String {
    let claims = format!(r#"{{"sub":"{USER}","iat":{now_s},"exp":{ends_s}}}"#);
    let said = [r#"{"alg":"HS256","typ":"JWT"}"#, claims.as_str()].map(|part| URL_SAFE_NO_PAD.encode(part));
    let said = said.join(".");
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), said.as_bytes());
    format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn conf(folder: &Path, port: u16, tls_port: u16) -> String {
    let at = folder.display();
    format!(
        "protocols = imap
ssl = required
ssl_cert = <{at}/cert.pem
ssl_key = <{at}/key.pem
mail_location = maildir:{at}/mail
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"
    )
}
