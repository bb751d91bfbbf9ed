//! Notes, roots, tiles and proofs of ours as Go's checksum database judges them, and its as we do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use audit::checkpoint::Checkpoint;
use audit::key::{KeyKind, SigningKey, VerifierKey};
use audit::merkle::{Hash, leaf_hash, verify_consistency, verify_inclusion};
use audit::note::Note;
use domain::time::random;
use harness::chance::SeededEntropy;
use harness::sample_log::{SampleLog, key, record};
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;

const ORIGIN: &str = "gateway.example/contact-log";
/// Debian's packages put the libraries here.
const GO_PATH: &str = "/usr/share/gocode";
/// Proofs that are checked of a large log; of a small one all are.
const PROOFS_MAX: u64 = 300;

/// The checker, built once for all tests.
fn checker() -> &'static Path {
    static CHECKER: OnceLock<PathBuf> = OnceLock::new();
    CHECKER.get_or_init(|| {
        let library = Path::new(GO_PATH).join("src/golang.org/x/mod/sumdb/tlog");
        assert!(
            library.exists(),
            "golang-golang-x-mod-dev is missing; tools/install.sh test installs it"
        );
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // Of this process alone: another may be building its own.
        let program = scratch.join(format!("check-{}", std::process::id()));
        let built = Command::new("/usr/bin/go")
            .args(["build", "-o"])
            .arg(&program)
            .arg(".")
            .current_dir(super::programs())
            .env("GO111MODULE", "off")
            .env("GOPATH", GO_PATH)
            .env("GOFLAGS", "")
            .env("GOPROXY", "off")
            .env("GOCACHE", scratch.join("go-cache"))
            .output()
            .expect("Debian's golang-go is missing; tools/install.sh test installs it");
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "tests/independent does not build: {said}");
        program
    })
}

/// What the checker says, and whether its answer is yes.
pub(super) fn check(words: &[&str]) -> (bool, String) {
    let output = Command::new(checker())
        .args(words)
        .output()
        .expect("the checker runs");
    let said = String::from_utf8(output.stdout).expect("text");
    (output.status.success(), said)
}

pub(super) fn check_log(folder: &Path, verifier: &VerifierKey) -> (bool, String) {
    let folder = folder.to_str().expect("a plain path");
    check(&["log", folder, &verifier.to_string()])
}

/// Numbers below `size`: all of them, or as many as are checked of a large log, its ends among them.
fn some_below(size: u64) -> Vec<u64> {
    if size <= PROOFS_MAX {
        return (0..size).collect();
    }
    let chance = SeededEntropy::new(size);
    let drawn = (2..PROOFS_MAX).map(|_| u64::from_be_bytes(random(&chance)) % size);
    let mut some = [0, size - 1].into_iter().chain(drawn).collect::<Vec<_>>();
    some.sort_unstable();
    some.dedup();
    some
}

/// A published log with the proofs of some entries and from some older sizes; how many of these there are.
fn published(log: &SampleLog) -> (TempDir, usize) {
    let folder = TempDir::new().expect("a folder");
    log.write(folder.path());
    fs::create_dir(folder.path().join("proofs")).expect("a folder for proofs");
    let (size, note) = (log.size(), log.checkpoint(log.size()));
    let (mut trees, numbers) = (Vec::new(), some_below(log.size()));
    for number in &numbers {
        let proof = log.proof(*number, note.clone()).to_bytes();
        let name = format!("proofs/{number}.tlog-proof");
        fs::write(folder.path().join(name), proof).expect("a proof");
        let path = log.consistency(number + 1, size);
        let path = path.iter().map(Hash::to_base64).collect::<Vec<_>>();
        trees.push(json!({"old": number + 1, "path": path}).to_string());
    }
    fs::write(folder.path().join("trees.jsonl"), trees.join("\n")).expect("the proofs of older sizes");
    (folder, numbers.len())
}

#[test]
fn go_finds_every_file_and_every_proof_of_our_logs_good() {
    for size in [1, 2, 7, 255, 256, 257, 300, 70_000] {
        let log = SampleLog::new(ORIGIN, size);
        let (folder, proofs) = published(&log);
        let tiles = audit::tile::Tile::all(log.size())
            .filter(|tile| matches!(tile.kind, audit::tile::Kind::Hashes(_)));
        let right = format!(
            "good: {size} entries, {} tiles, {proofs} records, {proofs} trees\n",
            tiles.count()
        );
        assert_eq!(check_log(folder.path(), log.verifier()), (true, right));
    }
}

/// Changes one file of the log, or takes it away.
fn damage(folder: &Path, file: &str, change: impl Fn(&mut Vec<u8>)) {
    let path = folder.join(file);
    let mut bytes = fs::read(&path).expect("a file of the log");
    change(&mut bytes);
    if bytes.is_empty() {
        fs::remove_file(path).expect("it is taken away");
    } else {
        fs::write(path, bytes).expect("it is written");
    }
}

#[test]
fn go_finds_whatever_was_changed_in_our_log_and_names_the_place() {
    type Change = fn(&mut Vec<u8>);
    let log = SampleLog::new(ORIGIN, 300);
    let flip: Change = |bytes| {
        let place = bytes.len() / 2;
        bytes[place] ^= 1;
    };
    let cases: [(&str, Change, &str); 11] = [
        ("checkpoint", flip, "checkpoint"),
        ("checkpoint", |bytes| bytes[ORIGIN.len() + 1] ^= 1, "checkpoint"),
        ("tile/entries/000", flip, "tile/entries"),
        (
            "tile/entries/001.p/44",
            |bytes| bytes.truncate(bytes.len() - 1),
            "tile/entries/001.p/44",
        ),
        (
            "tile/entries/001.p/44",
            |bytes| bytes.push(0),
            "tile/entries/001.p/44",
        ),
        ("tile/entries/000", Vec::clear, "tile/entries/000"),
        ("tile/0/000", flip, "tile/0/000"),
        (
            "tile/0/001.p/44",
            |bytes| bytes[..64].rotate_left(32),
            "tile/0/001.p/44",
        ),
        ("tile/1/000.p/1", Vec::clear, "tile/1/000.p/1"),
        // A letter of the first hash; the file goes on being well formed.
        ("proofs/17.tlog-proof", |bytes| bytes[40] ^= 1, "17.tlog-proof"),
        ("trees.jsonl", |bytes| bytes.rotate_left(1), "invalid"),
    ];
    for (file, change, place) in cases {
        let (folder, _) = published(&log);
        damage(folder.path(), file, change);
        let (good, said) = check_log(folder.path(), log.verifier());
        assert!(
            !good && said.starts_with("bad:") && said.contains(place),
            "{file}: {said}"
        );
    }
    let (folder, _) = published(&log);
    let other = key(ORIGIN, KeyKind::Ed25519, 4);
    assert!(
        !check_log(folder.path(), other.verifier()).0,
        "signed by another key"
    );
    let of_other = SampleLog::of(other, (0..300).map(|index| record(299 - index)).collect());
    let path = of_other.consistency(200, 300);
    let path = path.iter().map(Hash::to_base64).collect::<Vec<_>>();
    let line = json!({"old": 200, "path": path}).to_string();
    fs::write(folder.path().join("trees.jsonl"), line).expect("a proof of another log");
    let (good, said) = check_log(folder.path(), log.verifier());
    assert!(!good && said.contains("trees.jsonl: from 200"), "{said}");
}

#[test]
fn go_believes_the_note_of_the_document_by_the_keys_of_its_log_and_its_witness() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/contact-log-format.md");
    let document = fs::read_to_string(document).expect("docs/contact-log-format.md");
    let block = |name: &str| {
        let after = document.split_once(&format!("```{name}\n")).expect("a block").1;
        after.split_once("```").expect("its end").0.to_owned()
    };
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("note");
    fs::write(&file, block("note")).expect("the note");
    let file = file.to_str().expect("a plain path");
    let log = block("key");
    let said = check(&["note", file, log.trim()]);
    assert_eq!(
        said,
        (true, "good: 1 signatures hold, 1 are of others\n".to_owned())
    );
    let secret = std::array::from_fn(|place| u8::try_from(place + 1).expect("32 places"));
    let witness = SigningKey::from_seed("witness.example/w1", KeyKind::Cosignature, &secret);
    let witness = witness.expect("a key").verifier().to_string();
    let both = || check(&["note", file, log.trim(), &witness]);
    assert_eq!(
        both(),
        (true, "good: 2 signatures hold, 0 are of others\n".to_owned())
    );
    // One letter of the time of the cosignature, which is signed too.
    let later = block("note").replacen("Ro2ZuwAAAABlU", "Ro2ZuwAAAABlV", 1);
    assert_ne!(later, block("note"));
    fs::write(file, later).expect("the note");
    assert!(!both().0, "another time is believed");
}

#[derive(Deserialize)]
struct Made {
    vkey: String,
    note: String,
}

#[derive(Deserialize)]
struct Proved {
    index: Option<u64>,
    old: Option<u64>,
    root: Option<String>,
    path: Vec<String>,
}

fn hash(text: &str) -> Hash {
    Hash::from_base64(text).expect("a hash")
}

#[test]
fn we_believe_what_go_signs_and_proves_and_nothing_that_was_changed_in_it() {
    for size in [1_u64, 2, 3, 8, 100, 257] {
        let (good, said) = check(&["make", "go.example/log", &size.to_string(), "1"]);
        assert!(good, "{said}");
        let mut lines = said.lines();
        let made: Made = serde_json::from_str(lines.next().expect("a line")).expect("the note");
        let known = [VerifierKey::parse(&made.vkey).expect("the key")];
        assert_eq!(known[0].to_string(), made.vkey);
        let note = Note::parse(made.note.as_bytes()).expect("the note");
        assert_eq!(note.verify(&known).expect("it holds").len(), 1);
        let other = Note::parse(made.note.replacen("go.", "no.", 1).as_bytes()).expect("a note");
        assert!(other.verify(&known).is_err(), "its text was changed");
        let checkpoint = Checkpoint::parse(note.text()).expect("the checkpoint");
        assert_eq!(checkpoint.size, size);
        let mut proofs = 0;
        for line in lines {
            let proved: Proved = serde_json::from_str(line).expect("a proof");
            let mut path = proved.path.iter().map(|text| hash(text)).collect::<Vec<_>>();
            let holds = |path: &[Hash]| match (proved.index, proved.old, &proved.root) {
                (Some(index), ..) => {
                    let record = record(usize::try_from(index).expect("a small index"));
                    verify_inclusion(&leaf_hash(&record), index, size, path, &checkpoint.root)
                }
                (_, Some(old), Some(root)) => {
                    verify_consistency(old, size, &hash(root), &checkpoint.root, path)
                }
                _ => panic!("a proof of nothing: {line}"),
            };
            assert_eq!(holds(&path), Ok(()), "{line}");
            if let Some(last) = path.last_mut() {
                *last = leaf_hash(last.as_bytes());
                assert!(holds(&path).is_err(), "{line}");
            }
            proofs += 1;
        }
        assert_eq!(proofs, 2 * size);
    }
}
