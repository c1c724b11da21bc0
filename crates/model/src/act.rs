//! Who does something, why, and on which legal basis. Every call into registry, lake or exchange takes an [`Act`].

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CaseId, IdentifierError, NodeId, Purpose, UserName};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// A person signed in at this node.
    Person(UserName),
    /// Another node, over an authenticated link.
    Partner(NodeId),
    /// This node by itself: the scheduler, retention, the sequencer.
    Node(NodeId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(user) => write!(f, "person:{user}"),
            Self::Partner(node) => write!(f, "partner:{node}"),
            Self::Node(node) => write!(f, "node:{node}"),
        }
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $mutates_or_discloses:literal;)+) => {
        /// Everything a person, a partner or the node itself can do. One name each, decided in one place (`policy`),
        /// written in the journal under this name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Action {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)+
        }

        impl Action {
            /// Every action, in the order in which golden tables print them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code by which policy, journal and API name the action.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Whether the action changes or discloses something, and so must leave a journal entry.
            pub const fn is_journaled(self) -> bool {
                match self { $(Self::$variant => $mutates_or_discloses,)+ }
            }
        }
    };
}

actions! {
    /// Sign in or out.
    SignIn = "sign_in", true;
    /// See the node's name, health and desks.
    ReadNode = "read_node", false;
    /// Create or change a person's account.
    ManageUsers = "manage_users", true;
    /// Import a file into the lake and the registry (collection).
    Import = "import", true;
    /// Read jobs and their progress.
    ReadJobs = "read_jobs", false;
    /// Run a detector over a span.
    Detect = "detect", true;
    /// See findings in a list, a count or alone (consultation).
    ReadFindings = "read_findings", true;
    /// See the records behind a finding (consultation, with purpose).
    ReadEvidence = "read_evidence", true;
    /// Confirm, dismiss or reopen a finding.
    DecideFinding = "decide_finding", true;
    /// Query the lake with SQL.
    QueryLake = "query_lake", true;
    /// Read statements and entities.
    ReadStatements = "read_statements", true;
    /// Join findings into leads (combination).
    Combine = "combine", true;
    /// See leads.
    ReadLeads = "read_leads", true;
    /// Release a finding's facts or statements to a partner (disclosure).
    Release = "release", true;
    /// Recall what was released.
    Recall = "recall", true;
    /// Correct what was released (alteration, disclosure).
    Rectify = "rectify", true;
    /// Receive a parcel from a partner (collection).
    ReceiveParcel = "receive_parcel", true;
    /// Hand a queued parcel to its recipient (disclosure).
    DeliverParcel = "deliver_parcel", true;
    /// Accept, list or end agreements with partners.
    ManagePartners = "manage_partners", true;
    /// Read partners and agreements.
    ReadPartners = "read_partners", false;
    /// Read and verify the journal.
    ReadJournal = "read_journal", true;
    /// Erase what has expired, or one source (erasure).
    Erase = "erase", true;
    /// Ask a partner whether it knows a selector, without showing it (consultation).
    Ask = "ask", true;
    /// Answer a partner's ask with hit or no hit (disclosure).
    AnswerAsk = "answer_ask", true;
    /// Ask a partner to release what is behind a hit, which shows it the selector (disclosure).
    RequestRelease = "request_release", true;
    /// See hits, requests and their clocks (consultation).
    ReadRequests = "read_requests", true;
    /// Answer a partner's request: release, release in part, or refuse.
    DecideRequest = "decide_request", true;
    /// Say for which purpose, on which legal basis and for which case a session works.
    StatePurpose = "state_purpose", true;
    /// Change how one proves who one is: own password, second factor, passkeys, sessions.
    ManageOwnAccess = "manage_own_access", true;
    /// Ask for a second person to sign a release that needs two, see what waits, approve or decline.
    ApproveRelease = "approve_release", true;
    /// Cosign a partner's journal as its witness, or state and take journal keys.
    CosignCheckpoint = "cosign_checkpoint", true;
    /// Take a part of the journal out of the node, with the private halves of its entries (disclosure).
    ExportJournal = "export_journal", true;
    /// Erase what a journal entry says; its commitment stays (erasure).
    EraseJournalEntry = "erase_journal_entry", true;
    /// Prepare an evidence bundle for a case.
    PrepareBundle = "prepare_bundle", true;
    /// Authorise or decline an evidence bundle that another person prepared.
    AuthoriseBundle = "authorise_bundle", true;
    /// Write an authorised evidence bundle (disclosure).
    ExportBundle = "export_bundle", true;
    /// See desks: their sources, detectors and manual pages, last runs, and how many alerts they raise.
    ReadDesks = "read_desks", false;
    /// See what was imported, and the rows that were refused (consultation).
    ReadImports = "read_imports", true;
    /// Run a detector without keeping what it finds: with other parameters, or while it is being written (consultation).
    TryDetector = "try_detector", true;
    /// Write a detector of the node's own, or take one in from a file. It does nothing before it is enabled.
    WriteDetector = "write_detector", true;
    /// Save a detector's parameters, enable, disable or remove it.
    ChangeDetector = "change_detector", true;
    /// Take up and answer a data subject's request: find, export, correct, restrict, erase, refuse.
    AnswerSubject = "answer_subject", true;
    /// Judge that two entities are the same or are not, or withdraw such a judgement.
    JudgeEntity = "judge_entity", true;
    /// Screen names against lists and registers (consultation).
    Screen = "screen", true;
    /// Say of a match that it is somebody else, or confirm it as a hit with what is requested, or take that back.
    DecideMatch = "decide_match", true;
    /// Keep a set of subjects that stays screened, change it, screen it again, or remove it.
    KeepScreeningSet = "keep_screening_set", true;
    /// Search identifiers, names, titles and leads (consultation).
    Search = "search", true;
    /// See counts of findings with small cells hidden (consultation).
    ReadAggregates = "read_aggregates", true;
    /// Give findings to somebody, or take them back.
    AssignFinding = "assign_finding", true;
    /// Put findings to sleep until a moment, or wake them.
    SnoozeFinding = "snooze_finding", true;
    /// Reverse the own last act on findings, where it disclosed nothing.
    UndoWork = "undo_work", true;
    /// Say how many findings a desk's people can work on per day.
    SetAlertBudget = "set_alert_budget", true;
    /// Keep the own saved filters.
    KeepFilters = "keep_filters", true;
    /// See cases, alone or in a list (consultation).
    ReadCases = "read_cases", true;
    /// Open a case.
    OpenCase = "open_case", true;
    /// Work in a case: put things in and out, tasks, notes, decisions, playbooks; of the own case also hand over, close and reopen.
    WorkCase = "work_case", true;
    /// Hand over, close or reopen somebody else's case.
    SteerCase = "steer_case", true;
    /// Write down what came of looking at acts that an indicator of unusual access showed.
    ReviewAccess = "review_access", true;
    /// See and hand out statistics of the exchange, small cells suppressed (disclosure).
    ReadStatistics = "read_statistics", true;
}

impl Action {
    /// Whether the act is done for oversight and for nothing else: its endpoints say so themselves.
    pub const fn is_oversight(self) -> bool {
        matches!(
            self,
            Self::ReadJournal | Self::ExportJournal | Self::EraseJournalEntry | Self::ReviewAccess | Self::ReadStatistics
        )
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The law an act rests on, as the authority cites it, for example `Reg. (EU) 2019/452 Art. 6`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LegalBasis(String);

impl LegalBasis {
    /// Checks length (1 to 255 bytes) and characters.
    ///
    /// # Errors
    /// When the text is empty, too long or contains control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, IdentifierError> {
        let text = text.into();
        if text.trim().is_empty() || text.len() > 255 || text.chars().any(char::is_control) {
            return Err(IdentifierError::new("legal basis", &text, "expected 1 to 255 printable bytes citing a law"));
        }
        Ok(Self(text))
    }

    /// The citation.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LegalBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for LegalBasis {
    type Err = IdentifierError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<String> for LegalBasis {
    type Error = IdentifierError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<LegalBasis> for String {
    fn from(basis: LegalBasis) -> Self {
        basis.0
    }
}

/// One thing that someone does: who, what, why, on which legal basis, for which case, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Who acts.
    pub actor: Actor,
    /// What is done.
    pub action: Action,
    /// Why: the purpose that data must be marked for.
    pub purpose: Purpose,
    /// The law that allows it.
    pub legal_basis: LegalBasis,
    /// The case it is done for, where there is one.
    pub case: Option<CaseId>,
    /// When, by the node's clock.
    pub at: Timestamp,
}

impl Act {
    /// The same act by the same actor for another action: for a step inside a larger act (an import that also combines).
    #[must_use]
    pub fn with_action(&self, action: Action) -> Self {
        Self { action, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_serialise_as_written() {
        let mut codes: Vec<_> = Action::ALL.iter().map(|action| action.code()).collect();
        for action in Action::ALL {
            assert_eq!(serde_json::to_value(action).unwrap(), action.code());
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Action::ALL.len());
    }

    #[test]
    fn a_legal_basis_says_something() {
        assert!(LegalBasis::new("  ").is_err());
        assert!(LegalBasis::new("Reg. (EU) 2019/452 Art. 6").is_ok());
    }
}
