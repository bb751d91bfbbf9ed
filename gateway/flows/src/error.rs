//! What a flow can answer instead of being done.

/// Which way a door has to answer: the whole list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The input is not acceptable.
    Invalid,
    /// This person may not do this.
    NotAllowed,
    /// There is no such thing, or not for this person.
    NotFound,
    /// It was changed meanwhile, or is in another state.
    Conflict,
    /// Later may help.
    Busy,
    /// Our own fault.
    Broken,
}

/// A flow's error: a plain sentence without personal data, and what kind it is.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is not acceptable: where, what, and what would be right.
    #[error("{0}")]
    Invalid(String),
    /// This person may not do this.
    #[error("{0}")]
    NotAllowed(String),
    /// There is no such thing, or not for this person.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It was there and was erased, for good.
    #[error("the personal data of this victim were erased; what is left stands in the contact log")]
    Erased,
    /// It was changed meanwhile, or is in another state.
    #[error("{0}")]
    Conflict(String),
    /// The store.
    #[error("store: {0}")]
    Store(#[from] store::Error),
    /// Sealing or opening failed.
    #[error("vault: {0}")]
    Vault(String),
    /// What the disk holds is not known any more: the process ends, and the next start finds out. Nothing is tried
    /// again before that.
    #[error("{0}; the process ends, start it again")]
    Ends(String),
    /// Something of ours does not hold together.
    #[error("{what}: {fault}")]
    Broken {
        /// What was being done.
        what: &'static str,
        /// What went wrong, without values.
        fault: String,
    },
}

impl Error {
    /// Which way a door has to answer.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Invalid(_) => Kind::Invalid,
            Self::NotAllowed(_) => Kind::NotAllowed,
            Self::NotFound(_) | Self::Erased => Kind::NotFound,
            Self::Conflict(_) | Self::Store(store::Error::Changed { .. }) => Kind::Conflict,
            Self::Store(fault) if fault.is_passing() => Kind::Busy,
            Self::Store(_) | Self::Vault(_) | Self::Ends(_) | Self::Broken { .. } => Kind::Broken,
        }
    }

    /// Says of a row that somebody else changed meanwhile in these words what came of it.
    pub(crate) fn overtaken(sentence: &'static str) -> impl FnOnce(store::Error) -> Self {
        move |fault| match fault {
            store::Error::Changed { .. } => Self::Conflict(sentence.to_owned()),
            fault => fault.into(),
        }
    }

    /// Whether somebody else changed a row between its reading and its writing: there is nothing else to say of it.
    pub fn is_overtaken(&self) -> bool {
        matches!(self, Self::Store(store::Error::Changed { .. }))
    }

    /// Whether the process must end: after a fault of the disk, only a new start knows what was written.
    pub fn ends_process(&self) -> bool {
        match self {
            Self::Ends(_) => true,
            Self::Store(fault) => fault.is_of_the_disk(),
            _ => false,
        }
    }

    /// Something of ours does not hold together.
    pub(crate) fn broken(what: &'static str, fault: impl std::fmt::Display) -> Self {
        Self::Broken {
            what,
            fault: fault.to_string(),
        }
    }
}
