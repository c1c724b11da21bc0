//! How a command fails: one message that says what, where and what to do; as JSON where `--json` was asked for.

use std::io::Write;
use std::process::ExitCode;

use miette::Diagnostic;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
pub(crate) struct Failure {
    message: String,
    code: String,
    #[help]
    help: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: "failed".into(), help: None }
    }

    /// As the API named it.
    pub(crate) fn with_code(self, code: impl Into<String>) -> Self {
        Self { code: code.into(), ..self }
    }

    /// Whether the API named it so.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// With what to do about it.
    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Writes the failure where it belongs and gives the exit code.
    pub(crate) fn report(self, json: bool) -> ExitCode {
        if json {
            let body = serde_json::json!({ "error": { "code": self.code, "message": self.message, "help": self.help } });
            crate::show::json(&body);
        } else {
            let report = miette::Report::new(self);
            // A closed terminal is no reason to fail differently.
            let _ = writeln!(std::io::stderr(), "{report:?}");
        }
        ExitCode::FAILURE
    }
}

impl From<oikos_node::NodeError> for Failure {
    fn from(error: oikos_node::NodeError) -> Self {
        Self::new(error.to_string()).with_code(error.code())
    }
}
