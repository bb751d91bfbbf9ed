//! No room on the disk: the file system takes no more.

use std::fmt::Write as _;
use std::process::Command;

use harness::case::{self, not_charged, over};
use harness::database::sqlite;
use harness::service::{Service, program};
use mail::catcher::{Fault, Faults};
use serde_json::json;

/// The number before a word in what an import says: `12 events taken, 3 known before, 0 refused`.
fn number_before(said: &str, word: &str) -> usize {
    let before = said.split(word).next().expect("a text").trim_end();
    let before = before.trim_end_matches(" events");
    before
        .rsplit(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("{word}: {said}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_the_file_system_stops_is_begun_again_without_harm() {
    const EVENTS: usize = 2_000;
    let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
    service
        .add_victim(&case::case(&json!({"opened_at": "2020-01-06"})))
        .await;
    let file = service.dir().join("events.jsonl");
    let text = (0..EVENTS).fold(String::new(), |mut text, number| {
        let fields = over(
            not_charged("It could not be proved."),
            &json!({"occurred_at": "2020-02-03T10:00:00Z"}),
        );
        writeln!(text, "{}", case::event(number, &fields)).expect("text grows");
        text
    });
    std::fs::write(&file, text).expect("the file");
    let before = service.flows.counts().await.expect("counts").obligations.raised;
    // No file may grow beyond these KiB; the signal that would kill the program is ignored, so that it is told.
    let path = service
        .database
        .address
        .strip_prefix("sqlite:")
        .expect("an SQLite address");
    let kib = std::fs::metadata(path).expect("the database's file").len() / 1024 + 600;
    let limited = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$@\"");
    let output = Command::new("bash")
        .args(["-c", &limited, "limited"])
        .arg(program().get_program())
        .arg("--config")
        .arg(service.config())
        .args(["events", "import", file.to_str().expect("a plain path")])
        .current_dir(program().get_current_dir().expect("the house"))
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("the database answered") && said.contains("disk"),
        "{said}"
    );
    let raised = service.flows.counts().await.expect("counts").obligations.raised - before;
    let halfway = service.flows.verify_log().await.expect("the log holds");

    let output = service.run(&["events", "import", file.to_str().expect("a plain path")]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    let (taken, known) = (number_before(&said, "taken"), number_before(&said, "known"));
    assert_eq!(taken + known, EVENTS);
    assert!(taken > 0, "the limit stopped the first import");
    let in_all = service.flows.counts().await.expect("counts").obligations.raised - before;
    let per_event = in_all / i64::try_from(EVENTS).expect("a number");
    assert_eq!(
        in_all,
        per_event * i64::try_from(EVENTS).expect("a number"),
        "each event raised the same"
    );
    assert_eq!(
        raised,
        per_event * i64::try_from(known).expect("a number"),
        "no event stood without its duties"
    );
    assert!(service.flows.verify_log().await.expect("the log holds").size > halfway.size);
    service.close().await;
}
