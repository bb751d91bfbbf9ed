//! The five kinds of value that a statement takes.

use jiff::Timestamp;

/// One argument of a statement; a `None` is NULL.
#[derive(Debug, Clone)]
pub enum Arg {
    /// A number, an instant in microseconds, or a yes/no as 1/0.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Sealed bytes, digests.
    Bytes(Option<Vec<u8>>),
}

impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}
impl From<Option<i64>> for Arg {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}
impl From<bool> for Arg {
    fn from(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}
impl From<Timestamp> for Arg {
    fn from(value: Timestamp) -> Self {
        Self::Int(Some(value.as_microsecond()))
    }
}
impl From<Option<Timestamp>> for Arg {
    fn from(value: Option<Timestamp>) -> Self {
        Self::Int(value.map(Timestamp::as_microsecond))
    }
}
impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}
impl From<&String> for Arg {
    fn from(value: &String) -> Self {
        Self::Text(Some(value.clone()))
    }
}
impl From<Option<&str>> for Arg {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}
impl From<&Option<String>> for Arg {
    fn from(value: &Option<String>) -> Self {
        Self::Text(value.clone())
    }
}
impl From<&[u8]> for Arg {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}
impl From<&[u8; 32]> for Arg {
    fn from(value: &[u8; 32]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}
impl From<&Vec<u8>> for Arg {
    fn from(value: &Vec<u8>) -> Self {
        Self::Bytes(Some(value.clone()))
    }
}
impl From<&Option<Vec<u8>>> for Arg {
    fn from(value: &Option<Vec<u8>>) -> Self {
        Self::Bytes(value.clone())
    }
}

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl From<&domain::id::$name> for Arg {
            fn from(id: &domain::id::$name) -> Self {
                Self::from(id.as_str())
            }
        }
        impl From<Option<&domain::id::$name>> for Arg {
            fn from(id: Option<&domain::id::$name>) -> Self {
                Self::Text(id.map(|id| id.as_str().to_owned()))
            }
        }
    )+};
}
ids!(
    CaseId,
    VictimId,
    DefendantId,
    AdviserId,
    ConsentId,
    SupporterId,
    ContactPointId,
    ProposalId,
    EventId,
    ObligationId,
    DraftId,
    MessageId,
    AttemptId,
    ContactId,
    MeetingId,
    DetailChangeId,
    SampleId,
    SessionId,
    KeptId,
    CoverId,
    GlassId,
    BreachId,
    ReferralId,
    RequestId,
    ThreadId,
    InboundId
);

/// Writes a list of arguments: `args![id, now, "text"]`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::Arg::from($value)),*] };
}
pub(crate) use args;
