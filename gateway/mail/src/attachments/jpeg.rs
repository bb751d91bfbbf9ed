//! A JPEG without what it tells by the way (ITU-T T.81, annex B).

use super::orientation;

const START: [u8; 2] = [0xff, 0xd8];
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
/// The version, unit and density of JFIF with its name; what follows is a small picture, which may show what the large one hides.
const JFIF_BYTES: usize = 12;

/// The picture with its tables, its colours and which way up it is; none when it is not whole. What stands behind its end
/// (a second picture, an archive) is left out with the rest.
pub(super) fn stripped(jpeg: &[u8]) -> Option<Vec<u8>> {
    let mut rest = jpeg.strip_prefix(&START)?;
    let (mut head, mut body) = (START.to_vec(), Vec::with_capacity(jpeg.len()));
    let (mut turned, mut has_frame, mut has_scan) = (None, false, false);
    loop {
        let marker;
        (marker, rest) = next_marker(rest)?;
        if marker == END {
            break;
        }
        let length = usize::from(u16::from_be_bytes(rest.get(..2)?.try_into().ok()?));
        let content = rest.get(2..length)?;
        rest = &rest[length..];
        match marker {
            0xe0 if content.starts_with(b"JFIF\0") => {
                let mut plain = content.get(..JFIF_BYTES)?.to_vec();
                plain.extend([0, 0]);
                segment(&mut head, marker, &plain)?;
            }
            0xe1 if content.starts_with(orientation::EXIF) => {
                turned = turned.or_else(|| orientation::read(&content[orientation::EXIF.len()..]));
            }
            // The colour profile, and how Adobe's programs mix colours.
            0xe2 if content.starts_with(b"ICC_PROFILE\0") => segment(&mut body, marker, content)?,
            0xee if content.starts_with(b"Adobe") => segment(&mut body, marker, content)?,
            // The other segments of applications, and comments.
            0xe0..=0xef | 0xfe => {}
            SCAN => {
                segment(&mut body, marker, content)?;
                let length = entropy_coded(rest)?;
                body.extend_from_slice(&rest[..length]);
                rest = &rest[length..];
                has_scan = true;
            }
            // Frames, Huffman and arithmetic tables; quantisation, number of lines, restarts.
            0xc0..=0xcf | 0xdb..=0xdd if marker != 0xc8 => {
                has_frame |= !matches!(marker, 0xc4 | 0xcc | 0xdb..=0xdd);
                segment(&mut body, marker, content)?;
            }
            _ => return None,
        }
    }
    if !(has_frame && has_scan) {
        return None;
    }
    if let Some(turned) = turned {
        let exif = [orientation::EXIF, &orientation::write(turned)].concat();
        segment(&mut head, 0xe1, &exif)?;
    }
    head.append(&mut body);
    head.extend([0xff, END]);
    Some(head)
}

/// The next marker and what follows it; a marker may have any number of fill bytes before it (B.1.1.2).
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let bytes = bytes.strip_prefix(&[0xff])?;
    let at = bytes.iter().position(|byte| *byte != 0xff)?;
    Some((bytes[at], &bytes[at + 1..]))
}

/// How long the coded picture is: up to the next marker that is no restart and no byte of its own (B.1.1.5).
fn entropy_coded(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(2)
        .position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff))
}

fn segment(to: &mut Vec<u8>, marker: u8, content: &[u8]) -> Option<()> {
    let length = u16::try_from(content.len() + 2).ok()?;
    to.extend([0xff, marker]);
    to.extend(length.to_be_bytes());
    to.extend_from_slice(content);
    Some(())
}
