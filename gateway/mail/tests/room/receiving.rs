//! The door for mail, spoken to by hand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mail::receiving::{Answer, Clear, Door, DoorError, Protocol, Received, Receiver, Settings, Storing};
use mail::tls::Identity;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const OURS: &str = "north-east@isva.gateway.test";

struct Kept {
    messages: Mutex<Vec<Received>>,
    answer: Answer,
}

impl Receiver for Kept {
    fn knows(&self, _: &str, recipient: &str) -> bool {
        recipient.eq_ignore_ascii_case(OURS)
    }

    fn receive(&self, message: Received) -> Storing<'_> {
        Box::pin(async move {
            self.messages.lock().unwrap().push(message);
            self.answer
        })
    }
}

struct Trial {
    door: Door,
    kept: Arc<Kept>,
}

fn settings(protocol: Protocol) -> Settings {
    Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        protocol,
        hostname: "gateway.test".to_owned(),
        identity: None,
        clear: Clear::FromThisMachine,
        message_bytes_max: 10_000,
        connections_max: 3,
        connections_per_peer_max: 2,
        forwarders: Vec::new(),
        recipients_max: 2,
        idle_ms: 60_000,
        conversation_ms: 60_000,
    }
}

async fn trial(settings: Settings, answer: Answer) -> Trial {
    let kept = Arc::new(Kept {
        messages: Mutex::new(Vec::new()),
        answer,
    });
    let door = Door::open(settings, Arc::clone(&kept) as Arc<dyn Receiver>)
        .await
        .unwrap();
    Trial { door, kept }
}

impl Trial {
    /// Says `lines` at once and reads until the door closes.
    async fn say(&self, lines: &str) -> String {
        let mut stream = TcpStream::connect(self.door.local_addr()).await.unwrap();
        // The door may have closed before all was said.
        let _ = stream.write_all(lines.as_bytes()).await;
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard).await;
        String::from_utf8(heard).unwrap()
    }

    fn messages(&self) -> Vec<Received> {
        self.kept.messages.lock().unwrap().clone()
    }
}

fn codes(heard: &str) -> Vec<&str> {
    heard
        .lines()
        .filter(|line| line.as_bytes().get(3) == Some(&b' '))
        .map(|line| &line[..3])
        .collect()
}

#[tokio::test]
async fn lmtp_answers_for_each_recipient_and_smtp_once() {
    let message = "MAIL FROM:<dana@isva.example> SIZE=30 BODY=8BITMIME\r\nRCPT TO:<north-east@isva.gateway.test>\r\n\
                   RCPT TO:<North-East@ISVA.gateway.test>\r\nDATA\r\nSubject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n";
    let lmtp = trial(settings(Protocol::Lmtp), Answer::Stored).await;
    let heard = lmtp.say(&format!("LHLO mail.test\r\n{message}")).await;
    assert_eq!(
        codes(&heard),
        ["220", "250", "250", "250", "250", "354", "250", "250", "221"],
        "{heard}"
    );
    let smtp = trial(settings(Protocol::Smtp), Answer::Stored).await;
    let heard = smtp.say(&format!("EHLO mail.test\r\n{message}")).await;
    assert_eq!(
        codes(&heard),
        ["220", "250", "250", "250", "250", "354", "250", "221"],
        "{heard}"
    );
    for trial in [lmtp, smtp] {
        let [kept] = trial.messages().try_into().unwrap();
        assert_eq!(kept.bytes, b"Subject: x\r\n\r\n.dot\r\n");
        assert_eq!(
            (
                kept.return_path.as_deref(),
                kept.client.unwrap().hello.as_str(),
                kept.recipients.len()
            ),
            (Some("dana@isva.example"), "mail.test", 2)
        );
    }
}

#[tokio::test]
async fn what_is_not_stored_is_not_acknowledged() {
    let lines = format!("LHLO m\r\nMAIL FROM:<>\r\nRCPT TO:<{OURS}>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n");
    for (answer, code) in [(Answer::Later, "451"), (Answer::Never, "550")] {
        let trial = trial(settings(Protocol::Lmtp), answer).await;
        assert_eq!(codes(&trial.say(&lines).await)[5], code);
    }
}

#[tokio::test]
async fn mail_for_others_is_refused_and_looking_for_addresses_is_ended() {
    let trial = trial(settings(Protocol::Smtp), Answer::Stored).await;
    let guess = "RCPT TO:<south@isva.gateway.test>\r\n";
    let heard = trial
        .say(&format!(
            "EHLO m\r\nMAIL FROM:<a@b.example>\r\n{}DATA\r\n",
            guess.repeat(9)
        ))
        .await;
    assert_eq!(
        codes(&heard),
        [
            "220", "250", "250", "550", "550", "550", "550", "550", "550", "421"
        ],
        "{heard}"
    );
    assert!(trial.messages().is_empty());
}

#[tokio::test]
async fn a_line_that_does_not_end_as_it_should_ends_the_conversation() {
    for body in [
        "x\n.\r\nMAIL FROM:<evil@b.example>\r\n",
        "x\n.\nMAIL",
        "x\r.\r\n",
        "x\r\n.\rMAIL\r\n",
    ] {
        let trial = trial(settings(Protocol::Smtp), Answer::Stored).await;
        let heard = trial
            .say(&format!(
                "EHLO m\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<{OURS}>\r\nDATA\r\n{body}.\r\n"
            ))
            .await;
        assert_eq!(codes(&heard).last(), Some(&"550"), "{heard}");
        assert!(trial.messages().is_empty(), "{body:?}");
    }
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_announced_or_not() {
    let trial = trial(settings(Protocol::Smtp), Answer::Stored).await;
    let announced = trial
        .say("EHLO m\r\nMAIL FROM:<a@b.example> SIZE=10001\r\nQUIT\r\n")
        .await;
    assert_eq!(codes(&announced), ["220", "250", "552", "221"]);
    let body = "x".repeat(100) + "\r\n";
    let sent = trial
        .say(&format!(
            "EHLO m\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<{OURS}>\r\nDATA\r\n{}.\r\nNOOP\r\nQUIT\r\n",
            body.repeat(100)
        ))
        .await;
    assert_eq!(
        codes(&sent),
        ["220", "250", "250", "250", "354", "552", "250", "221"],
        "{sent}"
    );
    assert!(trial.messages().is_empty());
}

#[tokio::test]
async fn wrong_commands_are_answered_a_few_times() {
    let trial = trial(settings(Protocol::Smtp), Answer::Stored).await;
    let heard = trial.say(&"EXPN staff\r\n".repeat(50)).await;
    assert_eq!(codes(&heard).len(), 1 + 11 + 1, "{heard}");
    let order = trial
        .say("MAIL FROM:<a@b.example>\r\nEHLO m\r\nRCPT TO:<x@y.example>\r\nDATA\r\nMAIL FROM:a@b.example\r\nMAIL FROM:<a b@c.example>\r\nMAIL FROM:<a@b.example> AUTH=<>\r\nVRFY x\r\nQUIT\r\n")
        .await;
    assert_eq!(
        codes(&order),
        [
            "220", "503", "250", "503", "503", "501", "501", "555", "252", "221"
        ],
        "{order}"
    );
}

#[tokio::test]
async fn whoever_has_too_many_connections_is_told_to_come_again_and_may_when_one_ends() {
    let trial = trial(settings(Protocol::Smtp), Answer::Stored).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(trial.door.local_addr()).await.unwrap();
        let mut greeting = [0; 4];
        stream.read_exact(&mut greeting).await.unwrap();
        assert_eq!(&greeting, b"220 ");
        held.push(stream);
    }
    assert_eq!(codes(&trial.say("").await), ["421"]);
    let mut leaving = held.pop().unwrap();
    leaving.write_all(b"QUIT\r\n").await.unwrap();
    leaving.read_to_end(&mut Vec::new()).await.unwrap();
    // The door hears of the end a moment later than we do.
    let again = async {
        while codes(&trial.say("QUIT\r\n").await) != ["220", "221"] {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), again)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_silent_client_and_an_endless_one_are_cut() {
    let silent = trial(
        Settings {
            idle_ms: 50,
            ..settings(Protocol::Smtp)
        },
        Answer::Stored,
    )
    .await;
    assert_eq!(codes(&silent.say("EHLO m\r\n").await), ["220", "250", "421"]);
    let endless = trial(
        Settings {
            conversation_ms: 100,
            ..settings(Protocol::Smtp)
        },
        Answer::Stored,
    )
    .await;
    assert_eq!(codes(&endless.say("EHLO m\r\n").await), ["220", "250"]);
}

#[tokio::test]
async fn mail_in_the_clear_comes_from_this_machine_or_not_at_all() {
    let kept = || -> Arc<dyn Receiver> {
        Arc::new(Kept {
            messages: Mutex::new(Vec::new()),
            answer: Answer::Stored,
        })
    };
    let anywhere = Settings {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..settings(Protocol::Smtp)
    };
    assert!(matches!(
        Door::open(anywhere, kept()).await,
        Err(DoorError::Clear)
    ));
    let no_way = Settings {
        clear: Clear::Refused,
        ..settings(Protocol::Smtp)
    };
    assert!(matches!(Door::open(no_way, kept()).await, Err(DoorError::NoWay)));
    let tls = Settings {
        clear: Clear::Refused,
        identity: Some(Identity::self_signed_from_system_randomness(&["gateway.test"]).unwrap()),
        ..settings(Protocol::Smtp)
    };
    let tls = trial(tls, Answer::Stored).await;
    let heard = tls
        .say("EHLO m\r\nMAIL FROM:<a@b.example>\r\nSTARTTLS\r\nMAIL FROM:<a@b.example>\r\n")
        .await;
    assert_eq!(codes(&heard), ["220", "250", "530", "554"], "{heard}");
    assert!(heard.contains("250-STARTTLS"));
}

#[tokio::test]
async fn only_the_server_in_front_says_whom_it_had_a_message_from_and_for_one_message() {
    let message = format!("MAIL FROM:<a@b.example>\r\nRCPT TO:<{OURS}>\r\nDATA\r\nx\r\n.\r\n");
    let lines =
        format!("EHLO front\r\nXFORWARD ADDR=192.0.2.7 HELO=mail.b.example\r\n{message}{message}QUIT\r\n");
    let in_front = Settings {
        forwarders: vec!["127.0.0.1".parse().unwrap()],
        ..settings(Protocol::Smtp)
    };
    let believed = trial(in_front, Answer::Stored).await;
    believed.say(&lines).await;
    let clients: Vec<_> = believed
        .messages()
        .into_iter()
        .map(|mail| mail.client.map(|c| c.ip.to_string()))
        .collect();
    assert_eq!(clients, [Some("192.0.2.7".to_owned()), None]);
    let stranger = trial(settings(Protocol::Smtp), Answer::Stored).await;
    let heard = stranger.say(&lines).await;
    assert_eq!(codes(&heard)[2], "502", "{heard}");
    assert!(
        stranger
            .messages()
            .iter()
            .all(|mail| mail.client.as_ref().unwrap().ip.is_loopback())
    );
}
