//! A real Dovecot of a test's own, started with a configuration; and the part of one that knows passwords, as a Postfix of a
//! test's own asks it.
//!
//! It is Debian's package with everything in a folder of the test. What [`Dovecot::start`] makes has a socket and one
//! account, serves no mailbox and listens on no port; [`crate::imap`] makes one that does. Dovecot wants to be started by
//! root.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The one account.
pub const USER: &str = "gateway";
/// Its password.
pub const PASSWORD: &str = "an invented password, für Dovecot";

/// A running Dovecot. Dropping it stops it.
pub(crate) struct Dovecot {
    config: PathBuf,
}

impl Dovecot {
    /// Starts one in this folder, which is made, with a socket `auth` in it for the user `postfix`.
    pub(crate) fn start(folder: &Path) -> Self {
        fs::create_dir(folder).expect("a folder of Dovecot");
        Self::start_as(folder, &(common_conf(folder) + &for_postfix(folder)))
    }

    /// Starts one in this folder with this configuration.
    pub(crate) fn start_as(folder: &Path, conf: &str) -> Self {
        let accounts = folder.join("accounts");
        fs::write(&accounts, format!("{USER}:{{PLAIN}}{PASSWORD}\n")).expect("the account");
        fs::set_permissions(&accounts, Permissions::from_mode(0o644)).expect("an account that Dovecot reads");
        let config = folder.join("dovecot.conf");
        fs::write(&config, conf).expect("dovecot.conf");
        let dovecot = Self { config };
        // It returns when its sockets are there. What stays behind keeps the streams, so they are no pipes.
        let complaint = folder.join("complaint");
        let started = Command::new("/usr/sbin/dovecot")
            .arg("-c")
            .arg(&dovecot.config)
            .stdout(Stdio::null())
            .stderr(File::create(&complaint).expect("a file for what it says"))
            .status()
            .expect("Dovecot is installed (`make test` installs Debian's package)");
        assert!(
            started.success(),
            "Dovecot did not start: {}",
            fs::read_to_string(complaint).unwrap_or_default()
        );
        dovecot
    }
}

impl Dovecot {
    /// Its own tool.
    pub(crate) fn doveadm(&self) -> Command {
        let mut command = Command::new("/usr/bin/doveadm");
        command.arg("-c").arg(&self.config);
        command
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        let mut stop = self.doveadm();
        stop.arg("stop");
        // A Dovecot that is gone already cannot be stopped.
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// What every one of a test has.
pub(crate) fn common_conf(folder: &Path) -> String {
    let at = folder.display();
    format!(
        "listen = 127.0.0.1
base_dir = {at}/run
state_dir = {at}/state
instance_name = of-a-test
log_path = {at}/log
# Nobody guesses here: a wrong password costs no wait, neither its own nor that of the next.
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = {at}/accounts
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
"
    )
}

fn for_postfix(folder: &Path) -> String {
    let at = folder.display();
    format!(
        "protocols =
ssl = no
# Postfix says itself when it asks over TLS, and offers nothing before.
disable_plaintext_auth = no
service auth {{
  unix_listener {at}/auth {{
    mode = 0600
    user = postfix
  }}
}}
"
    )
}
