//! Entries in words: codes made readable, never a value that an entry does not hold.

use flows::FoundEntry;
use jiff::Timestamp;

use crate::parts::{SummaryList, TimelineItem};
use crate::show;

/// Why somebody takes something away or has a field opened.
pub(super) const REASONS: [(&str, &str); 6] = [
    ("inspection", "Inspection"),
    ("complaint", "Complaint by a victim"),
    ("subject-access", "Request for somebody's own data"),
    ("suspected-breach", "Suspected breach or near miss"),
    ("court-order", "Order of a court"),
    ("quality-check", "Quality check of a sample"),
];

/// `Message approved`, of `message-approved`.
pub(super) fn in_words(code: &str) -> String {
    let text = code.replace(['-', '_'], " ");
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// When, in full.
pub(super) fn at(found: &FoundEntry) -> String {
    Timestamp::from_microsecond(found.entry.at()).map_or_else(|_| "Not a time".to_owned(), show::moment)
}

/// One entry on the timeline.
pub(super) fn item(found: &FoundEntry) -> TimelineItem {
    let entry = &found.entry;
    let mut lines = vec![in_words(entry.act().as_str())];
    let template = entry
        .template()
        .map(|of| format!("{}, version {}", of.kind, of.version));
    let codes = [
        ("Result", entry.result()),
        ("Reason", entry.reason()),
        ("Channel", entry.channel()),
        ("Rule", entry.rule()),
        ("Area", entry.area()),
        ("Words", template.as_deref()),
    ];
    lines.extend(
        codes
            .into_iter()
            .filter_map(|(name, code)| code.map(|code| format!("{name}: {code}"))),
    );
    if !entry.commitments().is_empty() {
        lines.push("Personal values are masked".to_owned());
    }
    TimelineItem {
        title: in_words(entry.verb()),
        by: Some(entry.actor().to_owned()),
        at: format!("{} (entry {})", at(found), found.index),
        lines,
        href: Some(format!("/log/{}", found.index)),
        link_text: Some("Entry and proof"),
    }
}

/// Every field of an entry.
pub(super) fn fields(found: &FoundEntry) -> SummaryList {
    let entry = &found.entry;
    let mut list = SummaryList::default()
        .row("Entry", found.index.to_string())
        .row("When", at(found))
        .row("Who", entry.actor())
        .row("Sort of act", in_words(entry.act().as_str()))
        .row("Act", in_words(entry.verb()));
    let texts = [
        ("Reason", entry.reason()),
        ("Area", entry.area()),
        ("Case", entry.case()),
        ("Victim", entry.victim()),
        ("Duty", entry.obligation()),
        ("Draft", entry.draft()),
        ("Message", entry.message()),
        ("Attempt", entry.attempt()),
        ("Contact", entry.contact()),
        ("Channel", entry.channel()),
        ("Result", entry.result()),
        ("Rule", entry.rule()),
    ];
    for (key, value) in texts
        .into_iter()
        .filter_map(|(key, value)| value.map(|value| (key, value)))
    {
        list = list.row(key, value);
    }
    if let Some(words) = entry.template() {
        let name = format!("{}, version {}, {}", words.kind, words.version, words.language);
        list = list
            .row("Template", name)
            .row("Digest of the template", &*words.digest);
    }
    for (name, value) in entry.facts() {
        list = list.row(&in_words(name), value.as_str());
    }
    for name in entry.commitments().keys() {
        list = list.row(&in_words(name), "Masked. The entry commits to the value");
    }
    list
}
