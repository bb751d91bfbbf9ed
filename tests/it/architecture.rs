//! Who may use whom. Cargo holds the walls between the rooms; these tests read the manifests, so that a wall
//! cannot be taken down quietly. The table here is the one in `docs/architecture.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// A room, the rooms it may use, and the heavy libraries that it alone, or with the others named, may hold.
struct Room {
    name: &'static str,
    folder: &'static str,
    rooms: &'static [&'static str],
    heavy: &'static [&'static str],
}

/// `ring` outside `audit` and `vault`: `render` takes SHA-256 of templates, `mail` signs DKIM and return paths,
/// `daemon` is the one place that asks the system for random bytes. `tests` may use every room, and `sqlx` to try
/// what the triggers refuse, and `lettre` to measure it by itself.
///
/// `web` uses `audit` for checkpoints, proofs and digests, which are mathematics: no data are reached by it. `hyper`
/// stands in `web` for the time limits of connections, which axum's own server lacks, and for the one way out
/// (`web::outward`), and in `daemon`, which takes that way to other people's witnesses, for its types.
const ROOMS: &[Room] = &[
    Room {
        name: "domain",
        folder: "gateway/domain",
        rooms: &[],
        heavy: &[],
    },
    Room {
        name: "audit",
        folder: "gateway/audit",
        rooms: &[],
        heavy: &["ring"],
    },
    Room {
        name: "vault",
        folder: "gateway/vault",
        rooms: &[],
        heavy: &["argon2", "ring", "totp-rs"],
    },
    Room {
        name: "render",
        folder: "gateway/render",
        rooms: &["domain"],
        heavy: &["handlebars", "ring"],
    },
    Room {
        name: "mail",
        folder: "gateway/mail",
        rooms: &["domain"],
        heavy: &[
            "async-imap",
            "hickory-resolver",
            "lettre",
            "mail-auth",
            "mail-parser",
            "rcgen",
            "ring",
            "rustls",
            "tokio",
            "tokio-rustls",
        ],
    },
    Room {
        name: "store",
        folder: "gateway/store",
        rooms: &["domain", "audit", "vault"],
        heavy: &["sqlx", "tokio"],
    },
    Room {
        name: "flows",
        folder: "gateway/flows",
        rooms: &["domain", "audit", "vault", "render", "mail", "store"],
        heavy: &["csv", "tokio"],
    },
    Room {
        name: "web",
        folder: "gateway/web",
        rooms: &["domain", "audit", "render", "flows"],
        heavy: &[
            "axum",
            "axum-extra",
            "axum-server",
            "governor",
            "hyper",
            "hyper-rustls",
            "hyper-util",
            "openidconnect",
            "rustls",
            "tokio",
            "tower",
            "tower-http",
            "utoipa",
            "webauthn-rs",
        ],
    },
    Room {
        name: "daemon",
        folder: "gateway/daemon",
        rooms: &[
            "domain", "audit", "vault", "render", "mail", "store", "flows", "web",
        ],
        heavy: &[
            "clap",
            "hyper",
            "indicatif",
            "rcgen",
            "ring",
            "tokio",
            "tracing-subscriber",
        ],
    },
    Room {
        name: "tests",
        folder: "tests",
        rooms: &[
            "domain", "audit", "vault", "render", "mail", "store", "flows", "web", "daemon",
        ],
        heavy: &[
            "axum",
            "axum-server",
            "csv",
            "hickory-server",
            "lettre",
            "mail-parser",
            "rcgen",
            "ring",
            "rustls",
            "sqlx",
            "tokio",
            "tokio-rustls",
            "tower",
        ],
    },
];

/// Libraries big enough to shape a room. One that is not listed here may be used anywhere.
const HEAVY: &[&str] = &[
    "async-imap",
    "axum",
    "axum-extra",
    "axum-server",
    "clap",
    "csv",
    "handlebars",
    "hickory-resolver",
    "hickory-server",
    "hyper",
    "hyper-rustls",
    "hyper-util",
    "indicatif",
    "krilla",
    "lettre",
    "mail-auth",
    "mail-parser",
    "openidconnect",
    "rcgen",
    "ring",
    "rusqlite",
    "rustls",
    "smtp-proto",
    "sqlx",
    "tokio",
    "tokio-postgres",
    "tokio-rustls",
    "tower",
    "tower-http",
    "tracing-subscriber",
];

/// Crates that must not be anywhere in the tree, however deep: TLS and cryptography are rustls and ring.
const BANNED: &[&str] = &["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys"];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

fn table(text: &str) -> Table {
    text.parse().expect("a manifest is TOML")
}

/// Every dependency of a manifest: normal, dev, build, and those of `[target.…]`; with the crate's own name
/// where the manifest or the workspace gives it another.
fn dependencies(manifest: &Table, workspace: &Table) -> BTreeSet<String> {
    let shared = workspace.get("workspace").and_then(|w| w.get("dependencies"));
    let mut sections: Vec<&Table> = vec![manifest];
    if let Some(Value::Table(targets)) = manifest.get("target") {
        sections.extend(targets.values().filter_map(Value::as_table));
    }
    let mut found = BTreeSet::new();
    for section in sections {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (key, value) in section.get(kind).and_then(Value::as_table).into_iter().flatten() {
                let renamed = |v: &Value| v.get("package").and_then(Value::as_str).map(ToOwned::to_owned);
                let inherited = shared.and_then(|s| s.get(key)).and_then(renamed);
                found.insert(renamed(value).or(inherited).unwrap_or_else(|| key.clone()));
            }
        }
    }
    found
}

/// What in this manifest goes through a wall.
fn violations(room: &Room, manifest: &str, workspace: &str) -> Vec<String> {
    let manifest = table(manifest);
    let used = dependencies(&manifest, &table(workspace));
    let mut faults = Vec::new();
    for other in ROOMS.iter().map(|r| r.name).filter(|name| used.contains(*name)) {
        if !room.rooms.contains(&other) {
            faults.push(format!("{} may not use the room {other}", room.name));
        }
    }
    for library in HEAVY.iter().filter(|library| used.contains(**library)) {
        if !room.heavy.contains(library) {
            faults.push(format!("{} may not hold {library}", room.name));
        }
    }
    if manifest
        .get("lints")
        .and_then(|l| l.get("workspace"))
        .and_then(Value::as_bool)
        != Some(true)
    {
        faults.push(format!("{} must take the lints of the workspace", room.name));
    }
    faults
}

fn room(name: &str) -> &'static Room {
    ROOMS
        .iter()
        .find(|room| room.name == name)
        .expect("a room of the house")
}

fn banned_in(lock: &str) -> Vec<String> {
    let lock = table(lock);
    let packages = lock
        .get("package")
        .and_then(Value::as_array)
        .expect("a lock file lists packages");
    let names = packages
        .iter()
        .filter_map(|p| p.get("name").and_then(Value::as_str));
    names
        .filter(|name| BANNED.contains(name))
        .map(ToOwned::to_owned)
        .collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_room_uses_only_the_rooms_and_libraries_that_the_table_allows() {
    let workspace = read("Cargo.toml");
    let faults: Vec<String> = ROOMS
        .iter()
        .flat_map(|room| violations(room, &read(&format!("{}/Cargo.toml", room.folder)), &workspace))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_house_has_these_rooms_and_no_other() {
    let workspace = table(&read("Cargo.toml"));
    let members = workspace
        .get("workspace")
        .and_then(|w| w.get("members"))
        .and_then(Value::as_array);
    let members = members.expect("members").iter().filter_map(Value::as_str);
    let rooms: BTreeSet<&str> = ROOMS.iter().map(|room| room.folder).collect();
    assert_eq!(
        members.collect::<BTreeSet<_>>(),
        rooms,
        "a new room needs a decision record and a row in the table of this test"
    );
}

#[test]
fn no_tls_or_cryptography_but_rustls_and_ring_is_anywhere_in_the_tree() {
    assert_eq!(banned_in(&read("Cargo.lock")), Vec::<String>::new());
}

#[test]
fn only_the_daemon_may_silence_the_ban_on_clocks_and_randomness() {
    let clippy = read("clippy.toml");
    for method in [
        "jiff::Timestamp::now",
        "jiff::Zoned::now",
        "std::time::SystemTime::now",
        "ring::rand::SystemRandom::new",
    ] {
        assert!(
            clippy.contains(&format!("\"{method}\"")),
            "clippy.toml no longer bans {method} (law 12)"
        );
    }
    // Put together here, so that this file does not find itself.
    let silenced = ["clippy::", "disallowed_methods"].concat();
    let mut files = Vec::new();
    for room in ROOMS
        .iter()
        .filter(|room| !["daemon", "tests"].contains(&room.name))
    {
        rust_files(&repository().join(room.folder), &mut files);
    }
    let guilty: Vec<_> = files
        .into_iter()
        .filter(|path| {
            fs::read_to_string(path)
                .expect("a source file")
                .contains(&silenced)
        })
        .collect();
    assert!(guilty.is_empty(), "law 12: {guilty:?}");
}

const LINTS: &str = "[lints]\nworkspace = true\n";
const NO_WORKSPACE: &str = "[workspace]\n";

#[test]
fn a_room_that_uses_a_forbidden_room_is_found_out() {
    for (name, other) in [
        ("domain", "audit"),
        ("web", "store"),
        ("web", "mail"),
        ("mail", "store"),
        ("flows", "web"),
    ] {
        let manifest = format!("{LINTS}[dependencies]\n{other}.workspace = true\n");
        let expected = vec![format!("{name} may not use the room {other}")];
        assert_eq!(violations(room(name), &manifest, NO_WORKSPACE), expected);
    }
}

#[test]
fn a_room_that_holds_another_rooms_library_is_found_out() {
    for (name, library) in [
        ("flows", "sqlx"),
        ("web", "sqlx"),
        ("flows", "lettre"),
        ("mail", "handlebars"),
        ("domain", "tokio"),
    ] {
        let manifest = format!("{LINTS}[dependencies]\n{library} = \"1\"\n");
        assert_eq!(
            violations(room(name), &manifest, NO_WORKSPACE),
            vec![format!("{name} may not hold {library}")]
        );
    }
}

#[test]
fn no_back_way_leads_round_a_wall() {
    let expected = vec!["web may not hold sqlx".to_owned()];
    for hidden in [
        "[dev-dependencies]\nsqlx = \"0.9\"\n",
        "[build-dependencies]\nsqlx = \"0.9\"\n",
        "[target.'cfg(unix)'.dependencies]\nsqlx = \"0.9\"\n",
        "[dependencies]\nquiet = { package = \"sqlx\", version = \"0.9\" }\n",
    ] {
        assert_eq!(
            violations(room("web"), &format!("{LINTS}{hidden}"), NO_WORKSPACE),
            expected,
            "{hidden}"
        );
    }
    let workspace = "[workspace.dependencies]\nquiet = { package = \"sqlx\", version = \"0.9\" }\n";
    let manifest = format!("{LINTS}[dependencies]\nquiet.workspace = true\n");
    assert_eq!(violations(room("web"), &manifest, workspace), expected);
}

#[test]
fn a_room_without_the_shared_lints_is_found_out() {
    let found = violations(room("audit"), "[dependencies]\nring = \"0.17\"\n", NO_WORKSPACE);
    assert_eq!(found, ["audit must take the lints of the workspace"]);
}

#[test]
fn a_banned_crate_deep_in_the_tree_is_found_out() {
    let lock = "[[package]]\nname = \"quiet\"\nversion = \"1.0.0\"\n[[package]]\nname = \"openssl-sys\"\nversion = \"0.9.0\"\n";
    assert_eq!(banned_in(lock), ["openssl-sys"]);
}
