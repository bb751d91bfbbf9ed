//! Programs in Python that tests run beside ours, of the versions that tests/independent/requirements.txt pins.

use std::process::Command;

use crate::house::repository;

/// The Python in which they are installed.
pub fn python() -> Command {
    let python = repository().join("target/python/bin/python");
    assert!(
        python.exists(),
        "target/python is missing; tools/install.sh test makes it"
    );
    let mut command = Command::new(python);
    command.arg("-B").current_dir(repository());
    command
}

/// Runs it to its end and answers what it said, and whether it was content.
pub async fn run(mut command: Command) -> (bool, String) {
    let ended = tokio::task::spawn_blocking(move || command.output()).await;
    let output = ended.expect("it is waited for").expect("Python runs");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}
