//! What an administrator does about ways in: granting, ending, disabling and enabling, never for themselves.

use axum::http::StatusCode;
use flows::Role;
use harness::on_both;
use harness::web::{Browser, Who};

use super::Entrance;

impl Entrance {
    async fn administrator(&self) -> Browser {
        let who = Who {
            user: "ada.moss",
            name: "Ada Moss",
            roles: &[Role::Administrator],
            areas: &["north-east"],
        };
        self.door.sign_in_as(who).await
    }
}

on_both!(
    async fn disabling_takes_every_way_in_and_enabling_gives_none(database: Database) {
        let entrance = Entrance::new(&database).await;
        let administrator = entrance.administrator().await;
        let path = format!("/accounts/{}", entrance.officer);
        let invitation = entrance.invitation().await;
        let mut officer = entrance.signed_in().await;
        administrator.get(&path).await;
        administrator
            .post(&format!("{path}/disable"), &[("reason", "lost-device")])
            .await;
        assert!(!entrance.is_in(&mut officer).await);
        let page = administrator.get(&format!("{path}/ways-in")).await;
        assert!(page.says("This account is disabled"), "{}", page.html);
        let page = administrator.post(&format!("{path}/enable"), &[]).await;
        assert!(
            page.status == StatusCode::OK && page.says("End every session"),
            "{}",
            page.html
        );
        assert_eq!(entrance.entries_of("account-enabled").await, 1);
        let open = entrance.door.flows.find_invited(&invitation).await;
        assert!(open.is_err(), "an invitation from before opens nothing any more");
        assert!(!entrance.is_in(&mut officer).await, "and no session comes back");
    }
);

on_both!(
    async fn sessions_are_ended_and_recovery_is_granted_by_somebody_else(database: Database) {
        let entrance = Entrance::new(&database).await;
        let administrator = entrance.administrator().await;
        let path = format!("/accounts/{}", entrance.officer);
        let mut officer = entrance.signed_in().await;
        let page = administrator.get(&format!("{path}/ways-in")).await;
        assert!(page.says("has set up no password with an app"), "{}", page.html);
        administrator.post(&format!("{path}/sessions/end"), &[]).await;
        assert!(!entrance.is_in(&mut officer).await);
        assert_eq!(entrance.entries_of("sessions-ended").await, 1);
        administrator.get(&format!("{path}/ways-in")).await;
        let page = administrator
            .post(&format!("{path}/recovery"), &[("hours", "720")])
            .await;
        assert_eq!(
            page.errors(),
            [("hours".to_owned(), "Select for how long".to_owned())]
        );
        let own = entrance.door.flows.find_account("operator", "ada.moss").await;
        let own = own.expect("an account");
        let granted = entrance.door.flows.grant_recovery("ada.moss", &own, 1).await;
        assert!(
            matches!(granted, Err(flows::Error::NotAllowed(_))),
            "not to oneself"
        );
    }
);
