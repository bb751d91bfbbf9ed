//! How many composed messages a second go through the relay to the catcher over TLS, in one process.
//!
//! `cargo run --release -p mail --example sink_rate [-- MESSAGES]` prints one line for 1 and one for 8
//! connections.

use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

use domain::address::EmailAddress;
use mail::catcher::{Catcher, CatcherConfig, Fault, Faults, Sink};
use mail::compose::{Outgoing, compose};
use mail::relay::{Outcome, Relay, RelayConfig, TlsPolicy};
use mail::return_path::{self, ReturnPathKey};
use mail::tls::{Identity, Roots, TlsMode};

const NAME: &str = "relay.gateway.test";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let messages = std::env::args()
        .nth(1)
        .map_or(Ok(20_000), |text| text.parse::<usize>())?;
    for connections in [1, 8] {
        let rate = rate(messages, connections).await?;
        writeln!(
            std::io::stdout(),
            "{connections} connections: {rate:.0} messages a second"
        )?;
    }
    Ok(())
}

async fn rate(messages: usize, connections: usize) -> Result<f64, Box<dyn Error + Send + Sync>> {
    let identity = Identity::self_signed_from_system_randomness(&[NAME])?;
    let catcher = Catcher::start(CatcherConfig {
        listen: "127.0.0.1:0".parse()?,
        identity: identity.clone(),
        mode: TlsMode::StartTls,
        account: None,
        sink: Sink::Count,
        faults: Faults::Always(Fault::None),
    })
    .await?;
    let relay = Relay::new(RelayConfig {
        host: "127.0.0.1".to_owned(),
        port: catcher.local_addr().port(),
        hello_name: "gateway.test".to_owned(),
        tls: TlsPolicy::Required {
            mode: TlsMode::StartTls,
            server_name: NAME.to_owned(),
            roots: Roots::Only(identity.cert_pem),
        },
        sign_in: None,
        timeout_ms: 10_000,
        connections_max: connections,
    })?;
    let started = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|task| tokio::spawn(send_some(relay.clone(), task, messages / connections)))
        .collect();
    let mut accepted = 0_u32;
    for task in tasks {
        accepted += task.await??;
    }
    Ok(f64::from(accepted) / started.elapsed().as_secs_f64())
}

/// Composes and sends, and counts what was accepted.
async fn send_some(relay: Relay, task: usize, messages: usize) -> Result<u32, Box<dyn Error + Send + Sync>> {
    let key = ReturnPathKey::new(&[7; 32]);
    let from = EmailAddress::parse("liaison@gateway.test")?;
    let to = EmailAddress::parse("mary@victims.example")?;
    let words = "An ordinary sentence of a message that is about as long as ours are.\n".repeat(15);
    let html = format!("<p>{words}</p>");
    let mut accepted = 0;
    for number in 0..messages {
        let id = format!("{task}x{number}");
        let return_path = return_path::make(&key, &id, "bounce.gateway.test")?;
        let message = compose(&Outgoing {
            from_name: "Victim Liaison",
            from: &from,
            to: &to,
            subject: "An update for you",
            text: &words,
            html: &html,
            message_id: &format!("<{id}@gateway.test>"),
            date: "2026-11-23T09:00:00Z".parse()?,
            auto_submitted: true,
            return_path: &return_path,
            language: "en",
            conversation: None,
        })?;
        if let Outcome::Accepted { .. } = relay.ready().await?.send(&message).await {
            accepted += 1;
        }
    }
    Ok(accepted)
}
