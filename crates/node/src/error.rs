//! What can go wrong in a node, and how it is told to whoever asked.

use std::path::{Path, PathBuf};

use oikos_model::CaseId;
use oikos_registry::StoreError;

/// What is needed besides a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// A code by time, or a recovery code.
    Code,
    /// A passkey.
    Passkey,
}

impl Factor {
    const fn text(self) -> &'static str {
        match self {
            Self::Code => "sign in with a code of the second factor as well",
            Self::Passkey => "sign in with a passkey instead",
        }
    }
}

/// Why a node did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// Policy says no. The refusal is in the journal.
    #[error("not allowed: {}", .0.join("; "))]
    Denied(Vec<String>),
    /// Nobody is signed in, or the session is over.
    #[error("sign in first: {0}")]
    NotSignedIn(&'static str),
    /// The password was right, and a second factor is needed with it.
    #[error("{}", .0.text())]
    FactorRequired(Factor),
    /// The session can do nothing but enrol a second factor.
    #[error("this account needs a second factor: enrol one first, nothing else can be done before")]
    EnrolmentRequired,
    /// Too much went wrong under this name, or from this address.
    #[error("too many attempts failed; try again in {after_seconds} seconds")]
    TooManyAttempts {
        /// After how many seconds somebody is heard again.
        after_seconds: u64,
    },
    /// The session never said for what it works.
    #[error("say first for which purpose and on which legal basis this session works{}", match .0 {
        Some(case) => format!(" on the case {case}"),
        None => String::new(),
    })]
    PurposeRequired(Option<CaseId>),
    /// The identity provider does not answer as it should.
    #[error("the identity provider: {0}")]
    Provider(String),
    /// There is no such thing, or the asker may not know of it.
    #[error("{0} is not here")]
    NotFound(String),
    /// The request is not in order; the message says how it would be.
    #[error("{0}")]
    Invalid(String),
    /// The request contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    /// A file is larger than the node takes.
    #[error("the file is larger than the {0} bytes this node takes (upload_bytes_maximum in node.yaml); split it")]
    TooLarge(u64),
    /// Somebody stopped the work.
    #[error("it was stopped; nothing was kept")]
    Stopped,
    /// Another process owns the folder.
    #[error("another process owns {}; commands talk to it while it runs", .0.display())]
    Owned(PathBuf),
    /// A file failed.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The registry failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Anything else that is not the asker's fault.
    #[error("the node failed: {0}")]
    Internal(String),
}

impl NodeError {
    /// Wraps a failure of the file system.
    pub fn io(doing: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), source }
    }

    /// Wraps a failure nobody outside can mend.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }

    /// Wraps what contradicts what is there, or what a partner did not do.
    pub fn conflict(error: impl std::fmt::Display) -> Self {
        Self::Conflict(error.to_string())
    }

    /// The short code by which the API names the kind of failure.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Denied(_) => "denied",
            Self::NotSignedIn(_) => "not_signed_in",
            Self::FactorRequired(Factor::Code) => "code_required",
            Self::FactorRequired(Factor::Passkey) => "passkey_required",
            Self::EnrolmentRequired => "second_factor_required",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::PurposeRequired(_) => "purpose_required",
            Self::Provider(_) => "provider",
            Self::NotFound(_) => "not_found",
            Self::Invalid(_) => "invalid",
            Self::TooLarge(_) => "too_large",
            Self::Stopped => "stopped",
            Self::Conflict(_) | Self::Owned(_) => "conflict",
            Self::Io { .. } | Self::Store(_) | Self::Internal(_) => "internal",
        }
    }
}
