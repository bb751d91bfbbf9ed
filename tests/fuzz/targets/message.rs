//! Whatever bytes come as a message: the pass that counts and the parser answer, and the record that is made of them keeps to
//! its bounds and holds no character that hides.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mail::inbound::{self, Bounds, SUBJECT_CHARS_MAX, TEXT_CHARS_MAX};

fn check(data: &[u8]) {
    let bounds = Bounds::default();
    let identity = inbound::identity(data);
    let looked = inbound::look(data, &bounds);
    let read = inbound::read(data, Some("dana@isva.example"), &bounds);
    assert_eq!(
        looked.is_ok(),
        read.is_ok(),
        "one pass refuses what the other takes"
    );
    let Ok(mail) = read else { return };
    let shown = |c: char| {
        !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}')
    };
    assert!(
        mail.text.chars().all(|c| shown(c) || c == '\n' || c == '\t'),
        "text"
    );
    assert!(mail.text.chars().count() <= TEXT_CHARS_MAX, "length of the text");
    assert!(
        mail.subject.chars().all(shown) && mail.subject.chars().count() <= SUBJECT_CHARS_MAX,
        "subject"
    );
    for file in &mail.attachments {
        assert!(
            file.name.chars().chain(file.media_type.chars()).all(shown),
            "a file's name"
        );
        assert!(!file.name.contains(['/', '\\']), "a folder");
    }
    assert!(
        mail.references
            .iter()
            .all(|id| id.bytes().all(|byte| byte.is_ascii_graphic())),
        "references"
    );
    if let Some(from) = &mail.from {
        assert!(mail.doubts.is_empty() || from.reveal().contains('@'), "sender");
    }
    // What a server on the way writes on it makes no other message of it.
    let travelled = [b"Received: from a by b\r\n".as_slice(), data].concat();
    let goes_on = data.starts_with(b" ") || data.starts_with(b"\t");
    assert!(goes_on || inbound::identity(&travelled) == identity, "identity");
}

fuzz_target!(|data: &[u8]| fuzz::in_time(|| check(data)));
