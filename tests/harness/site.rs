//! The door as a real browser finds it: HTTPS on a port of loopback, the repository's pages and assets, people who are
//! signed in. The stories that it tells are the `.test.mjs` files of tests/browser; what they need to know is handed to
//! them in `GATEWAY_SITE`, and what they cannot do in a browser (let time pass, have the post delivered) they ask for by
//! lines on a socket.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock};

use domain::account::SignIn;
use domain::id::AccountId;
use domain::time::Clock as _;
use flows::{AccountDetails, Gateway};
use jiff::SignedDuration;
use render::pages::Pages;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempDir};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use web::assets::Assets;
use web::provider::ProviderSettings;
use web::tls::CertificateFiles;
use web::{Door, DoorSettings};

use crate::gateway::TestGateway;
use crate::house::repository;
use crate::web::Who;

/// The host by which the browser comes: one for which passkeys may be made.
const HOST: &str = "localhost";
/// How long a file of stories may take.
const STORY_S: &str = "480";
/// Who makes the accounts.
const ADMINISTRATOR: &str = "operator";

/// A browser is a heavy thing, and the machines that run the tests are small: one file of stories at a time.
static ONE_AT_A_TIME: LazyLock<Mutex<()>> = LazyLock::new(|| Mutex::new(()));

/// A house with its door open.
pub struct Site {
    /// The house, whose clock stands until a story lets time pass.
    pub gateway: Arc<TestGateway>,
    /// The flows behind the door.
    pub flows: Arc<Gateway>,
    /// Scheme, host and port.
    pub origin: String,
    known: Value,
    serving: JoinSet<()>,
    chain: PathBuf,
    address: SocketAddr,
    _certificate: TempDir,
}

impl Site {
    /// Opens the door of this house.
    pub async fn open(gateway: TestGateway) -> Self {
        Self::open_with(gateway, |_| None, None).await
    }

    /// Opens a door by which people may come through the provider that `single_sign_on` describes, given the door's origin,
    /// and other systems with certificates of the authorities in `client_ca`.
    pub async fn open_with(
        gateway: TestGateway,
        single_sign_on: impl FnOnce(&str) -> Option<ProviderSettings>,
        client_ca: Option<PathBuf>,
    ) -> Self {
        let gateway = Arc::new(gateway);
        let flows = Arc::new(gateway.flows_of_the_door());
        let (mut files, dir) = certificate();
        files.client_ca = client_ca;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port for the door");
        let port = listener.local_addr().expect("its address").port();
        let origin = format!("https://{HOST}:{port}");
        let settings = DoorSettings {
            origin: origin.clone(),
            service_name: "Victim communications".to_owned(),
            single_sign_on: single_sign_on(&origin),
        };
        let pages = Pages::load(&repository().join("templates/pages")).expect("the pages");
        let assets = Assets::load(&repository().join("var/assets")).expect("`make assets` makes var/assets");
        let door = Door::new(Arc::clone(&flows), pages, assets, settings).expect("an origin");
        let tls = web::tls::load(&files).expect("certificate and key fit");
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let served = web::serve(listener, tls, door, std::future::pending()).await;
            served.expect("the door serves");
        });
        let control = listen(&mut serving, Arc::clone(&gateway)).await;
        let known = json!({"origin": origin, "control": control, "sessions": {}});
        Self {
            gateway,
            flows,
            origin,
            known,
            serving,
            chain: files.chain,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            _certificate: dir,
        }
    }

    /// The door's own certificate.
    pub fn certificate(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(&self.chain).expect("the certificate")
    }

    /// The file with it, PEM.
    pub fn certificate_file(&self) -> &Path {
        &self.chain
    }

    /// Where the door is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes an account.
    pub async fn account(&self, who: &Who<'_>) -> AccountId {
        let details = AccountDetails {
            name: who.name.to_owned(),
            phone: "01632 960201".to_owned(),
            roles: who.roles.to_vec(),
            areas: who.areas.iter().map(|area| (*area).to_owned()).collect(),
        };
        let made = self.flows.add_account(ADMINISTRATOR, who.user, &details).await;
        made.expect("the account is made")
    }

    /// Makes an account and signs its owner in; the story finds the session's cookie under `sessions` and the user name.
    pub async fn sign_in(&mut self, who: &Who<'_>) {
        let id = self.account(who).await;
        self.sign_in_to(&id, who.user).await;
    }

    /// Signs the owner of an account in; the story finds the session's cookie under `sessions` and this name.
    pub async fn sign_in_to(&mut self, id: &AccountId, name: &str) {
        let opened = self.flows.open_session(id, SignIn::Passkey, None).await;
        let token = opened.expect("the session opens").token.to_string();
        self.known["sessions"][name] = json!(token);
    }

    /// Tells the stories something.
    pub fn tell(&mut self, name: &str, value: impl Into<Value>) {
        self.known[name] = value.into();
    }

    /// Runs the stories of one file, and fails with what node says when one of them fails. Answers the paths of the pages
    /// that they checked.
    pub async fn play(mut self, file: &'static str) -> Vec<String> {
        let known = self.known.to_string();
        let checked = NamedTempFile::new().expect("a file for the paths");
        let played = run(file, &known, Some(checked.path())).await;
        self.serving.abort_all();
        assert_passed(file, &played);
        let paths = std::fs::read_to_string(checked.path()).expect("the paths");
        paths.lines().map(str::to_owned).collect()
    }
}

/// Runs a file of tests/browser that needs no house.
pub async fn play_alone(file: &'static str) {
    assert_passed(file, &run(file, "{}", None).await);
}

/// Runs a file; the path of each page that is checked becomes a line of `checked`.
async fn run(file: &'static str, known: &str, checked: Option<&Path>) -> Output {
    let _turn = ONE_AT_A_TIME.lock().await;
    let folder = repository().join("tests/browser");
    assert!(
        folder.join("node_modules/playwright-core").exists(),
        "tests/browser/node_modules is missing: npm ci --prefix tests/browser"
    );
    let mut command = Command::new("timeout");
    command.args([STORY_S, "node", "--test", "--test-reporter=spec", file]);
    command.current_dir(folder).env("GATEWAY_SITE", known);
    if let Some(checked) = checked {
        command.env("GATEWAY_CHECKED", checked);
    }
    let ran = tokio::task::spawn_blocking(move || command.output()).await;
    ran.expect("the thread ends")
        .expect("node runs; tools/install.sh test installs it")
}

fn assert_passed(file: &str, played: &Output) {
    let said = String::from_utf8_lossy(&played.stdout);
    let complained = String::from_utf8_lossy(&played.stderr);
    assert!(
        played.status.success(),
        "{file}: {}\n{said}\n{complained}",
        played.status
    );
    // A file without a test would pass as well.
    let counted = said
        .lines()
        .find_map(|line| line.split_once("pass "))
        .map(|(_, count)| count);
    assert!(
        counted.is_some_and(|count| count != "0"),
        "{file} has no test: {said}"
    );
}

/// A certificate of its own for the host, in files of a folder.
pub fn certificate() -> (CertificateFiles, TempDir) {
    let dir = TempDir::new().expect("a folder for the certificate");
    let made = rcgen::generate_simple_self_signed([HOST.to_owned()]).expect("a certificate");
    let files = CertificateFiles {
        chain: dir.path().join("chain.pem"),
        key: dir.path().join("key.pem"),
        with_tls12: false,
        client_ca: None,
    };
    std::fs::write(&files.chain, made.cert.pem()).expect("the certificate");
    crate::service::secret(&files.key, &made.signing_key.serialize_pem());
    (files, dir)
}

/// Listens for what stories ask of the house; answers the port.
async fn listen(serving: &mut JoinSet<()>, gateway: Arc<TestGateway>) -> u16 {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a port for the stories");
    let port = listener.local_addr().expect("its address").port();
    serving.spawn(async move {
        // One story asks at a time.
        while let Ok((stream, _)) = listener.accept().await {
            answer(stream, &gateway).await;
        }
    });
    port
}

async fn answer(stream: TcpStream, gateway: &TestGateway) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let asked = serde_json::from_str::<Value>(&line).expect("a story asks in JSON");
        let said = act(&asked, gateway).await.to_string() + "\n";
        if writer.write_all(said.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// `{"do": "sign-in", "user": "mina.varga"}`, `{"do": "pass", "minutes": 15}`, `{"do": "deliver"}`, `{"do": "draft"}`, `{"do": "seal"}`.
async fn act(asked: &Value, gateway: &TestGateway) -> Value {
    match asked["do"].as_str() {
        Some("pass") => {
            let minutes = asked["minutes"].as_i64().expect("how many minutes pass");
            let now = gateway.clock().now();
            gateway.clock().set_to(now + SignedDuration::from_mins(minutes));
            json!({"now": gateway.clock().now().to_string()})
        }
        Some("sign-in") => {
            let accounts = gateway
                .flows
                .list_accounts(ADMINISTRATOR)
                .await
                .expect("accounts");
            let account = accounts
                .iter()
                .find(|one| Some(one.user.as_str()) == asked["user"].as_str());
            let id = &account.expect("somebody of the house").id;
            let opened = gateway.flows.open_session(id, SignIn::Passkey, None).await;
            json!({"session": opened.expect("the session opens").token.to_string()})
        }
        Some("deliver") => {
            gateway.deliver_all().await;
            json!({"caught": gateway.caught().len()})
        }
        Some("draft") => {
            let drafted = gateway.flows.compose_drafts(crate::gateway::OFFICER, 64).await;
            drafted.expect("drafts are composed");
            json!({})
        }
        Some("seal") => {
            gateway.seal().await;
            json!({})
        }
        _ => panic!("a story asks for what the house cannot do: {asked}"),
    }
}
