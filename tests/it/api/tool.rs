//! The API as a stranger's tool tries it out: schemathesis makes requests of the `OpenAPI` document, right and wrong ones,
//! and judges the answers. tests/outside/schemathesis.toml says what counts.

use std::fs;

use harness::database::sqlite;
use harness::house::repository;
use harness::python::{python, run};
use harness::site::Site;
use store::drafts;
use tempfile::TempDir;

use super::*;

/// Opens a door behind which there is one of each thing, and lets schemathesis make so many requests for each operation
/// beside those that cover the document.
pub async fn try_out(examples_max: u32) {
    let database = sqlite().await;
    let (site, token, config) = site(&database).await;
    let dir = TempDir::new().expect("a folder");
    let file = dir.path().join("schemathesis.toml");
    fs::write(&file, config).expect("the settings");
    let mut tool = python();
    tool.args(["-m", "schemathesis.cli", "--config-file"]).arg(&file);
    tool.args(["run", &format!("{}/api/openapi.json", site.origin)]);
    tool.arg("--tls-verify").arg(site.certificate_file());
    tool.args(["-H", &format!("Authorization: Bearer {token}")]);
    // The door lets one address ask 50 times a second.
    tool.args([
        "--rate-limit",
        "45/s",
        "--seed",
        "1",
        "--phases",
        "coverage,fuzzing",
        "--continue-on-failure",
    ]);
    tool.args(["--max-examples", &examples_max.to_string(), "--no-color"])
        .current_dir(dir.path());
    let (content, said) = run(tool).await;
    assert!(content, "{said}");
    let operations = web::table()
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/"))
        .count();
    let tested = format!("Tested: {operations}\n");
    assert!(said.contains(&tested), "not {tested}: {said}");
}

async fn site(database: &Database) -> (Site, String, String) {
    let api = Api::new(database, &["north-east"]).await;
    let now = api.door.flows.now();
    api.house.add_victim(&victim(1, now)).await;
    api.house.event(&assigned(1, now)).await;
    api.house.draft_and_approve().await;
    let token = api.token(&Scope::ALL, DAY).await;
    let owed = api.door.flows.list_obligations(None, 1).await.expect("a list");
    let victim = owed[0].victim_id.to_string();
    let case = owed[0].case_id.to_string();
    let mut tx = api.house.reader().await;
    let messages = drafts::list_messages(&mut tx, &owed[0].id).await;
    drop(tx);
    let drafts = api.get(&token, &format!("/api/v1/victims/{victim}/drafts")).await;
    let draft = drafts.body["drafts"][0]["id"]
        .as_str()
        .expect("a draft")
        .to_owned();
    let config = fs::read_to_string(repository().join("tests/outside/schemathesis.toml"));
    let config = config
        .expect("the settings")
        .replace("VICTIM", &victim)
        .replace("CASE", &case)
        .replace("MESSAGE", &messages.expect("the message")[0].id.to_string())
        .replace("OBLIGATION", owed[0].id.as_str())
        .replace("DRAFT", &draft);
    (Site::open(api.house).await, token, config)
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_fault_and_no_answer_that_the_document_does_not_name() {
    try_out(5).await;
}
