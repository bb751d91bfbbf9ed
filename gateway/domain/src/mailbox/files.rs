//! Files that come with a message: which kinds an Area may take, and how one stands that was taken.

use serde::{Deserialize, Serialize};

use crate::event::words::words;

words! {
    /// What a file is, by its content. HTML, SVG, archives, programs and documents with macros are none of them.
    FileKind {
        /// ISO 32000.
        Pdf = "pdf",
        /// ISO 15948.
        Png = "png",
        /// ITU-T T.81.
        Jpeg = "jpeg",
        /// UTF-8 without control characters and without markup at its beginning.
        Text = "text",
    }

    /// How a file stands that was taken.
    FileState {
        /// Nobody may have it before the scanner has judged it.
        Waiting = "waiting",
        /// The scanner found nothing in it.
        Clean = "clean",
        /// The scanner found something, and its content is gone.
        Infected = "infected",
    }
}

impl FileKind {
    /// What a person calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Png => "PNG picture",
            Self::Jpeg => "JPEG picture",
            Self::Text => "plain text",
        }
    }

    /// The ending of a file's name, without the dot.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Text => "txt",
        }
    }
}
