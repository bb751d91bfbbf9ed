//! A tar file (POSIX ustar) in memory: a few small files under short names, and nothing else of the format.

const BLOCK: usize = 512;

/// A tar file in the making.
#[derive(Default)]
pub(crate) struct Archive {
    bytes: Vec<u8>,
}

impl Archive {
    /// Adds a file. Names are our own: ASCII, shorter than 100 bytes.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) {
        let mut header = [0_u8; BLOCK];
        let mut put = |at: usize, text: &str| {
            let bytes = text.as_bytes();
            header[at..at + bytes.len()].copy_from_slice(bytes);
        };
        put(0, &name.chars().take(99).collect::<String>());
        put(100, "0000600\0");
        put(108, "0000000\0");
        put(116, "0000000\0");
        put(124, &format!("{:011o}\0", content.len()));
        put(136, "00000000000\0");
        // The sum is taken with blanks in its own place.
        put(148, "        ");
        put(156, "0");
        put(257, "ustar\x0000");
        let sum = header.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.bytes.extend_from_slice(&header);
        self.bytes.extend_from_slice(content);
        self.pad();
    }

    /// The whole file.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(&[0; 2 * BLOCK]);
        self.bytes
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(BLOCK), 0);
    }
}
