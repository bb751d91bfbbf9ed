//! Problems as RFC 9457 has them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::id::EventId;
use domain::scope::Scope;
use flows::Kind;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::door::Door;

/// One thing that is wrong with what was sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Fault {
    /// Where, as a JSON pointer (RFC 6901) or a field's name.
    pub pointer: String,
    /// What is wrong and what would be right; never the value.
    pub detail: String,
}

/// A problem (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// `about:blank`: the status says what kind it is.
    pub r#type: &'static str,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// A sentence for people.
    pub detail: String,
    /// Under this the program's log has what is our fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Everything that is wrong with what was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

/// What every route may answer instead, for the document.
#[derive(IntoResponses)]
#[expect(
    dead_code,
    reason = "read by the document alone; answers are made of `ApiRefusal`"
)]
pub(super) enum NoAccess {
    /// no live token
    #[response(status = 401, content_type = "application/problem+json")]
    NoToken(Problem),
    /// not in the token's scopes
    #[response(status = 403, content_type = "application/problem+json")]
    NotInScope(Problem),
}

/// What a route that takes one record may answer instead, besides [`NoAccess`].
#[derive(IntoResponses)]
#[expect(
    dead_code,
    reason = "read by the document alone; answers are made of `ApiRefusal`"
)]
pub(super) enum NotTaken {
    /// not JSON
    #[response(status = 400, content_type = "application/problem+json")]
    NotReadable(Problem),
    /// two requests at once
    #[response(status = 409, content_type = "application/problem+json")]
    AtOnce(Problem),
    /// too long
    #[response(status = 413, content_type = "application/problem+json")]
    TooLong(Problem),
    /// refused, field by field
    #[response(status = 422, content_type = "application/problem+json")]
    Refused(Problem),
}

/// What a route about one thing may answer instead, besides [`NoAccess`].
#[derive(IntoResponses)]
#[expect(
    dead_code,
    reason = "read by the document alone; answers are made of `ApiRefusal`"
)]
pub(super) enum NotThere {
    /// not there, or not in these Areas
    #[response(status = 404, content_type = "application/problem+json")]
    NotThere(Problem),
}

/// What a route that changes what the client has seen may answer instead, besides [`NotTaken`].
#[derive(IntoResponses)]
#[expect(
    dead_code,
    reason = "read by the document alone; answers are made of `ApiRefusal`"
)]
pub(super) enum NotAsSeen {
    /// it was changed since the client saw it; nothing was changed now
    #[response(status = 412, content_type = "application/problem+json")]
    OtherVersion(Problem),
    /// no If-Match
    #[response(status = 428, content_type = "application/problem+json")]
    NoVersion(Problem),
}

/// Why another system is not answered.
#[derive(Debug)]
pub(crate) enum ApiRefusal {
    /// No token and no certificate, or one that opens nothing.
    NoToken,
    /// The token does not include this.
    NotInScope(Scope),
    /// What was sent cannot be taken.
    Invalid(Vec<Fault>),
    /// A body that is not JSON, or not of the kind that is asked for.
    NotReadable(String),
    /// A body longer than is taken.
    TooLong,
    /// A change without the version that the client saw.
    NoVersion,
    /// What is to be changed is not as the client saw it.
    OtherVersion,
    /// A flow said no.
    Flow(flows::Error),
}

impl From<flows::Error> for ApiRefusal {
    fn from(fault: flows::Error) -> Self {
        Self::Flow(fault)
    }
}

impl ApiRefusal {
    /// One thing that is wrong.
    pub(crate) fn invalid(pointer: &str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault {
            pointer: pointer.to_owned(),
            detail: detail.into(),
        }])
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::NotInScope(_) => StatusCode::FORBIDDEN,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotReadable(_) => StatusCode::BAD_REQUEST,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoVersion => StatusCode::PRECONDITION_REQUIRED,
            Self::OtherVersion => StatusCode::PRECONDITION_FAILED,
            Self::Flow(fault) => match fault.kind() {
                Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
                Kind::NotAllowed => StatusCode::FORBIDDEN,
                Kind::NotFound => StatusCode::NOT_FOUND,
                Kind::Conflict => StatusCode::CONFLICT,
                Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
                Kind::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NoToken => {
                "send a live token: Authorization: Bearer and 64 hexadecimal digits, or come with a certificate that is \
                 bound to an account"
                    .to_owned()
            },
            Self::NotInScope(scope) => format!("this token does not include {}", scope.as_str()),
            Self::Invalid(_) => "what was sent cannot be taken; nothing was changed".to_owned(),
            Self::NotReadable(why) => why.clone(),
            Self::TooLong => "the body is longer than is taken; nothing was changed".to_owned(),
            Self::NoVersion => "send If-Match with the ETag of what you saw; nothing was changed".to_owned(),
            Self::OtherVersion => {
                "it was changed since you saw it; read it again; nothing was changed".to_owned()
            }
            Self::Flow(fault) if fault.kind() == Kind::Broken => {
                "a fault on our side; its reference is in the program's log".to_owned()
            }
            Self::Flow(fault) => fault.to_string(),
        }
    }

    /// As an answer.
    pub(crate) fn answer(&self, door: &Door) -> Response {
        let status = self.status();
        let mut reference = None;
        if let Self::Flow(fault) = self
            && fault.kind() == Kind::Broken
        {
            let id = EventId::random(door.gateway().parts().entropy.as_ref());
            tracing::error!(reference = id.as_str(), %fault, "a request of another system could not be answered");
            reference = Some(id.to_string());
        }
        let errors = match self {
            Self::Invalid(faults) => faults.clone(),
            _ => Vec::new(),
        };
        problem(status, self.detail(), reference, errors)
    }
}

/// A problem as an answer.
pub(crate) fn problem(
    status: StatusCode,
    detail: String,
    reference: Option<String>,
    errors: Vec<Fault>,
) -> Response {
    let problem = Problem {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or("Problem").to_owned(),
        status: status.as_u16(),
        detail,
        reference,
        errors,
    };
    let mut answer = (status, axum::Json(problem)).into_response();
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    answer
}

/// A handler says only why not; the guard makes the answer, which knows the door.
impl IntoResponse for ApiRefusal {
    fn into_response(self) -> Response {
        let mut answer = self.status().into_response();
        answer.extensions_mut().insert(std::sync::Arc::new(self));
        answer
    }
}
