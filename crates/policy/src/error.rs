//! What can be wrong with the policy text and the transfer table.

/// Why they are refused. Tests prove that what is compiled in gives none of these.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The schema is not Cedar's.
    #[error("policy schema.cedarschema: {0}")]
    Schema(String),
    /// A policy file is not Cedar's.
    #[error("policy file {file}: {problem}")]
    Syntax {
        /// The file.
        file: &'static str,
        /// What Cedar says.
        problem: String,
    },
    /// A rule lacks an annotation or takes another's name.
    #[error("policy file {file}, rule {rule}: {problem}")]
    Rule {
        /// The file.
        file: &'static str,
        /// The rule's id, or Cedar's number where it has none.
        rule: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The rules contradict the schema.
    #[error("the policies do not hold under the schema: {0}")]
    Validation(String),
    /// The adequacy decisions cannot be read.
    #[error("the transfer table (transfers.yaml): {0}")]
    Transfers(String),
}
