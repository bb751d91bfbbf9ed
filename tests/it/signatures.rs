//! What leaves is signed, as somebody else sees it: sent by the running service, taken by a real Postfix, read
//! from its mailbox and judged by a verifier that shares no code with ours.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, str};

use harness::database::Database;
use harness::gateway::MAIL_DOMAIN;
use harness::on_both;
use harness::postfix::Postfix;
use harness::service::Service;
use mail::catcher::{Fault, Faults};
use mail::dkim::Signer;
use mail::tls::TlsMode;

use crate::relay_sign_in::{use_relay, write_secret};
use crate::served::{stop, until_quiet};

const ED25519: &str = include_str!("../../gateway/mail/tests/data/dkim-ed25519-for-tests.pem");
const RSA: &str = include_str!("../../gateway/mail/tests/data/dkim-rsa-for-tests.pem");
const SELECTOR: &str = "g1";

/// Whether `python3-dkim` finds the signature good, when DNS holds this record.
fn holds(mail: &[u8], record: &str) -> bool {
    // The system's own Python, whatever else is in the path: Debian's package belongs to it.
    let mut verifier = Command::new("/usr/bin/python3")
        .args(["-B", "tests/oracle/dkim_verdict.py"])
        .arg(format!("{SELECTOR}._domainkey.{MAIL_DOMAIN}"))
        .arg(record)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Debian's python3 runs (`make test` installs it with python3-dkim)");
    let mut input = verifier.stdin.take().expect("its input");
    input.write_all(mail).expect("it reads the mail");
    drop(input);
    let output = verifier.wait_with_output().expect("it ends");
    assert!(output.status.success(), "it gave no verdict");
    match str::from_utf8(&output.stdout).expect("text").trim() {
        "good" => true,
        "bad" => false,
        other => panic!("no verdict: {other}"),
    }
}

/// One mail of the running service, signed with this key, as it lies in the mailbox of a real Postfix.
async fn delivered(database: Database, key: &str) -> Vec<u8> {
    let postfix = Postfix::start_for_users();
    let service = Service::new(database, Faults::Always(Fault::None)).await;
    use_relay(&service, &postfix, TlsMode::StartTls);
    write_secret(&service, "dkim.pem", key);
    let dkim = format!(
        "[relay.dkim]\ndomain = \"{MAIL_DOMAIN}\"\nselector = \"{SELECTOR}\"\nkey_file = \"dkim.pem\"\n[outbox]\n"
    );
    let config = fs::read_to_string(service.config()).expect("the configuration");
    fs::write(service.config(), config.replace("[outbox]\n", &dkim)).expect("the configuration");
    service.queue(1).await;
    let mut child = service.start();
    until_quiet(&service, &mut child).await;
    stop(&service, child);
    let mut delivered = postfix.delivered();
    assert_eq!(delivered.len(), 1, "{}\n{}", service.log(), postfix.log());
    service.close().await;
    delivered.remove(0).bytes
}

/// The mail with one letter changed to another, which follows `before` in it.
fn changed(mail: &[u8], before: &str) -> Vec<u8> {
    let at = mail
        .windows(before.len())
        .position(|window| window == before.as_bytes())
        .unwrap_or_else(|| panic!("{before:?} stands in the mail"));
    let mut changed = mail.to_vec();
    let letter = &mut changed[at + before.len()];
    *letter = if *letter == b'x' { b'y' } else { b'x' };
    changed
}

async fn a_signature_holds_until_a_byte_is_changed(database: Database, key: &str) {
    let mail = delivered(database, key).await;
    let signer = Signer::from_pem(key, MAIL_DOMAIN, SELECTOR).expect("a key");
    let record = signer.dns_record();
    assert!(holds(&mail, &record), "{}", String::from_utf8_lossy(&mail));
    for before in [
        "\nFrom: ",
        "\nTo: ",
        "\nSubject: ",
        "\nDate: ",
        "\nMessage-ID: <",
        "\nContent-Language: ",
        "\nMIME-Version: ",
        "\nContent-Type: multipart/",
        "\n\n--",
    ] {
        assert!(
            !holds(&changed(&mail, before), &record),
            "a change after {before:?}"
        );
    }
    let end = [mail.as_slice(), b"one more line\n"].concat();
    assert!(!holds(&end, &record), "an addition to the end");
    for added in ["Reply-To: e@x.test\n", "Subject: another\n", "Cc: e@x.test\n"] {
        let mail = [added.as_bytes(), &mail].concat();
        assert!(!holds(&mail, &record), "{added:?} put before it");
    }
}

on_both!(
    async fn an_ed25519_signature_is_good_to_an_independent_verifier_and_falls_with_any_change(
        database: Database,
    ) {
        a_signature_holds_until_a_byte_is_changed(database, ED25519).await;
    }
);

on_both!(
    async fn an_rsa_signature_is_good_to_an_independent_verifier_and_falls_with_any_change(
        database: Database,
    ) {
        a_signature_holds_until_a_byte_is_changed(database, RSA).await;
    }
);
