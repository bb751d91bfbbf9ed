//! Which way up a photograph is: the one thing in a camera's notes (Exif 2.32) that its picture needs.

/// What an Exif segment begins with, before its TIFF.
pub(super) const EXIF: &[u8] = b"Exif\0\0";
/// The field's number in the first directory (TIFF 6.0, section 8).
const TAG: u16 = 0x0112;
/// A field of one 16-bit number (TIFF 6.0, section 2).
const SHORT: u16 = 3;

/// The orientation that this TIFF names, when it is another than upright: 2 to 8.
pub(super) fn read(tiff: &[u8]) -> Option<u8> {
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    };
    let offset: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let offset = if big {
        u32::from_be_bytes(offset)
    } else {
        u32::from_le_bytes(offset)
    };
    let directory = usize::try_from(offset).ok()?;
    let fields = usize::from(short(directory)?);
    for field in 0..fields {
        let at = directory.checked_add(2 + field * 12)?;
        if short(at)? == TAG && short(at + 2)? == SHORT {
            let value = u8::try_from(short(at + 8)?).ok()?;
            return (2..=8).contains(&value).then_some(value);
        }
    }
    None
}

/// A TIFF that holds this orientation and nothing else.
pub(super) fn write(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    tiff.extend(TAG.to_be_bytes());
    tiff.extend(SHORT.to_be_bytes());
    tiff.extend([0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend([0; 4]);
    tiff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_upright_is_nothing() {
        for orientation in 2..=8 {
            assert_eq!(read(&write(orientation)), Some(orientation));
        }
        assert_eq!(
            (read(&write(1)), read(&write(9)), read(b"MM\0*\xff\xff\xff\xff")),
            (None, None, None)
        );
    }
}
