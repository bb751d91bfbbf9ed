//! A page: its own data and the frame around it, put into one template.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::account::Role;
use serde::Serialize;

use crate::door::Door;
use crate::form::Problems;
use crate::refusal::Refusal;
use crate::visit::Visit;

/// What stands around a page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    title: String,
    back: Option<String>,
    current: &'static str,
    problems: Problems,
    banner: Option<String>,
}

/// A page as HTML.
pub struct Shown(String);

/// One entry of the navigation.
#[derive(Serialize)]
struct NavItem {
    href: &'static str,
    text: &'static str,
    current: bool,
}

/// What the layout is told. Every template finds it as `layout`.
#[derive(Serialize)]
struct Layout<'p> {
    lang: &'static str,
    title: &'p str,
    service_name: &'p str,
    token: &'p str,
    user_name: Option<&'p str>,
    /// The account's random identifier; empty for nobody.
    account: &'p str,
    nav: Vec<NavItem>,
    back: Option<&'p str>,
    problems: &'p Problems,
    banner: Option<&'p str>,
    /// Seconds until a visit without a further request ends; 0 for nobody.
    idle_s: i64,
}

#[derive(Serialize)]
struct Framed<'p, D> {
    layout: Layout<'p>,
    page: &'p D,
}

impl Page {
    /// A page with this title and heading; nothing personal may stand in it, since a browser keeps it.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Where the link back leads.
    #[must_use]
    pub fn back(mut self, href: impl Into<String>) -> Self {
        self.back = Some(href.into());
        self
    }

    /// Which entry of the navigation this page belongs to, by its address.
    #[must_use]
    pub fn under(mut self, href: &'static str) -> Self {
        self.current = href;
        self
    }

    /// What is wrong with what was typed.
    #[must_use]
    pub fn problems(mut self, problems: &Problems) -> Self {
        self.problems = problems.clone();
        self
    }

    /// What was just done.
    #[must_use]
    pub fn banner(mut self, words: Option<String>) -> Self {
        self.banner = words;
        self
    }

    /// Fills the template.
    pub fn show(
        self,
        door: &Door,
        visit: Option<&Visit>,
        template: &str,
        data: &impl Serialize,
    ) -> Result<Shown, Refusal> {
        let visitor = visit.and_then(|visit| visit.visitor.as_ref());
        let roles = visitor.map_or(&[][..], |visitor| &visitor.account.roles);
        let layout = Layout {
            lang: "en",
            title: &self.title,
            service_name: &door.settings().service_name,
            token: visit.map_or("", |visit| &visit.form_token),
            user_name: visitor.map(|visitor| visitor.account.name.as_str()),
            account: visitor.map_or("", |visitor| visitor.account.id.as_str()),
            nav: navigation(roles, self.current),
            back: self.back.as_deref(),
            problems: &self.problems,
            banner: self.banner.as_deref(),
            idle_s: visitor.map_or(0, |visitor| {
                visitor.idle_at.duration_since(door.gateway().now()).as_secs()
            }),
        };
        let html = door.pages().render(template, &Framed { layout, page: data })?;
        Ok(Shown(html))
    }
}

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], self.0).into_response()
    }
}

/// What each role finds in the navigation, in the order of a working day.
const NAVIGATION: [(&str, &str, &[Role]); 17] = [
    ("/work", "My work", &[Role::Vlo, Role::VloManager]),
    ("/notices", "Notices", &[Role::Vlo, Role::VloManager]),
    (
        "/cases",
        "Find a case",
        &[Role::Vlo, Role::VloManager, Role::Prosecutor],
    ),
    ("/meetings", "Meetings", &[Role::Vlo, Role::VloManager]),
    ("/mailbox", "ISVA mailbox", &[Role::Vlo, Role::VloManager]),
    ("/adviser", "Messages", &[Role::Adviser]),
    ("/adviser/people", "People I support", &[Role::Adviser]),
    ("/adviser/meetings", "Meetings", &[Role::Adviser]),
    ("/adviser/scrutiny", "Letters to review", &[Role::Adviser]),
    ("/questions", "Questions", &[Role::Prosecutor]),
    ("/team", "Team", &[Role::VloManager]),
    ("/scrutiny", "Scrutiny", &[Role::VloManager]),
    (
        "/scrutiny/findings",
        "What reviewers found",
        &[Role::TemplateReviewer],
    ),
    ("/log", "Contact log", &[Role::Auditor]),
    ("/accounts", "Accounts", &[Role::Administrator]),
    ("/house", "Administration", &[Role::Administrator]),
    (
        "/breaches",
        "Breaches",
        &[Role::VloManager, Role::Auditor, Role::Administrator],
    ),
];

fn navigation(roles: &[Role], current: &str) -> Vec<NavItem> {
    let may = |allowed: &[Role]| allowed.iter().any(|role| roles.contains(role));
    let mine = NAVIGATION.iter().filter(|(_, _, allowed)| may(allowed));
    mine.map(|(href, text, _)| NavItem {
        href,
        text,
        current: *href == current,
    })
    .collect()
}

/// The first page of somebody with these roles.
pub(crate) fn home(roles: &[Role]) -> &'static str {
    navigation(roles, "").first().map_or("/account", |item| item.href)
}

/// A file to save, never to show: the layers add `nosniff` and `no-store`.
pub(crate) fn download(media_type: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, bytes).into_response()
}
