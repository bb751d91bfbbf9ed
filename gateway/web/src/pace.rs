//! How fast one client may ask. Whoever asks faster is told to wait, before anything of theirs is looked at.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZero;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Requests a second from one address, on the average. A page with its assets is about ten.
const EACH_SECOND: NonZero<u32> = NonZero::new(50).unwrap();
/// Requests at once from one address.
const BURST: NonZero<u32> = NonZero::new(200).unwrap();
/// When so many addresses are known, those that rest are forgotten.
const KNOWN_MAX: usize = 10_000;

/// Who has asked how often.
pub(crate) struct Pace {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Pace {
    pub(crate) fn new() -> Arc<Self> {
        let quota = Quota::per_second(EACH_SECOND).allow_burst(BURST);
        Arc::new(Self {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
        })
    }
}

/// Lets a request through, or says after how many seconds to come again (RFC 6585 section 4).
pub(crate) async fn keep(State(pace): State<Arc<Pace>>, request: Request, next: Next) -> Response {
    let Some(ConnectInfo(client)) = request.extensions().get::<ConnectInfo<SocketAddr>>() else {
        // In the tests' own process there is no connection.
        return next.run(request).await;
    };
    if pace.limiter.len() > KNOWN_MAX {
        pace.limiter.retain_recent();
    }
    match pace.limiter.check_key(&group(client.ip())) {
        Ok(()) => next.run(request).await,
        Err(early) => {
            let wait_s = early.wait_time_from(pace.clock.now()).as_secs() + 1;
            (
                StatusCode::TOO_MANY_REQUESTS,
                [(header::RETRY_AFTER, wait_s.to_string())],
            )
                .into_response()
        }
    }
}

/// Who asks, as far as an address tells: for counting tries, never for knowing somebody.
pub(crate) struct Client(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Without a connection all are one.
        Ok(Self(from.map_or_else(
            || "unknown".to_owned(),
            |ConnectInfo(client)| group(client.ip()).to_string(),
        )))
    }
}

/// Who has an IPv6 address usually has its whole /64.
fn group(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let mut parts = address.segments();
            parts[4..].fill(0);
            IpAddr::from(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_one_pace_and_strangers_do_not() {
        let address = |text: &str| group(text.parse().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff"));
        assert_ne!(address("2001:db8:0:1::1"), address("2001:db8:0:2::1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
    }

    #[test]
    fn a_burst_is_served_and_what_comes_on_top_waits() {
        let pace = Pace::new();
        let client = "192.0.2.1".parse().unwrap();
        let served = (0..1000)
            .filter(|_| pace.limiter.check_key(&client).is_ok())
            .count();
        assert!((200..300).contains(&served), "{served}");
        assert!(pace.limiter.check_key(&"192.0.2.2".parse().unwrap()).is_ok());
    }
}
