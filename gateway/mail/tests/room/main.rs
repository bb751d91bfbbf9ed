//! The room `mail`, tried against its own catcher.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of a test may panic like the test itself"
)]

mod attachments;
mod bombs;
mod compose;
mod corpora;
mod dkim;
mod inbound;
mod receiving;
mod relay;
mod scanning;
mod sign_in;

use domain::address::EmailAddress;
use mail::compose::{Composed, Outgoing, compose};
use mail::return_path::{self, ReturnPathKey};

/// The words of an ordinary message, in Welsh letters, with a line that begins with a dot.
pub(crate) const TEXT: &str =
    "Annwyl Siân,\n\nMae diweddariad. Ffoniwch ni: 01632 960001.\n.\n..dot\nDŵr a thŷ.\n";
pub(crate) const HTML: &str = "<p>Annwyl Siân,</p>\n<p>Mae diweddariad. Ffoniwch ni: 01632 960001.</p>\n<p>.<br>..dot<br>Dŵr a thŷ.</p>\n";

pub(crate) fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// Calls `with` with an ordinary message, whose fields it may change.
pub(crate) fn outgoing<T>(with: impl FnOnce(Outgoing<'_>) -> T) -> T {
    let key = ReturnPathKey::new(&[7; 32]);
    let return_path = return_path::make(&key, "0a1b", "bounce.gateway.test").unwrap();
    with(Outgoing {
        from_name: "Siân Puw, Victim Liaison",
        from: &address("liaison@gateway.test"),
        to: &address("mary@victims.example"),
        subject: "Diweddariad i chi",
        text: TEXT,
        html: HTML,
        message_id: "<0a1b@gateway.test>",
        date: "2026-11-23T09:00:00Z".parse().unwrap(),
        auto_submitted: true,
        return_path: &return_path,
        language: "cy",
        conversation: None,
    })
}

pub(crate) fn composed() -> Composed {
    outgoing(|o| compose(&o)).unwrap()
}
