//! Whatever somebody changes in an export or in the database is found, and the place is named.

use std::fs;
use std::path::{Path, PathBuf};

use audit::checkpoint::Checkpoint;
use audit::edge::Edge;
use audit::folder::Folder;
use audit::key::{KeyKind, SigningKey};
use audit::note::{Note, Signature};
use audit::tile::{Kind, Tile, decode_entries, encode_entries};
use audit::verification::{self, Broken};
use domain::time::{Entropy as _, random};
use flows::Kind as FlowKind;
use harness::chance::SeededEntropy;
use harness::contact_log::{ORIGIN, folder, key_text, policy};
use harness::database::{Database, sqlite};
use harness::gateway::TestGateway;
use harness::on_both;
use mail::catcher::{Fault, Faults};

use super::{append, by_hand, copy, verify};

/// Entries of the log that is changed: two full bundles and a part of one.
const ENTRIES: u64 = 700;
/// Changes of every sort together; the issue asks for a thousand.
const CHANGES_MIN: usize = 1000;

struct Export {
    dir: PathBuf,
    files: Vec<(PathBuf, Vec<u8>)>,
    chance: SeededEntropy,
    tried: usize,
}

impl Export {
    fn below(&self, most: usize) -> usize {
        let drawn = u64::from_be_bytes(random(&self.chance));
        usize::try_from(drawn % most as u64).expect("a small number")
    }

    /// Changes one file, checks that the change is found and that its place is named, and undoes it.
    fn change(&mut self, path: &Path, bytes: Option<&[u8]>, named: impl Fn(&Broken) -> bool) {
        let whole = self.dir.join(path);
        let before = fs::read(&whole).expect("the file");
        if bytes == Some(&before[..]) {
            return;
        }
        match bytes {
            Some(bytes) => fs::write(&whole, bytes).expect("the change"),
            None => fs::remove_file(&whole).expect("the change"),
        }
        let broken = verify(&self.dir).expect_err("the change is found");
        assert!(named(&broken), "{}: {broken}", path.display());
        fs::write(&whole, before).expect("undone");
        self.tried += 1;
    }
}

/// An export of a log with [`ENTRIES`] entries, and of the same log when it was half as long.
async fn export(gateway: &TestGateway) -> (Export, PathBuf) {
    append(gateway.pool(), 0, ENTRIES / 2).await;
    gateway.seal().await;
    let half = gateway.dir().join("half");
    copy(&folder(gateway.dir()), &half);
    append(gateway.pool(), ENTRIES / 2, ENTRIES / 2).await;
    let size = gateway.seal().await.size;
    let dir = gateway.dir().join("export");
    let source = Folder::new(folder(gateway.dir()));
    let mut files = Vec::new();
    for tile in Tile::all(size) {
        let bytes = source.tile(tile).expect("a tile");
        files.push((PathBuf::from(tile.path()), bytes));
    }
    for (path, bytes) in &files {
        let whole = dir.join(path);
        fs::create_dir_all(whole.parent().expect("a folder")).expect("a folder");
        fs::write(whole, bytes).expect("a file");
    }
    let note = source.checkpoint().expect("a checkpoint").expect("one");
    fs::write(dir.join("checkpoint"), note.to_bytes()).expect("a file");
    verify(&dir).expect("it holds before anybody changes it");
    let export = Export {
        dir,
        files,
        chance: SeededEntropy::new(3),
        tried: 0,
    };
    (export, half)
}

fn is_entries(path: &Path) -> bool {
    path.starts_with("tile/entries")
}

/// The first entry in a file of the export.
fn first_of(path: &Path) -> u64 {
    let text = path.to_string_lossy();
    let number = text.split('/').nth(2).expect("tile/LEVEL/NUMBER");
    number.trim_end_matches(".p").parse::<u64>().expect("a number") * 256
}

/// Whether a fault names this entry, or the file that it is in.
fn names(broken: &Broken, path: &Path, entry: Option<u64>) -> bool {
    match broken {
        Broken::Entry { index, .. } | Broken::Leaf { index, .. } => entry.is_none_or(|entry| entry == *index),
        Broken::Tile { tile, .. } => Path::new(tile) == path,
        Broken::Folder(fault) => fault.to_string().contains(&*path.to_string_lossy()),
        _ => false,
    }
}

/// Which entry of a bundle a byte belongs to.
fn entry_at(bundle: &[u8], at: usize) -> u64 {
    let (mut begins, mut number) = (0, 0);
    loop {
        let length = usize::from(u16::from_be_bytes([bundle[begins], bundle[begins + 1]]));
        let ends = begins + 2 + length;
        if at < ends {
            return number;
        }
        (begins, number) = (ends, number + 1);
    }
}

fn flip(export: &mut Export, times: usize) {
    for (path, bytes) in export.files.clone() {
        for _ in 0..times {
            let at = export.below(bytes.len());
            let mut changed = bytes.clone();
            changed[at] ^= 1 << export.below(8);
            let entry = if is_entries(&path) {
                // A changed length moves all that stands behind it: then the bundle is none, or the entry differs.
                Some(first_of(&path) + entry_at(&bytes, at))
            } else if path.starts_with("tile/0") {
                Some(first_of(&path) + at as u64 / 32)
            } else {
                None
            };
            export.change(&path, Some(&changed), |broken| names(broken, &path, entry));
        }
    }
}

fn cut_and_remove(export: &mut Export, times: usize) {
    for (path, bytes) in export.files.clone() {
        for _ in 0..times {
            let kept = export.below(bytes.len());
            export.change(&path, Some(&bytes[..kept]), |broken| names(broken, &path, None));
            let longer = [&bytes[..], &bytes[..=kept]].concat();
            export.change(&path, Some(&longer), |broken| names(broken, &path, None));
        }
        export.change(&path, None, |broken| {
            matches!(broken, Broken::Folder(fault) if fault.to_string().contains(&*path.to_string_lossy()))
        });
    }
}

/// Entries swapped, left out, doubled and put elsewhere, in bundles that are well formed.
fn rearrange(export: &mut Export, times: usize) {
    for (path, bytes) in export.files.clone() {
        if !is_entries(&path) {
            continue;
        }
        let count = u16::try_from(bytes.len().min(256)).expect("few");
        let width = (1..=count)
            .rev()
            .find(|width| decode_entries(&bytes, *width).is_ok());
        let entries = decode_entries(&bytes, width.expect("it is a bundle")).expect("entries");
        for _ in 0..times {
            let (one, other) = (export.below(entries.len()), export.below(entries.len()));
            let first = first_of(&path) + one.min(other) as u64;
            let mut swapped = entries.clone();
            swapped.swap(one, other);
            let swapped = encode_entries(&swapped).expect("a bundle");
            export.change(&path, Some(&swapped), |broken| names(broken, &path, Some(first)));
            let mut left_out = entries.clone();
            left_out.remove(one);
            let left_out = encode_entries(&left_out).expect("a bundle");
            export.change(&path, Some(&left_out), |broken| names(broken, &path, None));
            let mut doubled = entries.clone();
            doubled.insert(other, entries[one]);
            doubled.pop();
            let doubled = encode_entries(&doubled).expect("a bundle");
            export.change(&path, Some(&doubled), |broken| names(broken, &path, None));
        }
    }
}

fn change_checkpoint(export: &mut Export, half: &Path, times: usize) {
    let file = Path::new("checkpoint");
    let bytes = fs::read(export.dir.join(file)).expect("the checkpoint");
    let told = |broken: &Broken| matches!(broken, Broken::Distrust(_) | Broken::Folder(_));
    for _ in 0..times {
        let at = export.below(bytes.len());
        let mut changed = bytes.clone();
        changed[at] ^= 1 << export.below(8);
        export.change(file, Some(&changed), told);
    }
    export.change(file, None, |broken| matches!(broken, Broken::NoCheckpoint(_)));
    // The checkpoint of the shorter log is genuine: its files are not there any more.
    let shorter = fs::read(half.join("checkpoint")).expect("the older one");
    let gone = |broken: &Broken| matches!(broken, Broken::Folder(_));
    export.change(file, Some(&shorter), gone);
    let note = Note::parse(&bytes).expect("a note");
    let text = note.text().to_owned();
    for seed in 0..20 {
        let another = SigningKey::from_seed(ORIGIN, KeyKind::Ed25519, &[seed; 32]).expect("a key");
        let mut signed = Note::new(text.clone()).expect("a note");
        signed.add(Signature::make(&another, &text, 0));
        export.change(file, Some(&signed.to_bytes()), told);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_one_of_a_thousand_changes_of_an_export_is_found_and_its_place_named() {
    let database = sqlite().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    let (mut export, half) = export(&gateway).await;
    flip(&mut export, 80);
    cut_and_remove(&mut export, 15);
    rearrange(&mut export, 25);
    change_checkpoint(&mut export, &half, 100);
    assert!(export.tried >= CHANGES_MIN, "{} changes were tried", export.tried);
    verify(&export.dir).expect("and untouched it holds");
}

/// What somebody with all of our files and without, or with, the key of the log could make of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_written_anew_is_found_by_its_signature_or_by_a_kept_checkpoint() {
    let database = sqlite().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    let (export, half) = export(&gateway).await;
    let kept = Folder::new(&half)
        .checkpoint()
        .expect("a checkpoint")
        .expect("one");
    let kept_size = Checkpoint::parse(kept.text()).expect("a checkpoint").size;
    for changed in [100, kept_size + 5] {
        let dir = gateway.dir().join(format!("anew-{changed}"));
        let text = rewrite(&export, changed, &dir);
        // Without the key: everything agrees but the signed root.
        fs::copy(export.dir.join("checkpoint"), dir.join("checkpoint")).expect("the signed one");
        let broken = verify(&dir).expect_err("the root is another");
        assert!(matches!(broken, Broken::Root { first: 0, .. }), "{broken}");
        // With the key nothing shows, but to whoever kept a checkpoint from before.
        let key = SigningKey::parse(&key_text()).expect("the key");
        let mut note = Note::new(text.clone()).expect("a note");
        note.add(Signature::make(&key, &text, 0));
        fs::write(dir.join("checkpoint"), note.to_bytes()).expect("signed anew");
        verify(&dir).expect("a root alone cannot show it: that is what witnesses are for");
        let kept = std::slice::from_ref(&kept);
        let found = verification::verify(&Folder::new(&dir), &policy(), kept, &mut |_, _| {});
        match found {
            Err(Broken::Root { size, first: 0, .. }) => assert_eq!((size, changed), (kept_size, 100)),
            Ok(_) => assert!(changed > kept_size, "what came later, nobody had kept"),
            Err(other) => panic!("{other}"),
        }
    }
    let note = Folder::new(&export.dir)
        .checkpoint()
        .expect("a checkpoint")
        .expect("one");
    let shorter = verification::verify(&Folder::new(&half), &policy(), &[note], &mut |_, _| {});
    let broken = shorter.expect_err("the log was longer once");
    assert!(
        matches!(broken, Broken::Shorter { size, .. } if size == kept_size),
        "{broken}"
    );
}

/// The whole log again, with one entry changed; answers the text of its checkpoint.
fn rewrite(export: &Export, changed: u64, dir: &Path) -> String {
    let (mut edge, mut files) = (Edge::new(), Vec::new());
    for (path, bytes) in export.files.iter().filter(|(path, _)| is_entries(path)) {
        let width = (1..=256)
            .rev()
            .find(|width| decode_entries(bytes, *width).is_ok());
        let entries = decode_entries(bytes, width.expect("a bundle")).expect("entries");
        for (index, entry) in (first_of(path)..).zip(entries) {
            let text = String::from_utf8(entry.to_vec()).expect("text");
            let entry = if index == changed {
                text.replace("priya.shah", "nobody")
            } else {
                text
            };
            edge.append(entry.as_bytes(), &mut files).expect("an entry");
        }
    }
    files.extend(edge.partial().expect("the rest"));
    let folder = Folder::new(dir);
    folder.stage(&files).expect("written");
    folder.apply(&files).expect("written");
    let (size, root) = (edge.size(), edge.root());
    assert!(files.iter().any(|(tile, _)| tile.kind == Kind::Entries));
    Checkpoint {
        origin: ORIGIN.to_owned(),
        size,
        root,
    }
    .to_text()
}

async fn without_triggers(database: &Database) {
    let on = if database.address.starts_with("sqlite:") {
        ""
    } else {
        " ON log_entries"
    };
    for trigger in ["log_entries_keep", "log_entries_stay"] {
        by_hand(&database.address, &format!("DROP TRIGGER {trigger}{on}")).await;
    }
}

on_both!(
    async fn a_changed_missing_or_moved_row_of_the_database_is_named_by_its_entry(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        let (export, _) = export(&gateway).await;
        without_triggers(&database).await;
        let (path, bytes) = &export.files[1];
        assert!(is_entries(path));
        let entries = decode_entries(bytes, 256).expect("a full bundle");
        let first = first_of(path);
        gateway
            .flows
            .compare_entries(first, &entries)
            .await
            .expect("nobody has changed anything");
        let chance = SeededEntropy::new(4);
        for _ in 0..40 {
            let mut drawn = [0; 2];
            chance.fill(&mut drawn);
            let index = first + u64::from(drawn[0]);
            let change = match drawn[1] % 4 {
                0 => format!("UPDATE log_entries SET body = leaf WHERE idx = {index}"),
                1 => format!("UPDATE log_entries SET leaf = body WHERE idx = {index}"),
                2 => format!("DELETE FROM log_entries WHERE idx = {index}"),
                _ => format!("UPDATE log_entries SET idx = idx + 5000 WHERE idx = {index}"),
            };
            by_hand(
                &database.address,
                "CREATE TABLE before AS SELECT * FROM log_entries",
            )
            .await;
            by_hand(&database.address, &change).await;
            let fault = gateway
                .flows
                .compare_entries(first, &entries)
                .await
                .expect_err("it is found");
            assert_eq!(fault.kind(), FlowKind::Broken);
            assert!(
                fault.to_string().contains(&format!("entry {index} ")),
                "{change}: {fault}"
            );
            by_hand(&database.address, "DELETE FROM log_entries").await;
            by_hand(&database.address, "INSERT INTO log_entries SELECT * FROM before").await;
            by_hand(&database.address, "DROP TABLE before").await;
        }
    }
);
