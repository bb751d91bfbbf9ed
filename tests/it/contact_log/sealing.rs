//! The sealer: what is appended is signed and published, in one log that nobody can make two of.

use std::fs;

use audit::folder::Folder;
use audit::key::{KeyKind, SigningKey};
use audit::note::Note;
use audit::proving::Prover;
use audit::tile::Tile;
use flows::{Kind, LogKeys};
use harness::contact_log::{ORIGIN, folder, key_text, keys, policy, sealer};
use harness::gateway::TestGateway;
use harness::on_both;
use mail::catcher::{Fault, Faults};

use super::{append, by_hand, copy, instant, verify};

async fn house(database: &harness::database::Database) -> TestGateway {
    TestGateway::new(database, Faults::Always(Fault::None)).await
}

on_both!(
    async fn what_is_sealed_is_published_and_verifies_at_every_checkpoint(database: Database) {
        let gateway = house(&database).await;
        let place = folder(gateway.dir());
        let mut sealer = sealer(&gateway.flows, gateway.dir()).await;
        // The words were vetted before: the log is not empty.
        let mut size = gateway.flows.seal_log(&mut sealer).await.expect("sealed").size;
        let mut kept = Vec::new();
        for count in [1, 2, 200, 52, 256, 1, 300, 5000] {
            append(gateway.pool(), size, count).await;
            let sealed = gateway.flows.seal_log(&mut sealer).await.expect("sealed");
            size += count;
            assert_eq!(sealed.size, size);
            let verified = verify(&place).expect("the folder holds");
            assert_eq!(verified.checkpoint.size, size);
            assert_eq!(verified.checkpoint.root.to_hex(), sealed.root);
            kept.push(
                Folder::new(&place)
                    .checkpoint()
                    .expect("a checkpoint")
                    .expect("one"),
            );
        }
        let again = audit::verification::verify(&Folder::new(&place), &policy(), &kept, &mut |_, _| {});
        assert_eq!(
            again.expect("consistent with every one before").checkpoint.size,
            size
        );
        let verified = gateway.flows.verify_log().await.expect("the log holds");
        assert_eq!((verified.size, verified.root), (size, sealer.sealed().root));
    }
);

on_both!(
    async fn a_reader_of_an_older_checkpoint_goes_on_while_its_partial_tiles_are_pruned(database: Database) {
        let gateway = house(&database).await;
        append(gateway.pool(), 0, 150).await;
        let old = gateway.seal().await;
        let place = Folder::new(folder(gateway.dir()));
        let note = place.checkpoint().expect("a checkpoint").expect("one");
        let before = Tile::all(old.size).map(|tile| (tile, place.tile(tile).expect("it is there")));
        let before = before.collect::<Vec<_>>();
        append(gateway.pool(), 200, 300).await;
        gateway.seal().await;
        assert!(
            before
                .iter()
                .any(|(tile, _)| !place.path().join(tile.path()).exists()),
            "a full tile has taken the place of a partial one"
        );
        for (tile, bytes) in before {
            assert_eq!(
                place.tile(tile).expect("out of the full one"),
                bytes,
                "{}",
                tile.path()
            );
        }
        let prover = Prover::new(&place, old.size);
        let proof = prover.inclusion(100, note).expect("a proof");
        proof
            .check(&prover.entry(100).expect("an entry"))
            .expect("it holds");
    }
);

on_both!(
    async fn a_second_sealer_of_the_same_log_is_refused(database: Database) {
        let gateway = house(&database).await;
        let first = sealer(&gateway.flows, gateway.dir()).await;
        let place = folder(gateway.dir());
        let same = gateway.flows.open_sealer(Folder::new(&place), keys()).await;
        let fault = same.expect_err("one process seals into a folder");
        assert_eq!(fault.kind(), Kind::Conflict);
        assert!(fault.to_string().contains("another process"), "{fault}");
        let elsewhere = gateway.dir().join("elsewhere");
        let other = gateway.flows.open_sealer(Folder::new(&elsewhere), keys()).await;
        let fault = other.expect_err("one folder has the log");
        assert!(fault.to_string().contains("another folder"), "{fault}");
        assert!(
            !elsewhere.join("checkpoint").exists(),
            "nothing was published there"
        );
        drop(first);
        let sealer = gateway.flows.open_sealer(Folder::new(&place), keys()).await;
        sealer.expect("the first is gone");
    }
);

on_both!(
    async fn two_copies_of_one_folder_never_sign_two_logs(database: Database) {
        let gateway = house(&database).await;
        let mut first = sealer(&gateway.flows, gateway.dir()).await;
        gateway.flows.seal_log(&mut first).await.expect("sealed");
        let copied = gateway.dir().join("copied");
        copy(&folder(gateway.dir()), &copied);
        let second = gateway.flows.open_sealer(Folder::new(&copied), keys()).await;
        let mut second = second.expect("its name is the right one, and no lock is on it");
        append(gateway.pool(), 5000, 10).await;
        gateway
            .flows
            .seal_log(&mut second)
            .await
            .expect("it is the faster one");
        append(gateway.pool(), 6000, 10).await;
        let fault = gateway.flows.seal_log(&mut first).await;
        let fault = fault.expect_err("the head is not where it left it");
        assert!(fault.ends_process(), "{fault}");
        let (old, new) = (verify(&folder(gateway.dir())), verify(&copied));
        let (old, new) = (old.expect("it holds"), new.expect("it holds"));
        assert!(
            old.checkpoint.size < new.checkpoint.size,
            "one went on, the other stopped"
        );
    }
);

on_both!(
    async fn a_lost_folder_is_replaced_only_by_an_act_of_its_own(database: Database) {
        let gateway = house(&database).await;
        append(gateway.pool(), 0, 700).await;
        let sealed = gateway.seal().await;
        fs::remove_dir_all(folder(gateway.dir())).expect("the disk is lost");
        let place = gateway.dir().join("new-place");
        let new = || Folder::new(&place);
        gateway
            .flows
            .open_sealer(new(), keys())
            .await
            .expect_err("nobody said so");
        let taken = gateway.flows.take_over_log("operator", &new(), "disk-lost").await;
        taken.expect("an operator says so");
        let mut sealer = gateway
            .flows
            .open_sealer(new(), keys())
            .await
            .expect("it goes on");
        assert_eq!(
            verify(&place)
                .expect("every tile was written again")
                .checkpoint
                .size,
            sealed.size
        );
        let after = gateway.flows.seal_log(&mut sealer).await.expect("sealed");
        assert_eq!(after.size, sealed.size + 1, "the act has its entry");
    }
);

on_both!(
    async fn a_crash_between_any_two_steps_is_made_good_by_the_next_start(database: Database) {
        let gateway = house(&database).await;
        append(gateway.pool(), 0, 250).await;
        gateway.seal().await;
        let place = folder(gateway.dir());
        let before = gateway.dir().join("before");
        copy(&place, &before);
        append(gateway.pool(), 300, 600).await;
        let sealed = gateway.seal().await;
        // The head was taken, and of what follows nothing, or only a part, has reached the folder.
        for part in 0..=2 {
            let after = gateway.dir().join("after");
            fs::rename(&place, &after).expect("aside");
            copy(&before, &place);
            match part {
                0 => {}
                1 => copy(&after.join("tile/entries"), &place.join("tile/entries")),
                _ => copy(&after.join("tile"), &place.join("tile")),
            }
            fs::create_dir_all(place.join("staged")).expect("a folder");
            fs::write(place.join("staged/tile_0_000"), "torn").expect("left over from staging");
            assert_eq!(gateway.seal().await, sealed, "the start signs nothing new");
            assert_eq!(verify(&place).expect("it holds").checkpoint.size, sealed.size);
            fs::remove_dir_all(&after).expect("gone");
        }
    }
);

on_both!(
    async fn an_older_database_or_a_changed_head_is_refused_and_nothing_is_signed(database: Database) {
        let gateway = house(&database).await;
        append(gateway.pool(), 0, 40).await;
        gateway.seal().await;
        let place = folder(gateway.dir());
        let published = fs::read(place.join("checkpoint")).expect("a checkpoint");
        let literal = if database.address.starts_with("sqlite:") {
            "x'00'"
        } else {
            "'\\x00'::bytea"
        };
        let root = format!("size = size + 1, root = {literal}");
        for (set, word) in [("size = size - 1", "older database"), (&root, "different logs")] {
            let change = format!("UPDATE log_tree SET {set} WHERE one = 1");
            by_hand(&database.address, &change).await;
            let fault = gateway.flows.open_sealer(Folder::new(&place), keys()).await;
            let fault = fault.expect_err("the head is not the published one");
            assert!(fault.to_string().contains(word), "{fault}");
            assert_eq!(fs::read(place.join("checkpoint")).expect("it"), published);
        }
    }
);

on_both!(
    async fn a_clock_that_went_back_signs_nothing_until_it_is_right(database: Database) {
        let gateway = house(&database).await;
        let mut sealer = sealer(&gateway.flows, gateway.dir()).await;
        gateway.flows.seal_log(&mut sealer).await.expect("sealed");
        append(gateway.pool(), 0, 3).await;
        gateway.clock().set_to(instant(-1));
        let fault = gateway.flows.seal_log(&mut sealer).await;
        let fault = fault.expect_err("time went back");
        assert!(
            !fault.ends_process() && fault.to_string().contains("clock"),
            "{fault}"
        );
        gateway.clock().set_to(instant(1));
        gateway
            .flows
            .seal_log(&mut sealer)
            .await
            .expect("time is right again");
    }
);

on_both!(
    async fn while_a_key_is_replaced_both_sign_and_then_the_new_one_alone(database: Database) {
        let gateway = house(&database).await;
        gateway.seal().await;
        let place = folder(gateway.dir());
        let old = || SigningKey::parse(&key_text()).expect("a key");
        let new_text = SigningKey::new_text(ORIGIN, KeyKind::Ed25519, &[9; 32]).expect("a key");
        let new = || SigningKey::parse(&new_text).expect("a key");
        let open = |keys| {
            gateway
                .flows
                .open_sealer(Folder::new(&place), LogKeys::new(ORIGIN, keys).expect("keys"))
        };
        let fault = open(vec![new()])
            .await
            .expect_err("the old one has not vouched for it");
        assert!(fault.to_string().contains("key"), "{fault}");
        drop(open(vec![old(), new()]).await.expect("both"));
        let note = Folder::new(&place).checkpoint().expect("it").expect("one");
        assert_eq!(
            signers(&note, &[old(), new()]),
            2,
            "the head is signed anew, by both"
        );
        append(gateway.pool(), 0, 10).await;
        let mut sealer = open(vec![new()]).await.expect("the new one is known by now");
        gateway.flows.seal_log(&mut sealer).await.expect("sealed");
        let note = Folder::new(&place).checkpoint().expect("it").expect("one");
        assert_eq!((signers(&note, &[new()]), note.signatures().len()), (1, 1));
    }
);

fn signers(note: &Note, keys: &[SigningKey]) -> usize {
    let known = keys.iter().map(|key| key.verifier().clone()).collect::<Vec<_>>();
    note.verify(&known).map_or(0, |holding| holding.len())
}
