//! The contact plan of a victim in a test's hands: what a flow would have changed, changed directly.

use domain::contact::Plan;
use domain::id::VictimId;
use store::{keys, people, subjects};
use vault::{DataKey, Place, WrappedKey};

use crate::gateway::TestGateway;

fn place(victim: &VictimId) -> Place<'_> {
    Place {
        table: "plan",
        column: "sealed",
        row: victim.as_str(),
    }
}

impl TestGateway {
    /// The victim whom the source calls so in this case.
    pub async fn victim(&self, urn: &str, victim_ref: &str) -> VictimId {
        let found = subjects::find_by_ref(&mut self.reader().await, urn, victim_ref).await;
        found.expect("victims answer").expect("the victim").victim.id
    }

    /// The key of a victim, unwrapped.
    pub async fn key_of(&self, victim: &VictimId) -> DataKey {
        let found = keys::find(&mut self.reader().await, victim.as_str()).await;
        let (kek_id, bytes) = found.expect("keys answer").expect("a key");
        let key = self
            .flows
            .parts()
            .keys
            .unwrap(victim.as_str(), &WrappedKey { kek_id, bytes });
        key.expect("the key opens")
    }

    /// How a victim may be reached now.
    pub async fn plan_of(&self, victim: &VictimId) -> Plan {
        let row = subjects::find(&mut self.reader().await, victim).await;
        let row = row.expect("victims answer").expect("the victim").victim;
        let plain = vault::open(&self.key_of(victim).await, &place(victim), &row.plan_sealed);
        serde_json::from_slice(&plain.expect("the plan opens")).expect("a plan")
    }

    /// Changes how a victim may be reached, as of now.
    pub async fn change_plan(&self, victim: &VictimId, change: impl FnOnce(&mut Plan)) {
        let mut plan = self.plan_of(victim).await;
        change(&mut plan);
        let key = self.key_of(victim).await;
        let nonce = domain::time::random(self.flows.parts().entropy.as_ref());
        let text = serde_json::to_vec(&plan).expect("JSON");
        let sealed = vault::seal(&key, &place(victim), &text, nonce).expect("it is sealed");
        let row = subjects::find(&mut self.reader().await, victim).await;
        let version = row
            .expect("victims answer")
            .expect("the victim")
            .victim
            .plan_version;
        let mut tx = self.pool().begin().await.expect("a transaction");
        people::save_plan(&mut tx, victim, &sealed, version)
            .await
            .expect("nobody else changed it");
        tx.commit_unlogged("a test's own hand").await.expect("it is kept");
    }
}
