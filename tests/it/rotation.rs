//! Every data key is wrapped again under a new master key while the service runs, and then the old one can go.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use audit::entry::Entry;
use flows::{Gateway, Rotated};
use futures_util::future::join;
use harness::case::case;
use harness::database::{Database, sqlite};
use harness::gateway::{OFFICER, TestGateway};
use harness::key_files::{FIRST, line, without, wrapped};
use harness::on_both;
use harness::service::Service;
use mail::catcher::{Fault, Faults};
use serde_json::json;
use store::keys;
use vault::WrappedKey;

const SECOND: &str = "test-2";
/// Each victim has a case of her own, so two keys: more than two batches of a rotation.
const VICTIMS: usize = 120;
const KEYS: u64 = 2 * VICTIMS as u64;

fn urn(number: usize) -> String {
    format!("01NE4{number:04}26")
}

fn victim(number: usize) -> String {
    case(&json!({ "urn": urn(number), "victim_ref": format!("V-{number}") }))
}

async fn house(database: &Database) -> TestGateway {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    for number in 0..VICTIMS {
        gateway.add_victim(&victim(number)).await;
    }
    gateway
}

async fn rotate(gateway: &Gateway) -> Rotated {
    let rotated = gateway.rotate_keys("operator", |_, _| {}).await;
    rotated.expect("the rotation ends")
}

/// The log's entries of these verbs, as verb and count of keys.
async fn rotations(gateway: &TestGateway) -> Vec<(String, String)> {
    let bodies = gateway.log_bodies().await;
    let entries = bodies.iter().map(|body| Entry::parse(body).expect("an entry"));
    let of_keys = entries.filter(|entry| entry.verb().starts_with("key"));
    of_keys
        .map(|entry| {
            let keys = entry.facts().get("keys").cloned().unwrap_or_default();
            (entry.verb().to_owned(), keys)
        })
        .collect()
}

on_both!(
    async fn a_rotation_that_is_interrupted_goes_on_beside_writers_and_then_the_old_key_can_go(
        database: Database,
    ) {
        let house = house(&database).await;
        let both = house.key_file().to_owned() + &line(SECOND, 21);
        let new = house.with_keys(&both, SECOND);

        // Stopped dead after its first batch.
        let dying = house.with_keys(&both, SECOND);
        let run = tokio::spawn(async move {
            let stop = |_, of| assert_eq!(of, 0, "stopped by the test");
            dying.rotate_keys("operator", stop).await
        });
        assert!(run.await.expect_err("it was stopped").is_panic());
        let under = |kek: &str, rows: &[keys::KeyRow]| {
            u64::try_from(rows.iter().filter(|row| row.kek_id == kek).count()).expect("a count")
        };
        let half_way = wrapped(&database.pool).await;
        let first_batch = under(SECOND, &half_way);
        assert!((1..KEYS).contains(&first_batch), "{first_batch}");
        assert_eq!(
            under(FIRST, &half_way),
            KEYS - first_batch,
            "nothing is lost half way"
        );

        // Gone on with, while cases come in.
        let coming = async {
            for number in VICTIMS..VICTIMS + 20 {
                house.add_victim_to(&new, &victim(number)).await;
            }
        };
        let (rotated, ()) = join(rotate(&new), coming).await;
        assert_eq!(rotated.keys, KEYS - first_batch, "only what was not done yet");
        assert_eq!(rotated.from, [FIRST]);
        assert_eq!((rotated.left, rotated.refused), (0, 0));
        assert_eq!(rotated.unused, [FIRST], "the old key can go");
        assert_eq!(
            rotations(&house).await,
            [
                ("key-rotation-begun".to_owned(), String::new()),
                ("key-rotation-begun".to_owned(), String::new()),
                ("keys-rotated".to_owned(), rotated.keys.to_string()),
            ]
        );
        assert_eq!(rotate(&new).await.keys, 0, "again there is nothing to do");
        assert_eq!(rotations(&house).await.len(), 3, "and nothing to record");

        // The old key is taken out of the file: everything still opens, and nothing opens with the old one.
        let only_new = house.with_keys(&without(&both, FIRST), SECOND);
        let rows = wrapped(&database.pool).await;
        assert_eq!(rows.len(), 2 * (VICTIMS + 20));
        for row in &rows {
            let key = WrappedKey {
                kek_id: row.kek_id.clone(),
                bytes: row.wrapped.clone(),
            };
            only_new.parts().keys.unwrap(&row.owner, &key).expect("it opens");
            assert!(house.flows.parts().keys.unwrap(&row.owner, &key).is_err());
        }
        let found = house.victim(&urn(7), "V-7").await;
        let plan = only_new.show_plan(OFFICER, &found, "preparing-a-call").await;
        assert_eq!(plan.expect("the plan opens").points().len(), 1);
        house.flows.verify_log().await.expect("the log holds");
    }
);

on_both!(
    async fn two_rotations_at_once_wrap_each_key_once(database: Database) {
        let house = house(&database).await;
        let both = house.key_file().to_owned() + &line(SECOND, 22);
        let (one, two) = (house.with_keys(&both, SECOND), house.with_keys(&both, SECOND));
        let (first, second) = join(rotate(&one), rotate(&two)).await;
        assert_eq!(first.keys + second.keys, KEYS, "{first:?} {second:?}");
        assert_eq!((first.refused, second.refused), (0, 0));
        let rows = wrapped(&database.pool).await;
        assert!(rows.iter().all(|row| row.kek_id == SECOND));
        house.flows.verify_log().await.expect("the log holds");
    }
);

on_both!(
    async fn a_key_that_was_erased_meanwhile_does_not_come_back(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        gateway.add_victim(&victim(0)).await;
        let read = wrapped(&database.pool).await;
        let erased = "DELETE FROM data_keys";
        match &database.pool {
            store::Pool::Sqlite { writer, .. } => sqlx::query(erased).execute(writer).await.map(|_| ()),
            store::Pool::Postgres(pool) => sqlx::query(erased).execute(pool).await.map(|_| ()),
        }
        .expect("they are gone");
        let mut tx = database.pool.begin().await.expect("a transaction");
        for row in &read {
            let again = keys::rewrap(&mut tx, row, SECOND, &row.wrapped).await;
            assert!(!again.expect("the store answers"), "a key came back");
        }
        tx.commit_unlogged("a test's own hand").await.expect("it ends");
        assert_eq!(wrapped(&database.pool).await, []);
    }
);

on_both!(
    async fn keys_that_do_not_open_are_named_and_stay_and_the_others_are_wrapped(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        gateway.add_victim(&victim(0)).await;
        let middle = gateway.with_keys(&(gateway.key_file().to_owned() + &line(SECOND, 23)), SECOND);
        gateway.add_victim_to(&middle, &victim(1)).await;
        // The first key was taken out too early; a third one is to take over.
        let file = without(gateway.key_file(), FIRST) + &line(SECOND, 23) + &line("test-3", 24);
        let rotated = rotate(&gateway.with_keys(&file, "test-3")).await;
        assert_eq!((rotated.keys, rotated.refused, rotated.left), (2, 2, 2));
        assert_eq!(rotated.unused, [SECOND]);
        let why = rotated.first_refusal.expect("why");
        assert!(
            why.contains(FIRST) && why.contains("not in the key file"),
            "{why}"
        );
    }
);

on_both!(
    async fn only_an_operator_rotates(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        let refused = gateway.flows.rotate_keys(OFFICER, |_, _| {}).await;
        assert_eq!(refused.expect_err("an officer").kind(), flows::Kind::NotAllowed);
    }
);

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn set_mode(file: &Path, mode: u32) {
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).expect("a mode");
}

on_both!(
    async fn the_program_rotates_while_the_service_delivers(database: Database) {
        let service = Service::new(database, Faults::Always(Fault::None)).await;
        service.queue(20).await;
        let file = service.dir().join("keys.txt");
        let both = std::fs::read_to_string(&file).expect("the key file") + &line(SECOND, 25);
        std::fs::write(&file, &both).expect("a second key");
        let config = std::fs::read_to_string(service.config()).expect("the configuration");
        let config = config.replace(
            &format!("active = \"{FIRST}\""),
            &format!("active = \"{SECOND}\""),
        );
        std::fs::write(service.config(), config).expect("the second key wraps");

        let mut running = service.start();
        let rotated = service.run(&["vault", "rotate"]);
        assert_eq!(rotated.status.code(), Some(0), "{}", said(&rotated));
        assert!(
            said(&rotated).contains("test-1 wraps nothing any more"),
            "{}",
            said(&rotated)
        );
        crate::served::until_quiet(&service, &mut running).await;
        crate::served::stop(&service, running);
        assert_eq!(service.arrived().len(), 20);

        std::fs::write(&file, without(&both, FIRST)).expect("the first key is destroyed");
        let plan = service.run(&["outbox", "list"]);
        assert_eq!(plan.status.code(), Some(0), "{}", said(&plan));
        let again = service.run(&["vault", "rotate", "--json"]);
        assert!(said(&again).contains(r#""keys":0"#), "{}", said(&again));
        service.close().await;
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_file_that_is_missing_open_to_all_or_of_another_kind_stops_everything_and_nothing_is_written() {
    let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
    service.add_victim(&victim(0)).await;
    let file = service.dir().join("keys.txt");
    let good = std::fs::read_to_string(&file).expect("the key file");
    let another_kind = std::fs::read_to_string(service.dir().join("bounce.key")).expect("the other secret");
    let before = (
        wrapped(&service.database.pool).await,
        service.flows.verify_log().await.expect("the log").root,
    );
    for command in [["vault", "rotate"], ["vault", "erasures"]] {
        let refused = |sentence: &str| {
            let output = service.run(&command);
            assert_eq!(output.status.code(), Some(2), "{command:?}: {}", said(&output));
            let said = said(&output);
            assert!(said.contains(&file.display().to_string()), "{said}");
            assert!(said.contains(sentence), "{said}");
            assert!(!said.contains(good.split(' ').nth(2).expect("a key").trim()));
        };
        std::fs::remove_file(&file).expect("no key file");
        refused("No such file");
        std::fs::write(&file, &good).expect("the key file");
        set_mode(&file, 0o644);
        refused("others than its owner");
        set_mode(&file, 0o600);
        std::fs::write(&file, &another_kind).expect("another kind of secret");
        refused("line 1: a line is `gateway-kek-v1 ID KEY`");
        std::fs::write(&file, line("another", 9)).expect("a key file without an index key");
        refused("gateway-index-v1");
        std::fs::write(
            &file,
            line("another", 9) + good.lines().nth(1).expect("the index key"),
        )
        .expect("a key file without the active key");
        refused("key `test-1` is not in the key file");
        std::fs::write(&file, &good).expect("the key file");
    }
    let after = (
        wrapped(&service.database.pool).await,
        service.flows.verify_log().await.expect("the log").root,
    );
    assert_eq!(before, after);
    service.close().await;
}
