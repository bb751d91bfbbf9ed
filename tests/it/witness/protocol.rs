//! What it answers to logs and monitors.

use std::fs;
use std::net::TcpStream;

use audit::key::KeyKind;
use audit::merkle::empty_root;
use audit::note::Note;
use harness::sample_log::{SampleLog, key, record};
use harness::service::terminate;

use super::{Answer, Files, ORIGIN, fork, question, request, verifier, with_proof};

/// One less than the connections that are served at once.
const SILENT: usize = 63;

#[test]
fn it_follows_a_log_shows_what_it_signed_and_stops_when_asked() {
    let (files, log) = (Files::new(), SampleLog::new(ORIGIN, 300));
    let mut process = files.start();
    assert_eq!(process.shown().status, 404, "nothing yet");
    for (old, new) in [(0, 0), (0, 1), (1, 1), (1, 2), (2, 256), (256, 257), (257, 300)] {
        process.follow(&log, old, new);
        let shown = process.shown();
        assert_eq!(shown.status, 200);
        let note = Note::parse(shown.body.as_bytes()).expect("a note");
        assert_eq!(note.text(), log.checkpoint(new).text());
        let known = [log.verifier().clone(), verifier()];
        assert_eq!(note.verify(&known).expect("both signed").len(), 2);
        assert_eq!(fs::read(files.state()).expect("the state"), shown.body.as_bytes());
    }
    terminate(&process.running);
    let status = process.running.wait().expect("it ends");
    assert!(status.success(), "{status}: {}", files.log());
    assert_eq!(files.log().matches(": cosigned").count(), 7, "{}", files.log());
}

#[test]
fn what_it_must_not_sign_is_refused_with_the_status_of_the_protocol_and_changes_nothing() {
    let (files, log, fork) = (Files::new(), SampleLog::new(ORIGIN, 20), fork(20));
    let process = files.start();
    process.follow(&log, 0, 8);
    let before = fs::read(files.state()).expect("the state");
    let stranger = SampleLog::new("other.example/log", 20);
    let entries = || (0..20).map(record).collect();
    let unsigned = SampleLog::of(key(ORIGIN, KeyKind::Ed25519, 9), entries());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let large = vec![b'x'; 70_000];
    let garbled = text(request(&log, 8, 9)).replacen("old ", "new ", 1).into_bytes();
    for (what, body, status) in [
        ("an unknown log", request(&stranger, 0, 8), 404),
        ("another key", request(&unsigned, 8, 9), 403),
        ("a fork", request(&fork, 8, 9), 422),
        ("another root at its size", request(&fork, 8, 8), 422),
        ("no proof", with_proof(&log, 8, 9, Vec::new()), 422),
        (
            "a proof too many",
            with_proof(&log, 8, 8, vec![empty_root()]),
            422,
        ),
        ("old above new", request(&log, 9, 8), 400),
        ("no request", garbled, 400),
        ("nothing", Vec::new(), 400),
        ("too much", large, 413),
    ] {
        let answer = process.post(&body);
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        assert!(
            answer.body.len() < 200 && !answer.body.contains('\u{2014}'),
            "{what}: {answer:?}"
        );
    }
    let conflict = Answer {
        status: 409,
        kind: "text/x.tlog.size".to_owned(),
        body: "8\n".to_owned(),
    };
    for (old, new) in [(0, 9), (0, 0), (3, 5), (5, 9), (7, 8), (9, 12)] {
        assert_eq!(process.ask(&log, old, new), conflict, "{old} to {new}");
    }
    for path in ["/", "/add-checkpoint", "/x/checkpoint", "/../key"] {
        assert!([404, 405].contains(&process.get(path).status), "{path}");
    }
    assert_eq!(fs::read(files.state()).expect("the state"), before);
    process.follow(&log, 8, 20);
}

#[test]
fn of_requests_at_the_same_time_one_is_signed_and_the_others_hear_its_size() {
    let (files, log) = (Files::new(), SampleLog::new(ORIGIN, 40));
    let process = files.start();
    process.follow(&log, 0, 5);
    let answers = std::thread::scope(|scope| {
        let asking = (6..30).map(|new| {
            let (process, log) = (&process, &log);
            scope.spawn(move || (new, process.ask(log, 5, new)))
        });
        let asking = asking.collect::<Vec<_>>();
        let answer = |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join().expect("an answer");
        asking.into_iter().map(answer).collect::<Vec<(u64, Answer)>>()
    });
    let signed = answers.iter().filter(|(_, answer)| answer.status == 200);
    let signed = signed.map(|(new, _)| *new).collect::<Vec<_>>();
    assert_eq!(signed.len(), 1, "{answers:?}");
    let size = format!("{}\n", signed[0]);
    for (new, answer) in &answers {
        assert!(
            *new == signed[0] || (answer.status, &answer.body) == (409, &size),
            "{answer:?}"
        );
    }
    assert_eq!(process.shown_size(), signed[0]);
}

/// Each ends by the witness's limit, not by this test's.
#[test]
fn whoever_stops_speaking_loses_the_connection() {
    let (files, log) = (Files::new(), SampleLog::new(ORIGIN, 8));
    let process = files.start();
    let whole = question(&request(&log, 0, 8));
    let half = &whole[..whole.len() - 9];
    // An answered question whose connection is kept, and then nothing.
    let kept = String::from_utf8(whole.clone()).expect("text");
    let kept = kept.replacen("connection: close\r\n", "", 1).into_bytes();
    let said = std::thread::scope(|scope| {
        let silent = [&b""[..], b"POST /add-ch", half, &kept].map(|words| {
            let process = &process;
            scope.spawn(move || process.raw(words))
        });
        silent.map(|thread| thread.join().expect("it is closed in time"))
    });
    assert_eq!(said[0], "");
    assert!(
        said[1].is_empty() || said[1].starts_with("HTTP/1.1 408"),
        "{said:?}"
    );
    assert!(said[2].starts_with("HTTP/1.1 408"), "{said:?}");
    assert!(said[3].starts_with("HTTP/1.1 200"), "{said:?}");
}

#[test]
fn connections_that_say_nothing_keep_nobody_else_out() {
    let (files, log) = (Files::new(), SampleLog::new(ORIGIN, 8));
    let process = files.start();
    let silent = (0..SILENT)
        .map(|_| TcpStream::connect(process.address).expect("it listens"))
        .collect::<Vec<_>>();
    process.follow(&log, 0, 8);
    drop(silent);
    // One connection serves several requests.
    let twice = String::from_utf8(question(&request(&log, 8, 8))).expect("text");
    let kept = twice.replacen("connection: close\r\n", "", 1);
    let both = process.exchange((kept + &twice).as_bytes());
    assert_eq!(both.status, 200);
    assert!(both.body.contains("HTTP/1.1 200 OK"), "{both:?}");
}
