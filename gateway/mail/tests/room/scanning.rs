//! How the scanner's answers are understood, spoken by a socket of the test's own. A real `clamd` stands in `tests/it`.

use std::path::Path;
use std::time::Duration;

use mail::scanning::{Failure, Scanner, Verdict};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;

fn scanner(socket: &Path) -> Scanner {
    Scanner {
        socket: socket.to_owned(),
        time_limit: Duration::from_secs(10),
    }
}

#[tokio::test]
async fn without_a_scanner_there_is_no_verdict() {
    let folder = tempfile::tempdir().unwrap();
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
    assert_eq!(hurried.scan(&vec![0; 1024 * 1024]).await, Err(Failure::Silent));
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
        let folder = tempfile::tempdir().unwrap();
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
