//! Which files of a message are taken, and what is left out of them.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::mailbox::FileKind;
use mail::attachments::{Allowed, Refusal, Taken, take};
use mail::inbound::Bounds;
use proptest::prelude::*;

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<</Author(Dana Example)>>endobj\ntrailer<<>>\n%%EOF\n";
const SECRET: &[u8] = b"51.5074N 0.1278W";

fn allowed() -> Allowed {
    Allowed {
        kinds: FileKind::ALL.to_vec(),
        bytes_each: 1000,
        bytes_all: 1500,
        files: 3,
    }
}

/// A message with these files: the type and the name that the sender gives them, and what they hold.
fn message(files: &[(&str, &str, &[u8])]) -> String {
    let mut raw = "From: dana@isva.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
                   --b\r\nContent-Type: text/plain\r\n\r\nsee the file\r\n"
        .to_owned();
    for (kind, name, content) in files {
        write!(
            raw,
            "--b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            STANDARD.encode(content)
        )
        .unwrap();
    }
    raw + "--b--\r\n"
}

fn taken(files: &[(&str, &str, &[u8])]) -> Vec<Result<Taken, Refusal>> {
    take(message(files).as_bytes(), &Bounds::default(), &allowed()).unwrap()
}

fn one(kind: &str, name: &str, content: &[u8]) -> Result<Taken, Refusal> {
    taken(&[(kind, name, content)]).remove(0)
}

fn pdf(content: &[u8]) -> (&str, &str, &[u8]) {
    ("application/pdf", "a.pdf", content)
}

fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[..], &kind, content, b"crc."].concat()
}

/// A PNG with these chunks between its header and its picture.
fn png(between: &[Vec<u8>]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(*b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0"));
    png.extend(between.concat());
    png.extend(chunk(*b"IDAT", b"picture"));
    png.extend(chunk(*b"IEND", b""));
    png
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], content].concat()
}

/// A JPEG with these segments before its picture.
fn jpeg(before: &[Vec<u8>]) -> Vec<u8> {
    let mut jpeg = vec![0xff, 0xd8];
    jpeg.extend(before.concat());
    jpeg.extend(segment(0xdb, b"\0table"));
    jpeg.extend(segment(0xc0, b"frame"));
    jpeg.extend(segment(0xda, b"scan"));
    jpeg.extend(b"coded\xff\0picture\xff\xd0more\xff\xd9");
    jpeg
}

fn exif(orientation: u8) -> Vec<u8> {
    let tiff = [
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0",
        &[orientation, 0, 0, 0, 0, 0, 0, 0][..],
        SECRET,
    ];
    segment(0xe1, &tiff.concat())
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn the_four_kinds_are_taken_in_their_order_and_a_pdf_and_a_text_byte_for_byte() {
    let text = "Dŵr a thŷ,\r\n\tyfory\n".as_bytes();
    let png = png(&[]);
    let files = taken(&[
        ("application/pdf", "../letters/Letter of support.PDF", PDF),
        ("application/octet-stream", "", text),
        ("image/png", "a", &png),
    ]);
    let files: Vec<Taken> = files.into_iter().map(Result::unwrap).collect();
    let held: Vec<_> = files
        .iter()
        .map(|file| (file.kind, file.name.as_str(), file.bytes.as_slice()))
        .collect();
    assert_eq!(
        held,
        [
            (FileKind::Pdf, "Letter of support.PDF", PDF),
            (FileKind::Text, "", text),
            (FileKind::Png, "a", png.as_slice())
        ]
    );
    let jpeg = jpeg(&[]);
    assert_eq!(one("image/jpeg", "a.jpg", &jpeg).unwrap().bytes, jpeg);
}

#[test]
fn what_a_photograph_tells_is_taken_out_and_the_picture_stays() {
    let jfif = segment(0xe0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\x01\x01thumbnail");
    let colours = segment(0xe2, b"ICC_PROFILE\0\x01\x01profile");
    let asides = [
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0Dana"),
        segment(0xfe, SECRET),
        segment(0xe2, b"MPF\0"),
    ];
    let mut whole = jpeg(&[&[jfif, exif(6), colours.clone()], &asides[..]].concat());
    whole.extend(b"PK\x03\x04 an archive behind the end");
    let kept = one("image/jpeg", "a.jpeg", &whole).unwrap();
    let upright = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let expected = jpeg(&[
        segment(0xe0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\0\0"),
        segment(0xe1, upright),
        colours,
    ]);
    assert_eq!(kept.bytes, expected);
    assert_eq!(one("image/jpeg", "", &jpeg(&[exif(1)])).unwrap().bytes, jpeg(&[]));
}

#[test]
fn what_a_png_tells_is_taken_out_and_the_picture_stays() {
    let asides = [b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME", b"prVt"].map(|kind| chunk(*kind, SECRET));
    let colours = chunk(*b"gAMA", b"\0\0\0\x01");
    let mut whole = png(&[&asides[..], std::slice::from_ref(&colours)].concat());
    whole.extend(SECRET);
    assert_eq!(one("image/png", "a.png", &whole).unwrap().bytes, png(&[colours]));
}

#[test]
fn what_is_of_no_kind_is_refused_whatever_it_is_called() {
    let refused: [&[u8]; 9] = [
        b"PK\x03\x04archive",
        b"\x1f\x8b\x08gzip",
        b"MZ\x90\0program",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1document",
        b"<!doctype html><script>alert(1)</script>",
        "\u{feff}\n <svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".as_bytes(),
        b"GIF89a\0",
        b"h\0e\0l\0l\0o\0",
        b" \r\n",
    ];
    for content in refused {
        for (kind, name) in [
            ("application/pdf", "a.pdf"),
            ("text/plain", "a.txt"),
            ("application/octet-stream", ""),
        ] {
            assert_eq!(one(kind, name, content), Err(Refusal::Kind), "{kind} {content:?}");
        }
    }
    let images_only = Allowed {
        kinds: vec![FileKind::Png],
        ..allowed()
    };
    let raw = message(&[("application/pdf", "a.pdf", PDF)]);
    let files = take(raw.as_bytes(), &Bounds::default(), &images_only).unwrap();
    assert_eq!(files, [Err(Refusal::Kind)]);
}

#[test]
fn a_name_or_a_type_that_says_otherwise_refuses() {
    for (kind, name) in [
        ("image/png", "a.pdf"),
        ("application/pdf", "a.pdf.exe"),
        ("application/pdf", "a.html"),
        ("text/html", "a.pdf"),
        ("application/octet-stream", "a.svg"),
    ] {
        assert_eq!(one(kind, name, PDF), Err(Refusal::Mismatch), "{kind} {name}");
    }
    assert_eq!(one("text/html", "a.txt", b"no markup"), Err(Refusal::Mismatch));
    assert!(one("application/pdf", "Letter to Mrs. Example", PDF).is_ok());
}

#[test]
fn sizes_and_number_are_bounded() {
    let large = [PDF, &[b' '; 1000], b"%%EOF"].concat();
    let middle = [PDF, &[b' '; 700], b"%%EOF"].concat();
    assert_eq!(one("application/pdf", "", &large), Err(Refusal::TooLarge));
    assert_eq!(one("application/pdf", "", b""), Err(Refusal::Empty));
    let found: Vec<_> = taken(&[pdf(&middle), pdf(&middle), pdf(PDF)])
        .into_iter()
        .map(Result::err)
        .collect();
    assert_eq!(found, [None, Some(Refusal::TooLargeTogether), None]);
    assert_eq!(taken(&[pdf(PDF); 4]), vec![Err(Refusal::TooMany); 4]);
}

#[test]
fn what_is_not_whole_is_refused() {
    assert_eq!(
        one("application/pdf", "", b"%PDF-1.7\nnothing more"),
        Err(Refusal::Damaged)
    );
    assert_eq!(
        one("image/png", "", &png(&[chunk(*b"ABCD", b"unknown")])),
        Err(Refusal::Damaged)
    );
    for whole in [png(&[chunk(*b"tEXt", b"x")]), jpeg(&[exif(3)])] {
        for cut in 8..whole.len() {
            assert_eq!(
                one("application/octet-stream", "", &whole[..cut]),
                Err(Refusal::Damaged),
                "{cut}"
            );
        }
    }
}

#[test]
fn a_message_inside_the_message_is_refused() {
    let raw = message(&[]).replace(
        "--b--",
        "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7 %%EOF\r\n--b--",
    );
    let files = take(raw.as_bytes(), &Bounds::default(), &allowed()).unwrap();
    assert_eq!(files, [Err(Refusal::Nested)]);
}

proptest! {
    #[test]
    fn whatever_the_bytes_are_nothing_of_an_aside_is_kept(noise in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..200) {
        let with_note = jpeg(&[segment(0xfe, SECRET), segment(0xe5, &noise)]);
        let kept = one("image/jpeg", "", &with_note).unwrap();
        prop_assert!(!holds(&kept.bytes, SECRET));
        let mut broken = with_note;
        let length = broken.len();
        broken.splice(at % length..at % length, noise.iter().copied());
        if let Ok(kept) = one("application/octet-stream", "", &broken) {
            prop_assert!(kept.bytes.len() <= broken.len() + 40);
        }
    }
}
