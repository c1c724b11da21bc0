//! `oikos init`: a node's folder.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use oikos_model::{Clock, LegalBasis, NodeId, Purpose, Regime, SystemClock};
use oikos_node::{NodeConfig, NodeFolder, SignInSettings};

use crate::failure::Failure;
use crate::show;

/// Example: oikos init fi --id fi.coast-guard --name "Coast guard" --country FI --purpose maritime-safety
#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos init fi --id fi.coast-guard --name \"Coast guard\" --country FI --purpose maritime-safety"
)]
pub(crate) struct Init {
    /// The folder to make
    folder: PathBuf,
    /// The node's id: lower case, for example fi.coast-guard
    #[arg(long)]
    id: Option<NodeId>,
    /// The authority's name
    #[arg(long)]
    name: Option<String>,
    /// The authority's state, two capitals
    #[arg(long, default_value = "EU")]
    country: String,
    /// The regime it works under: GDPR, LED or EUDPR
    #[arg(long, default_value = "GDPR")]
    regime: String,
    /// The purpose of acts where nobody says otherwise
    #[arg(long, default_value = "infrastructure-protection")]
    purpose: Purpose,
    /// The legal basis of acts where nobody says otherwise
    #[arg(long, default_value = "Dir. (EU) 2022/2557", value_name = "CITATION")]
    legal_basis: String,
    /// Where the page and the API listen
    #[arg(long, default_value = "127.0.0.1:7450")]
    listen: String,
    /// Where partners reach the node
    #[arg(long, default_value = "127.0.0.1:7451")]
    exchange_listen: String,
}

impl Init {
    pub(crate) fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let invalid = |error: oikos_model::IdentifierError| Failure::new(error.to_string());
        let id = match self.id {
            Some(id) => id,
            None => NodeId::new(slug(&self.folder)).map_err(|error| invalid(error).with_help("name it with --id"))?,
        };
        let regime = Regime::ALL
            .into_iter()
            .find(|regime| regime.code().eq_ignore_ascii_case(&self.regime))
            .ok_or_else(|| Failure::new(format!("there is no regime {:?}; known are GDPR, LED, EUDPR", self.regime)))?;
        let config = NodeConfig {
            display_name: self.name.unwrap_or_else(|| id.to_string()),
            id,
            country: self.country,
            regime,
            default_purpose: self.purpose,
            default_legal_basis: LegalBasis::new(self.legal_basis).map_err(invalid)?,
            listen: self.listen,
            exchange_listen: self.exchange_listen,
            registry: None,
            witnesses: 0,
            upload_bytes_maximum: NodeConfig::UPLOAD_BYTES_MAXIMUM,
            sign_in: SignInSettings::default(),
        };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        oikos_node::init(&NodeFolder::new(&self.folder), &config, &clock)?;
        if json {
            show::json(&serde_json::json!({ "node": config.id, "folder": self.folder }));
        } else {
            show::line(&format!("{} is ready in {}.", config.id, self.folder.display()));
            show::line(&format!("Next: oikos import --node {} FILE...", self.folder.display()));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The folder's own name as an id, where it can be one.
fn slug(folder: &std::path::Path) -> String {
    folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default()
}
