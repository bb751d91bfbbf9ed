//! The HTTP doors: the service that people sign in to, and the [`witness`], which knows nothing of the gateway's data.
//!
//! A page is a handler that asks one flow and fills one template of `templates/pages`; it decides nothing. What can be
//! asked for at all stands in [`table`].
//!
//! **Invariant:** an unsafe method reaches no handler without the form token of its own session and our own Origin.
//! **Invariant:** a GET changes nothing but the log of readings.
//! **Invariant:** nothing personal stands in a URL, a title, a header or an error.
//!
//! To add a page: a file in `pages/` with a `routes()` that is joined in [`table`], and a template.

pub mod api;
pub mod assets;
pub mod door;
pub mod form;
mod guard;
mod kept;
mod layers;
mod officers;
pub mod outward;
mod pace;
pub mod page;
mod pages;
mod parts;
pub mod provider;
mod refusal;
pub mod route;
mod show;
mod timeline;
pub mod tls;
pub mod visit;
pub mod vitals;
pub mod webauthn;
pub mod witness;
mod words;

use axum::Router;
use axum::middleware::from_fn_with_state;

pub use door::{Door, DoorSettings, serve};
use route::Route;

/// Everything that can be asked for.
pub fn table() -> Vec<Route> {
    pages::table().into_iter().chain(api::routes()).collect()
}

/// The router made of the table.
pub fn router(door: &Door) -> Router {
    let mut router = Router::new();
    for route in table() {
        let guard = from_fn_with_state((door.clone(), route.access, route.path), guard::guard);
        router = router.route(route.path, route.handler.layer(guard));
    }
    let router = router
        .fallback(refusal::no_such_page)
        .method_not_allowed_fallback(refusal::no_such_method);
    layers::around(router.with_state(door.clone()), door)
}
