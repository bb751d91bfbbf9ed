//! A real `clamd` with one signature of its own, for the string that every scanner takes for harmful (EICAR, 2006).

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mail::scanning::{Failure, Scanner, Verdict};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;

/// In halves, so that no scanner takes this source or the program for the thing itself.
const EICAR: [&str; 2] = [
    "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-",
    "ANTIVIRUS-TEST-FILE!$H+H*",
];
const STREAM_MAX: usize = 1024 * 1024;
const FILE_MAX: usize = 512 * 1024;

fn eicar() -> Vec<u8> {
    EICAR.concat().into_bytes()
}

/// `clamd` in a folder of its own, as nobody when the tests run as root; ends with it.
struct Clamd {
    process: Child,
    folder: TempDir,
}

impl Clamd {
    async fn start() -> Self {
        let folder = open_folder();
        let at = folder.path();
        let signatures = at.join("signatures");
        fs::create_dir(&signatures).unwrap();
        fs::write(
            signatures.join("own.ndb"),
            format!("Own.Eicar:0:*:{}\n", hex::encode(eicar())),
        )
        .unwrap();
        let config = at.join("clamd.conf");
        let socket = at.join("socket");
        fs::write(
            &config,
            format!(
                "Foreground yes\nUser nobody\nDatabaseDirectory {}\nLocalSocket {}\nStreamMaxLength {STREAM_MAX}\n\
                 MaxFileSize {FILE_MAX}\nAlertExceedsMax yes\n",
                signatures.display(),
                socket.display()
            ),
        )
        .unwrap();
        let process = Command::new("/usr/sbin/clamd")
            .arg("--config-file")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("clamd; tools/install.sh test installs it");
        let clamd = Self { process, folder };
        let end = Instant::now() + Duration::from_secs(30);
        while clamd.scanner().ask().await.is_err() {
            assert!(Instant::now() < end, "clamd does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        clamd
    }

    fn scanner(&self) -> Scanner {
        scanner(&self.folder.path().join("socket"))
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Somebody else's user must read it and make a socket there.
fn open_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    folder
}

fn scanner(socket: &Path) -> Scanner {
    Scanner {
        socket: socket.to_owned(),
        time_limit: Duration::from_secs(10),
    }
}

#[tokio::test]
async fn what_is_harmful_is_found_and_the_rest_is_clean() {
    let clamd = Clamd::start().await;
    let scanner = clamd.scanner();
    let infected = Verdict::Infected("Own.Eicar.UNOFFICIAL".to_owned());
    assert_eq!(scanner.scan(b"%PDF-1.7 a letter %%EOF").await, Ok(Verdict::Clean));
    assert_eq!(scanner.scan(&eicar()).await.as_ref(), Ok(&infected));
    let deep_inside = [&vec![b'a'; 200_000][..], &eicar(), &vec![b'b'; 200_000][..]].concat();
    assert_eq!(scanner.scan(&deep_inside).await.as_ref(), Ok(&infected));
    // What it does not look through is nothing clean.
    let unlooked = [&vec![b'a'; FILE_MAX][..], &eicar()].concat();
    assert!(matches!(scanner.scan(&unlooked).await, Ok(Verdict::Infected(_))));
    assert_eq!(
        scanner.scan(&vec![b'a'; 3 * STREAM_MAX]).await,
        Err(Failure::TooLarge)
    );
    assert_eq!(scanner.scan(&eicar()).await, Ok(infected));
}

#[tokio::test]
async fn without_a_scanner_there_is_no_verdict() {
    let folder = open_folder();
    let socket = folder.path().join("socket");
    let nobody = scanner(&socket);
    assert!(matches!(nobody.scan(b"x").await, Err(Failure::Away(_))));
    assert!(matches!(nobody.ask().await, Err(Failure::Away(_))));
    // One that takes the connection and never answers.
    let _deaf = UnixListener::bind(&socket).unwrap();
    let hurried = Scanner {
        time_limit: Duration::from_millis(50),
        ..nobody
    };
    assert_eq!(hurried.scan(&vec![0; STREAM_MAX]).await, Err(Failure::Silent));
    assert_eq!(hurried.ask().await, Err(Failure::Silent));
}

#[tokio::test]
async fn only_one_answer_means_clean() {
    let answers: [(&[u8], Result<Verdict, Failure>); 8] = [
        (b"stream: OK\0", Ok(Verdict::Clean)),
        (b"", Err(Failure::Lost)),
        (b"stream: OK", Err(Failure::Lost)),
        (b"OK\0", Err(Failure::NoVerdict)),
        (b"stream: OK but not really\0", Err(Failure::NoVerdict)),
        (b"stream: Can't allocate memory ERROR\0", Err(Failure::NoVerdict)),
        (b"stream: \xff\0", Err(Failure::NoVerdict)),
        (
            b"stream: A\x1b[31m b FOUND\0",
            Ok(Verdict::Infected("A31mb".to_owned())),
        ),
    ];
    for (answer, expected) in answers {
        let folder = open_folder();
        let socket = folder.path().join("socket");
        let listener = UnixListener::bind(&socket).unwrap();
        let answering = async {
            let (mut line, _) = listener.accept().await.unwrap();
            let mut asked = [0; 10 + 4 + 1 + 4];
            line.read_exact(&mut asked).await.unwrap();
            assert_eq!(&asked, b"zINSTREAM\0\0\0\0\x01x\0\0\0\0");
            line.write_all(answer).await.unwrap();
            drop(line);
        };
        let (found, ()) = tokio::join!(async { scanner(&socket).scan(b"x").await }, answering);
        assert_eq!(found, expected, "{answer:?}");
    }
}
