//! A browser of a test's own: the real router with the repository's templates, a cookie that is kept, forms that carry the
//! token of their page and come from our own origin.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use domain::account::SignIn;
use domain::id::AccountId;
use flows::{AccountDetails, Gateway, MailRoute, Parts, Role};
use render::pages::Pages;
use tower::ServiceExt as _;
use web::assets::Assets;
use web::provider::ProviderSettings;
use web::{Door, DoorSettings, router};

use crate::gateway::TestGateway;
use crate::house::repository;

/// The origin of the tests' door.
pub const ORIGIN: &str = "https://gateway.example";
/// Pages redirect at most this often.
const REDIRECTS_MAX: usize = 5;
/// The longest page of a test, in bytes.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Who makes the accounts of the tests.
const ADMINISTRATOR: &str = "operator";

/// The door of a test, and the gateway behind it, which shares database and clock with the test's own.
pub struct TestDoor {
    /// The flows behind the door.
    pub flows: Arc<Gateway>,
    router: Router,
}

/// Who signs in, and with what.
#[derive(Debug, Clone)]
pub struct Who<'w> {
    /// The user name.
    pub user: &'w str,
    /// The name that others read.
    pub name: &'w str,
    /// What they may do.
    pub roles: &'w [Role],
    /// Codes of Areas; none is all of them, as in the staff file.
    pub areas: &'w [&'w str],
}

/// A page as it came.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The path it was asked under, after redirects.
    pub path: String,
    /// The page.
    pub html: String,
    /// Where a redirect leads that was not followed.
    pub location: Option<String>,
}

/// Somebody's browser.
pub struct Browser {
    router: Router,
    cookie: Mutex<String>,
    /// The form token of the page that was shown last.
    token: Mutex<String>,
}

impl TestGateway {
    /// Opens the door of this house.
    pub fn door(&self) -> TestDoor {
        door_of(self.flows_of_the_door(), None)
    }

    /// The same, by which people may come through the organisation's single sign-on.
    pub fn door_of_provider(&self, provider: ProviderSettings) -> TestDoor {
        door_of(self.flows_of_the_door(), Some(provider))
    }

    /// The same where mail leaves by another way.
    pub fn door_mailing(&self, outgoing: MailRoute) -> TestDoor {
        door_of(self.flows_of_the_door().mailing(outgoing), None)
    }

    /// The same with other parts, as after a start with another configuration.
    pub fn door_with(&self, change: impl FnOnce(Parts) -> Parts) -> TestDoor {
        door_of(self.opened_with(self.next_door(), change), None)
    }
}

fn door_of(flows: Gateway, single_sign_on: Option<ProviderSettings>) -> TestDoor {
    let flows = Arc::new(flows);
    let settings = DoorSettings {
        origin: ORIGIN.to_owned(),
        service_name: "Victim communications".to_owned(),
        single_sign_on,
    };
    let pages = Pages::load(&templates()).expect("the pages");
    let door = Door::new(Arc::clone(&flows), pages, Assets::default(), settings).expect("an origin");
    TestDoor {
        router: router(&door),
        flows,
    }
}

fn templates() -> PathBuf {
    repository().join("templates/pages")
}

impl TestDoor {
    /// A browser that is signed in to an account of this user, which is made when there is none.
    pub async fn sign_in_as(&self, who: Who<'_>) -> Browser {
        let accounts = self
            .flows
            .list_accounts(ADMINISTRATOR)
            .await
            .expect("the accounts");
        let known = accounts.into_iter().find(|account| account.user == who.user);
        let id = if let Some(account) = known {
            account.id
        } else {
            let details = AccountDetails {
                name: who.name.to_owned(),
                phone: "01632 960201".to_owned(),
                roles: who.roles.to_vec(),
                areas: who.areas.iter().map(|area| (*area).to_owned()).collect(),
            };
            let made = self.flows.add_account(ADMINISTRATOR, who.user, &details).await;
            made.expect("the account is made")
        };
        self.signed_in(&id).await
    }

    /// A browser that is signed in to this account.
    pub async fn signed_in(&self, id: &AccountId) -> Browser {
        let opened = self.flows.open_session(id, SignIn::Passkey, None).await;
        let token = opened.expect("the session opens").token;
        Browser {
            router: self.router.clone(),
            cookie: Mutex::new(format!("{}={}", web::visit::COOKIE, *token)),
            token: Mutex::new(String::new()),
        }
    }

    /// Sends a request as it is, and answers status, headers and body.
    pub async fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, PAGE_BYTES_MAX).await.expect("a body");
        (
            parts.status,
            parts.headers,
            String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    /// A browser of somebody who is not signed in.
    pub fn stranger(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookie: Mutex::new(String::new()),
            token: Mutex::new(String::new()),
        }
    }
}

impl Browser {
    /// Asks for a page and follows redirects.
    pub async fn get(&self, path: &str) -> Answer {
        let mut answer = self.ask(Method::GET, path, None).await;
        for _ in 0..REDIRECTS_MAX {
            let Some(next) = answer.location.clone() else {
                break;
            };
            answer = self.ask(Method::GET, &next, None).await;
        }
        answer
    }

    /// Sends a form with the token of the page that was shown last, and follows where it leads.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post_once(path, fields).await;
        match answer.location.clone() {
            Some(next) => self.get(&next).await,
            None => answer,
        }
    }

    /// Sends a form and stays: the answer may be a redirect.
    pub async fn post_once(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", &token);
        for (name, value) in fields {
            form.append_pair(name, value);
        }
        self.ask(Method::POST, path, Some(form.finish())).await
    }

    /// Sends the form of a page as the page filled it, with these fields typed over it.
    pub async fn submit(&self, page: &Answer, path: &str, typed: &[(&str, &str)]) -> Answer {
        let mut fields = page.fields_of(path);
        fields.retain(|(name, _)| name != "token" && !typed.iter().any(|(typed, _)| typed == name));
        fields.extend(
            typed
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.post(path, &fields.collect::<Vec<_>>()).await
    }

    /// Forgets the form token, as a page does that was open in another session.
    pub fn lose_token(&self) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = "A".repeat(43);
    }

    async fn ask(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        let cookie = self.cookie.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, ORIGIN.trim_start_matches("https://"))
            .header(header::COOKIE, cookie);
        if body.is_some() {
            request = request
                .header(header::ORIGIN, ORIGIN)
                .header("sec-fetch-site", "same-origin")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request.body(Body::from(body.unwrap_or_default()));
        let answer = self.router.clone().oneshot(request.expect("a request")).await;
        let answer = answer.expect("the router answers");
        self.keep_cookies(answer.headers());
        let location = answer.headers().get(header::LOCATION);
        let location = location.map(|value| value.to_str().expect("a plain address").to_owned());
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), PAGE_BYTES_MAX)
            .await
            .expect("the whole page");
        let html = String::from_utf8_lossy(&bytes).into_owned();
        let answer = Answer {
            status,
            path: path.to_owned(),
            html,
            location,
        };
        if let Some(token) = answer.meta("token") {
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
        }
        answer
    }

    fn keep_cookies(&self, headers: &axum::http::HeaderMap) {
        for set in headers.get_all(header::SET_COOKIE) {
            let pair = set
                .to_str()
                .expect("a plain cookie")
                .split(';')
                .next()
                .unwrap_or_default();
            pair.clone_into(&mut self.cookie.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Answer {
    /// Whether the page says this, as text.
    pub fn says(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The page without its marks, blanks folded.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut inside = false;
        for c in self.html.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                c if !inside => text.push(c),
                _ => {}
            }
        }
        let text = unescape(&text);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The errors in the summary at the top: field and words.
    pub fn errors(&self) -> Vec<(String, String)> {
        let Some((_, list)) = self.html.split_once("govuk-error-summary__list") else {
            return Vec::new();
        };
        let list = list.split("</ul>").next().unwrap_or_default();
        let items = list.split("<a href=\"#").skip(1);
        let one = |item: &str| {
            let (field, rest) = item.split_once("\">")?;
            Some((field.to_owned(), unescape(rest.split("</a>").next()?)))
        };
        items.filter_map(one).collect()
    }

    /// The words at a field that say what is wrong with it.
    pub fn error_at(&self, field: &str) -> Option<String> {
        let mark = format!("id=\"{field}-error\"");
        let (_, rest) = self.html.split_once(&mark)?;
        let (_, words) = rest.split_once("</span>")?;
        Some(unescape(words.split("</p>").next()?.trim()))
    }

    /// What stands in a field: an input's value or a text area's text.
    pub fn value(&self, name: &str) -> Option<String> {
        let found = fields_in(&self.html);
        found
            .into_iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value)
    }

    /// What the form that is sent to this path would send, its token included.
    pub fn fields_of(&self, action: &str) -> Vec<(String, String)> {
        let mark = format!("action=\"{action}\"");
        let (_, rest) = self.html.split_once(&mark).expect("the page has this form");
        fields_in(rest.split("</form>").next().unwrap_or_default())
    }

    fn meta(&self, name: &str) -> Option<String> {
        let mark = format!("<meta name=\"{name}\" ");
        let (_, rest) = self.html.split_once(&mark)?;
        attribute(rest.split('>').next()?, "content")
    }
}

fn fields_in(html: &str) -> Vec<(String, String)> {
    let inputs = html.split("<input ").skip(1).filter_map(|rest| {
        let tag = rest.split('>').next()?;
        let kind = attribute(tag, "type").unwrap_or_default();
        let chosen = !matches!(kind.as_str(), "radio" | "checkbox") || tag.contains(" checked");
        chosen.then_some(())?;
        Some((
            attribute(tag, "name")?,
            attribute(tag, "value").unwrap_or_default(),
        ))
    });
    let areas = html.split("<textarea ").skip(1).filter_map(|rest| {
        let (tag, text) = rest.split_once('>')?;
        Some((
            attribute(tag, "name")?,
            unescape(text.split("</textarea>").next()?),
        ))
    });
    let selects = html.split("<select ").skip(1).filter_map(|rest| {
        let (tag, options) = rest.split_once('>')?;
        let options = options.split("</select>").next()?;
        let mut tags = options
            .split("<option ")
            .skip(1)
            .filter_map(|rest| rest.split('>').next());
        let all = tags.clone().collect::<Vec<_>>();
        let chosen = tags
            .find(|tag| tag.contains(" selected"))
            .or(all.first().copied())?;
        Some((
            attribute(tag, "name")?,
            attribute(chosen, "value").unwrap_or_default(),
        ))
    });
    inputs.chain(areas).chain(selects).collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let mark = format!("{name}=\"");
    let at = tag
        .find(&mark)
        .filter(|at| *at == 0 || tag.as_bytes()[at - 1] == b' ')?;
    Some(unescape(tag[at + mark.len()..].split('"').next()?))
}

fn unescape(text: &str) -> String {
    let plain = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x3D;", "="),
        ("&#x60;", "`"),
    ];
    let text = plain
        .iter()
        .fold(text.to_owned(), |text, (mark, c)| text.replace(mark, c));
    text.replace("&amp;", "&")
}
