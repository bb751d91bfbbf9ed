//! A relay that is away, refuses, hangs, or drops the connection after the final dot.

use std::net::{Ipv4Addr, TcpListener};

use harness::gateway::{DELIVERED_ONE, MAIL_DOMAIN, Post, TestGateway};
use harness::on_both;
use mail::catcher::{Fault, Faults};
use mail::relay::{Relay, RelayConfig, TlsPolicy};
use mail::tls::{Roots, TlsMode};

use super::{arrived, nothing_is_lost_and_nothing_came_twice, queue, until_quiet};

/// How long the relay is waited for here, in milliseconds.
const IMPATIENT_MS: u64 = 400;

async fn house(database: &harness::database::Database, faults: Faults) -> TestGateway {
    let post = Post {
        timeout_ms: IMPATIENT_MS,
        ..Post::meeting(faults)
    };
    TestGateway::with(database, post).await
}

/// A relay at a port where nobody listens.
fn nobody() -> Relay {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = free.local_addr().expect("its number").port();
    drop(free);
    Relay::new(RelayConfig {
        host: Ipv4Addr::LOCALHOST.to_string(),
        port,
        hello_name: MAIL_DOMAIN.to_owned(),
        tls: TlsPolicy::Required {
            server_name: "localhost".to_owned(),
            roots: Roots::Public,
            mode: TlsMode::StartTls,
        },
        sign_in: None,
        timeout_ms: IMPATIENT_MS,
        connections_max: 1,
    })
    .expect("a relay")
}

on_both!(
    async fn a_relay_that_is_away_costs_time_and_nothing_else(database: Database) {
        let gateway = house(&database, Faults::Always(Fault::None)).await;
        let messages = queue(&gateway, 1).await;
        let away = nobody();
        for tries in 1..=3 {
            let done = gateway
                .flows
                .deliver_batch("test", &away)
                .await
                .expect("the batch ends");
            assert_eq!((done.claimed, done.failed), (1, 1), "try {tries}");
            assert_eq!(gateway.stands(&messages[0]).await, "temporary-failure: no-answer");
            let again = gateway
                .outbox_row(&messages[0])
                .await
                .next_at
                .expect("it is tried again by itself");
            gateway.clock().set_to(again);
        }
        assert_eq!(gateway.deliver().await, DELIVERED_ONE);
        assert_eq!(
            nothing_is_lost_and_nothing_came_twice(&gateway, &messages).await,
            0
        );
        assert_eq!(
            gateway.tries(&messages[0]).await.len(),
            4,
            "every try stands on record"
        );
    }
);

on_both!(
    async fn a_relay_that_hangs_before_the_message_is_tried_again(database: Database) {
        let gateway = house(&database, Faults::Each(vec![Fault::HangBeforeData])).await;
        let messages = queue(&gateway, 1).await;
        assert_eq!(gateway.deliver().await.failed, 1);
        assert_eq!(gateway.stands(&messages[0]).await, "temporary-failure: no-answer");
        assert_eq!(until_quiet(&gateway).await, 0);
        assert_eq!(
            nothing_is_lost_and_nothing_came_twice(&gateway, &messages).await,
            0
        );
    }
);

on_both!(
    async fn a_relay_that_hangs_after_the_final_dot_leaves_a_question_to_a_person(database: Database) {
        let gateway = house(&database, Faults::Each(vec![Fault::HangAfterData])).await;
        let messages = queue(&gateway, 1).await;
        assert_eq!(gateway.deliver().await.failed, 1);
        assert_eq!(gateway.stands(&messages[0]).await, "unknown: end-not-seen");
        assert_eq!(until_quiet(&gateway).await, 0, "nothing is due without a person");
        assert_eq!(
            nothing_is_lost_and_nothing_came_twice(&gateway, &messages).await,
            1
        );
        let owed = gateway.obligation_of(&messages[0]).await;
        assert_eq!(owed.waiting_for.as_deref(), Some("decision-about-delivery"));
    }
);

on_both!(
    async fn a_relay_that_does_everything_wrong_loses_nothing_and_doubles_nothing(database: Database) {
        let faults = [
            Fault::DropAfterData,
            Fault::BusyAtData,
            Fault::CloseAfterAccept,
            Fault::HangBeforeData,
            Fault::FullAfterData,
            Fault::HangAfterData,
            Fault::NoStartTls,
            Fault::CloseAfterAccept,
            Fault::DropAfterData,
            Fault::BusyAtData,
        ];
        let gateway = house(&database, Faults::Each(faults.to_vec())).await;
        let messages = queue(&gateway, 16).await;
        assert_eq!(until_quiet(&gateway).await, 0);
        let unknown = nothing_is_lost_and_nothing_came_twice(&gateway, &messages).await;
        assert_eq!(
            unknown, 3,
            "those whose end was not seen: two drops and a silence"
        );
        assert_eq!(arrived(&gateway).len(), messages.len(), "and they had arrived");
    }
);
