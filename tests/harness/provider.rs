//! An `OpenID` Connect provider of other people's making (the npm package `oidc-provider`), on a port of loopback, and the
//! way of a browser through it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use axum::http::{Request, header};
use domain::account::Role;
use domain::single_sign_on::Grant;
use serde_json::{Map, Value};
use tempfile::TempDir;
use web::outward::{Outward, Plain, Roots};
use web::provider::{ProviderSettings, RETURN_PATH, client_secret};

use crate::house::repository;
use crate::service::Running;

/// As it stands in tests/provider/provider.mjs.
pub const CLIENT_SECRET: &str = "a secret of the tests and of nothing else";
/// The provider redirects at most this often before it sends somebody back.
const REDIRECTS_MAX: usize = 8;

/// The provider, with the people whom it knows.
pub struct TestProvider {
    /// Its address.
    pub issuer: String,
    back: String,
    dir: TempDir,
    _running: Running,
}

impl TestProvider {
    /// Starts one that sends people back to the door at `origin`. It knows nobody yet.
    pub fn start(origin: &str) -> Self {
        let folder = repository().join("tests/provider");
        assert!(
            folder.join("node_modules/oidc-provider").exists(),
            "tests/provider/node_modules is missing: npm ci --prefix tests/provider"
        );
        let dir = TempDir::new().expect("a folder");
        let people = dir.path().join("people.json");
        fs::write(&people, "{}").expect("a file");
        let back = format!("{origin}{RETURN_PATH}");
        let mut command = Command::new("node");
        command.arg("provider.mjs").arg(people).arg(&back);
        command
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut running = Running::start(command);
        let said = running.stdout.take().expect("what it says");
        let mut lines = BufReader::new(said).lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.parse::<u16>().ok());
        Self {
            issuer: format!("http://127.0.0.1:{}", port.expect("the provider says its port")),
            back,
            dir,
            _running: running,
        }
    }

    /// What the provider says of somebody from now on.
    pub fn knows(&self, subject: &str, claims: &Value) {
        let file = self.dir.path().join("people.json");
        let text = fs::read_to_string(&file).expect("the people");
        let mut people: Map<String, Value> = serde_json::from_str(&text).expect("JSON");
        people.insert(subject.to_owned(), claims.clone());
        fs::write(file, Value::Object(people).to_string()).expect("a file");
    }

    /// As the door's configuration describes it: officers and managers of the North East, administrators.
    pub fn settings(&self) -> ProviderSettings {
        let grant = |value: &str, role: Role| {
            Grant::new(value, &[role], &["north-east".to_owned()]).expect("a grant")
        };
        ProviderSettings {
            issuer: self.issuer.clone(),
            client_id: "gateway".to_owned(),
            client_secret: client_secret(CLIENT_SECRET),
            name: "Example".to_owned(),
            scopes: vec!["profile".to_owned(), "groups".to_owned()],
            user_claim: "preferred_username".to_owned(),
            grant_claim: "groups".to_owned(),
            grants: vec![
                grant("officers", Role::Vlo),
                grant("managers", Role::VloManager),
                grant("administrators", Role::Administrator),
            ],
            roots: Roots::Public,
        }
    }

    /// Goes through the provider as the browser of this person, from the address that the door named; answers the query with
    /// which it is sent back.
    pub async fn go_through(&self, address: &str, subject: &str) -> String {
        let outward = Outward::new(&Roots::Public, Plain::Loopback, 1024 * 1024).expect("a client");
        let mut cookies = BTreeMap::new();
        let mut next = format!("{address}&login_hint={subject}");
        for _ in 0..REDIRECTS_MAX {
            if let Some(query) = next.strip_prefix(&self.back) {
                return query.trim_start_matches('?').to_owned();
            }
            let sent = cookies.iter().map(|(name, value)| format!("{name}={value}"));
            let request = Request::get(&next)
                .header(header::COOKIE, sent.collect::<Vec<_>>().join("; "))
                .body(Vec::new());
            let answer = outward
                .send(request.expect("a request"))
                .await
                .expect("the provider answers");
            for set in answer.headers().get_all(header::SET_COOKIE) {
                let pair = set.to_str().expect("plain").split(';').next().unwrap_or_default();
                let (name, value) = pair.split_once('=').expect("a cookie");
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let to = answer
                .headers()
                .get(header::LOCATION)
                .and_then(|value| value.to_str().ok());
            let to = to
                .unwrap_or_else(|| panic!("{}: {}", answer.status(), String::from_utf8_lossy(answer.body())));
            next = if to.starts_with('/') {
                format!("{}{to}", self.issuer)
            } else {
                to.to_owned()
            };
        }
        panic!("the provider never sends anybody back");
    }
}
