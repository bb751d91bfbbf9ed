//! Tells another system what has changed: one signed POST for each event, tried again until it is taken or given up.
//!
//! `X-Gateway-Signature` is `v1=` and the HMAC-SHA256 (RFC 2104) of timestamp, full stop and body, in hexadecimal. The
//! timestamp is that of the try, so that the receiver can refuse what is old. `Idempotency-Key` stays the same.

use std::time::Duration;

use flows::{Gateway, Persistence, Telling, Told};
use futures_util::future::join_all;
use hyper::header::{CONTENT_TYPE, HeaderName};
use hyper::{Request, Uri};
use ring::hmac;
use web::outward::{Outward, Plain, Roots};
use web::vitals;

use crate::config::{Webhook, secrets};
use crate::house;
use crate::print::Fault;

/// How long a receiver has for its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// What it answers is not looked at, only its status; a longer answer is as good as none.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-gateway-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("x-gateway-signature");

/// The system that is told.
pub struct Receiver {
    outward: Outward,
    address: Uri,
    key: hmac::Key,
    persistence: Persistence,
}

impl Receiver {
    /// As the configuration names it. Connects to nothing yet.
    pub fn new(config: &Webhook) -> Result<Self, Fault> {
        let input = |fault: &dyn std::fmt::Display| Fault::input(format!("webhook: {fault}"));
        let roots = match &config.ca_file {
            Some(file) => Roots::Only(house::read(file)?),
            None => Roots::Public,
        };
        let secret = secrets::read_bytes(&config.secret_file)?;
        Ok(Self {
            outward: Outward::new(&roots, Plain::Loopback, ANSWER_BYTES_MAX)
                .map_err(|fault| input(&fault))?,
            address: config.url.parse().map_err(|fault| input(&fault))?,
            key: hmac::Key::new(hmac::HMAC_SHA256, &*secret),
            persistence: Persistence {
                retry_first_s: config.retry_first_s,
                retry_max_s: config.retry_max_s,
                give_up_s: config.give_up_s,
            },
        })
    }

    /// Reads what has changed and tells some of it; whether there may be more to do at once.
    pub async fn round(&self, gateway: &Gateway) -> flows::Result<bool> {
        let more = gateway.note_changes().await?;
        let claimed = gateway.claim_changes().await?;
        let told = join_all(claimed.iter().map(|telling| self.tell(gateway, telling))).await;
        let mut any = false;
        for told in told {
            any |= told? == Told::Delivered;
        }
        vitals::note_webhook_waiting(gateway.count_waiting_changes().await?);
        Ok(more || any)
    }

    async fn tell(&self, gateway: &Gateway, telling: &Telling) -> flows::Result<Told> {
        let was_taken = self.post(telling, gateway.now().as_second()).await;
        let told = gateway.end_telling(telling, was_taken, &self.persistence).await?;
        vitals::note_webhook(match told {
            Told::Delivered => "delivered",
            Told::Again => "again",
            Told::GivenUp => {
                tracing::error!(event = %telling.id, "the webhook's receiver was tried long enough; this event is given up");
                "given-up"
            }
        });
        Ok(told)
    }

    /// One try; whether the receiver has taken it.
    async fn post(&self, telling: &Telling, now_s: i64) -> bool {
        let signed = hmac::sign(&self.key, format!("{now_s}.{}", telling.body).as_bytes());
        let request = Request::post(&self.address)
            .header(CONTENT_TYPE, "application/json")
            .header(KEY, telling.id.as_str())
            .header(TIMESTAMP, now_s)
            .header(SIGNATURE, format!("v1={}", hex::encode(signed)))
            .body(telling.body.clone().into_bytes());
        let Ok(request) = request else {
            return false;
        };
        match tokio::time::timeout(PATIENCE, self.outward.send(request)).await {
            Ok(Ok(answer)) if answer.status().is_success() => true,
            Ok(Ok(answer)) => {
                tracing::warn!(event = %telling.id, status = answer.status().as_u16(), "the webhook's receiver says no");
                false
            }
            Ok(Err(fault)) => {
                tracing::warn!(event = %telling.id, %fault, "the webhook's receiver is not told");
                false
            }
            Err(_) => {
                tracing::warn!(event = %telling.id, "the webhook's receiver does not answer");
                false
            }
        }
    }
}
