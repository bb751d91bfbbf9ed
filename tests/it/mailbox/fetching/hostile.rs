//! Servers that lie. A real one does not, so these few lines are said by the test.

use harness::imap::{ImapServer, PASSWORD};
use mail::fetching::{Auth, Failure, Protection, Remote, RemoteConfig, RemoteError};
use mail::tls::{Roots, TlsMode};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::open;

/// A server that greets and then answers each line with the next of these; `@` stands for the tag of what it was asked.
async fn saying(answers: Vec<&'static str>) -> RemoteConfig {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its number").port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a client");
        let (reading, mut writing) = stream.into_split();
        let mut lines = BufReader::new(reading).lines();
        writing.write_all(b"* OK here\r\n").await.expect("said");
        for answer in answers {
            let Ok(Some(line)) = lines.next_line().await else {
                return;
            };
            let tag = line.split(' ').next().unwrap_or_default();
            let answer = answer.replace('@', tag);
            writing.write_all(answer.as_bytes()).await.expect("said");
        }
        // It keeps the line until the client goes.
        while let Ok(Some(_)) = lines.next_line().await {}
    });
    RemoteConfig {
        host: "127.0.0.1".to_owned(),
        port,
        protection: Protection::ClearOnThisMachine,
        user: "gateway".to_owned(),
        auth: Auth::Password,
        folder: "INBOX".to_owned(),
        message_bytes_max: 100_000,
    }
}

const CAPABLE: &str = "* CAPABILITY IMAP4rev1\r\n@ OK\r\n";
const SIGNED_IN: &str = "@ OK in\r\n";
const SELECTED: &str = "* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n@ OK [READ-WRITE] x\r\n";

#[tokio::test]
async fn what_is_announced_beyond_the_bound_ends_the_conversation_before_it_comes() {
    for (answer, expected) in [
        ("* 1 FETCH (UID 1 BODY[] {500000000}\r\n", Failure::TooMuch),
        ("* 1 FETCH (UID 2 BODY[] {200000}\r\n", Failure::TooMuch),
        ("@ NO not today\r\n", Failure::Refused("a command")),
        ("* BYE away\r\n", Failure::Lost),
        ("what?\r\n", Failure::Unreadable),
    ] {
        let answers = vec![
            CAPABLE,
            SIGNED_IN,
            CAPABLE,
            SELECTED,
            "* 1 FETCH (UID 1 RFC822.SIZE 12)\r\n@ OK\r\n",
            answer,
        ];
        let remote = saying(answers).await;
        let mut folder = open(remote, PASSWORD).await.expect("a folder");
        assert_eq!(folder.read(1).await.expect_err("a lie"), expected, "{answer}");
    }
}

#[tokio::test]
async fn an_answer_that_did_not_end_with_ok_is_no_list_and_no_mark() {
    for answer in ["* SEARCH 1\r\n@ NO\r\n", "* SEARCH 1\r\n@ BAD\r\n"] {
        let answers = vec![
            CAPABLE, SIGNED_IN, CAPABLE, SELECTED, "@ OK\r\n", answer, "@ NO\r\n",
        ];
        let remote = saying(answers).await;
        let mut folder = open(remote, PASSWORD).await.expect("a folder");
        let refused = Failure::Refused("a command");
        assert_eq!(folder.look().await.expect_err("no list"), refused);
        assert_eq!(folder.mark_taken(1).await.expect_err("no mark"), refused);
    }
}

#[tokio::test]
async fn a_folder_that_would_not_keep_our_marks_is_not_read() {
    for (selected, expected) in [
        ("* OK [UIDVALIDITY 1] x\r\n@ OK [READ-ONLY] x\r\n", "read-only"),
        (
            "* OK [UIDVALIDITY 1] x\r\n* OK [PERMANENTFLAGS (\\Seen)] x\r\n@ OK [READ-WRITE] x\r\n",
            "keywords",
        ),
        ("@ OK [READ-WRITE] x\r\n", "UIDs"),
    ] {
        let remote = saying(vec![CAPABLE, SIGNED_IN, CAPABLE, selected]).await;
        let failure = open(remote, PASSWORD).await.expect_err("it cannot be used");
        assert!(failure.to_string().contains(expected), "{failure}");
    }
}

#[tokio::test]
async fn what_a_meddler_adds_to_starttls_or_leaves_out_ends_it() {
    let server = ImapServer::start();
    for (answer, code) in [
        ("@ OK begin\r\n* OK more\r\n", "too-much-said"),
        ("@ BAD what?\r\n", "no-verified-tls"),
    ] {
        let config = RemoteConfig {
            protection: Protection::Tls {
                mode: TlsMode::StartTls,
                server_name: harness::imap::HOST.to_owned(),
                roots: Roots::Only(server.cert_pem().to_owned()),
            },
            ..saying(vec![answer]).await
        };
        let failure = open(config, PASSWORD).await.expect_err("a meddler");
        assert_eq!(failure.code(), code, "{failure}");
    }
}

#[tokio::test]
async fn a_password_never_goes_in_the_clear_to_elsewhere() {
    for host in ["imap.mail.example", "192.0.2.7", "localhost"] {
        let config = RemoteConfig {
            host: host.to_owned(),
            ..saying(Vec::new()).await
        };
        assert_eq!(Remote::new(config).err(), Some(RemoteError::Clear), "{host}");
    }
}
