//! What those who look after the machine ask, on a listener of its own and never on the door: is it there, is it ready,
//! how many requests with which answers. No label holds anything but a route of ours, a method,
//! a status, an outcome and an Area's code.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use flows::Gateway;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder};
use tokio::net::TcpListener;

/// Seconds that a request took: the upper ends of the buckets.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
/// The histogram's name.
const SECONDS: &str = "gateway_http_request_seconds";

/// What was counted so far.
pub use metrics_exporter_prometheus::PrometheusHandle as Counts;

/// Counts from now on, in the whole process; a second call is an error.
pub fn count() -> Result<Counts, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &BUCKETS)?
        .install_recorder()
}

/// Notes one answered request. `route` is the text of the table, with `{id}` and no value.
pub(crate) fn note(route: String, method: &'static str, status: u16, took: Duration) {
    let labels = [
        ("route", route),
        ("method", method.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::histogram!(SECONDS, &labels).record(took.as_secs_f64());
}

/// Notes what became of an event that another system was told: `delivered`, `again` or `given-up`.
pub fn note_webhook(outcome: &'static str) {
    metrics::counter!("gateway_webhook_tries_total", "outcome" => outcome).increment(1);
}

/// Notes how many events wait to be told.
pub fn note_webhook_waiting(count: i64) {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    metrics::gauge!("gateway_webhook_waiting").set(f64::from(count));
}

/// Notes for how many reasons mail may be missing in a mailbox that is hosted elsewhere, by the Area's code.
pub fn note_mailbox_gaps(area: &str, reasons: usize) {
    let reasons = u8::try_from(reasons).unwrap_or(u8::MAX);
    metrics::gauge!("gateway_mailbox_gaps", "area" => area.to_owned()).set(f64::from(reasons));
}

/// Notes whether a mailbox was without mail for longer than usual, by the Area's code.
pub fn note_silent_mailbox(area: &str, is_silent: bool) {
    metrics::gauge!("gateway_mailbox_silent", "area" => area.to_owned()).set(f64::from(u8::from(is_silent)));
}

/// Notes how many files that came with mail wait for the scanner.
pub fn note_unscanned_files(count: i64) {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    metrics::gauge!("gateway_files_waiting").set(f64::from(count));
}

struct Vitals {
    gateway: Arc<Gateway>,
    handle: Counts,
}

/// Serves `/healthz` (the process answers), `/readyz` (the database does too) and `/metrics` (Prometheus text).
pub async fn serve(listener: TcpListener, gateway: Arc<Gateway>, handle: Counts) -> std::io::Result<()> {
    let routes = Router::new()
        .route("/healthz", get(|| async { "up\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(Vitals { gateway, handle }));
    axum::serve(listener, routes).await
}

async fn ready(State(vitals): State<Arc<Vitals>>) -> (StatusCode, &'static str) {
    match vitals.gateway.is_ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(fault) => {
            tracing::error!(%fault, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

async fn metrics(State(vitals): State<Arc<Vitals>>) -> String {
    vitals.handle.run_upkeep();
    vitals.handle.render()
}
