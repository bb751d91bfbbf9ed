//! Another system that comes with a client certificate: through the real door, with authorities made for the test.

use std::fs;
use std::sync::Arc;

use domain::id::SessionId;
use domain::scope::Scope;
use flows::{AccountDetails, Role};
use harness::database::Database;
use harness::gateway::TestGateway;
use harness::on_both;
use harness::service::Service;
use harness::site::Site;
use jiff::SignedDuration;
use mail::catcher::{Fault, Faults};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const OBLIGATIONS: &str = "/api/v1/obligations";

/// Whose word is taken about another system, or is not.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// What another system has.
struct Certified {
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    fn certify(&self) -> Certified {
        let mut params = CertificateParams::new(vec!["case-system.example".to_owned()]).expect("a name");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().expect("a key");
        let made = params.signed_by(&key, &self.issuer).expect("a certificate");
        Certified {
            certificate: made.der().clone(),
            key: key.serialize_der(),
            pem: made.pem(),
        }
    }
}

/// A house whose door takes certificates of one authority, and an account of another system.
struct Certifying {
    site: Site,
    authority: Authority,
    _folder: TempDir,
}

impl Certifying {
    async fn new(database: &Database) -> Self {
        let authority = Authority::new();
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("clients.pem");
        fs::write(&file, &authority.pem).expect("a file");
        let house = TestGateway::new(database, Faults::Always(Fault::None)).await;
        let site = Site::open_with(house, |_| None, Some(file)).await;
        let details = AccountDetails {
            name: "Case system".to_owned(),
            phone: String::new(),
            roles: vec![Role::ApiClient],
            areas: vec!["north-east".to_owned()],
        };
        let added = site.flows.add_account("operator", "case-system", &details).await;
        added.expect("an account");
        Self {
            site,
            authority,
            _folder: folder,
        }
    }

    async fn bind(&self, certified: &Certified, scopes: &[Scope]) -> flows::Result<()> {
        let certificate = certified.certificate.as_ref();
        self.site
            .flows
            .bind_certificate("operator", ("case-system", "nightly"), scopes, DAY, certificate)
            .await
    }

    /// Asks with this certificate and these headers; the status and whether it is a problem of the API's. None where the
    /// door ends the connection.
    async fn ask(&self, certified: Option<&Certified>, path: &str, headers: &str) -> Option<(u16, bool)> {
        let mut roots = RootCertStore::empty();
        roots
            .add(self.site.certificate())
            .expect("the site's own certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots);
        let config = match certified {
            None => config.with_no_client_auth(),
            Some(certified) => {
                let key = PrivateKeyDer::try_from(certified.key.clone()).expect("a key");
                let chain = vec![certified.certificate.clone()];
                config.with_client_auth_cert(chain, key).expect("they fit")
            }
        };
        let stream = TcpStream::connect(self.site.address())
            .await
            .expect("a connection");
        let name = ServerName::try_from("localhost").expect("a name");
        let connector = TlsConnector::from(Arc::new(config));
        let mut stream = connector.connect(name, stream).await.ok()?;
        let port = self.site.address().port();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        let answer = String::from_utf8_lossy(&answer).to_ascii_lowercase();
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        Some((status, answer.contains("application/problem+json")))
    }

    async fn token_id(&self) -> SessionId {
        let tokens = self
            .site
            .flows
            .list_api_tokens("operator")
            .await
            .expect("the tokens");
        assert_eq!((tokens.len(), tokens[0].kind.as_str()), (1, "certificate"));
        tokens[0].id.clone()
    }
}

on_both!(
    async fn a_bound_certificate_opens_its_scopes_and_nothing_else_does(database: Database) {
        let house = Certifying::new(&database).await;
        let (bound, unbound) = (house.authority.certify(), house.authority.certify());
        house
            .bind(&bound, &[Scope::ObligationsRead])
            .await
            .expect("it is bound");
        assert_eq!(house.ask(Some(&bound), OBLIGATIONS, "").await, Some((200, false)));
        let message = format!("/api/v1/messages/{}", "0".repeat(32));
        assert_eq!(house.ask(Some(&bound), &message, "").await, Some((403, true)));
        assert_eq!(
            house.ask(Some(&unbound), OBLIGATIONS, "").await,
            Some((401, true))
        );
        assert_eq!(house.ask(None, OBLIGATIONS, "").await, Some((401, true)));
        // A token that opens nothing is not made good by the connection.
        let token = format!("Authorization: Bearer {}\r\n", "0".repeat(64));
        assert_eq!(
            house.ask(Some(&bound), OBLIGATIONS, &token).await,
            Some((401, true))
        );
        // One of another authority is not even spoken with; who has none finds the pages as always.
        let foreign = Authority::new().certify();
        assert_eq!(house.ask(Some(&foreign), OBLIGATIONS, "").await, None);
        assert_eq!(house.ask(None, "/sign-in", "").await, Some((200, false)));
        // And a certificate is nobody's session.
        assert_eq!(house.ask(Some(&bound), "/work", "").await, Some((303, false)));
    }
);

on_both!(
    async fn a_certificate_that_was_revoked_or_is_over_opens_nothing(database: Database) {
        let house = Certifying::new(&database).await;
        let first = house.authority.certify();
        house
            .bind(&first, &[Scope::ObligationsRead])
            .await
            .expect("it is bound");
        let id = house.token_id().await;
        house
            .site
            .flows
            .revoke_api_token("operator", &id)
            .await
            .expect("it is revoked");
        assert_eq!(house.ask(Some(&first), OBLIGATIONS, "").await, Some((401, true)));
        let again = house.bind(&first, &[Scope::ObligationsRead]).await;
        assert!(again.is_err_and(|fault| fault.to_string().contains("is or was bound")));
        let second = house.authority.certify();
        house
            .bind(&second, &[Scope::ObligationsRead])
            .await
            .expect("it is bound");
        assert_eq!(
            house.ask(Some(&second), OBLIGATIONS, "").await,
            Some((200, false))
        );
        let account = house
            .site
            .flows
            .find_account("operator", "case-system")
            .await
            .expect("the account");
        house
            .site
            .flows
            .disable_account("operator", &account, "left")
            .await
            .expect("it is disabled");
        assert_eq!(house.ask(Some(&second), OBLIGATIONS, "").await, Some((401, true)));
        house
            .site
            .flows
            .enable_account("operator", &account)
            .await
            .expect("it is enabled");
        assert_eq!(
            house.ask(Some(&second), OBLIGATIONS, "").await,
            Some((200, false))
        );
        house.site.gateway.clock().set_to(house.site.flows.now() + DAY);
        assert_eq!(house.ask(Some(&second), OBLIGATIONS, "").await, Some((401, true)));
        let no_system = house.site.flows.bind_certificate(
            "operator",
            ("operator", "x"),
            &[Scope::ObligationsRead],
            DAY,
            b"a certificate",
        );
        assert!(no_system.await.is_err(), "only an account of another system");
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_binds_the_certificate_in_a_file() {
    let service = Service::new(harness::database::sqlite().await, Faults::Always(Fault::None)).await;
    let details = [
        "--name",
        "Case system",
        "--role",
        "api-client",
        "--area",
        "north-east",
    ];
    let made = service.run(&[&["user", "add", "case-system"][..], &details].concat());
    assert!(made.status.success(), "{}", crate::served::said(&made));
    let file = service.dir().join("client.pem");
    let bind = |text: &str| {
        fs::write(&file, text).expect("a file");
        let file = file.to_str().expect("a path");
        let words = ["tokens", "make", "--user", "case-system", "--name", "nightly"];
        let more = ["--scope", "obligations-read", "--certificate", file];
        service.run(&[&words[..], &more].concat())
    };
    let certified = Authority::new().certify();
    for wrong in ["", "no certificate", &certified.pem.repeat(2)] {
        let refused = bind(wrong);
        assert_eq!(
            refused.status.code(),
            Some(2),
            "{}",
            crate::served::said(&refused)
        );
        assert!(crate::served::said(&refused).contains("must hold one certificate"));
    }
    let bound = bind(&certified.pem);
    assert!(bound.status.success(), "{}", crate::served::said(&bound));
    let list = crate::served::said(&service.run(&["tokens", "list"]));
    assert!(
        list.contains("certificate") && list.contains("obligations-read"),
        "{list}"
    );
    service.close().await;
}
