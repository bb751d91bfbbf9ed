//! Mailboxes hosted elsewhere: a real Dovecot is read by IMAP.

mod counting;
mod hostile;
pub(super) mod serving;

use std::time::{Duration, Instant};

use domain::area::AreaCode;
use domain::id::VictimId;
use domain::time::Clock as _;
use flows::{FetchFault, FetchStanding, Fetched, Gateway, MailboxQuestion};
use harness::case::{URN, case};
use harness::chance::MachineClock;
use harness::database::Database;
use harness::gateway::{OFFICER, TestGateway};
use harness::imap::{HOST, ImapServer, PASSWORD, token};
use harness::on_both;
use harness::zone::Zone;
use mail::catcher::{Fault, Faults};
use mail::dkim::Signer;
use mail::fetching::{Failure, Folder, Protection, Remote, RemoteConfig};
use mail::tls::{Identity, Roots, TlsMode};
use serde_json::json;

use super::{ADVISER, MAILBOX, adviser};

/// A house with the victim of the tests, a mailbox elsewhere, and the adviser's service, which signs what it sends.
pub(super) struct World {
    pub(super) house: TestGateway,
    pub(super) flows: Gateway,
    pub(super) server: ImapServer,
    signer: Signer,
    zone: Zone,
}

pub(super) async fn world(database: &Database) -> World {
    world_with(database, ImapServer::start()).await
}

pub(super) async fn world_with(database: &Database, server: ImapServer) -> World {
    let house = TestGateway::new(database, Faults::Always(Fault::None)).await;
    house
        .add_victim(&case(&json!({"adviser": adviser(&json!({}))})))
        .await;
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
    let signer = Signer::from_pem(&key.serialize_pem(), "haven.example", "s1").expect("a signer");
    // No server is named that may send for the domain: what decides is the signature.
    let zone = Zone::serve(&[
        ("haven.example", "v=spf1 -all"),
        ("_dmarc.haven.example", "v=DMARC1; p=reject"),
        ("s1._domainkey.haven.example", &signer.dns_record()),
    ])
    .await;
    let flows = house.taking_mail(zone.address());
    World {
        house,
        flows,
        server,
        signer,
        zone,
    }
}

pub(super) fn area() -> AreaCode {
    AreaCode::parse("north-east").expect("a code")
}

/// A message as the adviser writes it. Its header says that servers on the way had checked it, which nobody believes.
pub(super) fn letter(subject: &str, text: &str) -> Vec<u8> {
    format!(
        "Received: from mail.haven.example ([192.0.2.7]) by mx.mail.example\r\n\
         Authentication-Results: mx.mail.example; spf=pass; dkim=pass; dmarc=pass\r\n\
         From: Dana Whitlock <{ADVISER}>\r\nTo: {MAILBOX}\r\nSubject: {subject}\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}

impl World {
    /// The same, signed by the adviser's service.
    pub(super) fn signed(&self, subject: &str, text: &str) -> Vec<u8> {
        let signed = self.signer.sign(&letter(subject, text), MachineClock.now());
        signed.expect("a signature")
    }

    pub(super) async fn open(&self) -> Folder {
        open(self.server.remote(), PASSWORD).await.expect("a folder")
    }

    pub(super) async fn round(&self, folder: &mut Folder) -> Fetched {
        let round = self.flows.fetch_round(&area(), folder).await;
        round.expect("a round")
    }

    pub(super) async fn standing(&self) -> FetchStanding {
        let mut list = self.flows.list_fetched().await.expect("a list");
        assert_eq!(list.len(), 1);
        list.remove(0)
    }

    /// The texts in the victim's file, oldest first.
    pub(super) async fn filed(&self) -> Vec<String> {
        let mut tx = self.house.reader().await;
        let found = store::subjects::find_by_ref(&mut tx, URN, "V-1").await;
        drop(tx);
        let victim: VictimId = found.expect("an answer").expect("the victim").victim.id;
        let list = self
            .flows
            .read_correspondence(OFFICER, &victim, "answer-the-victim");
        let (_, list) = list.await.expect("a file");
        list.into_iter().map(|one| one.text).collect()
    }

    /// Why messages wait, oldest first.
    pub(super) async fn waiting(&self) -> Vec<&'static str> {
        let list = self.flows.list_mail(OFFICER, MailboxQuestion::Waiting).await;
        let list = list.expect("a list").into_iter();
        list.filter_map(|mail| mail.reason)
            .map(domain::mailbox::Reason::as_str)
            .collect()
    }

    /// How many entries of the contact log have this verb.
    pub(super) async fn entries(&self, verb: &str) -> usize {
        let bodies = self.house.log_bodies().await;
        let bodies = bodies.iter().map(|body| String::from_utf8_lossy(body));
        bodies
            .filter(|body| body.contains(&format!("\"{verb}\"")))
            .count()
    }
}

pub(super) async fn open(config: RemoteConfig, secret: &str) -> Result<Folder, Failure> {
    Remote::new(config).expect("a configuration").open(secret).await
}

on_both!(
    async fn what_lies_there_and_what_comes_meanwhile_is_filed_or_waits_once_and_is_marked(
        database: Database,
    ) {
        let world = world(&database).await;
        let about = format!("About {URN}: may she sit behind a screen?");
        world.server.put(&world.signed("Before", &about));
        world.server.put(&letter("Not signed", &about));
        let mut folder = world.open().await;
        let done = world.round(&mut folder).await;
        assert_eq!((done.taken, done.refused, done.failed), (2, 0, 0));
        assert_eq!(world.filed().await, [about.as_str()]);
        // What its header claims of SPF and DKIM counts for nothing.
        assert_eq!(world.waiting().await, ["unverified"]);

        let began = Instant::now();
        let idling = tokio::spawn(async move {
            let waited = folder.wait(Duration::from_mins(1)).await;
            (folder, waited)
        });
        let later = "One thing more about 01NE4400126.";
        world.server.put(&world.signed("During", later));
        let (mut folder, waited) = idling.await.expect("a wait");
        waited.expect("something came");
        assert!(began.elapsed() < Duration::from_secs(30), "IDLE tells at once");
        assert_eq!(world.round(&mut folder).await.taken, 1);
        assert_eq!(world.filed().await, [about.as_str(), later]);

        // Nothing is taken twice, and nothing was deleted or moved.
        assert_eq!(world.round(&mut folder).await, Fetched::default());
        assert_eq!(world.entries("mail-filed").await, 2);
        assert_eq!(world.entries("mail-quarantined").await, 1);
        let flags = world.server.flags();
        assert_eq!(flags.len(), 3);
        for flags in flags {
            assert!(
                flags.contains("$GatewayTaken") && flags.contains("\\Seen"),
                "{flags}"
            );
        }
        let standing = world.standing().await;
        assert_eq!((standing.taken, standing.waiting, standing.unheld), (3, 0, 0));
        assert_eq!(standing.gaps(world.house.clock().now()), []);
    }
);

on_both!(
    async fn what_cannot_be_stored_stays_unmarked_and_is_taken_later(database: Database) {
        let world = world(&database).await;
        world
            .server
            .put(&world.signed("A question", &format!("About {URN}.")));
        let mut folder = world.open().await;
        // The same house without what mail is looked at with: it can store none.
        let lame = world.house.fetching_lamely();
        let done = lame.fetch_round(&area(), &mut folder).await.expect("a round");
        assert_eq!((done.taken, done.failed), (0, 1));
        assert!(
            !world.server.flags()[0].contains("$Gateway"),
            "{:?}",
            world.server.flags()
        );
        assert_eq!(world.standing().await.waiting, 1);
        assert_eq!(world.round(&mut folder).await.taken, 1);
        assert_eq!(world.filed().await.len(), 1);
    }
);

#[tokio::test]
async fn a_wrong_password_or_certificate_is_told_and_nothing_is_looked_at() {
    let server = ImapServer::start();
    server.put(&letter("x", "y"));
    let right = server.remote();
    assert_eq!(
        open(right.clone(), "another").await.expect_err("no"),
        Failure::SignIn
    );
    let tls = |server_name: &str, pem: &str| Protection::Tls {
        mode: TlsMode::Implicit,
        server_name: server_name.to_owned(),
        roots: Roots::Only(pem.to_owned()),
    };
    let strange = Identity::self_signed_from_system_randomness(&[HOST]).expect("a certificate");
    for (protection, part) in [
        (tls(HOST, &strange.cert_pem), "certificate"),
        (tls("other.mail.example", server.cert_pem()), "certificate"),
    ] {
        let wrong = RemoteConfig {
            protection,
            ..right.clone()
        };
        let failure = open(wrong, PASSWORD).await.expect_err("no");
        assert_eq!(failure.code(), "no-verified-tls");
        assert!(failure.to_string().contains(part), "{failure}");
    }
    let nowhere = RemoteConfig {
        folder: "Elsewhere".to_owned(),
        ..right.clone()
    };
    assert_eq!(open(nowhere, PASSWORD).await.expect_err("no"), Failure::NoFolder);
    let token = RemoteConfig {
        auth: mail::fetching::Auth::XOAuth2,
        ..right
    };
    let failure = open(token, PASSWORD).await.expect_err("no");
    assert_eq!(failure, Failure::NotOffered("XOAUTH2"));
    assert!(!server.flags()[0].contains("Seen"));
}

#[tokio::test]
async fn a_mailbox_is_read_by_starttls_too() {
    let server = ImapServer::start();
    server.put(&letter("x", "y"));
    let Protection::Tls {
        server_name, roots, ..
    } = server.remote().protection
    else {
        panic!("TLS");
    };
    let starttls = RemoteConfig {
        port: server.port,
        protection: Protection::Tls {
            mode: TlsMode::StartTls,
            server_name,
            roots,
        },
        ..server.remote()
    };
    let mut folder = open(starttls, PASSWORD).await.expect("a folder");
    assert_eq!(folder.look().await.expect("a look").all.len(), 1);
}

#[tokio::test]
async fn an_access_token_signs_in_until_it_ends() {
    let (key, now) = ([7; 32], MachineClock.now().as_second());
    let server = ImapServer::start_for_tokens(&key);
    server.put(&letter("x", "y"));
    let remote = RemoteConfig {
        auth: mail::fetching::Auth::XOAuth2,
        ..server.remote()
    };
    let fresh = token(&key, now, now + 3600);
    let mut folder = open(remote.clone(), &fresh).await.expect("a folder");
    assert_eq!(folder.look().await.expect("a look").all.len(), 1);
    for wrong in [
        token(&key, now - 7200, now - 3600),
        token(&[8; 32], now, now + 3600),
    ] {
        assert_eq!(
            open(remote.clone(), &wrong).await.expect_err("no"),
            Failure::SignIn
        );
    }
}

/// Whether a round ended because the connection broke.
fn broke(round: &Result<Fetched, FetchFault>) -> bool {
    matches!(round, Err(FetchFault::Mailbox(Failure::Lost)))
}
