//! Signing in at the organisation's provider, which is a real one. What it cannot be made to do, a thin layer in
//! tests/provider does with its key.

mod refused;

use domain::account::Role;
use domain::time::Clock as _;
use flows::Account;
use harness::chance::MachineClock;
use harness::database::Database;
use harness::gateway::TestGateway;
use harness::on_both;
use harness::provider::TestProvider;
use harness::web::{ORIGIN, TestDoor};
use mail::catcher::{Fault, Faults};
use serde_json::{Value, json};

use super::{COOKIE, Scripted, StatusCode};

const BEGIN: &str = "/sign-in/single-sign-on";
const BACK: &str = "/sign-in/single-sign-on/return";
const BEGUN_COOKIE: &str = "__Host-single-sign-on";
const SUBJECT: &str = "8d3f-mina";

/// A house whose people come through a provider.
struct House {
    gateway: TestGateway,
    door: TestDoor,
    provider: TestProvider,
}

impl House {
    async fn new(database: &Database) -> Self {
        let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
        let provider = TestProvider::start(ORIGIN);
        // The provider's clock is the machine's, and its tokens live for minutes.
        gateway.clock().set_to(MachineClock.now());
        Self {
            door: gateway.door_of_provider(provider.settings()),
            gateway,
            provider,
        }
    }

    /// The provider knows Mina Varga, in these groups.
    fn knows(&self, groups: &[&str]) {
        self.provider.knows(SUBJECT, &mina(groups));
    }

    /// Begins, and answers where the browser is sent.
    async fn begin(&self, browser: &mut Scripted) -> String {
        browser.get(&self.door, "/sign-in").await;
        let (status, page) = browser.form(&self.door, BEGIN, &[]).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let (_, rest) = page
            .split_once("<a class=\"govuk-link\" href=\"http")
            .expect("a link");
        let address = rest.split('"').next().expect("its end");
        format!("http{address}")
            .replace("&amp;", "&")
            .replace("&#x3D;", "=")
    }

    /// Comes back with what the provider sent along, and presses the button.
    async fn come_back(&self, browser: &mut Scripted, query: &str) -> (StatusCode, String) {
        let (status, page) = browser.get(&self.door, &format!("{BACK}?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        self.finish(browser, query).await
    }

    async fn finish(&self, browser: &mut Scripted, query: &str) -> (StatusCode, String) {
        let sent = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect::<Vec<_>>();
        let fields = sent.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        browser.form(&self.door, BACK, &fields.collect::<Vec<_>>()).await
    }

    /// The whole way, as this subject.
    async fn sign_in(&self, browser: &mut Scripted, subject: &str) -> (StatusCode, String) {
        let address = self.begin(browser).await;
        let query = self.provider.go_through(&address, subject).await;
        self.come_back(browser, &query).await
    }

    async fn account(&self, user: &str) -> Option<Account> {
        let accounts = self.door.flows.list_accounts("operator").await.expect("accounts");
        accounts.into_iter().find(|account| account.user == user)
    }

    async fn is_in(&self, browser: &mut Scripted) -> bool {
        browser.get(&self.door, "/account").await.0 == StatusCode::OK
    }

    async fn said(&self, verb: &str) -> usize {
        let mark = format!("\"verb\":\"{verb}\"");
        let log = self.gateway.log_bodies().await;
        let all = log.iter().map(|body| String::from_utf8_lossy(body));
        all.filter(|body| body.contains(&mark)).count()
    }
}

fn mina(groups: &[&str]) -> Value {
    json!({"preferred_username": "Mina.Varga", "name": "Mina Varga", "groups": groups})
}

fn lets_in((status, page): &(StatusCode, String)) {
    assert_eq!(*status, StatusCode::SEE_OTHER, "{page}");
}

fn refuses((status, page): &(StatusCode, String), with: StatusCode, words: &str) {
    assert_eq!(*status, with, "{page}");
    assert!(page.contains(words), "{words}: {page}");
}

const NOT_IN: &str = "did not succeed";
const NOTHING: &str = "Your account opens nothing here";

on_both!(
    async fn somebody_the_provider_knows_comes_in_with_what_their_groups_grant(database: Database) {
        let house = House::new(&database).await;
        house.knows(&["officers", "everybody"]);
        let mut browser = Scripted::default();
        lets_in(&house.sign_in(&mut browser, SUBJECT).await);
        assert!(browser.cookie(COOKIE).is_some() && browser.cookie(BEGUN_COOKIE).is_none());
        assert!(house.is_in(&mut browser).await);
        assert_eq!(browser.get(&house.door, "/work").await.0, StatusCode::OK);
        assert_eq!(browser.get(&house.door, "/team").await.0, StatusCode::FORBIDDEN);
        let account = house.account("mina.varga").await.expect("an account");
        assert_eq!(
            (account.name.as_str(), &account.roles[..]),
            ("Mina Varga", &[Role::Vlo][..])
        );
        assert_eq!(account.areas, ["north-east"]);
        let log = house.gateway.log_bodies().await;
        let entries = log.iter().map(|body| String::from_utf8_lossy(body));
        let signed_in = entries.filter(|body| {
            body.contains("\"verb\":\"signed-in\"")
                && body.contains("single-sign-on")
                && body.contains("mina.varga")
        });
        assert_eq!(signed_in.count(), 1);
        // The second time it is the same account, whatever they are called by then.
        let mut renamed = mina(&["officers"]);
        renamed["preferred_username"] = json!("mina.varga-ellis");
        house.provider.knows(SUBJECT, &renamed);
        let before = house
            .door
            .flows
            .list_accounts("operator")
            .await
            .expect("accounts")
            .len();
        lets_in(&house.sign_in(&mut Scripted::default(), SUBJECT).await);
        assert_eq!(
            house
                .door
                .flows
                .list_accounts("operator")
                .await
                .expect("accounts")
                .len(),
            before
        );
        // What single sign-on opens is no proof to us: a passkey would outlast it.
        let (status, page) = browser.get(&house.door, "/account/recovery").await;
        assert!(
            status.is_success() && page.contains("Ways in are changed"),
            "{page}"
        );
    }
);

on_both!(
    async fn whoever_is_in_no_group_that_means_anything_gets_a_page_and_nothing_else(database: Database) {
        let house = House::new(&database).await;
        for groups in [&[][..], &["everybody", "Officers"]] {
            house.knows(groups);
            let mut browser = Scripted::default();
            let answer = house.sign_in(&mut browser, SUBJECT).await;
            refuses(&answer, StatusCode::FORBIDDEN, NOTHING);
            assert!(browser.cookie(COOKIE).is_none() && !house.is_in(&mut browser).await);
        }
        assert!(house.account("mina.varga").await.is_none());
        assert_eq!(house.said("sign-in-refused").await, 2);
    }
);

on_both!(
    async fn a_role_that_the_provider_takes_away_is_gone_with_the_next_sign_in(database: Database) {
        let house = House::new(&database).await;
        house.knows(&["officers", "managers"]);
        let mut browser = Scripted::default();
        lets_in(&house.sign_in(&mut browser, SUBJECT).await);
        assert_eq!(browser.get(&house.door, "/team").await.0, StatusCode::OK);
        // What an administrator grants is not the provider's to take.
        let account = house.account("mina.varga").await.expect("an account");
        let mut details = flows::AccountDetails {
            name: account.name.clone(),
            phone: "01632 960222".to_owned(),
            roles: account.roles.clone(),
            areas: account.areas.clone(),
        };
        details.roles.push(Role::Auditor);
        let changed = house
            .door
            .flows
            .change_account("operator", &account.id, account.version, &details);
        changed.await.expect("a role is granted");
        house.knows(&["officers"]);
        lets_in(&house.sign_in(&mut Scripted::default(), SUBJECT).await);
        let account = house.account("mina.varga").await.expect("an account");
        assert_eq!(account.roles, [Role::Vlo, Role::Auditor]);
        assert_eq!(
            browser.get(&house.door, "/team").await.0,
            StatusCode::FORBIDDEN,
            "the old session too"
        );
        house.knows(&[]);
        let mut last = Scripted::default();
        refuses(
            &house.sign_in(&mut last, SUBJECT).await,
            StatusCode::FORBIDDEN,
            NOTHING,
        );
        let account = house.account("mina.varga").await.expect("an account");
        assert_eq!(account.roles, [Role::Auditor]);
        assert_eq!(account.areas, ["north-east"], "no Area would mean all of them");
        assert_eq!(browser.get(&house.door, "/work").await.0, StatusCode::FORBIDDEN);
    }
);

on_both!(
    async fn a_disabled_account_stays_disabled_and_a_name_is_not_an_identity(database: Database) {
        let house = House::new(&database).await;
        house.knows(&["officers"]);
        lets_in(&house.sign_in(&mut Scripted::default(), SUBJECT).await);
        let account = house.account("mina.varga").await.expect("an account");
        let disabled = house
            .door
            .flows
            .disable_account("operator", &account.id, "left")
            .await;
        disabled.expect("it is disabled");
        house.knows(&["officers", "managers"]);
        let mut browser = Scripted::default();
        refuses(
            &house.sign_in(&mut browser, SUBJECT).await,
            StatusCode::FORBIDDEN,
            NOTHING,
        );
        let after = house.account("mina.varga").await.expect("an account");
        assert_eq!((after.is_active, &after.roles[..]), (false, &[Role::Vlo][..]));
        // Somebody else to whom the provider gives the name of an account here, or of the staff file.
        for name in ["mina.varga", "operator", "tom.ellis"] {
            let mut claims = mina(&["administrators"]);
            claims["preferred_username"] = json!(name);
            house.provider.knows("another", &claims);
            let mut browser = Scripted::default();
            refuses(
                &house.sign_in(&mut browser, "another").await,
                StatusCode::FORBIDDEN,
                NOTHING,
            );
            assert!(!house.is_in(&mut browser).await);
        }
        // Unless an administrator says that the two are one.
        let details = flows::AccountDetails {
            name: "Iona Bell".to_owned(),
            phone: String::new(),
            roles: vec![Role::Auditor],
            areas: vec!["wessex".to_owned()],
        };
        let flows = &house.door.flows;
        flows
            .add_account("operator", "iona.bell", &details)
            .await
            .expect("an account");
        let linked = flows
            .link_to_provider("operator", "iona.bell", (&house.provider.issuer, "s-iona"))
            .await;
        linked.expect("it is linked");
        house.provider.knows(
            "s-iona",
            &json!({"preferred_username": "i.bell", "groups": "officers"}),
        );
        let mut browser = Scripted::default();
        lets_in(&house.sign_in(&mut browser, "s-iona").await);
        let account = house.account("iona.bell").await.expect("an account");
        assert_eq!(account.roles, [Role::Vlo, Role::Auditor]);
        assert_eq!(account.areas, ["north-east", "wessex"]);
    }
);
