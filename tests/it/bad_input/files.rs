//! Files with everything wrong in them, brought in by the program as a person would.

use domain::time::Clock as _;
use harness::bytes::found_in;
use harness::case::{self, URN, VICTIM, assigned, not_charged, over};
use harness::chance::MachineClock;
use harness::database::sqlite;
use harness::service::Service;
use jiff::SignedDuration;
use mail::catcher::{Fault, Faults};
use serde_json::{Value, json};

const TEN_MEGABYTES: usize = 10 * 1024 * 1024;
/// Values of refused rows, none of which may be said.
const VALUES: [&str; 8] = [
    "quibblewort",
    "thief",
    "44zz9876525",
    "01ne4400127",
    "2019-",
    "2091-",
    "cms-5",
    "xxxxxxxx",
];

struct Import {
    service: Service,
}

impl Import {
    async fn new() -> Self {
        let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
        let opened = MachineClock.now() - SignedDuration::from_hours(24 * 60);
        service
            .add_victim(&case::case(&json!({"opened_at": opened.to_string()})))
            .await;
        Self { service }
    }

    /// Brings a file in; answers its exit code, what it counted, and what it said of each line.
    fn run(&self, what: &str, name: &str, bytes: &[u8]) -> (Option<i32>, String, String) {
        let file = self.service.dir().join(name);
        std::fs::write(&file, bytes).expect("the file");
        let output = self
            .service
            .run(&[what, "import", file.to_str().expect("a plain path")]);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    async fn log(&self) -> (u64, String) {
        let log = self.service.flows.verify_log().await.expect("the log holds");
        (log.size, log.root)
    }
}

fn hours_ago(hours: i64) -> Value {
    json!({"occurred_at": (MachineClock.now() - SignedDuration::from_hours(hours)).to_string()})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_an_event_file_with_everything_wrong_the_good_lines_are_taken_and_the_others_named() {
    let import = Import::new().await;
    let good = |number, hours| case::event(number, &over(assigned(), &hours_ago(hours)));
    let bad =
        |changes: &Value| case::event(5, &over(over(not_charged("quibblewort"), &hours_ago(3)), changes));
    let mut latin_1 = good(7, 3).replace("CMS-7", "CMS-\u{e9}").into_bytes();
    let at = latin_1
        .windows(2)
        .position(|pair| pair == "\u{e9}".as_bytes())
        .expect("the letter");
    latin_1.splice(at..at + 2, [0xE9]);
    let lines: Vec<Vec<u8>> = vec![
        good(1, 4).into_bytes(),
        bad(&json!({"urn": "44ZZ9876525"})).into_bytes(),
        bad(&json!({"urn": "01NE4400127"})).into_bytes(),
        bad(&json!({"victim_ref": "V-thief"})).into_bytes(),
        bad(&json!({"occurred_at": "2019-01-02T10:00:00Z"})).into_bytes(),
        bad(&json!({"occurred_at": "2091-01-02T10:00:00Z"})).into_bytes(),
        bad(&json!({"reasons": "x".repeat(TEN_MEGABYTES)})).into_bytes(),
        bad(&json!({"reasons": "x".repeat(5_000)})).into_bytes(),
        latin_1,
        bad(&json!({"colour": "quibblewort"})).into_bytes(),
        b"{\"source\":\"cms\",\"source\":\"thief\"}".to_vec(),
        b"=HYPERLINK(\"thief\")".to_vec(),
        good(1, 4).into_bytes(),
        // Out of order: it happened before what stands above, and nothing forbids that.
        good(2, 9).into_bytes(),
        good(3, 1).into_bytes(),
    ];
    let (code, counted, said) = import.run("events", "events.jsonl", &lines.join(&b'\n'));
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(
        counted.trim(),
        "3 events taken, 1 known before, 11 refused",
        "{said}"
    );
    for line in 2..=12 {
        assert!(said.contains(&format!("line {line}")), "line {line}: {said}");
    }
    for (line, words) in [
        (2, "no case with this URN"),
        (3, "no case with this URN"),
        (4, "no case with this URN"),
        (5, "before the case"),
        (6, "in the future"),
        (7, "longer than 1,048,576 bytes"),
        (9, "UTF-8"),
    ] {
        let of_line = said
            .lines()
            .find(|text| text.starts_with(&format!("line {line}:")));
        assert!(
            of_line.is_some_and(|text| text.contains(words)),
            "line {line}: {said}"
        );
    }
    assert_eq!(found_in(said.as_bytes(), &VALUES), [""; 0], "{said}");

    let before = import.log().await;
    let (code, counted, _) = import.run("events", "events.jsonl", &lines.join(&b'\n'));
    assert_eq!(
        (code, counted.trim()),
        (Some(1), "0 events taken, 4 known before, 11 refused")
    );
    assert_eq!(import.log().await, before, "the same file again changes nothing");
    import.service.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn formulas_and_other_encodings_in_csv_files_change_nothing() {
    let import = Import::new().await;
    let before = import.log().await;
    let header = "source,source_event_id,urn,victim_ref,occurred_at,kind";
    let at = hours_ago(2)["occurred_at"]
        .as_str()
        .expect("an instant")
        .to_owned();
    let formulas = ["=cmd|thief", "+1+1", "-1", "@SUM(A1)", "\"\t=1\""]
        .map(|cell| format!("cms,CMS-1,{URN},{cell},{at},vlo-assigned"))
        .join("\n");
    let (code, counted, said) = import.run(
        "events",
        "events.csv",
        format!("{header}\n{formulas}\n").as_bytes(),
    );
    assert_eq!(
        (code, counted.trim()),
        (Some(1), "0 events taken, 0 known before, 5 refused"),
        "{said}"
    );
    assert!(
        said.lines()
            .all(|line| line.contains("formula") || line.contains("right would be")),
        "{said}"
    );
    assert_eq!(found_in(said.as_bytes(), &VALUES), [""; 0], "{said}");

    let row = format!("{header}\ncms,CMS-1,{URN},{VICTIM},{at},vlo-assigned\n");
    let wide = row.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let (code, counted, said) = import.run("events", "wide.csv", &[&[0xFF, 0xFE][..], &wide].concat());
    assert_eq!(
        (code, counted.trim()),
        (Some(1), "0 events taken, 0 known before, 1 refused")
    );
    assert!(
        said.contains("UTF-16") && said.contains("the rest of the file was not read"),
        "{said}"
    );
    assert_eq!(import.log().await, before, "nothing at all was taken");

    let (code, counted, said) = import.run(
        "events",
        "good.csv",
        format!("\u{feff}{}", row.replace('\n', "\r\n")).as_bytes(),
    );
    assert_eq!(
        (code, counted.trim()),
        (Some(0), "1 events taken, 0 known before, 0 refused"),
        "{said}"
    );
    import.service.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_of_ten_megabytes_costs_its_own_line_alone() {
    let import = Import::new().await;
    let fat = case::case(&json!({"victim_ref": "V-8", "legal_name": "x".repeat(TEN_MEGABYTES)}));
    let long = case::case(&json!({"victim_ref": "V-8", "legal_name": "x".repeat(4_000)}));
    let area = case::case(&json!({"victim_ref": "V-8", "area": "quibblewort"}));
    let good = case::case(&json!({"victim_ref": "V-9", "email": harness::case::safe("nine@inbox.example")}));
    let known = case::case(&json!({}));
    let (code, counted, said) = import.run(
        "cases",
        "cases.jsonl",
        [fat, long, area, good, known].join("\n").as_bytes(),
    );
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(
        counted.trim(),
        "1 cases taken, 1 known before, 3 refused",
        "{said}"
    );
    assert_eq!(found_in(said.as_bytes(), &VALUES), [""; 0], "{said}");
    let (code, _, said) = import.run("cases", "cases.xlsx", b"PK");
    assert_eq!(code, Some(2));
    assert!(said.contains("ends in .csv or .jsonl"), "{said}");
    import.service.close().await;
}
