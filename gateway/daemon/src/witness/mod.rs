//! `gateway witness`: a small witness that an auditor runs elsewhere. It has nothing of the gateway but the program:
//! no database, no configuration, one key and one folder.

mod desk;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit::key::{KeyKind, SigningKey};
use audit::policy::{BYTES_MAX, Policy};
use audit::witness::Witness;
use domain::time::random;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroizing;

use crate::chance::MachineEntropy;
use crate::config::{Format, Level, secrets};
use crate::print::{self, Fault};
use crate::program_log;
use desk::Desk;

/// Cosign the checkpoints of logs.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The witness's secret key; `gateway witness key` makes one.
    #[arg(long, required = true)]
    key: Option<PathBuf>,
    /// The folder in which it keeps what it has cosigned last. Never begin with an empty one under a key that has
    /// cosigned before.
    #[arg(long, required = true)]
    state: Option<PathBuf>,
    /// Where it listens, in plain HTTP: on loopback, or behind a proxy that adds TLS.
    #[arg(long, required = true)]
    listen: Option<SocketAddr>,
    /// A trust policy whose `log` lines name the logs that it watches.
    #[arg(long, required = true)]
    policy: Option<PathBuf>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Make the key of a new witness, and print the half that anybody may have.
    Key {
        /// Its name, for instance `witness.example/w1`: without spaces and without `+`.
        #[arg(long)]
        name: String,
        /// The secret file to make.
        file: PathBuf,
    },
}

/// Runs the command.
pub async fn run(args: Args) -> Result<u8, Fault> {
    match (args.command, args.key, args.state, args.listen, args.policy) {
        (Some(Command::Key { name, file }), ..) => make_key(&name, &file),
        (None, Some(key), Some(state), Some(listen), Some(policy)) => {
            program_log::start(Level::Info, Format::Text);
            let witness = read(&key, &policy)?;
            serve(witness, &state, listen).await
        }
        _ => Err(Fault::input(
            "gateway witness needs --key FILE, --state DIR, --listen ADDR and --policy FILE",
        )),
    }
}

fn make_key(name: &str, file: &Path) -> Result<u8, Fault> {
    let seed = Zeroizing::new(random::<32>(&MachineEntropy::new()));
    let named = |fault: audit::key::KeyError| Fault::input(format!("--name: {fault}"));
    let text = SigningKey::new_text(name, KeyKind::Cosignature, &seed).map_err(named)?;
    secrets::write(file, &text)?;
    let key = SigningKey::parse(&text).map_err(named)?;
    print::line(&key.verifier().to_string());
    Ok(0)
}

/// The witness that a key file and a policy describe.
fn read(key_file: &Path, policy_file: &Path) -> Result<Witness, Fault> {
    let of_key = |fault: &dyn std::fmt::Display| Fault::input(format!("{}: {fault}", key_file.display()));
    let of_policy =
        |fault: &dyn std::fmt::Display| Fault::input(format!("{}: {fault}", policy_file.display()));
    let key = SigningKey::parse(&secrets::read(key_file)?).map_err(|fault| of_key(&fault))?;
    if key.verifier().kind() != KeyKind::Cosignature {
        return Err(of_key(
            &"this is the key of a log; a witness needs one of type 0x04, which `gateway witness key` makes",
        ));
    }
    let length = std::fs::metadata(policy_file)
        .map_err(|fault| of_policy(&fault))?
        .len();
    if length > BYTES_MAX as u64 {
        return Err(of_policy(&"a policy has at most 65,536 bytes"));
    }
    let policy = std::fs::read(policy_file).map_err(|fault| of_policy(&fault))?;
    let policy = Policy::parse(&policy).map_err(|fault| of_policy(&fault))?;
    let logs = policy.logs().iter().map(|log| log.key.clone()).collect();
    Witness::new(key, logs).map_err(|fault| {
        of_policy(&format!(
            "{fault}; name each in a line `log VKEY`, and no quorum in `quorum none`"
        ))
    })
}

/// Serves until SIGTERM or Ctrl-C, or until nothing can be kept any more.
async fn serve(witness: Witness, state: &Path, listen: SocketAddr) -> Result<u8, Fault> {
    let no_signals = |fault: std::io::Error| Fault::no(format!("signals cannot be received: {fault}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let no_listening = |fault: std::io::Error| Fault::input(format!("--listen {listen}: {fault}"));
    let listener = TcpListener::bind(listen).await.map_err(no_listening)?;
    let address = listener.local_addr().map_err(no_listening)?;
    let own = witness.verifier().to_string();
    let desk = Arc::new(Desk::open(witness, state)?);
    print::line(&format!("{own} listens on {address}"));
    let (cosigning, showing) = (Arc::clone(&desk), Arc::clone(&desk));
    let behind = web::witness::Desk {
        cosign: Box::new(move |request| cosigning.cosign(request)),
        latest: Box::new(move |log| showing.latest(log)),
    };
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = desk.broken() => {}
        }
    };
    web::witness::serve(listener, behind, stop).await;
    desk.fault().map_or(Ok(0), |fault| Err(Fault::no(fault)))
}
