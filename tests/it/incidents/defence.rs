//! The defence side of a case is known only to be refused: I4 and I5.

use harness::case::{self, EMAIL, assigned, defendant, safe};
use harness::gateway::APPROVER;
use harness::on_both;
use serde_json::{Value, json};

use super::recipients::house;
use super::{HOLD_BACK_ENDS, approved};

/// A message to this victim is held for the defence side, and nothing connects.
async fn held_for_the_defence_side(database: &harness::database::Database, email: &str, defendants: Value) {
    let gateway = house(database).await;
    let victim = json!({"email": safe(email), "defendants": defendants});
    let message = approved(&gateway, &victim, &assigned()).await.message;
    gateway.clock().set(HOLD_BACK_ENDS);
    gateway.deliver_all().await;
    assert_eq!(gateway.stands(&message).await, "held: deny-set");
    let insisted = gateway
        .flows
        .resend_message(APPROVER, &message, "it-is-her-address")
        .await;
    insisted.expect("a person may ask again");
    gateway.deliver_all().await;
    assert_eq!(
        gateway.stands(&message).await,
        "held: deny-set",
        "and gets the same answer"
    );
    assert_eq!(gateway.seen().connections, 0);
    assert_eq!(gateway.unseen().await[0].0, "deny-set");
}

on_both!(
    async fn incident_04_an_address_of_the_defence_side_gets_nothing(database: Database) {
        let equal = json!([defendant(&json!({"emails": [EMAIL]}))]);
        held_for_the_defence_side(&database, EMAIL, equal).await;
    }
);

on_both!(
    async fn incident_04_a_later_row_about_the_defence_side_counts_for_the_whole_case(database: Database) {
        let gateway = house(&database).await;
        let message = approved(&gateway, &json!({}), &assigned()).await.message;
        // The second victim's row names another defendant, who reads the first victim's mail. Both rows call
        // theirs "Defendant 1".
        let theirs = defendant(&json!({"name": "Tobias Wren", "emails": [EMAIL]}));
        let second =
            json!({"victim_ref": "V-2", "email": safe("oriel@inbox.example"), "defendants": [theirs]});
        gateway
            .add_victim(&case::case(
                &json!({"victim_ref": "V-3", "email": safe("linnet@inbox.example"),
            "defendants": [defendant(&json!({}))]}),
            ))
            .await;
        gateway.add_victim(&case::case(&second)).await;
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        assert_eq!(gateway.stands(&message).await, "held: deny-set");
        assert_eq!(gateway.seen().connections, 0);
    }
);

on_both!(
    async fn incident_04_what_a_known_victims_row_says_anew_of_the_defence_side_is_taken(database: Database) {
        let gateway = house(&database).await;
        let message = approved(&gateway, &json!({}), &assigned()).await.message;
        let known = json!({"defendants": [defendant(&json!({"emails": [EMAIL]}))]});
        gateway.add_victim(&case::case(&known)).await;
        let entries = gateway.log_bodies().await.len();
        gateway.add_victim(&case::case(&known)).await;
        assert_eq!(
            gateway.log_bodies().await.len(),
            entries,
            "the same again changes nothing"
        );
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        assert_eq!(gateway.stands(&message).await, "held: deny-set");
        assert_eq!(gateway.seen().connections, 0);
    }
);

on_both!(
    async fn incident_05_an_address_that_only_looks_different_gets_nothing(database: Database) {
        let theirs = json!([defendant(&json!({"emails": ["corin.latchford@elsewhere.test"]}))]);
        held_for_the_defence_side(&database, "Corin.Latch.Ford+court@elsewhere.test", theirs).await;
    }
);

on_both!(
    async fn incident_05_an_address_that_spells_a_defendants_name_gets_nothing(database: Database) {
        let theirs = json!([defendant(&json!({}))]);
        held_for_the_defence_side(&database, "latchford.corin42@inbox.example", theirs).await;
    }
);
