//! The server's count against ours: what broke off, what is too large, what somebody else did in the mailbox.

use domain::time::Clock as _;
use flows::{Fetched, Gap};
use harness::case::URN;
use harness::imap::{ImapServer, PASSWORD};
use harness::on_both;
use mail::fetching::{Protection, RemoteConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{area, broke, open, world, world_with};

/// Passes one conversation on, until the client says this word: then both sides are cut, and the server never hears it.
async fn cut_before(word: &'static str, to: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its number").port();
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.expect("a client");
        let mut server = TcpStream::connect(("127.0.0.1", to)).await.expect("the server");
        let (mut said, mut heard) = ([0; 4096], [0; 4096]);
        loop {
            tokio::select! {
                read = client.read(&mut said) => {
                    let said = &said[..read.unwrap_or(0)];
                    if said.is_empty() || String::from_utf8_lossy(said).contains(word) {
                        return;
                    }
                    server.write_all(said).await.expect("said");
                }
                read = server.read(&mut heard) => {
                    client.write_all(&heard[..read.expect("heard")]).await.expect("passed on");
                }
            }
        }
    });
    port
}

on_both!(
    async fn what_was_stored_and_not_marked_is_taken_again_and_is_one_message(database: Database) {
        // In the clear, so that the wire can be watched and cut.
        let clear = ImapServer::start_with("ssl = yes\ndisable_plaintext_auth = no\n");
        let world = world_with(&database, clear).await;
        world
            .server
            .put(&world.signed("A question", &format!("About {URN}.")));
        let port = cut_before("UID STORE", world.server.port).await;
        let through = RemoteConfig {
            port,
            protection: Protection::ClearOnThisMachine,
            ..world.server.remote()
        };
        let mut folder = open(through, PASSWORD).await.expect("a folder");
        assert!(broke(&world.flows.fetch_round(&area(), &mut folder).await));
        assert_eq!(world.filed().await.len(), 1);
        assert!(!world.server.flags()[0].contains("$Gateway"));

        // A new process finds it unmarked.
        let next = world.house.taking_mail(world.zone.address());
        let mut folder = world.open().await;
        let done = next.fetch_round(&area(), &mut folder).await.expect("a round");
        assert_eq!((done.taken, done.failed), (1, 0));
        assert_eq!(world.filed().await.len(), 1);
        assert_eq!(world.entries("mail-filed").await, 1);
        assert!(world.server.flags()[0].contains("$GatewayTaken"));
        assert_eq!(world.standing().await.gaps(world.house.clock().now()), []);
    }
);

on_both!(
    async fn what_is_too_large_is_not_loaded_and_is_told(database: Database) {
        let world = world(&database).await;
        world
            .server
            .put(&world.signed("Large", &"A line of text.\r\n".repeat(8000)));
        world.server.put(&world.signed("Small", &format!("About {URN}.")));
        let mut folder = world.open().await;
        let done = world.round(&mut folder).await;
        assert_eq!((done.taken, done.refused), (1, 1));
        let flags = world.server.flags();
        assert!(
            flags[0].contains("$GatewayRefused") && !flags[0].contains("Seen"),
            "{flags:?}"
        );
        assert_eq!(world.entries("mail-too-large").await, 1);
        // Once is enough.
        assert_eq!(world.round(&mut folder).await, Fetched::default());
        let standing = world.standing().await;
        assert_eq!((standing.taken, standing.refused), (1, 1));
    }
);

on_both!(
    async fn a_mark_that_somebody_else_made_is_a_gap_until_it_is_taken_off(database: Database) {
        let world = world(&database).await;
        let mut folder = world.open().await;
        world.round(&mut folder).await;
        world
            .server
            .put(&world.signed("A question", &format!("About {URN}.")));
        world.server.mark_all("$GatewayTaken");
        assert_eq!(world.round(&mut folder).await, Fetched::default());
        assert_eq!(world.filed().await.len(), 0);
        let now = || world.house.clock().now();
        assert_eq!(world.standing().await.gaps(now()), [Gap::Unheld(1)]);
        world.server.unmark_all("$GatewayTaken");
        assert_eq!(world.round(&mut folder).await.taken, 1);
        assert_eq!(world.filed().await.len(), 1);
        assert_eq!(world.standing().await.gaps(now()), []);
        // One that we made and somebody took off is made again, and nothing comes twice.
        world.server.unmark_all("$GatewayTaken");
        assert_eq!(world.round(&mut folder).await.taken, 1);
        assert_eq!(world.entries("mail-filed").await, 1);
    }
);

on_both!(
    async fn what_is_deleted_before_it_was_taken_or_waits_for_an_hour_is_a_gap(database: Database) {
        let world = world(&database).await;
        let lame = world.house.fetching_lamely();
        let mut folder = world.open().await;
        world.round(&mut folder).await;
        world
            .server
            .put(&world.signed("A question", &format!("About {URN}.")));
        let now = || world.house.clock().now();
        lame.fetch_round(&area(), &mut folder).await.expect("a round");
        assert_eq!(world.standing().await.gaps(now()), []);
        world.house.clock().set("2026-11-23T10:30:00Z");
        lame.fetch_round(&area(), &mut folder).await.expect("a round");
        assert_eq!(world.standing().await.gaps(now()), [Gap::Late(1)]);
        world.server.delete_all();
        world.round(&mut folder).await;
        assert_eq!(world.standing().await.gaps(now()), [Gap::Lost(1)]);
        assert_eq!(world.entries("mail-missed").await, 1);

        // Deleted after it was taken: nothing is missing, and it is counted.
        world
            .server
            .put(&world.signed("Another", &format!("About {URN}.")));
        assert_eq!(world.round(&mut folder).await.taken, 1);
        world.server.delete_all();
        assert_eq!(world.round(&mut folder).await.gone, 1);
        let standing = world.standing().await;
        assert_eq!((standing.gone, standing.taken), (1, 0));
        assert_eq!(standing.gaps(now()), [Gap::Lost(1)]);
        // And nobody looks any more.
        world.house.clock().set("2026-11-23T12:00:00Z");
        assert_eq!(standing.gaps(now()), [Gap::Lost(1), Gap::NotLookedAt]);
    }
);

on_both!(
    async fn a_mailbox_that_is_numbered_anew_is_looked_through_anew_and_nothing_comes_twice(
        database: Database,
    ) {
        let world = world(&database).await;
        world
            .server
            .put(&world.signed("A question", &format!("About {URN}.")));
        let mut folder = world.open().await;
        world.round(&mut folder).await;
        let before = folder.uid_validity();
        drop(folder);
        world.server.renumber();
        world
            .server
            .put(&world.signed("Another", &format!("More about {URN}.")));
        // What was marked under the old numbers may be anybody's mark: it is looked at as well.
        world.server.mark_all("$GatewayTaken");
        let mut folder = world.open().await;
        assert_ne!(folder.uid_validity(), before);
        assert_eq!(world.round(&mut folder).await.taken, 2);
        assert_eq!(world.filed().await.len(), 2);
        assert_eq!(world.entries("mail-filed").await, 2);
        let standing = world.standing().await;
        assert_eq!((standing.taken, standing.unheld), (2, 0));
    }
);
