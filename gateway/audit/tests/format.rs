//! The document and the code agree: vectors, fields and acts are read from `docs/contact-log-format.md`.

use audit::entry::{Act, Entry};
use audit::merkle::{Frontier, Hash, leaf_hash};

fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/contact-log-format.md");
    std::fs::read_to_string(path).expect("docs/contact-log-format.md is in the repository")
}

/// The entry, leaf hash and root of every vector, in order.
fn vectors() -> Vec<(String, Hash, Hash)> {
    let document = document();
    let (_, after) = document
        .split_once("```vectors\n")
        .expect("the document has a block of vectors");
    let (block, _) = after.split_once("```").expect("the block ends");
    let read = |vector: &str| {
        let lines: Vec<_> = vector.trim().lines().collect();
        let [_, entry, leaf, root] = lines[..] else {
            panic!("a vector has four lines: {vector}")
        };
        let hash = |line: &str, word: &str| Hash::from_hex(line.strip_prefix(word).expect(word)).expect(line);
        (entry.to_owned(), hash(leaf, "leaf "), hash(root, "root "))
    };
    block.trim().split("\n\n").map(read).collect()
}

#[test]
fn the_vectors_of_the_document_hold() {
    let vectors = vectors();
    assert!(vectors.len() >= 3);
    let mut frontier = Frontier::new();
    for (text, leaf, root) in &vectors {
        let entry = Entry::parse(text.as_bytes()).unwrap();
        assert_eq!(entry.to_canonical().unwrap(), text.as_bytes());
        assert_eq!(leaf_hash(text.as_bytes()), *leaf);
        frontier.append(*leaf);
        assert_eq!(frontier.root(), *root);
    }
}

#[test]
fn the_builder_writes_the_first_vector() {
    let entry = Entry::new(
        1_795_424_400_000_000,
        "system:import",
        Act::Collection,
        "event-recorded",
    )
    .unwrap()
    .with_area("north-east")
    .with_case("00112233445566778899aabbccddeeff")
    .with_victim("ffeeddccbbaa99887766554433221100")
    .with_fact("kind", "charge-decision")
    .with_fact("event", "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
    assert_eq!(entry.to_canonical().unwrap(), vectors()[0].0.as_bytes());
}

#[test]
fn the_document_describes_every_field_and_every_act_and_no_other() {
    let document = document();
    let rows = |from: &str, to: &str| -> Vec<String> {
        let section = document.split_once(from).unwrap().1.split_once(to).unwrap().0;
        let first_cell = |line: &str| {
            line.strip_prefix("| `")
                .map(|row| row[..row.find('`').unwrap()].to_owned())
        };
        section.lines().filter_map(first_cell).collect()
    };
    let id = "00112233445566778899aabbccddeeff";
    let full = Entry::new(0, "system:test", Act::System, "tested")
        .unwrap()
        .with_reason("r")
        .with_area("a")
        .with_case(id)
        .with_victim(id)
        .with_obligation(id)
        .with_draft(id)
        .with_message(id)
        .with_attempt(id)
        .with_contact(id)
        .with_template("k", 1, "en", "00".repeat(32))
        .with_channel("c")
        .with_result("r")
        .with_rule("R")
        .with_fact("f", "1")
        .with_nonce(&[0; 16])
        .with_commitment("f", "00".repeat(32));
    let value: serde_json::Value = serde_json::from_slice(&full.to_canonical().unwrap()).unwrap();
    let mut written: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
    let mut described = rows("### Fields", "The kinds:");
    written.sort();
    described.sort();
    assert_eq!(described, written);
    let acts: Vec<_> = Act::ALL.iter().map(|act| act.as_str()).collect();
    assert_eq!(rows("### 2.1 Acts", "### 2.2"), acts);
}
