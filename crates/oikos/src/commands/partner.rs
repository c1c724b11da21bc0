//! `oikos partner`: this node's card, agreements, and the list of partners.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use oikos_exchange::{AgreementTerms, IdentityCard, NodeIdentity, SignedAgreement};
use oikos_node::NodeFolder;
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example, at FI and AT in turn:\n  oikos partner card --node fi > fi.card.json          # send it; compare fingerprints by voice\n  oikos partner sign --node fi agreement.yaml > half.json\n  oikos partner sign --node at half.json --card fi.card.json > agreement.json\n  oikos partner add --node fi --card at.card.json agreement.json\n  oikos partner add --node at --card fi.card.json agreement.json"
)]
pub(crate) struct Partner {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Print this node's identity card
    Card {
        #[command(flatten)]
        node: NodeArguments,
    },
    /// Sign an agreement: terms as the first party, or a proposal as the second
    Sign {
        #[command(flatten)]
        node: NodeArguments,
        /// Terms (YAML or JSON), or a proposal the other party signed
        agreement: PathBuf,
        /// The other party's card, where it signed first
        #[arg(long)]
        card: Option<PathBuf>,
    },
    /// Take up a partner
    Add {
        #[command(flatten)]
        node: NodeArguments,
        /// The partner's card
        #[arg(long)]
        card: PathBuf,
        /// The agreement both signed
        agreement: PathBuf,
    },
    /// List partners
    List {
        #[command(flatten)]
        node: NodeArguments,
    },
}

impl Partner {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        match self.what {
            What::Card { node } => {
                let identity = identity(&node)?;
                show::json(&serde_json::to_value(identity.card()).map_err(|error| Failure::new(error.to_string()))?);
                show::note(&format!("Fingerprint: {}", identity.card().fingerprint()));
            }
            What::Sign { node, agreement, card } => sign(&node, &agreement, card.as_deref())?,
            What::Add { node, card, agreement } => {
                let request = json!({ "card": read_json(&card)?, "agreement": read_json(&agreement)? });
                let view = Connection::open(&node).await?.post("/partners", &request).await?;
                if json {
                    show::json(&view);
                } else {
                    show::line(&format!(
                        "{} is a partner. Compare by voice: {}",
                        show::text(&view, "node"),
                        show::text(&view, "fingerprint")
                    ));
                }
            }
            What::List { node } => {
                let partners = Connection::open(&node).await?.get("/partners").await?;
                if json {
                    show::json(&partners);
                } else {
                    let fields = ["node", "display_name", "country", "agreement", "tlp_ceiling", "valid_to"];
                    let rows =
                        show::items(&partners).iter().map(|one| fields.iter().map(|field| show::text(one, field)).collect());
                    show::table(
                        &fields,
                        rows.collect(),
                        "No partners yet; `oikos partner --help` shows how to make an agreement.",
                    );
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn identity(node: &NodeArguments) -> Result<NodeIdentity, Failure> {
    NodeIdentity::load(&NodeFolder::new(&node.node).keys()).map_err(|error| Failure::new(error.to_string()))
}

fn sign(node: &NodeArguments, agreement: &Path, card: Option<&Path>) -> Result<(), Failure> {
    let failure = |error: oikos_exchange::AgreementError| Failure::new(format!("{}: {error}", agreement.display()));
    let identity = identity(node)?;
    let text = read(agreement)?;
    let signed = match card {
        None => SignedAgreement::propose(AgreementTerms::from_text(&text).map_err(failure)?, &identity),
        Some(card) => {
            let card = IdentityCard::from_json(&read(card)?).map_err(|error| Failure::new(error.to_string()))?;
            SignedAgreement::from_text(&text).and_then(|proposal| proposal.countersign(&identity, &card))
        }
    };
    show::json(&serde_json::to_value(signed.map_err(failure)?).map_err(|error| Failure::new(error.to_string()))?);
    Ok(())
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

fn read_json(path: &Path) -> Result<Value, Failure> {
    serde_json::from_str(&read(path)?).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}
