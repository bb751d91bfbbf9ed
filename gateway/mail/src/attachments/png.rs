//! A PNG without what it tells by the way (PNG, third edition, chapters 5 and 11).

/// What each begins with.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// What the picture needs: itself, its colours and its size in metres, and its movement. Left out are text, time, camera's notes
/// and every chunk that no specification names.
const KEPT: [&[u8; 4]; 19] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP",
    b"mDCV", b"cLLI", b"bKGD", b"pHYs", b"hIST", b"acTL", b"fcTL", b"fdAT",
];
/// Length, type and check around a chunk's content.
const AROUND: usize = 12;

/// The picture; none when it is not whole. What stands behind its end is left out too.
pub(super) fn stripped(png: &[u8]) -> Option<Vec<u8>> {
    let mut rest = png.strip_prefix(SIGNATURE)?;
    let mut kept = Vec::with_capacity(png.len());
    kept.extend_from_slice(SIGNATURE);
    let (mut first, mut has_picture) = (true, false);
    loop {
        let length: [u8; 4] = rest.get(..4)?.try_into().ok()?;
        let length = usize::try_from(u32::from_be_bytes(length)).ok()?;
        let chunk = rest.get(..length.checked_add(AROUND)?)?;
        let kind: &[u8; 4] = chunk[4..8].try_into().ok()?;
        if first != (kind == b"IHDR") {
            return None;
        }
        first = false;
        has_picture |= kind == b"IDAT";
        if KEPT.contains(&kind) {
            kept.extend_from_slice(chunk);
        } else if kind[0].is_ascii_uppercase() {
            // A chunk without which the picture cannot be shown, and that we do not know.
            return None;
        }
        if kind == b"IEND" {
            return has_picture.then_some(kept);
        }
        rest = &rest[chunk.len()..];
    }
}
