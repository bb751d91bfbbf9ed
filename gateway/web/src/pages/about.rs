//! What the foot of every page leads to: how the service treats people's ability, data and browser, and where help is.

use axum::extract::State;
use serde::Serialize;

use crate::door::Door;
use crate::page::{Page, Shown};
use crate::refusal::Refusal;
use crate::route::{Access, Route, get};
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/accessibility", Access::Open, accessibility),
        get("/privacy", Access::Open, privacy),
        get("/cookies", Access::Open, cookies),
        get("/help", Access::Open, help),
    ]
}

#[derive(Serialize)]
struct About {
    heading: &'static str,
    paragraphs: &'static [&'static str],
}

fn about(door: &Door, visit: &Visit, about: &About) -> Result<Shown, Refusal> {
    Page::new(about.heading).show(door, Some(visit), "about", about)
}

async fn accessibility(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let words = About {
        heading: "Accessibility",
        paragraphs: &[
            "We want everybody who has to work with this service to be able to: with a keyboard alone, with a screen \
             reader, with large text, on a narrow screen, and without JavaScript. Only passkeys need JavaScript.",
            "Pages are checked by program against WCAG 2.2, levels A and AA. A program finds a part of what can be wrong. \
             No person has audited the service with assistive technology yet.",
            "If something does not work for you, tell the people who look after the service.",
        ],
    };
    about(&door, &visit, &words)
}

async fn privacy(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let words = About {
        heading: "Privacy",
        paragraphs: &[
            "What you read and do here is recorded with your user name and the time, in a log that only grows and that \
             auditors check. You can be asked why.",
            "What the service holds about people is encrypted under a key for each person, shown to those who need it, and \
             erased when it need not be kept any more.",
            "Addresses of pages, titles and emails of the service hold nothing about anybody.",
        ],
    };
    about(&door, &visit, &words)
}

async fn cookies(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let words = About {
        heading: "Cookies",
        paragraphs: &[
            "The service sets two cookies, and both are needed: one keeps you signed in, the other ties a form to your \
             browser before you sign in. A third is set when you were signed out before you sent a form, so that only you \
             in this browser can read what you had typed. They hold random numbers and go when you close the browser.",
            "Nothing follows what you do, and nothing else is kept in your browser.",
        ],
    };
    about(&door, &visit, &words)
}

async fn help(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let words = About {
        heading: "Help",
        paragraphs: &[
            "If you cannot sign in, an administrator makes an invitation for you, with which you set up a new passkey.",
            "If a page says that there is a fault on our side, tell the people who look after the service its reference.",
            "If a message went or may have gone to the wrong person, say so at once to your manager and record it under \
             Breaches: the clock runs from when it was noticed.",
        ],
    };
    about(&door, &visit, &words)
}
