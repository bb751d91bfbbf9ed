//! The service and its witnesses: cosigned while enough of them are there, and going on when they are not.

use std::fs;
use std::time::Instant;

use audit::folder::Folder;
use audit::policy::Policy;
use harness::contact_log::{folder, policy_text};
use harness::on_both;
use harness::service::Service;
use mail::catcher::{Fault, Faults};

use super::{Files, PATIENCE};
use crate::served::{stop, until_quiet, until_said};

/// The published checkpoint once it is trusted under this policy at a size above `above`; its size.
async fn until_trusted(service: &Service, policy: &Policy, above: u64) -> u64 {
    let (folder, begun) = (Folder::new(folder(service.dir())), Instant::now());
    loop {
        let note = folder.checkpoint().expect("whole or not there");
        let trusted = note.and_then(|note| policy.trust(&note).ok());
        if let Some(trusted) = trusted.filter(|trusted| trusted.checkpoint.size > above) {
            return trusted.checkpoint.size;
        }
        assert!(begun.elapsed() < PATIENCE, "no quorum: {}", service.log());
        tokio::task::yield_now().await;
    }
}

on_both!(
    async fn checkpoints_are_cosigned_and_a_missing_quorum_is_said_and_holds_back_no_message(
        database: Database,
    ) {
        let service = Service::new(database, Faults::Always(Fault::None)).await;
        let one = Files::of("witness.example/one", 31, &policy_text());
        let other = Files::of("witness.example/other", 32, &policy_text());
        let gone = Files::of("witness.example/gone", 33, &policy_text());
        let (first, second) = (one.start(), other.start());
        let policy = policy_text().replace("quorum none\n", "");
        // Nobody listens where the third should be.
        let policy = format!(
            "{policy}witness one {} http://{}\nwitness other {} http://{}\nwitness gone {} http://127.0.0.1:1\n\
             group some 2 one other gone\nquorum some\n",
            one.verifier, first.address, other.verifier, second.address, gone.verifier
        );
        fs::write(service.dir().join("policy"), &policy).expect("the policy");
        let config = fs::read_to_string(service.config()).expect("the configuration");
        let named = config.replace("[rules]", "policy_file = \"policy\"\n[rules]");
        fs::write(service.config(), named).expect("the configuration");
        let policy = Policy::parse(policy.as_bytes()).expect("a policy");

        let mut child = service.start();
        let size = until_trusted(&service, &policy, 0).await;
        until_said(&service, "witness.example/gone").await;
        service.queue(3).await;
        until_quiet(&service, &mut child).await;
        let size = until_trusted(&service, &policy, size).await;
        second.kill();
        service.queue_more(3, 3).await;
        until_quiet(&service, &mut child).await;
        until_said(&service, "has not the quorum").await;
        assert_eq!(service.arrived().len(), 6, "messages go on without witnesses");
        stop(&service, child);
        let verify = service.run(&["log", "verify"]);
        let said = String::from_utf8_lossy(&verify.stderr).into_owned();
        assert_eq!(verify.status.code(), Some(1), "{said}");
        assert!(said.contains("too few witnesses"), "{said}");
        let again = other.start();
        let moved = fs::read_to_string(service.dir().join("policy")).expect("the policy");
        let moved = moved.replace(&second_address(&moved), &format!("http://{}", again.address));
        fs::write(service.dir().join("policy"), moved).expect("the policy");
        let child = service.start();
        until_trusted(&service, &policy, size).await;
        stop(&service, child);
        assert!(service.run(&["log", "verify"]).status.success());
        service.close().await;
    }
);

/// The address of the second witness in a policy.
fn second_address(policy: &str) -> String {
    let line = policy.lines().find(|line| line.starts_with("witness other"));
    let address = line.and_then(|line| line.rsplit(' ').next());
    address.expect("an address").to_owned()
}
