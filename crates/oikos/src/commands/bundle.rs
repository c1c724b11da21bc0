//! `oikos bundle`: the one way records leave, and the check of what left.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use oikos_exchange::IdentityCard;
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::{files, show};

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos bundle prepare --node fi --as mikko.laine --case cable-7 --finding KEY --recipient 'District court of Helsinki'\n  \
  oikos bundle authorise ID --node fi --as anna.virtanen --case cable-7\n  oikos bundle export ID --node fi --as mikko.laine --case cable-7 --out evidence\n  \
  oikos bundle verify evidence --card fi.card.json"
)]
pub(crate) struct Bundle {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Name what is to leave, for a case and a recipient; nothing leaves
    Prepare {
        #[command(flatten)]
        node: NodeArguments,
        /// A finding with the records it rests on: its whole key
        #[arg(long, value_name = "KEY")]
        finding: Vec<String>,
        /// A statement's id
        #[arg(long, value_name = "ID")]
        statement: Vec<String>,
        /// A record
        #[arg(long, value_name = "TABLE:ID")]
        record: Vec<String>,
        /// For whom, in words
        #[arg(long)]
        recipient: String,
    },
    /// Authorise a bundle that another person prepared
    Authorise {
        #[command(flatten)]
        node: NodeArguments,
        /// The bundle
        id: String,
    },
    /// Decline a bundle that another person prepared
    Decline {
        #[command(flatten)]
        node: NodeArguments,
        /// The bundle
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Write an authorised bundle
    Export {
        #[command(flatten)]
        node: NodeArguments,
        /// The bundle
        id: String,
        /// The folder to make
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
    /// List bundles
    List {
        #[command(flatten)]
        node: NodeArguments,
    },
    /// Check a bundle without a node and without a network; exit code 1 if anything is wrong
    Verify {
        /// The bundle's folder
        folder: PathBuf,
        /// The identity card of the node that sealed it, from another way than the bundle
        #[arg(long, value_name = "FILE")]
        card: Option<PathBuf>,
    },
}

impl Bundle {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        match self.what {
            What::Prepare { node, finding, statement, record, recipient } => {
                let findings: Vec<Value> = finding.iter().map(|key| json!({ "key": key })).collect();
                let records = record.iter().map(|record| record_name(record)).collect::<Result<Vec<_>, _>>()?;
                let body = json!({ "findings": findings, "statements": statement, "records": records, "recipient": recipient });
                let view = Connection::open(&node).await?.post("/bundles", &body).await?;
                Ok(show_bundles(&view, std::slice::from_ref(&view), json))
            }
            What::Authorise { node, id } => decide(&node, &id, &json!({ "authorise": true }), json).await,
            What::Decline { node, id, reason } => {
                decide(&node, &id, &json!({ "authorise": false, "reason": reason }), json).await
            }
            What::Export { node, id, out } => {
                let folder = Connection::open(&node).await?.post(&format!("/bundles/{id}/exports"), &json!({})).await?;
                files::write_folder(&out, &folder, json)
            }
            What::List { node } => {
                let list = Connection::open(&node).await?.get("/bundles").await?;
                Ok(show_bundles(&list, show::items(&list), json))
            }
            What::Verify { folder, card } => verify(&folder, card, json),
        }
    }
}

async fn decide(node: &NodeArguments, id: &str, body: &Value, json: bool) -> Result<ExitCode, Failure> {
    let view = Connection::open(node).await?.post(&format!("/bundles/{id}/decisions"), body).await?;
    Ok(show_bundles(&view, std::slice::from_ref(&view), json))
}

fn record_name(text: &str) -> Result<Value, Failure> {
    let named = text.split_once(':').and_then(|(table, id)| Some((table, id.parse::<i64>().ok()?)));
    let (table, record_id) = named.ok_or_else(|| Failure::new(format!("{text:?} is no TABLE:ID")))?;
    Ok(json!({ "table": table, "record_id": record_id }))
}

/// Stands alone: asks no node.
fn verify(folder: &std::path::Path, card: Option<PathBuf>, json: bool) -> Result<ExitCode, Failure> {
    let text = card.map(|path| files::read_text(&path)).transpose()?;
    let card = text.map(|text| IdentityCard::from_json(&text).map_err(|error| Failure::new(error.to_string()))).transpose()?;
    let check = oikos_node::verify_bundle(folder, card.as_ref());
    if json {
        show::json(
            &json!({ "holds": check.holds(), "right": check.right, "wrong": check.wrong, "fingerprint": check.fingerprint }),
        );
    } else {
        check.right.iter().for_each(|line| show::line(&format!("  right  {}", show::plain(line))));
        check.wrong.iter().for_each(|line| show::line(&format!("  WRONG  {}", show::plain(line))));
        if let (None, Some(fingerprint)) = (&card, &check.fingerprint) {
            show::line(&format!(
                "Checked with the card in the bundle: compare its fingerprint with the authority: {fingerprint}"
            ));
        }
        show::line(if check.holds() { "The bundle is what the node sealed." } else { "The bundle does NOT hold." });
    }
    Ok(if check.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show_bundles(whole: &Value, bundles: &[Value], json: bool) -> ExitCode {
    if json {
        show::json(whole);
        return ExitCode::SUCCESS;
    }
    let fields = ["id", "state", "case", "recipient", "prepared_by", "decided_by", "findings", "statements", "records"];
    let rows = bundles.iter().map(|bundle| fields.iter().map(|field| show::text(bundle, field)).collect()).collect();
    show::table(
        &["bundle", "state", "case", "for", "prepared by", "decided by", "findings", "statements", "records"],
        rows,
        "There are no bundles.",
    );
    ExitCode::SUCCESS
}
