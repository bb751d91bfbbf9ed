//! `gateway serve` fetches, and its operators see how that stands.

use std::fs;

use harness::house::with_mailboxes;
use harness::imap::{HOST, ImapServer, PASSWORD, USER};
use harness::on_both;
use harness::service::{Service, secret};
use mail::catcher::{Fault, Faults};

use super::letter;
use crate::served::{said, stop, until_said};

fn configure(service: &Service, server: &ImapServer) {
    let config = fs::read_to_string(service.config()).expect("the configuration");
    let line = config
        .lines()
        .find(|line| line.starts_with("areas = "))
        .expect("its Areas");
    let file = line.split('"').nth(1).expect("a path");
    let areas = with_mailboxes(&fs::read_to_string(file).expect("the Areas"));
    fs::write(service.dir().join("areas.toml"), areas).expect("the Areas");
    let config = config.replace(line.split(", ").next().expect("a key"), "areas = \"areas.toml\"");
    fs::write(service.config(), config).expect("the configuration");
    fetch_from(service, server);
}

/// Has the service fetch what lies in this mailbox, for the Area of the tests.
pub(crate) fn fetch_from(service: &Service, server: &ImapServer) {
    fs::write(service.dir().join("imap-ca.pem"), server.cert_pem()).expect("a certificate");
    secret(&service.dir().join("imap.password"), &format!("{PASSWORD}\n"));
    service.configure(&format!(
        "[[mail_fetch]]\narea = \"north-east\"\nhost = \"127.0.0.1\"\nport = {}\nserver_name = \"{HOST}\"\n\
         ca_file = \"imap-ca.pem\"\nuser = \"{USER}\"\nauth = \"password\"\nsecret_file = \"imap.password\"\n\
         message_bytes_max = 65536\npoll_s = 60\n",
        server.tls_port
    ));
}

on_both!(
    async fn the_running_service_fetches_over_a_kill_and_says_what_may_be_missing(database: Database) {
        let service = Service::new(database, Faults::Always(Fault::None)).await;
        let server = ImapServer::start();
        configure(&service, &server);
        let checked = said(&service.run(&["check"]));
        assert!(
            checked.contains("north-east: the server signs us in"),
            "{checked}"
        );
        server.put(&letter("One", "Who is she?"));
        let mut child = service.start();
        until_said(&service, "mail fetched").await;
        server.put(&letter("Two", "Who is Maren Holloway?"));
        // Wherever that falls.
        child.kill().expect("SIGKILL");
        child.wait().expect("it is gone");
        let child = service.start();
        until_said(&service, "mail fetched").await;
        server.put(&letter("Three", "And now?"));
        let listed = |what: &str| said(&service.run(&["mailbox", "list"])).contains(what);
        let began = std::time::Instant::now();
        while !listed("on its server: taken 3,") {
            assert!(began.elapsed().as_secs() < 60, "{}", service.log());
        }
        assert!(listed("filed 0, in quarantine 3,"));
        assert!(!service.log().contains("Maren"), "{}", service.log());
        stop(&service, child);
        let checked = said(&service.run(&["check"]));
        assert!(
            checked.contains("north-east: the server signs us in"),
            "{checked}"
        );
        service.close().await;
    }
);
