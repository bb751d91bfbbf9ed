//! Names under the keyed index: one goes only when nobody else of the case has it, and the defence side stays refused
//! as long as anybody of the case is left.

use domain::id::{CaseId, VictimId};
use harness::case::{self, URN, defendant};
use harness::gateway::TestGateway;
use harness::on_both;
use serde_json::{Value, json};
use store::{keys, people};

use super::{LET_GO, change_name, close, erase, house};

const NAMESAKE: &str = "Ottoline Wexcombe";
const OTHER_CASE: &str = "01NE4400226";

async fn add(house: &TestGateway, urn: &str, victim_ref: &str, name: &str) -> VictimId {
    let of_case: Value = json!({
        "urn": urn, "victim_ref": victim_ref, "legal_name": name, "preferred_name": name,
        "defendants": [defendant(&json!({}))],
    });
    house.add_victim(&case::case(&of_case)).await;
    house.victim(urn, victim_ref).await
}

async fn case_id(house: &TestGateway, urn: &str) -> CaseId {
    let found = people::find_case_by_urn(&mut house.reader().await, urn).await;
    found.expect("cases answer").expect("the case").id
}

/// Whether free text of the other case is still searched for this name.
async fn is_known(house: &TestGateway, from: &CaseId, name: &str) -> bool {
    let index = house
        .flows
        .parts()
        .index
        .index("name", name.to_lowercase().as_bytes());
    let found = people::is_name_elsewhere(&mut house.reader().await, &index, from).await;
    found.expect("names answer")
}

async fn has_key(house: &TestGateway, owner: &str) -> bool {
    let found = keys::find(&mut house.reader().await, owner).await;
    found.expect("keys answer").is_some()
}

on_both!(
    async fn a_name_stays_while_somebody_else_of_the_case_has_it_and_the_defence_side_goes_last(
        database: Database,
    ) {
        let house = house(&database).await;
        let first = add(&house, URN, "V-1", NAMESAKE).await;
        let second = add(&house, URN, "V-2", NAMESAKE).await;
        let third = add(&house, URN, "V-3", "Perpetua Lindquist").await;
        add(&house, OTHER_CASE, "V-9", "Somebody Else").await;
        let (case, other) = (case_id(&house, URN).await, case_id(&house, OTHER_CASE).await);
        for name in ["Tillie Formerly", "Ottoline Now"] {
            change_name(&house, &first, name).await;
        }
        assert!(
            is_known(&house, &other, "Tillie Formerly").await,
            "a former name is still hers"
        );
        house.clock().set("2026-11-24T12:00:00Z");
        for (number, victim_ref) in (1..).zip(["V-1", "V-2", "V-3"]) {
            close(&house, number, URN, victim_ref).await;
        }
        house.clock().set(LET_GO);

        let gone = erase(&house, &first).await.expect("erased").gone;
        assert_eq!((gone.keys, gone.defendants), (1, 0), "{gone:?}");
        assert!(
            is_known(&house, &other, NAMESAKE).await,
            "the second victim has this name"
        );
        for name in ["Tillie Formerly", "Ottoline Now"] {
            assert!(!is_known(&house, &other, name).await, "{name} was hers alone");
        }
        assert!(
            has_key(&house, case.as_str()).await,
            "the defence side is still refused"
        );

        let gone = erase(&house, &second).await.expect("erased").gone;
        assert_eq!((gone.keys, gone.defendants), (1, 0), "{gone:?}");
        assert!(!is_known(&house, &other, NAMESAKE).await);
        assert!(is_known(&house, &other, "Perpetua Lindquist").await);
        assert!(
            is_known(&house, &other, "Corin Latchford").await,
            "of the defence side"
        );

        let gone = erase(&house, &third).await.expect("erased").gone;
        assert_eq!(
            (gone.keys, gone.defendants),
            (2, 1),
            "the last one takes the defence side along"
        );
        assert!(!has_key(&house, case.as_str()).await);
        assert!(!is_known(&house, &other, "Perpetua Lindquist").await);
        assert!(!is_known(&house, &other, "Corin Latchford").await);
        assert!(
            is_known(&house, &case, "Somebody Else").await,
            "another case is untouched"
        );
        assert!(
            is_known(&house, &case, "Corin Latchford").await,
            "with its defence side"
        );

        // Somebody who comes to the case later begins anew.
        let fourth = add(&house, URN, "V-4", "Ada Newcomb").await;
        assert_eq!(house.plan_of(&fourth).await.points().len(), 1);
        assert!(is_known(&house, &other, "Corin Latchford").await);
    }
);
