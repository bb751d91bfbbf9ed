//! Why somebody reads about a victim: asked before anything is shown, and written into each reading (law 4).

use serde::{Deserialize, Serialize};

use crate::event::words::words;

words! {
    /// The closed list of reasons; none of them says anything about a person.
    ReadingReason {
        /// To prepare or make a contact.
        PrepareContact = "prepare-contact",
        /// To check a message before it is sent.
        CheckBeforeSending = "check-before-sending",
        /// To answer a question of the person or of their adviser.
        AnswerQuestion = "answer-question",
        /// To look after the work of the unit.
        Supervise = "supervise",
        /// Because of a complaint or a review.
        Complaint = "complaint-or-review",
        /// To put a mistake right.
        PutRight = "put-right",
    }
}

impl ReadingReason {
    /// In words, for the person who chooses.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::PrepareContact => "To prepare or make a contact",
            Self::CheckBeforeSending => "To check a message before it is sent",
            Self::AnswerQuestion => "To answer a question from the person or their adviser",
            Self::Supervise => "To look after the work of the unit",
            Self::Complaint => "Because of a complaint or a review",
            Self::PutRight => "To put a mistake right",
        }
    }
}
