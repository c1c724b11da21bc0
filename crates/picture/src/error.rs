//! Why the picture could not be computed.

use oikos_desk::graph::GraphError;
use oikos_model::VocabularyError;
use oikos_registry::StoreError;

/// Why the picture could not be computed. The leads that were there stay.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// There is more to combine than the limit allows.
    #[error("the picture may use at most {limit} {what}; narrow the permitted labels or raise the limit in its parameters")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The holdings make no graph.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A lead does not write as JSON.
    #[error("a lead does not write as JSON: {0}")]
    Encoding(#[from] serde_json::Error),
    /// The vocabulary does not load.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// The registry failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
