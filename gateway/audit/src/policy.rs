//! Trust policies (C2SP tlog-policy): which logs, which witnesses, and how many of these must have cosigned.

use std::collections::{BTreeMap, BTreeSet};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::{KeyError, KeyKind, VerifierKey};
use crate::note::{Holds, Note, NoteError};

/// The longest policy that is read, in bytes.
pub const BYTES_MAX: usize = 64 * 1024;
/// The name of the quorum that asks for no witness.
const NONE: &str = "none";

/// One thing wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy, line {line}: {what}")]
pub struct PolicyFault {
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong and what would be right.
    pub what: String,
}

/// Why a checkpoint is not trusted under a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// A signature that does not hold, or none of a known key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// No known log signed it.
    #[error("no log of the policy has signed this checkpoint")]
    NoLog,
    /// The log that signed it is another than the one that it names.
    #[error("the checkpoint names another log than the one that signed it")]
    Origin,
    /// Too few witnesses.
    #[error("the checkpoint has not the quorum of witnesses that the policy asks for")]
    Quorum,
}

/// A log or a witness, with the address at which it is reached where one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its key.
    pub key: VerifierKey,
    /// Its address.
    pub url: Option<String>,
}

/// What counts as having witnessed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    Witness(VerifierKey),
    Group { needs: usize, members: Vec<String> },
}

/// How many must have witnessed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Quorum {
    /// Nobody.
    None,
    /// The witness or group of this name.
    Of(String),
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Party>,
    witnesses: Vec<Party>,
    rules: BTreeMap<String, Rule>,
    quorum: Quorum,
}

/// The 32 bytes of each witness's key, with the time of its cosignature in seconds since 1970 UTC.
pub type Witnessed = BTreeMap<[u8; 32], u64>;

/// A checkpoint that a policy trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// When each witness whose cosignature holds signed, in seconds since 1970 UTC. A name may be shared, a key not.
    pub witnessed: Witnessed,
}

impl Policy {
    /// Reads a policy; the first fault is named by its line.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyFault> {
        let whole = |what: &str| PolicyFault {
            line: 0,
            what: what.to_owned(),
        };
        if bytes.len() > BYTES_MAX {
            return Err(whole("a policy has at most 65,536 bytes"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| whole("a policy is UTF-8 text"))?;
        let mut reader = Reader::default();
        for (number, line) in (1..).zip(text.split('\n')) {
            let words = line.split([' ', '\t']).filter(|word| !word.is_empty());
            let words = words.collect::<Vec<_>>();
            if words.first().is_some_and(|first| !first.starts_with('#')) {
                reader
                    .take(&words)
                    .map_err(|what| PolicyFault { line: number, what })?;
            }
        }
        let quorum = reader
            .quorum
            .ok_or_else(|| whole("exactly one `quorum` line is needed; `quorum none` asks for no witness"))?;
        Ok(Self {
            logs: reader.logs,
            witnesses: reader.witnesses,
            rules: reader.rules,
            quorum,
        })
    }

    /// Its logs.
    pub fn logs(&self) -> &[Party] {
        &self.logs
    }

    /// Its witnesses.
    pub fn witnesses(&self) -> &[Party] {
        &self.witnesses
    }

    /// Checks every signature of a known key on a checkpoint, that a known log signed it under its own name, and the
    /// quorum.
    pub fn trust(&self, note: &Note) -> Result<Trusted, Distrust> {
        let trusted = self.read(note)?;
        if self.quorum_of(&trusted.witnessed) {
            Ok(trusted)
        } else {
            Err(Distrust::Quorum)
        }
    }

    /// The same without the quorum: what the log alone says.
    pub fn read(&self, note: &Note) -> Result<Trusted, Distrust> {
        let known = self.logs.iter().chain(&self.witnesses);
        let known = known.map(|party| party.key.clone()).collect::<Vec<_>>();
        let holding = note.verify(&known)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        let is_log = |held: &&Holds<'_>| self.logs.iter().any(|log| log.key == *held.key);
        let mut signers = holding.iter().filter(is_log).peekable();
        if signers.peek().is_none() {
            return Err(Distrust::NoLog);
        }
        if !signers.any(|held| held.key.name() == checkpoint.origin) {
            return Err(Distrust::Origin);
        }
        let witnessed = holding.iter().filter_map(|held| {
            let at_s = held.signed.at_s?;
            Some((*held.key.public(), at_s))
        });
        Ok(Trusted {
            witnessed: witnessed.collect(),
            checkpoint,
        })
    }

    /// Whether these witnesses are a quorum.
    pub fn quorum_of(&self, witnessed: &Witnessed) -> bool {
        match &self.quorum {
            Quorum::None => true,
            Quorum::Of(name) => self.has_witnessed(name, witnessed),
        }
    }

    fn has_witnessed(&self, name: &str, witnessed: &Witnessed) -> bool {
        match self.rules.get(name) {
            Some(Rule::Witness(key)) => witnessed.contains_key(key.public()),
            Some(Rule::Group { needs, members }) => {
                let have = members
                    .iter()
                    .filter(|member| self.has_witnessed(member, witnessed));
                have.count() >= *needs
            }
            None => false,
        }
    }
}

#[derive(Default)]
struct Reader {
    logs: Vec<Party>,
    witnesses: Vec<Party>,
    rules: BTreeMap<String, Rule>,
    members: BTreeSet<String>,
    quorum: Option<Quorum>,
}

impl Reader {
    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        match words {
            ["log", key, url @ ..] if url.len() < 2 => {
                let party = party(key, url, KeyKind::Ed25519)?;
                self.check_new(&party)?;
                self.logs.push(party);
            }
            ["witness", name, key, url @ ..] if url.len() < 2 => {
                let party = party(key, url, KeyKind::Cosignature)?;
                self.check_new(&party)?;
                self.name(name, Rule::Witness(party.key.clone()))?;
                self.witnesses.push(party);
            }
            ["group", name, needs, members @ ..] if !members.is_empty() => {
                self.group(name, needs, members)?;
            }
            ["quorum", name] => {
                if self.quorum.is_some() {
                    return Err("there is one `quorum` line, and it stands above".to_owned());
                }
                if *name != NONE && !self.rules.contains_key(*name) {
                    return Err(format!("`{name}` is no witness or group of a line above"));
                }
                self.quorum = Some(if *name == NONE {
                    Quorum::None
                } else {
                    Quorum::Of((*name).to_owned())
                });
            }
            _ => {
                return Err(
                    "a line is `log VKEY [URL]`, `witness NAME VKEY [URL]`, `group NAME K|any|all MEMBER...` or \
                     `quorum NAME|none`"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }

    fn group(&mut self, name: &str, needs: &str, members: &[&str]) -> Result<(), String> {
        let needs = match needs {
            "any" => 1,
            "all" => members.len(),
            number => crate::checkpoint::decimal(number)
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| (1..=members.len()).contains(number))
                .ok_or("a group needs `any`, `all`, or a number from 1 to that of its members")?,
        };
        for member in members {
            if !self.rules.contains_key(*member) {
                return Err(format!("`{member}` is no witness or group of a line above"));
            }
            if !self.members.insert((*member).to_owned()) {
                return Err(format!("`{member}` is a member already; each counts once"));
            }
        }
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        self.name(name, Rule::Group { needs, members })
    }

    fn name(&mut self, name: &str, rule: Rule) -> Result<(), String> {
        if name == NONE || self.rules.contains_key(name) {
            return Err(format!("the name `{name}` is taken"));
        }
        self.rules.insert(name.to_owned(), rule);
        Ok(())
    }

    /// One public key is one party, whatever it calls itself.
    fn check_new(&self, party: &Party) -> Result<(), String> {
        let mut known = self.logs.iter().chain(&self.witnesses);
        if known.any(|other| other.key.public() == party.key.public()) {
            Err("this key stands above already, perhaps under another name".to_owned())
        } else {
            Ok(())
        }
    }
}

fn party(key: &str, url: &[&str], kind: KeyKind) -> Result<Party, String> {
    let key = VerifierKey::parse(key).map_err(|fault: KeyError| fault.to_string())?;
    if key.kind() != kind {
        return Err("a log signs with type 0x01, a witness with type 0x04".to_owned());
    }
    Ok(Party {
        key,
        url: url.first().map(|url| (*url).to_owned()),
    })
}
