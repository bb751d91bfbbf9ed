//! What it has signed it remembers, whatever happens to it.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::time::Instant;

use harness::sample_log::SampleLog;

use super::{Files, ORIGIN, PATIENCE, fork, question, request};

#[test]
fn killed_after_a_cosignature_it_never_signs_a_smaller_log_or_another() {
    let (files, log, fork) = (Files::new(), SampleLog::new(ORIGIN, 200), fork(200));
    let mut size = 0;
    for round in 0..20 {
        let process = files.start();
        assert_eq!(process.shown_size(), size, "round {round}");
        if size > 5 {
            assert_eq!(process.ask(&fork, size, size + 1).status, 422);
            assert_eq!(process.ask(&fork, size, size).status, 422);
            assert_eq!(process.ask(&fork, 0, size + 1).status, 409);
            assert_eq!(process.ask(&log, 0, size - 1).status, 409);
        }
        let next = size + 1 + round % 7;
        process.follow(&log, size, next);
        size = next;
        // The answer has come; nothing else of the process is waited for.
        process.kill();
    }
}

#[test]
fn killed_in_the_middle_of_a_decision_it_goes_on_from_before_or_after_it() {
    let (files, log) = (Files::new(), SampleLog::new(ORIGIN, 200));
    let beside = files.state().with_extension("new");
    let (mut size, mut kept) = (0, 0);
    for round in 0..21 {
        let process = files.start();
        let before = fs::read(files.state()).unwrap_or_default();
        let changed = || fs::read(files.state()).unwrap_or_default() != before;
        let mut stream = TcpStream::connect(process.address).expect("it listens");
        let body = question(&request(&log, size, size + 3));
        stream.write_all(&body).expect("it is sent");
        // At once; while it writes; or as soon as it has written, when nobody has heard of it yet.
        match round % 3 {
            0 => {}
            1 => until(|| beside.exists() || changed()),
            _ => until(changed),
        }
        process.kill();
        let process = files.start();
        let shown = process.shown_size();
        assert!([size, size + 3].contains(&shown), "{shown} after {size}");
        assert!(shown > size || round % 3 < 2, "what was written was lost");
        kept += usize::from(shown > size);
        process.follow(&log, shown, shown + 1);
        size = shown + 1;
        process.kill();
    }
    assert!(kept >= 7, "{kept}");
}

fn until(mut seen: impl FnMut() -> bool) {
    let began = Instant::now();
    while !seen() {
        assert!(began.elapsed() < PATIENCE, "it never wrote");
        std::thread::yield_now();
    }
}

#[test]
fn what_cannot_be_kept_is_not_signed_and_ends_the_process() {
    let (files, log) = (Files::new(), SampleLog::new(ORIGIN, 20));
    let mut process = files.start();
    process.follow(&log, 0, 8);
    let folder = files.path("state");
    fs::rename(&folder, files.path("elsewhere")).expect("the folder goes away");
    let answer = process.ask(&log, 8, 9);
    assert_eq!(answer.status, 500, "{answer:?}");
    let status = process.running.wait().expect("it ends by itself");
    assert_eq!(status.code(), Some(1), "{}", files.log());
    let named = files.state().display().to_string();
    assert!(files.log().contains(&named), "{}", files.log());
    fs::rename(files.path("elsewhere"), &folder).expect("the folder comes back");
    let process = files.start();
    assert_eq!(process.shown_size(), 8);
    process.follow(&log, 8, 9);
}
