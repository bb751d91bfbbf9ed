//! One file per verb: the only place where a transaction begins.
//!
//! Every flow has the same five beats: authorise, load, decide, write, commit. What is decided, `domain`
//! decides; what is written is committed together with its log entries.
//!
//! **Invariant:** SMTP is never spoken with a transaction open.
//! **Invariant:** nothing personal leaves a flow in an error, a log line or a log entry.
//!
//! To add a verb: a file named after it, a method on [`Gateway`], and a line in `docs/architecture.md`.

mod accounts;
mod add_case;
mod adviser;
mod adviser_register;
mod answer_adviser;
mod api;
mod api_changes;
mod api_log;
mod api_once;
mod api_reading;
mod approve_draft;
mod archive;
mod assign;
mod breaches;
mod break_glass;
mod carry_out;
mod change_calendar;
mod change_detail;
mod change_plan;
mod compose_draft;
mod consents;
mod contact_desk;
mod context;
mod decide;
mod deliver;
mod discharge;
mod ending_consents;
mod entries;
mod erase_victim;
mod error;
mod evidence;
mod explain;
mod fetch_mail;
mod files;
mod find_victims;
mod flag_case;
mod foreign;
mod gateway;
mod hand_over;
mod house;
pub mod import;
mod kept_words;
mod late_events;
mod log_pack;
mod meetings;
mod notices;
mod onboard;
mod open_field;
mod open_meetings;
mod outcome;
mod owed;
mod passkeys;
mod person;
mod promised_calls;
mod published_log;

mod mailboxes;
mod plan_desk;
mod read_draft;
mod read_log;
mod read_message;
mod read_question;
mod read_supporters;
pub mod read_victim;
mod receive_bounce;
mod receive_mail;
mod record_contact;
mod record_event;
mod record_texts;
mod recovery;
mod referrals;
pub mod report;
mod request_decision;
mod review_draft;
mod rotate_keys;
mod scope;
mod scrutiny;
mod seal_log;
mod sealing;
mod search_log;
pub mod sign_in;
mod silences;
mod single_sign_on;
mod supporters;
mod sweep;
mod tell_changes;
mod try_mail;
mod vet_templates;
mod whose;
mod withheld;
pub mod worklist;
mod write_to_adviser;

pub use accounts::{Account, AccountDetails};
pub use add_case::Added;
pub use adviser::{
    Colleague, ConversationOutline, ConversationRead, CoverStanding, MeetingAhead, PersonSupported,
    SIGNED_IN, ServiceRead, Spoken, VictimTold, Voice,
};
pub use adviser_register::AdviserRegister;
pub use answer_adviser::ANSWER_CHARS_MAX;
pub use api::{ApiClient, ApiToken, ListPart, ListPlace};
pub use api_changes::{DraftStep, Drafting};
pub use api_log::ConsistencyProof;
pub use api_once::{ApiRequest, GivenAnswer, RequestKey};
pub use api_reading::{DraftOutline, PlanOutline, VictimOutline};
pub use approve_draft::Approved;
pub use breaches::{BREACH_DONE, BREACH_REASONS, BREACH_WHAT, BlockedSend, Breach, NewBreach};
pub use break_glass::{GLASS_REASONS, GLASS_STAYS};
pub use change_calendar::{CalendarChange, known_calendar};
pub use change_detail::{DetailsRead, WhatFollows};
pub use change_plan::ProposedPoint;
pub use compose_draft::Composed;
pub use consents::ConsentDecision;
pub use contact_desk::{ContactRead, Desk, Identity};
pub use deliver::Delivered;
pub use erase_victim::Erased;
pub use error::{Error, Kind};
pub use evidence::{EvidenceDesk, EvidenceEnd, EvidenceOutline};
pub use explain::Explained;
pub use fetch_mail::{FetchFault, FetchStanding, Fetched, Gap};
pub use files::{FileContent, FileRead, FileRules, FileStanding, Scanned};
pub use find_victims::{HITS_MAX, Looked};
pub use flag_case::{Kept, Lifted};
pub use gateway::{Gateway, Parts, Settings, Staff};
pub use hand_over::Words;
pub use house::{
    ADVISERS_MAX, AdviserMasked, AreaCount, KeysShown, LOG_KEYS_TEXT, MASTER_KEY_TEXT, MasterKey,
    UNDELIVERED_MAX, Undelivered, VersionShown,
};
pub use kept_words::{KEPT_MAX, KeptForm, TypedForm};
pub use log_pack::{LogPack, PackFile};
pub use mailboxes::{AnswerRead, MailOutline, MailRead, MailboxCount, MailboxQuestion, REJECTIONS};
pub use notices::{NOTICES_SHOWN, NoticeShown};
pub use onboard::{NewCase, NewPerson, NotAdded, ToCase};
pub use open_field::Opened;
pub use open_meetings::{MEETINGS_SHOWN, OpenMeeting};
pub use passkeys::{Ceremony, Passkey, PasskeyShown};

pub use published_log::{PublishedLog, Standing};

pub use plan_desk::PlanDesk;
pub use read_draft::DraftRead;
pub use read_message::{MessageRead, Tried};
pub use read_question::QuestionRead;
pub use read_supporters::{ConsentRead, SupportDesk, SupporterRead};
pub use receive_bounce::{BOUNCE_DAYS_MAX, Bounced};
pub use receive_mail::{Arrived, Incoming, MailDesk};
pub use record_contact::{Contacted, NewContact};
pub use record_event::Recorded;
pub use record_texts::KnownText;
pub use recovery::{AppSecret, Credentials, GRANT_HOURS_MAX, Recovered, RecoveryShown};
pub use referrals::{QUESTION_CHARS_MAX, ReferralDesk, ReferralEnd, ReferralOutline, ReferralRead};
pub use request_decision::{Ask, REQUEST_REASONS};
pub use review_draft::{Review, Towards};
pub use rotate_keys::Rotated;
pub use scrutiny::{
    DRAWN_DAYS, DRAWN_EACH, FreeWords, Reviewer, SampleCount, SampleDesk, SampleDrawn, SampleGiven,
    SampleRead, TemplateFindings,
};
pub use seal_log::{LogKeys, Sealed, Sealer};
pub use search_log::{FoundEntries, FoundEntry, LogQuestion, TABLE_MAX};
pub use sign_in::Visitor;
pub use silences::Silences;
pub use single_sign_on::{Admitted, ProviderPerson};
pub use supporters::NewSupporter;
pub use sweep::Swept;
pub use tell_changes::{Persistence, TOLD, Telling, Told};
pub use try_mail::{DomainReport, MailRoute};
pub use vet_templates::Vetted;
pub use write_to_adviser::UNASKED;

pub use domain::account::Role;
pub use domain::mailbox::{FileKind, FileState};
pub use mail::relay::{Ended, Step, Trial};
pub use mail::sending_domain::{Finding, Mechanism, Standing as DomainStanding};
pub use store::contacts::ContactRow;
pub use store::covers::CoverRow as Cover;
pub use store::details::DetailChangeRow;
pub use store::drafts::DraftRow;
pub use store::due_requests::DueRequestRow as DueRequest;
pub use store::glasses::GlassRow as Glass;
pub use store::meetings::MeetingRow;
pub use store::obligations::ObligationRow;
pub use store::people::CaseRow;
pub use store::silences::{LateRow as LateAnswer, SilenceRow as MailboxSilence};
pub use store::whole_victim::PlanChangeRow;

/// What every flow answers.
pub type Result<T> = std::result::Result<T, Error>;
