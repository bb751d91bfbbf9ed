//! A real `clamd` of a test's own with one signature, for the string that every scanner takes for harmful (EICAR, 2006).

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mail::scanning::Scanner;
use tempfile::TempDir;

/// In halves, so that no scanner takes this source or the program for the thing itself.
const EICAR: [&str; 2] = [
    "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-",
    "ANTIVIRUS-TEST-FILE!$H+H*",
];
/// Most bytes that it takes.
pub const STREAM_MAX: usize = 1024 * 1024;
/// Most bytes that it looks through.
pub const FILE_MAX: usize = 512 * 1024;
const START_MAX: Duration = Duration::from_secs(30);

/// What it calls the string.
pub const SIGNATURE: &str = "Own.Eicar.UNOFFICIAL";

/// The string.
pub fn eicar() -> Vec<u8> {
    EICAR.concat().into_bytes()
}

/// `clamd` in a folder of its own, as nobody when the tests run as root. Dropping it stops it.
pub struct Clamd {
    process: Child,
    folder: TempDir,
}

impl Clamd {
    /// Starts one, and waits until it answers.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        // Somebody else's user reads it and makes a socket there.
        fs::set_permissions(at, Permissions::from_mode(0o777)).expect("an open folder");
        let signatures = at.join("signatures");
        fs::create_dir(&signatures).expect("a folder for signatures");
        let mut own = "Own.Eicar:0:*:".to_owned();
        for byte in eicar() {
            write!(own, "{byte:02x}").expect("a text takes digits");
        }
        fs::write(signatures.join("own.ndb"), own + "\n").expect("a signature");
        let config = at.join("clamd.conf");
        fs::write(
            &config,
            format!(
                "Foreground yes\nUser nobody\nDatabaseDirectory {}\nLocalSocket {}\nStreamMaxLength {STREAM_MAX}\n\
                 MaxFileSize {FILE_MAX}\nAlertExceedsMax yes\n",
                signatures.display(),
                at.join("socket").display()
            ),
        )
        .expect("clamd.conf");
        // A copy: where AppArmor is on, Debian's profile keeps the installed one out of this folder.
        let program = at.join("clamd");
        fs::copy("/usr/sbin/clamd", &program).expect("clamd; `make test` installs Debian's package");
        let process = Command::new(program)
            .arg("--config-file")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("clamd starts");
        let clamd = Self { process, folder };
        let end = Instant::now() + START_MAX;
        while clamd.scanner().ask().await.is_err() {
            assert!(Instant::now() < end, "clamd does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        clamd
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Who asks it.
    pub fn scanner(&self) -> Scanner {
        Scanner {
            socket: self.socket(),
            time_limit: Duration::from_secs(10),
        }
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
