//! The old path left open: I8. Nothing but the outbox's own step can open a connection to a mail server, and it does
//! so with a cleared message in its hands. Read from the manifests and sources, so that no side door can be built
//! without this test naming it.

use std::fs;
use std::path::{Path, PathBuf};

use domain::id::MessageId;
use flows::Kind;
use harness::case::assigned;
use harness::gateway::{OFFICER, TestGateway};
use harness::on_both;
use mail::catcher::{Fault, Faults};
use serde_json::json;

const ROOMS: &str = "gateway";
/// The one place that clears, marks and sends.
const DELIVER: &str = "gateway/flows/src/deliver";
const MAIL_ROOM: &str = "gateway/mail/";
/// The one place that opens a connection.
const DIAL: &str = "gateway/mail/src/dial.rs";
const RELAY_CONNECT: &str = "gateway/mail/src/relay/connect.rs";
/// Reads mailboxes elsewhere and marks what was taken.
const FETCHING: &str = "gateway/mail/src/fetching/";
const WITNESS_DOOR: &str = "gateway/web/src/witness.rs";
/// The door for mail that comes in: what is spoken there has a name, and nothing else of a network stands in these files.
const MAIL_DOOR: [&str; 2] = [
    "gateway/daemon/src/config/mail_in.rs",
    "gateway/daemon/src/mail_in.rs",
];
/// The one HTTP client of the house.
const OUTWARD: &str = "gateway/web/src/outward.rs";
/// Who may use it: none of them has a word of a message. A checkpoint to a witness, a sign-in at the organisation's provider,
/// and to another system which identifiers have changed.
const ASKING_OUTWARD: [&str; 3] = [
    "gateway/daemon/src/webhook.rs",
    "gateway/daemon/src/witnesses/post.rs",
    "gateway/web/src/provider.rs",
];

struct Source {
    path: String,
    code: String,
}

/// The code of every room, without comments and without what only tests compile.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    walk(&root, &root.join(ROOMS), &mut found);
    assert!(
        found.len() > 100,
        "{} files: the walk looks in the wrong place",
        found.len()
    );
    found
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path: PathBuf = entry.expect("a readable entry").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        if path.is_dir() {
            if !["tests", "examples", "target"].contains(&name.as_str()) {
                walk(root, &path, found);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") && name != "tests.rs" {
            let text = fs::read_to_string(&path).expect("a source file");
            let shipped = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code = shipped
                .lines()
                .map(|line| line.split("//").next().unwrap_or_default());
            found.push(Source {
                path: path
                    .strip_prefix(root)
                    .expect("below the root")
                    .display()
                    .to_string(),
                code: code.collect::<Vec<_>>().join("\n"),
            });
        }
    }
}

/// The files outside of `home` in whose code one of these words stands.
fn strangers<'s>(sources: &'s [Source], words: &[&str], home: &[&str]) -> Vec<&'s str> {
    let outside = sources
        .iter()
        .filter(|source| !home.iter().any(|home| source.path.starts_with(home)));
    let holds = |source: &&Source| words.iter().any(|word| source.code.contains(word));
    outside.filter(holds).map(|source| source.path.as_str()).collect()
}

/// The names of the functions of a file whose signature holds this word.
fn functions_taking(source: &Source, word: &str) -> Vec<String> {
    let heads = source.code.split("fn ").skip(1);
    let heads = heads.map(|rest| rest.split('{').next().unwrap_or_default());
    heads
        .filter(|head| head.contains(word))
        .filter_map(|head| head.split(['(', '<']).next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn incident_08_only_the_mail_room_can_speak_to_a_mail_server() {
    let sources = sources();
    let network = [
        "TcpStream",
        "TcpSocket",
        "UdpSocket",
        "UnixStream",
        "lettre::",
        "Command::new",
    ];
    // The daemon's only process is itself, and its only word with a relay is "are you there" (see the next test). The
    // witness's door and the door for mail are connected to and never connect.
    assert_eq!(strangers(&sources, &network, &[MAIL_ROOM, WITNESS_DOOR]), [""; 0]);
    let mut naming = strangers(&sources, &["smtp", "Smtp"], &[MAIL_ROOM]);
    naming.sort_unstable();
    assert_eq!(naming, MAIL_DOOR);
    // One file speaks HTTP, and three ask it to.
    let http = ["hyper_util::client", "HttpConnector"];
    assert_eq!(strangers(&sources, &http, &[OUTWARD]), [""; 0]);
    let mut asking = strangers(&sources, &["Outward::new"], &[OUTWARD]);
    asking.sort_unstable();
    assert_eq!(asking, ASKING_OUTWARD);
    let openers = sources
        .iter()
        .filter(|source| source.code.contains("TcpStream::connect"));
    let openers = openers.map(|source| source.path.as_str()).collect::<Vec<_>>();
    assert_eq!(openers, [DIAL]);
    // Two conversations are begun there: with the relay, and with a mailbox elsewhere, which cannot send.
    let mut dialling = strangers(&sources, &["dial::"], &[DIAL]);
    dialling.sort_unstable();
    assert_eq!(
        dialling,
        [FETCHING.to_owned() + "connect.rs", RELAY_CONNECT.to_owned()]
    );
    for room in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(ROOMS)).expect("the rooms")
    {
        let room = room.expect("a room").path();
        let manifest = fs::read_to_string(room.join("Cargo.toml")).expect("a manifest");
        let client = [
            "lettre",
            "reqwest",
            "hyper",
            "ureq",
            "curl",
            "mail-send",
            "samotop",
            "native-tls",
        ];
        let held = client
            .iter()
            .filter(|name| manifest.lines().any(|line| line.starts_with(**name)));
        let expected: &[&str] = match room.file_name().and_then(|name| name.to_str()) {
            Some("mail") => &["lettre"],
            Some("web" | "daemon") => &["hyper"],
            _ => &[],
        };
        assert_eq!(held.copied().collect::<Vec<_>>(), expected, "{}", room.display());
    }
}

#[test]
fn incident_08_whoever_reads_a_mailbox_elsewhere_has_no_word_to_write_with() {
    let sources = sources();
    let reading = sources.iter().filter(|source| source.path.starts_with(FETCHING));
    let reading = reading.collect::<Vec<_>>();
    assert!(reading.len() >= 5, "the walk looks in the wrong place");
    // Of IMAP, what writes, copies or deletes; of this room, what sends or makes a mail.
    let writing = [
        "APPEND", ".append(", "COPY", "MOVE", "EXPUNGE", ".expunge", "Deleted", "DELETE", "lettre",
        "Composed", "relay",
    ];
    for source in &reading {
        let found = writing.iter().filter(|word| source.code.contains(**word));
        assert_eq!(found.collect::<Vec<_>>(), [&""; 0], "{}", source.path);
    }
    let said = reading
        .iter()
        .flat_map(|source| source.code.split('"').skip(1).step_by(2));
    let commands = [
        "OK",
        "AUTH",
        "STARTTLS",
        "CAPABILITY",
        "SELECT",
        "UID",
        "IDLE",
        "NOOP",
        "DONE",
        "XOAUTH2",
        "PLAIN",
        "LOGINDISABLED",
        "READ",
        "G",
    ];
    let strange = said
        .filter_map(|text| text.split(|letter: char| !letter.is_ascii_alphanumeric()).next())
        .filter(|word| !word.is_empty() && word.chars().all(|letter| letter.is_ascii_uppercase()))
        .filter(|word| !commands.contains(word));
    assert_eq!(strange.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn incident_08_only_delivery_composes_and_sends_and_only_what_was_cleared_or_says_nothing() {
    let sources = sources();
    assert_eq!(
        strangers(
            &sources,
            &["mail::compose", "Outgoing", "relay::Session", "Session,"],
            &[MAIL_ROOM, DELIVER]
        ),
        [""; 0]
    );
    let senders = strangers(&sources, &[".send("], &[MAIL_ROOM, DELIVER, OUTWARD]);
    assert!(
        senders.iter().all(|sender| ASKING_OUTWARD.contains(sender)),
        "{senders:?}"
    );
    // `check` and the start ask whether the relay is there and drop the connection; nothing can be sent without a
    // composed mail.
    let ready = [
        "gateway/daemon/src/serve.rs",
        "gateway/daemon/src/commands/check.rs",
    ];
    let askers = strangers(&sources, &[".ready()"], &[MAIL_ROOM, DELIVER]);
    assert_eq!(askers, ready);

    let delivery = sources
        .iter()
        .filter(|source| source.path.starts_with(DELIVER))
        .collect::<Vec<_>>();
    let mut composing = delivery
        .iter()
        .flat_map(|source| functions_taking(source, "Result<Composed>"))
        .collect::<Vec<_>>();
    composing.sort();
    // A mail is made of a cleared message, or of a notice whose words have no field.
    assert_eq!(composing, ["compose_mail", "compose_notice"], "what makes a mail");
    for (needed, maker) in [("&Cleared", "compose_mail"), ("&AdviserNotice", "compose_notice")] {
        let takers = delivery
            .iter()
            .flat_map(|source| functions_taking(source, needed));
        assert!(
            takers.into_iter().any(|taker| taker == maker),
            "{maker} takes {needed}"
        );
    }
    for (made, signs, maker) in [
        (
            "Cleared",
            ["Ok(Cleared {", "struct Cleared {"],
            "gateway/domain/src/safety/mod.rs",
        ),
        (
            "AdviserNotice",
            ["Some(Self { to, words })", "struct AdviserNotice {"],
            "gateway/domain/src/adviser.rs",
        ),
    ] {
        let makers = sources
            .iter()
            .filter(|source| signs.iter().any(|sign| source.code.contains(sign)));
        let makers = makers.map(|source| source.path.as_str()).collect::<Vec<_>>();
        assert_eq!(makers, [maker], "where a {made} is made");
    }
}

#[test]
fn incident_08_of_all_flows_two_take_a_relay_and_nobody_hands_them_a_message_or_an_address() {
    let sources = sources();
    let flows = sources
        .iter()
        .filter(|source| source.path.starts_with("gateway/flows/"));
    let mut doors = Vec::new();
    for source in flows {
        let public = source.code.split("pub async fn ").skip(1);
        let public = public.map(|rest| rest.split('{').next().unwrap_or_default());
        doors.extend(
            public
                .filter(|head| head.contains("Relay"))
                .map(|head| head.replace(['\n', ' '], "")),
        );
    }
    doors.sort();
    let known = ["deliver_batch(", "notice_advisers("];
    assert_eq!(doors.len(), known.len(), "{doors:?}");
    for (door, known) in doors.iter().zip(known) {
        assert!(door.starts_with(known), "{doors:?}");
        for typed in ["Message", "Draft", "Email", "Recipient", "Outgoing", "Notice"] {
            assert!(!door.contains(typed), "{door}");
        }
    }
}

#[test]
fn a_side_door_is_found_out() {
    let doors = [
        ("gateway/web/src/lib.rs", "use std::net::TcpStream;"),
        ("gateway/flows/src/deliver/mark.rs", "use mail::compose::compose;"),
        ("gateway/flows/src/remind.rs", "use mail::compose::compose;"),
    ];
    let sources = doors.map(|(path, code)| Source {
        path: path.to_owned(),
        code: code.to_owned(),
    });
    let found = strangers(&sources, &["TcpStream", "mail::compose"], &[MAIL_ROOM, DELIVER]);
    assert_eq!(found, ["gateway/web/src/lib.rs", "gateway/flows/src/remind.rs"]);
}

on_both!(
    async fn incident_08_what_is_not_in_the_outbox_has_no_way_out(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        gateway.add_victim(&harness::case::case(&json!({}))).await;
        gateway.event(&harness::case::event(1, &assigned())).await;
        gateway.flows.compose_drafts(OFFICER, 10).await.expect("drafts");
        assert_eq!(gateway.flows.list_drafts(10).await.expect("drafts").len(), 1);
        gateway.clock().set("2026-11-25T12:00:00Z");
        assert_eq!(gateway.deliver().await.claimed, 0, "a draft is no message");
        let unknown = MessageId::random(gateway.flows.parts().entropy.as_ref());
        let pushed = gateway.flows.resend_message(OFFICER, &unknown, "push-it").await;
        assert_eq!(pushed.expect_err("there is none").kind(), Kind::NotFound);
        assert_eq!(gateway.seen().connections, 0);

        let message = gateway.draft_and_approve().await.remove(0).message;
        let cancelled = gateway.flows.cancel_message(OFFICER, &message, "not-now").await;
        cancelled.expect("it has not left");
        gateway.clock().set("2026-11-26T12:00:00Z");
        gateway.deliver_all().await;
        assert_eq!(
            gateway.seen().connections,
            0,
            "what was taken out of the queue stays out"
        );
    }
);
