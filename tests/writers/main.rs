//! Writers that append to a contact log while it is sealed, and say of each entry when they were told that it is
//! durable. The tests kill this program, fail its disk and trace its system calls.
//!
//!     log-writers ADDRESS FOLDER FIRST WRITERS
//!
//! Entries carry a number, from FIRST on. A line `N` on standard output says that entry N was acknowledged. Exit 3: a
//! fault of the disk ended it, as it ends the service.
#![expect(clippy::print_stderr, reason = "this program tells its test why it ends")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use audit::entry::{Act, Entry};
use audit::folder::Folder;
use domain::time::Clock as _;
use harness::chance::MachineClock;
use harness::contact_log::keys;
use harness::house::bare_gateway;
use store::{Appender, Pool};
use tokio::task::JoinSet;

/// The rest of the sealer between two looks.
const SEAL_EVERY: Duration = Duration::from_millis(20);
/// The exit code that says that the disk failed.
const DISK: u8 = 3;

#[tokio::main]
async fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut next = || args.next().expect("ADDRESS FOLDER FIRST WRITERS");
    let (address, folder) = (next(), PathBuf::from(next()));
    let (first, writers): (u64, u64) = (
        next().parse().expect("a number"),
        next().parse().expect("a number"),
    );
    match write(&address, folder, first, writers).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::from(DISK)
        }
    }
}

/// Writes until something ends it.
async fn write(address: &str, folder: PathBuf, first: u64, writers: u64) -> Result<(), String> {
    let text = |fault: &dyn std::fmt::Display| fault.to_string();
    let pool = Pool::open(address).await.map_err(|fault| text(&fault))?;
    let flows = bare_gateway(pool.clone());
    let mut sealer = flows
        .open_sealer(Folder::new(folder), keys())
        .await
        .map_err(|fault| text(&fault))?;
    let next = Arc::new(AtomicU64::new(first));
    let appender = Appender::new(pool);
    let mut tasks: JoinSet<Result<(), String>> = JoinSet::new();
    for _ in 0..writers {
        let (appender, next) = (appender.clone(), Arc::clone(&next));
        tasks.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                match appender.append(entry(number)).await {
                    Ok(()) => acknowledge(number)?,
                    Err(fault) if fault.is_of_the_disk() => return Err(fault.to_string()),
                    // A full disk, say: this one is not acknowledged, and the next is tried.
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        });
    }
    tasks.spawn(async move {
        let mut tick = tokio::time::interval(SEAL_EVERY);
        loop {
            tick.tick().await;
            match flows.seal_log(&mut sealer).await {
                Err(fault) if fault.ends_process() => return Err(fault.to_string()),
                _ => {}
            }
        }
    });
    tasks.join_next().await.map_or(Ok(()), |ended| {
        ended.unwrap_or_else(|panic| Err(panic.to_string()))
    })
}

fn entry(number: u64) -> Entry {
    let now = MachineClock.now().as_microsecond();
    let entry = Entry::new(now, "system:test", Act::System, "test-written").expect("an entry");
    entry.with_fact("n", number.to_string())
}

/// One line, in one write: whoever reads it may count on the entry.
fn acknowledge(number: u64) -> Result<(), String> {
    let line = format!("{number}\n");
    let mut out = std::io::stdout().lock();
    let told = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    told.map_err(|fault| format!("nobody listens: {fault}"))
}
