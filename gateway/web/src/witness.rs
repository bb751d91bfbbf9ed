//! The door of a witness (C2SP tlog-witness v1.0.0): logs send their checkpoints to it, monitors read the last ones.
//!
//! It speaks plain HTTP/1.1: on loopback, or behind a proxy that adds TLS. Nobody signs in: the signature of a known
//! log is what lets a request in.
//!
//! **Invariant:** whoever connects can keep one of [`CONNECTIONS_MAX`] places for a bounded time and send a bounded
//! number of bytes.

use std::sync::Arc;
use std::time::Duration;

use audit::note::Signature;
use audit::witness::{AddCheckpoint, REQUEST_BYTES_MAX, Refusal, size_text};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Connections that are served at once; the next one waits.
pub const CONNECTIONS_MAX: usize = 64;
/// How long a head may take to come in, the first one and each later one of a connection that is kept.
const HEAD_WAIT: Duration = Duration::from_secs(10);
/// How long a body may take.
const BODY_WAIT: Duration = Duration::from_secs(10);
/// How long a connection is kept: somebody who reads no answers must give the place back too.
const CONNECTION_LIFE: Duration = Duration::from_mins(2);
/// How long what is in hand may take when a connection is at its end.
const LAST_WAIT: Duration = Duration::from_secs(15);
/// The same when the door closes.
const STOP_WAIT: Duration = Duration::from_secs(5);
/// The rest after the system gave no connection, for want of file handles say.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// Why there is no cosignature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSigned {
    /// The witness says no.
    Refused(Refusal),
    /// The witness cannot go on.
    Broken,
}

/// Decides about a request, and has kept its decision when it answers.
pub type Cosign = dyn Fn(&AddCheckpoint) -> Result<Signature, NotSigned> + Send + Sync;

/// The last cosigned checkpoint of the log with this `log_id`.
pub type Latest = dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync;

/// What is behind the door. Both may block: they run where that is allowed.
pub struct Desk {
    /// For logs.
    pub cosign: Box<Cosign>,
    /// For monitors.
    pub latest: Box<Latest>,
}

/// Serves until `stop`, then finishes what is in hand.
pub async fn serve(listener: TcpListener, desk: Desk, stop: impl Future<Output = ()>) {
    let routes = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{log}/checkpoint", get(latest))
        .with_state(Arc::new(desk));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WAIT);
    let (places, closing) = (
        Arc::new(Semaphore::new(CONNECTIONS_MAX)),
        watch::Sender::new(false),
    );
    tokio::pin!(stop);
    loop {
        let (place, stream) = tokio::select! {
            () = &mut stop => break,
            next = next(&places, &listener) => next,
        };
        let service = TowerToHyperService::new(routes.clone());
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let closing = closing.subscribe();
        tokio::spawn(async move {
            see_through(connection, closing).await;
            drop(place);
        });
    }
    drop(listener);
    closing.send_replace(true);
    // When every place is free again, nothing is in hand any more.
    let free = places.acquire_many(u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX));
    let _ = tokio::time::timeout(STOP_WAIT, free).await;
}

/// Serves one connection until it ends, or for as long as one may last; then what is in hand is finished. One that
/// breaks off concerns nobody else.
async fn see_through<S>(
    connection: http1::Connection<TokioIo<TcpStream>, S>,
    mut closing: watch::Receiver<bool>,
) where
    S: HttpService<Incoming, ResBody = Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = closing.wait_for(|closing| *closing) => {}
        () = tokio::time::sleep(CONNECTION_LIFE) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(LAST_WAIT, connection).await;
}

/// The next connection, once there is a place for it.
async fn next(places: &Arc<Semaphore>, listener: &TcpListener) -> (Option<OwnedSemaphorePermit>, TcpStream) {
    // Nobody closes the semaphore, so there always is a place in the end.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (place, stream),
            Err(_) => tokio::time::sleep(ACCEPT_REST).await,
        }
    }
}

async fn add_checkpoint(State(desk): State<Arc<Desk>>, body: Body) -> Response {
    let body = match tokio::time::timeout(BODY_WAIT, to_bytes(body, REQUEST_BYTES_MAX)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            return said(
                StatusCode::PAYLOAD_TOO_LARGE,
                "a request has at most 65,536 bytes",
            );
        }
        Err(_) => return said(StatusCode::REQUEST_TIMEOUT, "the request did not come in time"),
    };
    let request = match AddCheckpoint::parse(&body) {
        Ok(request) => request,
        Err(fault) => return said(StatusCode::BAD_REQUEST, &fault.to_string()),
    };
    match tokio::task::spawn_blocking(move || (desk.cosign)(&request)).await {
        Ok(Ok(cosignature)) => text(StatusCode::OK, cosignature.to_line()),
        Ok(Err(NotSigned::Refused(Refusal::Conflict { size }))) => {
            let kind = [(CONTENT_TYPE, "text/x.tlog.size")];
            (StatusCode::CONFLICT, kind, size_text(size)).into_response()
        }
        Ok(Err(NotSigned::Refused(refusal))) => said(status(&refusal), &refusal.to_string()),
        Ok(Err(NotSigned::Broken)) | Err(_) => said(
            StatusCode::INTERNAL_SERVER_ERROR,
            "this witness cannot go on; its own log says why",
        ),
    }
}

/// The statuses of C2SP tlog-witness.
const fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::UnknownLog => StatusCode::NOT_FOUND,
        Refusal::NotSigned => StatusCode::FORBIDDEN,
        Refusal::OldTooLarge => StatusCode::BAD_REQUEST,
        Refusal::Conflict { .. } => StatusCode::CONFLICT,
        Refusal::BadProof => StatusCode::UNPROCESSABLE_ENTITY,
        // Nothing is wrong with the request, and a right clock makes it good.
        Refusal::TimeWentBack => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn latest(State(desk): State<Arc<Desk>>, Path(log): Path<String>) -> Response {
    match tokio::task::spawn_blocking(move || (desk.latest)(&log)).await {
        Ok(Some(note)) => text(StatusCode::OK, note),
        Ok(None) => said(
            StatusCode::NOT_FOUND,
            "this witness has cosigned no checkpoint of such a log",
        ),
        Err(_) => said(
            StatusCode::INTERNAL_SERVER_ERROR,
            "this witness cannot go on; its own log says why",
        ),
    }
}

fn said(status: StatusCode, sentence: &str) -> Response {
    text(status, format!("{sentence}\n"))
}

fn text(status: StatusCode, body: impl Into<Body>) -> Response {
    let kind = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, kind, body.into()).into_response()
}
