//! `node.yaml`: what a node is called, under which law it works, where it listens.

use std::path::Path;

use oikos_model::{LegalBasis, NodeId, Purpose, Regime, Vocabulary};
use serde::{Deserialize, Serialize};

use crate::{NodeError, SignInSettings};

/// The settings of a node, as `oikos init` writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// The node's id; it outlives its keys.
    pub id: NodeId,
    /// The authority's name.
    pub display_name: String,
    /// ISO 3166-1 alpha-2 code of its state.
    pub country: String,
    /// The regime it works under.
    pub regime: Regime,
    /// The purpose an act has where nobody says otherwise.
    pub default_purpose: Purpose,
    /// The legal basis an act has where nobody says otherwise.
    pub default_legal_basis: LegalBasis,
    /// Where the page and the API listen. Keep it on loopback, or put a TLS-terminating proxy before it.
    pub listen: String,
    /// Where partners reach the node.
    pub exchange_listen: String,
    /// The PostgreSQL database that keeps the registry, as `postgres://USER@localhost/DATABASE`; without it a file in the folder does. The
    /// password is never here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// How people sign in.
    #[serde(default)]
    pub sign_in: SignInSettings,
    /// How many partners must have cosigned a checkpoint of the journal before it is trusted.
    #[serde(default)]
    pub witnesses: usize,
    /// Largest file that people may send for import, bytes.
    #[serde(default = "default_upload_bytes_maximum")]
    pub upload_bytes_maximum: u64,
}

/// Two gibibytes.
const fn default_upload_bytes_maximum() -> u64 {
    NodeConfig::UPLOAD_BYTES_MAXIMUM
}

impl NodeConfig {
    /// Largest file that people may send for import where the settings do not say otherwise.
    pub const UPLOAD_BYTES_MAXIMUM: u64 = 2 << 30;

    /// Reads and checks `node.yaml`.
    ///
    /// # Errors
    /// When the file is missing, malformed, or names an unknown purpose or country form.
    pub fn read(path: &Path) -> Result<Self, NodeError> {
        let text = std::fs::read_to_string(path).map_err(|source| NodeError::io("reading the node's settings", path, source))?;
        let config: Self = yaml_serde::from_str(&text).map_err(|error| {
            NodeError::Invalid(format!("{}: {error}; `oikos init` writes one as it should be", path.display()))
        })?;
        config.check()?;
        Ok(config)
    }

    /// Checks what the types alone do not.
    ///
    /// # Errors
    /// When the purpose is not in the vocabulary, the country is not two capitals, a name is empty, or how people sign in is not in
    /// order.
    pub fn check(&self) -> Result<(), NodeError> {
        let vocabulary = Vocabulary::load().map_err(|error| NodeError::Internal(error.to_string()))?;
        if !vocabulary.knows_purpose(self.default_purpose.as_str()) {
            let known: Vec<&str> = vocabulary.purposes().map(|(code, _)| code).collect();
            return Err(NodeError::Invalid(format!(
                "unknown purpose {:?}; known are {}",
                self.default_purpose.as_str(),
                known.join(", ")
            )));
        }
        if self.country.len() != 2 || !self.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(NodeError::Invalid(format!("country {:?}: expected two capital letters, for example FI", self.country)));
        }
        if self.display_name.trim().is_empty() || self.display_name.len() > 200 {
            return Err(NodeError::Invalid("the authority's name must have 1 to 200 bytes".into()));
        }
        self.registry.as_deref().map_or(Ok(()), crate::registry::check)?;
        self.sign_in.check()
    }

    /// Writes `node.yaml`; an existing one is never overwritten.
    ///
    /// # Errors
    /// When the file is there or cannot be written.
    pub fn write_new(&self, path: &Path) -> Result<(), NodeError> {
        self.check()?;
        let text = yaml_serde::to_string(self).map_err(|error| NodeError::Internal(error.to_string()))?;
        let header = "# Settings of this node. Concept demonstrator; fictional agreements; not accredited.\n";
        crate::folder::write_new_private(path, format!("{header}{text}").as_bytes())
    }
}
