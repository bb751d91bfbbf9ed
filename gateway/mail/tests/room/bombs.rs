//! Messages made to hurt whoever reads them: each within the bounds, so that it is read, or just beyond.

use std::fmt::Write as _;

const HEAD: &str = "From: Dana Example <dana@isva.example>\r\nSubject: A question\r\nMIME-Version: 1.0\r\n";
/// What fits beside the header.
pub const BODY_BYTES: usize = 25 * 1024 * 1024 - 128 * 1024;

/// A name, and how it is made.
pub type Bomb = (&'static str, fn() -> String);

/// Each is made when it is asked for: together they would be what they are to show.
pub const ALL: &[Bomb] = &[
    ("one line without end", || whole("", &"x".repeat(BODY_BYTES))),
    ("nothing but line ends", || {
        whole("", &"\r\n".repeat(BODY_BYTES / 2))
    }),
    ("base64", || encoded("base64", "AAAA", 18)),
    ("quoted-printable", || encoded("quoted-printable", "=C3=A9", 12)),
    ("a markup of open tags", || html("<b>")),
    ("a markup of characters by name", || html("&amp;&#x1F600;")),
    ("a tag without end", || html("<a href=x ")),
    ("comments without end", || html("<!--")),
    ("another alphabet", || {
        whole(
            "Content-Type: text/plain; charset=gb18030\r\n",
            &"xyz%\r\n".repeat(BODY_BYTES / 6),
        )
    }),
    ("lines like a boundary", || {
        let boundary = "b".repeat(60_000);
        let kind = format!("Content-Type: multipart/mixed; boundary={boundary}\r\n");
        let line = format!("--{}\r\n", &boundary[1..]);
        whole(&kind, &line.repeat(BODY_BYTES / line.len()))
    }),
    ("empty boundary lines", || {
        let end = format!("--b\r\n\r\n{}--b--\r\n", "--\r\n".repeat(BODY_BYTES / 4 - 10));
        whole("Content-Type: multipart/mixed; boundary=b\r\n", &end)
    }),
    ("many parts of markup", || {
        let part = format!(
            "--b\r\nContent-Type: text/html\r\n\r\n{}\r\n",
            "<p>x".repeat(50_000)
        );
        let parts = part.repeat(98) + "--b--\r\n";
        whole("Content-Type: multipart/mixed; boundary=b\r\n", &parts)
    }),
    ("messages within messages", || {
        nested("Content-Type: message/rfc822\r\n\r\n", 15)
    }),
    ("messages beyond the bound", || {
        nested("Content-Type: message/rfc822\r\n\r\n", 500_000)
    }),
    ("an encoded message within each other", || {
        nested(
            "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            15,
        )
    }),
    ("parts within parts", || {
        let mut raw = HEAD.to_owned();
        for level in 0..16 {
            // Writing to a text does not fail.
            let _ = write!(
                raw,
                "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
            );
        }
        raw + "\r\nx\r\n" + &"y\r\n".repeat(BODY_BYTES / 4)
    }),
    ("words in code", || field("Subject: ", "=?utf-8?B?w6k=?=\r\n ")),
    ("words in unfinished code", || field("Subject: ", "=?utf-8?Q?=C3")),
    ("many recipients", || field("To: ", "a@b.example, ")),
    ("groups in groups", || field("To: ", "a:(")),
    ("comments in comments", || field("From: ", "(")),
    ("many references", || field("References: ", "<a@b.example> ")),
    ("many parameters", || {
        field("Content-Type: text/plain", "; a*0*=utf-8''%41")
    }),
    ("a name in pieces", || {
        field("Content-Disposition: attachment", "; filename*1=x")
    }),
    ("many fields", || whole(&"Received: x\r\n".repeat(900), "x")),
];

fn whole(header: &str, body: &str) -> String {
    format!("{HEAD}{header}\r\n{body}\r\n")
}

fn field(name: &str, piece: &str) -> String {
    whole(&format!("{name}{}\r\n", piece.repeat(60_000 / piece.len())), "x")
}

fn html(piece: &str) -> String {
    whole(
        "Content-Type: text/html\r\n",
        &piece.repeat(BODY_BYTES / piece.len()),
    )
}

fn encoded(how: &str, piece: &str, in_line: usize) -> String {
    let line = piece.repeat(in_line) + "\r\n";
    let header = format!("Content-Type: text/html\r\nContent-Transfer-Encoding: {how}\r\n");
    whole(&header, &line.repeat(BODY_BYTES / line.len()))
}

fn nested(header: &str, levels: usize) -> String {
    format!("{HEAD}{}\r\nx\r\n", header.repeat(levels))
}
