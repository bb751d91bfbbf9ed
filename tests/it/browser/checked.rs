//! Which pages the stories check: together every page that the table of routes has, so that a new page without a story is
//! found by its route.

use std::collections::BTreeSet;

use axum::http::Method;
use harness::site::Site;
use web::route::Access;

/// Each story with pages that it has to check. Another story may check them as well.
const STORIES: &[(&str, &[&str])] = &[
    (
        "entering.test.mjs",
        &[
            "/accessibility",
            "/account",
            "/account/recovery",
            "/accounts/new",
            "/accounts/{id}",
            "/accounts/{id}/ways-in",
            "/cookies",
            "/help",
            "/invitation/{token}",
            "/privacy",
            "/sign-in",
            "/sign-in/recovery",
        ],
    ),
    (
        "single-sign-on.test.mjs",
        &["/sign-in", "/sign-in/single-sign-on/return"],
    ),
    (
        "sending.test.mjs",
        &["/drafts/{id}", "/messages/{id}", "/team", "/work"],
    ),
    (
        "calls.test.mjs",
        &[
            "/cases/{id}",
            "/victims/{id}",
            "/victims/{id}/contacts/new",
            "/victims/{id}/contacts/{contact}",
        ],
    ),
    (
        "adviser.test.mjs",
        &[
            "/accounts/advisers/new",
            "/adviser",
            "/adviser/conversations/{id}",
            "/adviser/meetings",
            "/adviser/people",
            "/adviser/people/{id}",
            "/adviser/service",
        ],
    ),
    (
        "scrutiny.test.mjs",
        &[
            "/adviser/scrutiny",
            "/adviser/scrutiny/{id}",
            "/scrutiny",
            "/scrutiny/findings",
            "/scrutiny/samples/{id}",
        ],
    ),
    ("plan.test.mjs", &["/victims/{id}/plan"]),
    ("proof.test.mjs", &["/log", "/log/about/{id}", "/log/{index}"]),
    (
        "administering.test.mjs",
        &[
            "/accounts",
            "/house",
            "/house/areas",
            "/house/bank-holidays",
            "/house/keys",
            "/house/mail",
            "/house/messages",
            "/house/rules",
            "/house/services",
            "/house/templates",
        ],
    ),
    (
        "pages.test.mjs",
        &[
            "/cases",
            "/cases/glass",
            "/team/cover",
            "/victims/{id}/assign",
            "/victims/{id}/events/new",
        ],
    ),
    (
        "event.test.mjs",
        &[
            "/drafts/{id}",
            "/messages/{id}",
            "/victims/{id}",
            "/victims/{id}/events/new",
            "/work",
        ],
    ),
    ("observatory.test.mjs", &["/sign-in", "/work"]),
    ("idle.test.mjs", &["/kept-words", "/victims/{id}/contacts/new"]),
    (
        "meetings.test.mjs",
        &[
            "/meetings",
            "/victims/{id}/meetings/new",
            "/victims/{id}/meetings/{meeting}",
            "/victims/{id}/meetings/{meeting}/step",
        ],
    ),
    (
        "team.test.mjs",
        &[
            "/cases",
            "/cases/{id}",
            "/notices",
            "/obligations/{id}/ask",
            "/team",
        ],
    ),
    (
        "auditing.test.mjs",
        &["/breaches", "/breaches/{id}", "/log", "/log/{index}"],
    ),
    (
        "recovery.test.mjs",
        &[
            "/account",
            "/account/recovery",
            "/accounts/{id}/ways-in",
            "/sign-in/recovery",
        ],
    ),
    ("hand-over.test.mjs", &["/messages/{id}"]),
    ("hostile.test.mjs", &["/mailbox"]),
    (
        "record.test.mjs",
        &[
            "/cases/new",
            "/cases/{id}/charging",
            "/cases/{id}/people/new",
            "/mailbox",
            "/mailbox/{id}",
            "/questions",
            "/victims/{id}/correspondence",
            "/victims/{id}/correspondence/{message}",
            "/victims/{id}/details",
            "/victims/{id}/evidence/{message}",
            "/victims/{id}/details/change",
            "/victims/{id}/questions/{message}",
            "/victims/{id}/support",
            "/victims/{id}/support/new",
            "/victims/{id}/support/{supporter}",
            "/victims/{id}/support/{supporter}/change",
            "/victims/{id}/support/{supporter}/consent",
            "/victims/{id}/support/{supporter}/write",
        ],
    ),
];

/// GET routes that show no page of their own, with what they answer.
const NO_PAGES: [(&str, &str); 4] = [
    (
        "/victims/{id}/correspondence/{message}/files/{number}",
        "hands out a file to be saved; the story of the record does",
    ),
    ("/", "goes on to the first page of whoever is signed in"),
    ("/log/{index}/proof", "a file to take away"),
    ("/session", "whose session it is, for a script of ours"),
];

/// Plays a story, and fails when a page that belongs to it was not checked.
pub(super) async fn play(site: Site, file: &'static str) {
    let paths = site.play(file).await;
    let checked = paths
        .iter()
        .filter_map(|path| route_of(path))
        .collect::<BTreeSet<_>>();
    for page in pages_of(file) {
        assert!(
            checked.contains(page),
            "{file} did not check {page}; it checked {checked:?}"
        );
    }
}

fn pages_of(file: &str) -> &'static [&'static str] {
    let story = STORIES.iter().find(|(name, _)| *name == file);
    story
        .unwrap_or_else(|| panic!("{file} is not in the list of stories"))
        .1
}

/// The routes of pages: what other systems ask for is none, nor is a file.
fn pages() -> BTreeSet<&'static str> {
    let routes = web::table().into_iter().filter(|route| {
        route.method == Method::GET && !matches!(route.access, Access::File | Access::Scope(_))
    });
    routes.map(|route| route.path).collect()
}

/// The route that answers a path. A word of the route itself counts for more than a parameter, as it does for the router.
fn route_of(path: &str) -> Option<&'static str> {
    let asked = path.split('/').collect::<Vec<_>>();
    let fits = |route: &&&str| {
        let parts = route.split('/').collect::<Vec<_>>();
        let is_same = |(part, asked): (&&str, &&str)| part.starts_with('{') || part == asked;
        parts.len() == asked.len() && parts.iter().zip(&asked).all(is_same)
    };
    let pages = pages();
    pages
        .iter()
        .filter(fits)
        .min_by_key(|route| route.matches('{').count())
        .copied()
}

#[test]
fn every_page_has_a_story_that_checks_it() {
    let told = STORIES.iter().flat_map(|(_, pages)| pages.iter().copied());
    let excepted = NO_PAGES.iter().map(|(route, _)| *route);
    let known = told.chain(excepted).collect::<BTreeSet<_>>();
    let without = pages().difference(&known).copied().collect::<Vec<_>>();
    assert!(
        without.is_empty(),
        "no story checks {without:?}: tell one in tests/browser, and list it here"
    );
    let gone = known.difference(&pages()).copied().collect::<Vec<_>>();
    assert!(gone.is_empty(), "{gone:?} are no pages any more");
}

#[test]
fn a_path_belongs_to_the_route_that_answers_it() {
    assert_eq!(
        route_of("/victims/7/contacts/new"),
        Some("/victims/{id}/contacts/new")
    );
    assert_eq!(
        route_of("/victims/7/contacts/8"),
        Some("/victims/{id}/contacts/{contact}")
    );
    assert_eq!(route_of("/"), Some("/"));
    assert_eq!(route_of("/no-such-page"), None);
}
