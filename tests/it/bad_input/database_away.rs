//! A database that goes away: the server ends every connection in the middle of a delivery.

use harness::database::{Database, postgres};
use harness::gateway::{OFFICER, TestGateway};
use harness::service::Service;
use mail::catcher::{Fault, Faults};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::{arrived, nothing_is_lost_and_nothing_came_twice, queue, until_quiet};

/// Ends every connection to this database.
async fn cut(address: &str) {
    let mut admin = PgConnection::connect(address).await.expect("PostgreSQL answers");
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::query(cut)
        .execute(&mut admin)
        .await
        .expect("the connections are ended");
}

/// From now on the server ends the connection that is in the middle of this change of an attempt, when it is the
/// so-many-eth of its kind. Counted by sequences, which no rollback takes back.
async fn cut_inside(database: &Database, change: &str, number: u32) {
    let statements = format!(
        "CREATE SEQUENCE {change}_count;
         CREATE FUNCTION {change}_cut() RETURNS trigger AS $$ BEGIN
             IF nextval('{change}_count') = {number} THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
             RETURN NEW; END $$ LANGUAGE plpgsql;"
    );
    let when = match change {
        "attempt" => "BEFORE INSERT ON attempts FOR EACH ROW",
        "mark" => "BEFORE UPDATE OF data_at ON attempts FOR EACH ROW",
        "answer" => "BEFORE UPDATE OF ended_at ON attempts FOR EACH ROW",
        other => panic!("{other} is no change of an attempt"),
    };
    let trigger = format!("CREATE TRIGGER {change}_cut {when} EXECUTE FUNCTION {change}_cut()");
    let mut admin = PgConnection::connect(&database.address)
        .await
        .expect("PostgreSQL answers");
    let made = sqlx::raw_sql(AssertSqlSafe(statements + &trigger))
        .execute(&mut admin)
        .await;
    made.expect("the trap is set");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_before_the_data_only_costs_time() {
    let database = postgres().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    let messages = queue(&gateway, 12).await;
    for (change, number) in [("attempt", 3), ("mark", 6)] {
        cut_inside(&database, change, number).await;
    }
    assert_eq!(
        until_quiet(&gateway).await,
        2,
        "each of the two cuts ends a batch, which says so"
    );
    let unknown = nothing_is_lost_and_nothing_came_twice(&gateway, &messages).await;
    assert!(
        unknown < messages.len(),
        "only what was marked before the second cut can be in doubt"
    );
    assert_eq!(arrived(&gateway).len(), messages.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_after_the_data_leaves_questions_and_no_second_copy() {
    let database = postgres().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    let messages = queue(&gateway, 6).await;
    cut_inside(&database, "answer", 4).await;
    assert_eq!(until_quiet(&gateway).await, 1);
    let unknown = nothing_is_lost_and_nothing_came_twice(&gateway, &messages).await;
    assert_eq!(unknown, messages.len(), "no answer of the batch was written down");
    assert_eq!(arrived(&gateway).len(), messages.len(), "though all had arrived");

    // A person decides to send them again: a second copy, to be known by its Message-ID.
    for message in &messages {
        let again = gateway
            .flows
            .resend_message(OFFICER, message, "not-in-the-log")
            .await;
        again.expect("a person decides");
    }
    assert_eq!(until_quiet(&gateway).await, 0);
    assert!(arrived(&gateway).values().all(|times| *times == 2));
    for message in &messages {
        assert_eq!(gateway.stands(message).await, "delivered: 250");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_two_acts_a_lost_connection_is_not_even_noticed() {
    let database = postgres().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    cut(&database.address).await;
    let messages = queue(&gateway, 3).await;
    cut(&database.address).await;
    assert_eq!(gateway.deliver().await.accepted, 3);
    cut(&database.address).await;
    assert_eq!(
        nothing_is_lost_and_nothing_came_twice(&gateway, &messages).await,
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_running_service_goes_on_by_itself_after_its_database_was_away() {
    let service = Service::new(postgres().await, Faults::Always(Fault::None)).await;
    let mut running = service.start();
    crate::served::until_quiet(&service, &mut running).await;
    cut(&service.database.address).await;
    service.queue(6).await;
    cut(&service.database.address).await;
    crate::served::until_quiet(&service, &mut running).await;
    crate::served::stop(&service, running);
    let (arrived, counts) = (service.arrived(), service.flows.counts().await.expect("counts"));
    assert!(arrived.values().all(|times| *times == 1), "{arrived:?}");
    let unknown = counts
        .messages
        .held
        .get("end-not-seen")
        .copied()
        .unwrap_or_default();
    assert_eq!(counts.messages.delivered + unknown, 6, "{:?}", counts.messages);
    service.flows.verify_log().await.expect("the log holds");
    service.close().await;
}
