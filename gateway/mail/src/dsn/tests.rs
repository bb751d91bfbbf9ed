use proptest::prelude::*;

use super::*;

fn report(kind: &str, part: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.test\r\nTo: <b-1-2@gateway.test>\r\nMIME-Version: 1.0\r\n\
         Content-Type: {kind}; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --x\r\nContent-Type: {part}\r\n\r\n{status}\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n\
         Subject: yours\r\n\r\nFinal-Recipient: rfc822; somebody@else.test\r\nAction: failed\r\nStatus: 5.1.1\r\n--x--\r\n"
    )
}

fn of(status: &str) -> Result<(Became, String), Unreadable> {
    let raw = report(
        "multipart/report; report-type=delivery-status",
        "message/delivery-status",
        status,
    );
    read(raw.as_bytes(), &Bounds::default()).map(|report| (report.became, report.status.to_string()))
}

const HEAD: &str = "Reporting-MTA: dns; mx.test\r\nArrival-Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\n";

fn recipient(action: &str, status: &str) -> String {
    format!("{HEAD}Final-Recipient: rfc822; maren@inbox.test\r\nAction: {action}\r\nStatus: {status}\r\n")
}

#[test]
fn what_became_of_a_message_is_told_by_action_and_status() {
    for (action, status, became, code) in [
        ("failed", "5.1.1", Became::Refused, "5.1.1"),
        ("Failed", "5.0.0 (unknown user)", Became::Refused, "5.0.0"),
        ("failed (gave up)", "4.4.1", Became::GivenUp, "4.4.1"),
        ("delayed", "4.4.7", Became::Delayed, "4.4.7"),
        ("DELIVERED", "2.1.5", Became::Arrived, "2.1.5"),
        ("relayed", "2.0.0", Became::Arrived, "2.0.0"),
        ("expanded", "2.1.5", Became::Arrived, "2.1.5"),
    ] {
        let read = of(&recipient(action, status));
        assert_eq!(read, Ok((became, code.to_owned())), "{action} {status}");
    }
}

#[test]
fn of_several_recipients_the_worst_counts() {
    let several = format!(
        "{}\r\nAction: failed\r\nDiagnostic-Code: smtp; 550 no\r\n and more\r\nStatus: 5.2.1\r\n\r\nAction: delayed\r\nStatus: 4.0.0\r\n",
        recipient("delivered", "2.0.0")
    );
    assert_eq!(of(&several), Ok((Became::Refused, "5.2.1".to_owned())));
}

#[test]
fn a_report_in_utf_8_is_read_too() {
    let raw = report(
        "multipart/report; report-type=\"Delivery-Status\"",
        "message/global-delivery-status",
        &recipient("failed", "5.1.1").replace("maren@", "siân@"),
    );
    assert_eq!(
        read(raw.as_bytes(), &Bounds::default()).map(|report| report.became),
        Ok(Became::Refused)
    );
}

#[test]
fn what_makes_no_sense_is_not_guessed_at() {
    for status in [
        recipient("failed", "2.0.0"),
        recipient("delivered", "5.1.1"),
        recipient("failed", "3.1.1"),
        recipient("failed", "5.1"),
        recipient("failed", "5.1.1.1"),
        recipient("failed", "5.1.1000"),
        recipient("failed", "550"),
        recipient("bounced", "5.1.1"),
        recipient("failed", "5.1.1\r\nStatus: 2.0.0"),
        recipient("failed", "5.1.1\r\nAction: delivered"),
        recipient("failed", "5.1.1").replace("Status", "State"),
        recipient("failed", "5.1.1").replace("Action", "Acts"),
        HEAD.to_owned(),
        recipient("failed", "5.1.1\r\n\r\nAction: failed\r\nStatus: 5.1.1").repeat(RECIPIENTS_MAX),
    ] {
        assert_eq!(of(&status), Err(Unreadable::Recipient), "{status:.200}");
    }
}

#[test]
fn what_is_no_report_is_not_read_as_one() {
    let fine = recipient("failed", "5.1.1");
    for (kind, part) in [
        (
            "multipart/mixed; report-type=delivery-status",
            "message/delivery-status",
        ),
        ("multipart/report", "message/delivery-status"),
        (
            "multipart/report; report-type=disposition-notification",
            "message/delivery-status",
        ),
        ("multipart/report; report-type=delivery-status", "text/plain"),
    ] {
        let read = read(report(kind, part, &fine).as_bytes(), &Bounds::default());
        assert_eq!(read, Err(Unreadable::NotAReport), "{kind} {part}");
    }
    let two = format!("{fine}\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n{fine}");
    assert_eq!(of(&two), Err(Unreadable::NotAReport));
    // A report that somebody attached is not the report.
    let inner = report(
        "multipart/report; report-type=delivery-status",
        "message/delivery-status",
        &fine,
    );
    let outer = format!(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=y\r\n\r\n--y\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--y--\r\n"
    );
    assert_eq!(
        read(outer.as_bytes(), &Bounds::default()),
        Err(Unreadable::NotAReport)
    );
}

#[test]
fn a_bomb_is_known_before_it_is_read() {
    let bounds = Bounds {
        parts_max: 3,
        ..Bounds::default()
    };
    let raw = report(
        "multipart/report; report-type=delivery-status",
        "message/delivery-status",
        HEAD,
    );
    assert_eq!(
        read(raw.as_bytes(), &bounds),
        Err(Unreadable::TooMuch(Bound::Parts))
    );
}

proptest! {
    #[test]
    fn every_sequence_of_bytes_has_an_answer(status in "(Action: (failed|delayed)|Status: [2-5]\\.[0-9]\\.[0-9]|\r\n|[ -~\r\n]){0,30}") {
        if let Ok((became, code)) = of(&status) {
            // The other way round would be wrong: "failed" may stand in a field that is not the action.
            let may_be_refused = code.starts_with('5') && status.to_lowercase().contains("failed");
            prop_assert!(became != Became::Refused || may_be_refused);
        }
    }
}
