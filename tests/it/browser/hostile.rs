//! Messages that hold scripts wherever a message has room for them.

use flows::Arrived;
use harness::case::URN;
use harness::database;
use harness::site::Site;
use mail::receiving::Received;

use super::{PRIYA, play, victims};
use crate::mailbox::{self, ADVISER, mail};

/// What would run in a page that takes it for markup.
const PAYLOADS: [&str; 25] = [
    "<script>window.ran=1;alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"https://tracker.example/pixel.gif\">",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<body onload=alert(1)>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<a href=\"javascript:alert(1)\">click</a>",
    "<form action=\"https://collect.example/\"><button autofocus onfocus=alert(1)>go</button></form>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=\"alert(1)\"></video>",
    "<object data=\"https://elsewhere.example/x.swf\"></object>",
    "<embed src=\"https://elsewhere.example/x\">",
    "<link rel=stylesheet href=\"https://elsewhere.example/x.css\">",
    "<style>@import 'https://elsewhere.example/x.css';</style>",
    "<meta http-equiv=refresh content=\"0;url=https://elsewhere.example/\">",
    "<base href=\"https://elsewhere.example/\">",
    "</p></div><script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "'-alert(1)-'",
    "{{#with this}}{{{constructor}}}{{/with}}<script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
];
/// Where it stands: each is a message.
const PLACES: usize = 8;

/// The message with this payload in this place, about her case.
fn hostile(number: usize, payload: &str, place: usize) -> Received {
    let quoted = payload.replace('\\', "\\\\").replace('"', "\\\"");
    let html = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n";
    let subject = format!("Subject: Question {number}\r\n");
    let about = format!("About {URN}, question {number}.");
    let page = |inner: &str| format!("<html><body><p>{about}</p>{inner}</body></html>");
    let (from, header, text) = match place {
        0 => (ADVISER.to_owned(), format!("{subject}{html}"), page(payload)),
        1 => (ADVISER.to_owned(), subject, format!("{about} {payload}")),
        2 => (
            ADVISER.to_owned(),
            format!("Subject: {payload} {number}\r\n"),
            about.clone(),
        ),
        3 => (format!("\"{quoted}\" <{ADVISER}>"), subject, about.clone()),
        4 => (
            ADVISER.to_owned(),
            format!("{subject}{html}"),
            page(&format!("<!-- --!>{payload}<!-- -->")),
        ),
        5 => (
            ADVISER.to_owned(),
            format!("{subject}{html}"),
            page(&payload.replace('<', "&lt;").replace('>', "&gt;")),
        ),
        6 => (
            ADVISER.to_owned(),
            format!("{subject}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"),
            format!(
                "--b\r\nContent-Type: text/plain\r\n\r\n{about}\r\n--b\r\nContent-Type: text/html\r\n\
                 Content-Disposition: attachment; filename=\"{quoted}.html\"\r\n\r\n{payload}\r\n--b--"
            ),
        ),
        _ => (
            ADVISER.to_owned(),
            format!("{subject}MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n"),
            format!(
                "--b\r\nContent-Type: text/plain\r\n\r\n{about}\r\n--b\r\nContent-Type: text/html\r\n\r\n{}\r\n--b--",
                page(payload)
            ),
        ),
    };
    mail(&from, &header, &text)
}

#[tokio::test]
async fn two_hundred_messages_that_hold_scripts_are_read_as_text() {
    let database = database::sqlite().await;
    let trial = mailbox::trial(&database).await;
    let mut filed = 0;
    for (number, payload) in PAYLOADS.iter().enumerate() {
        for place in 0..PLACES {
            let arrived = trial
                .receive(&hostile(number * PLACES + place, payload, place))
                .await;
            assert_eq!(arrived, Arrived::Filed, "{payload} in place {place}");
            filed += 1;
        }
    }
    assert_eq!(filed, 200);
    let mut site = Site::open(trial.house).await;
    site.sign_in(&PRIYA).await;
    site.tell("victims", victims(&site, 1).await);
    site.tell("hostile", filed);
    play(site, "hostile.test.mjs").await;
}
