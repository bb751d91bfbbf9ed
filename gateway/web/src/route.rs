//! The one table of what can be asked for: method, path, and who may. The router is made of it, and so is the test that
//! tries every route with every role.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::MethodFilter;
use axum::routing::{MethodRouter, on};
use domain::account::Role;
use domain::scope::Scope;

use crate::door::Door;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, and nobody is asked who they are: the same bytes for everybody, which may be kept on the way.
    File,
    /// Anybody.
    Open,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever is signed in and has one of these roles.
    Roles(&'static [Role]),
    /// Another system whose token includes this.
    Scope(Scope),
}

/// One route.
pub struct Route {
    /// GET or POST (or, in the API, PUT, PATCH and DELETE).
    pub method: Method,
    /// As axum writes it, with `{id}`.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
    pub(crate) handler: MethodRouter<Door>,
}

/// A page that is only read: nothing changes by a GET.
pub fn get<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, Door>,
    T: 'static,
{
    Route {
        method: Method::GET,
        path,
        access,
        handler: on(MethodFilter::GET, handler),
    }
}

/// A form that is sent.
pub fn post<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, Door>,
    T: 'static,
{
    Route {
        method: Method::POST,
        path,
        access,
        handler: on(MethodFilter::POST, handler),
    }
}
