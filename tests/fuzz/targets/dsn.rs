//! Whatever comes back about a message of ours: the reading of a report answers, what it says makes sense, of several recipients
//! the worst counts, a report inside what is returned does not count, and our return paths alone name a try.
#![no_main]

use domain::id::AttemptId;
use libfuzzer_sys::fuzz_target;
use mail::dsn::{self, Became, Report, Unreadable};
use mail::inbound::{Bounds, look};
use mail::return_path::{self, ReturnPathKey};

const DOMAIN: &str = "bounce.gateway.example";
const BOUNDARY: &str = "=_outer_of_the_test";

/// A report with this status part, and this message returned below it.
fn report(status: &[u8], returned: &[u8]) -> Vec<u8> {
    let between = format!("\r\n--{BOUNDARY}\r\n");
    let head = format!(
        "From: MAILER-DAEMON@mx.example\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"{BOUNDARY}\"\r\n{between}\
         Content-Type: message/delivery-status\r\n\r\n"
    );
    let returning = format!("{between}Content-Type: message/rfc822\r\n\r\n");
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    [
        head.as_bytes(),
        status,
        returning.as_bytes(),
        returned,
        end.as_bytes(),
    ]
    .concat()
}

fn makes_sense(report: Report) {
    let code = report.status.to_string();
    let numbers: Vec<_> = code.split('.').map(str::parse::<u16>).collect();
    assert!(
        numbers.len() == 3
            && numbers
                .iter()
                .all(|one| one.as_ref().is_ok_and(|one| *one < 1000)),
        "{code}"
    );
    let class = match report.became {
        Became::Refused => "5.",
        Became::GivenUp => "4.",
        Became::Arrived => "2.",
        // Of a delay any class is heard.
        Became::Delayed => return,
    };
    assert!(code.starts_with(class), "{report:?}");
}

fn of_several_the_worst_counts(status: &[u8], bounds: &Bounds) {
    let refused = b"\r\n\r\nAction: failed\r\nStatus: 5.0.0\r\n\r\n".as_slice();
    for several in [[status, refused].concat(), [refused, status].concat()] {
        if let Ok(said) = dsn::read(&report(&several, b""), bounds) {
            assert_eq!(said.became, Became::Refused, "a failure was passed over");
        }
    }
}

fn what_is_returned_does_not_count(returned: &[u8], bounds: &Bounds) {
    let said = dsn::read(
        &report(b"\r\nAction: relayed\r\nStatus: 2.0.0\r\n", returned),
        bounds,
    );
    match said {
        Ok(said) => assert_eq!(
            (said.became, said.status.to_string().as_str()),
            (Became::Arrived, "2.0.0")
        ),
        Err(why) => assert!(matches!(why, Unreadable::TooMuch(_)), "{why:?}"),
    }
}

fn paths_name_their_own_try(text: &str) {
    let key = ReturnPathKey::new(&[7; 32]);
    assert_eq!(
        return_path::verify(&key, text, DOMAIN),
        None,
        "an address that nobody made"
    );
    let Ok(path) = return_path::make(&key, text, DOMAIN) else {
        assert!(AttemptId::parse(text).is_err(), "a try without a return path");
        return;
    };
    let address = path.address().reveal();
    assert_eq!(return_path::verify(&key, address, DOMAIN).as_deref(), Some(text));
    let other = return_path::verify(&ReturnPathKey::new(&[8; 32]), address, DOMAIN);
    assert_eq!(other, None, "made with another key");
}

fn check(data: &[u8]) {
    let bounds = Bounds::default();
    let said = dsn::read(data, &bounds);
    assert_eq!(
        look(data, &bounds).is_err(),
        matches!(said, Err(Unreadable::TooMuch(_))),
        "bounds"
    );
    if let Ok(said) = said {
        makes_sense(said);
    }
    let text = String::from_utf8_lossy(data);
    paths_name_their_own_try(text.lines().next().unwrap_or_default());
    if text.contains(BOUNDARY) {
        return;
    }
    if let Ok(said) = dsn::read(&report(data, b""), &bounds) {
        makes_sense(said);
    }
    of_several_the_worst_counts(data, &bounds);
    what_is_returned_does_not_count(data, &bounds);
}

fuzz_target!(|data: &[u8]| fuzz::in_time(|| check(data)));
