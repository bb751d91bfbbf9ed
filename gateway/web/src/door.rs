//! The HTTPS door: rustls, HTTP/2 and 1.1, bounded in every direction, stopped gently.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use flows::Gateway;
use render::pages::Pages;

use crate::assets::Assets;
use crate::provider::{BadProvider, Provider, ProviderSettings};
use crate::router;
use crate::webauthn::{BadOrigin, Ceremonies};

/// How long what is in hand may take when the door closes.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// How long a TLS handshake may take.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);
/// Longest that the head of a request may take, and a connection may rest between two.
const HEAD_WAIT: Duration = Duration::from_secs(30);
/// Most bytes of a head, but for what comes with the last reading: less than twice as many.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Requests that one HTTP/2 connection may have in hand.
const STREAMS_MAX: u32 = 100;

/// What an operator sets about the door.
#[derive(Debug, Clone)]
pub struct DoorSettings {
    /// Scheme, host and port by which browsers reach it, as in `https://gateway.example`: forms of any other origin are
    /// refused.
    pub origin: String,
    /// What the service is called on its pages.
    pub service_name: String,
    /// The organisation's single sign-on, if people may come by it.
    pub single_sign_on: Option<ProviderSettings>,
}

/// Why no door can be made.
#[derive(Debug, thiserror::Error)]
pub enum BadDoor {
    /// Its address.
    #[error(transparent)]
    Origin(#[from] BadOrigin),
    /// The single sign-on.
    #[error(transparent)]
    Provider(#[from] BadProvider),
}

impl DoorSettings {
    /// Host and port as a request names them.
    pub fn host(&self) -> &str {
        self.origin.strip_prefix("https://").unwrap_or(&self.origin)
    }
}

/// What every handler works with.
#[derive(Clone)]
pub struct Door {
    inner: Arc<Inner>,
}

struct Inner {
    gateway: Arc<Gateway>,
    pages: Pages,
    assets: Assets,
    settings: DoorSettings,
    ceremonies: Ceremonies,
    provider: Option<Provider>,
}

impl Door {
    /// Puts the parts together.
    pub fn new(
        gateway: Arc<Gateway>,
        pages: Pages,
        assets: Assets,
        settings: DoorSettings,
    ) -> Result<Self, BadDoor> {
        let provider = settings.single_sign_on.clone();
        let provider = provider.map(|about| Provider::new(about, &settings.origin));
        Ok(Self {
            inner: Arc::new(Inner {
                gateway,
                pages,
                assets,
                ceremonies: Ceremonies::new(&settings.origin)?,
                provider: provider.transpose()?,
                settings,
            }),
        })
    }

    /// The house.
    pub fn gateway(&self) -> &Gateway {
        &self.inner.gateway
    }

    /// The house, for work that goes on after the answer.
    pub fn gateway_beside(&self) -> &Arc<Gateway> {
        &self.inner.gateway
    }

    /// The pages.
    pub fn pages(&self) -> &Pages {
        &self.inner.pages
    }

    /// Style sheets, scripts and pictures.
    pub fn assets(&self) -> &Assets {
        &self.inner.assets
    }

    /// Challenges and their answers.
    pub(crate) fn ceremonies(&self) -> &Ceremonies {
        &self.inner.ceremonies
    }

    /// The organisation's single sign-on.
    pub(crate) fn provider(&self) -> Option<&Provider> {
        self.inner.provider.as_ref()
    }

    /// What an operator set.
    pub fn settings(&self) -> &DoorSettings {
        &self.inner.settings
    }
}

/// Serves until `stop`, then finishes what is in hand.
pub async fn serve(
    listener: TcpListener,
    tls: RustlsConfig,
    door: Door,
    stop: impl Future<Output = ()> + Send,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let handle = Handle::new();
    let mut server = axum_server::from_tcp_rustls(listener, tls)?.handle(handle.clone());
    server = server.map(|acceptor| acceptor.handshake_timeout(HANDSHAKE_WAIT));
    // A head that is long or slow ends the connection. The library's own bounds are 400 KiB and more, 16 MiB for HTTP/2, and no time.
    let http = server.http_builder();
    http.http1()
        .header_read_timeout(HEAD_WAIT)
        .max_buf_size(HEAD_BYTES_MAX);
    http.http2()
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS_MAX);
    let serving = server.serve(router(&door).into_make_service_with_connect_info::<std::net::SocketAddr>());
    tokio::pin!(serving, stop);
    tokio::select! {
        ended = &mut serving => return ended,
        () = &mut stop => handle.graceful_shutdown(Some(STOP_WAIT)),
    }
    serving.await
}
