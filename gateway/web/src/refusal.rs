//! Every way of saying no, as a plain page with a reference. Nobody is shown a chain of causes.

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use flows::Kind;

use crate::api::{self, problem::problem};
use crate::door::Door;
use crate::page::{Page, Shown};
use crate::show;
use crate::visit::Visit;

/// Why a request is not answered with what was asked for.
#[derive(Debug)]
pub enum Refusal {
    /// Nobody is signed in, or the session is over.
    SignedOut,
    /// The same, and what was typed is kept.
    WordsKept,
    /// A passkey that does not open anything here; why, nobody is told.
    NotLetIn,
    /// What the organisation's single sign-on brought back opens nothing; why, nobody is told.
    NotLetInThere,
    /// The single sign-on knows this person, and nothing here is granted to them.
    NothingGranted,
    /// The single sign-on does not answer.
    ProviderAway,
    /// A route that this role may not use.
    NotYours,
    /// There is no such thing, or not for this person: the same answer.
    NotFound,
    /// A form that is too old, or of another browser.
    Expired,
    /// A request that another site made.
    Foreign,
    /// A body longer than is taken.
    TooLong,
    /// A method that the page does not know.
    NoSuchMethod,
    /// Somebody else changed it while it was being done.
    Overtaken,
    /// It does not go as things stand: why, and what now.
    Changed(String),
    /// What was typed cannot be; pages that can say so at the field do it themselves.
    Invalid(String),
    /// Later may help.
    Busy,
    /// Our own fault; the program's log has it under the reference.
    Broken(String),
}

impl From<flows::Error> for Refusal {
    fn from(fault: flows::Error) -> Self {
        match fault.kind() {
            Kind::Invalid => Self::Invalid(fault.to_string()),
            Kind::NotAllowed => Self::NotYours,
            Kind::NotFound => Self::NotFound,
            Kind::Conflict if fault.is_overtaken() => Self::Overtaken,
            Kind::Conflict => Self::Changed(fault.to_string()),
            Kind::Busy => Self::Busy,
            Kind::Broken => Self::Broken(fault.to_string()),
        }
    }
}

impl From<render::pages::PageError> for Refusal {
    fn from(fault: render::pages::PageError) -> Self {
        Self::Broken(fault.to_string())
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut | Self::WordsKept | Self::NotLetIn | Self::NotLetInThere => {
                StatusCode::UNAUTHORIZED
            }
            Self::NothingGranted | Self::NotYours | Self::Expired | Self::Foreign => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoSuchMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Overtaken | Self::Changed(_) => StatusCode::CONFLICT,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy | Self::ProviderAway => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A heading, and what the person can do now.
    fn words(&self) -> (&'static str, String) {
        let plain = |heading, now: &str| (heading, now.to_owned());
        match self {
            Self::SignedOut => plain("You are signed out", "Sign in again to go on."),
            Self::WordsKept => plain(
                "You were signed out before you sent this",
                "Nothing was done yet. What you typed is kept for you in this browser for 24 hours. Sign in, look at it, and \
                 send it.",
            ),
            Self::NotLetIn => plain(
                "You are not signed in",
                "This passkey does not open an account here. Try another, or ask an administrator for an invitation.",
            ),
            Self::NotLetInThere => plain(
                "You are not signed in",
                "Your organisation's sign-in did not succeed. Go to the sign-in page and start again, or sign in with your passkey.",
            ),
            Self::NothingGranted => plain(
                "Your account opens nothing here",
                "Your organisation knows you, and this service is not part of what you may use. If it should be, ask your \
                 manager.",
            ),
            Self::ProviderAway => plain(
                "Your organisation's sign-in does not answer",
                "Try again in a few minutes, or go to the sign-in page and use your passkey.",
            ),
            Self::NotYours => plain(
                "You cannot use this page",
                "Your role does not include it. An administrator grants roles.",
            ),
            Self::NotFound => plain(
                "Page not found",
                "It is not there, or it is not one of yours. Go back to your work and choose it from the list.",
            ),
            Self::Expired => plain(
                "This page was open for too long",
                "Nothing was changed. Go back, load the page again and send it once more.",
            ),
            Self::Foreign => plain(
                "This did not come from our own page",
                "Nothing was changed. Open the service by its address and try again from there.",
            ),
            Self::TooLong => plain(
                "This is too long",
                "Nothing was changed. Go back and send less at a time.",
            ),
            Self::NoSuchMethod => plain(
                "This page cannot do that",
                "Go back and use the page's own buttons.",
            ),
            Self::Overtaken => plain(
                "Somebody else was faster",
                "Nothing of yours was saved. Go back, load the page again and look at what stands there now.",
            ),
            Self::Changed(what) => ("This was not done", format!("{}.", show::sentence(what))),
            Self::Invalid(what) => ("There is a problem", format!("{}.", show::sentence(what))),
            Self::Busy => plain(
                "The service is busy",
                "Nothing was changed. Try again in a moment.",
            ),
            Self::Broken(_) => plain(
                "There is a fault on our side",
                "Nothing was changed. Tell the people who look after the service the reference below.",
            ),
        }
    }
}

/// A refusal as a page.
pub(crate) struct Said {
    page: Result<Shown, Refusal>,
    status: StatusCode,
    /// Who is not signed in is sent to where they can be.
    to_sign_in: bool,
}

#[derive(serde::Serialize)]
struct Words {
    heading: &'static str,
    now: String,
    reference: Option<String>,
    /// Whether to sign in is what comes next.
    to_sign_in: bool,
}

impl Said {
    pub(crate) fn new(door: &Door, visit: Option<&Visit>, refusal: &Refusal) -> Self {
        let status = refusal.status();
        let (heading, now) = refusal.words();
        let mut reference = None;
        if let Refusal::Broken(fault) = refusal {
            let id = domain::id::EventId::random(door.gateway().parts().entropy.as_ref());
            tracing::error!(reference = id.as_str(), fault, "a request could not be answered");
            reference = Some(id.as_str().to_owned());
        }
        let words = Words {
            heading,
            now,
            reference,
            to_sign_in: matches!(refusal, Refusal::WordsKept),
        };
        Self {
            page: Page::new(heading).show(door, visit, "refusal", &words),
            status,
            to_sign_in: matches!(refusal, Refusal::SignedOut),
        }
    }
}

impl IntoResponse for Said {
    fn into_response(self) -> Response {
        if self.to_sign_in {
            return (StatusCode::SEE_OTHER, [(header::LOCATION, "/sign-in")]).into_response();
        }
        match self.page {
            Ok(page) => (self.status, page).into_response(),
            // The page that says no is itself at fault: words without a page.
            Err(_) => (
                self.status,
                "The service cannot show this page. Nothing was changed.",
            )
                .into_response(),
        }
    }
}

/// A handler's refusal, made a page where the door is known.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut answer = status.into_response();
        answer.extensions_mut().insert(std::sync::Arc::new(self));
        answer
    }
}

pub(crate) async fn no_such_page(State(door): State<Door>, uri: Uri) -> Response {
    if uri.path().starts_with(api::PREFIX) {
        let detail = "there is no such path; /api/openapi.json lists them".to_owned();
        return problem(StatusCode::NOT_FOUND, detail, None, Vec::new());
    }
    Said::new(&door, None, &Refusal::NotFound).into_response()
}

pub(crate) async fn no_such_method(State(door): State<Door>, uri: Uri) -> Response {
    if uri.path().starts_with(api::PREFIX) {
        let detail = "this path takes another method; /api/openapi.json lists them".to_owned();
        return problem(StatusCode::METHOD_NOT_ALLOWED, detail, None, Vec::new());
    }
    Said::new(&door, None, &Refusal::NoSuchMethod).into_response()
}
