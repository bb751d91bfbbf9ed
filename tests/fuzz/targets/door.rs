//! Whatever a client says to the door for mail over a real connection: it is answered, and what is received keeps to the
//! bounds and to whole lines. The first byte chooses the protocol and how much a message may hold.
#![no_main]

use std::cell::LazyCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use mail::receiving::{Answer, Clear, Door, Protocol, Received, Receiver, Settings, Storing};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

const BYTES_MAX: [usize; 2] = [64, 4096];
const RECIPIENTS_MAX: usize = 3;
/// Longer than any conversation takes whose client has said all it says, on a machine that does other things besides.
const ANSWER_MAX: Duration = Duration::from_secs(20);

struct Desk {
    bytes_max: usize,
}

impl Receiver for Desk {
    fn knows(&self, _: &str, recipient: &str) -> bool {
        recipient.ends_with("@gateway.example")
    }

    fn receive(&self, message: Received) -> Storing<'_> {
        assert!(message.bytes.len() <= self.bytes_max, "over the bound");
        assert!(
            (1..=RECIPIENTS_MAX).contains(&message.recipients.len()),
            "recipients"
        );
        assert!(
            message
                .recipients
                .iter()
                .all(|recipient| self.knows("", recipient)),
            "a stranger's mail"
        );
        let text = &message.bytes;
        let bare = text.iter().enumerate().any(|(at, byte)| match byte {
            b'\n' => at == 0 || text[at - 1] != b'\r',
            b'\r' => text.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        assert!(!bare, "half a line end");
        let answer = [Answer::Stored, Answer::Later, Answer::Never][text.len() % 3];
        Box::pin(async move { answer })
    }
}

fn settings(protocol: Protocol, bytes_max: usize) -> Settings {
    Settings {
        listen: "127.0.0.1:0".parse().expect("an address"),
        protocol,
        hostname: "gateway.example".to_owned(),
        identity: None,
        clear: Clear::FromThisMachine,
        message_bytes_max: bytes_max,
        connections_max: 100,
        connections_per_peer_max: 100,
        forwarders: vec!["127.0.0.1".parse().expect("an address")],
        recipients_max: RECIPIENTS_MAX,
        idle_ms: 60_000,
        conversation_ms: 60_000,
    }
}

struct House {
    runtime: Runtime,
    doors: Vec<Door>,
}

fn house() -> House {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut doors = Vec::new();
    for protocol in [Protocol::Lmtp, Protocol::Smtp] {
        for bytes_max in BYTES_MAX {
            let opening = Door::open(settings(protocol, bytes_max), Arc::new(Desk { bytes_max }));
            doors.push(runtime.block_on(opening).expect("a door"));
        }
    }
    House { runtime, doors }
}

async fn converse(to: SocketAddr, said: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(to).await.expect("the door");
    let mut heard = Vec::new();
    // The door may have left before all was said.
    if stream.write_all(said).await.is_ok() {
        let _ = stream.shutdown().await;
    }
    let _ = stream.read_to_end(&mut heard).await;
    heard
}

thread_local! {
    static HOUSE: LazyCell<House> = LazyCell::new(house);
}

fn check(data: &[u8]) {
    let Some((choice, said)) = data.split_first() else {
        return;
    };
    HOUSE.with(|house| {
        let door = &house.doors[usize::from(*choice) % house.doors.len()];
        // A timeout is made inside the runtime whose clock it keeps.
        let conversation =
            async { tokio::time::timeout(ANSWER_MAX, converse(door.local_addr(), said)).await };
        let heard = house.runtime.block_on(conversation).expect("an end");
        // The last may be cut where the door left first.
        let lines = heard.split_inclusive(|byte| *byte == b'\n');
        for line in lines.filter(|line| line.ends_with(b"\n")) {
            assert!(
                line.ends_with(b"\r\n") && line.len() > 5 && line[..3].iter().all(u8::is_ascii_digit),
                "an answer"
            );
        }
    });
}

fuzz_target!(|data: &[u8]| fuzz::in_time(|| check(data)));
