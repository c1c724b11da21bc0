//! `oikos partner`: invitations, agreements, the list of partners, and leaving.

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use oikos_exchange::{AgreementTerms, Invitation, NodeIdentity};
use oikos_node::NodeFolder;
use serde_json::{Value, json};

use super::parcel::write_new;
use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example, FI invites AT:\n  oikos partner invite --node fi --terms agreement.yaml --out invitation.json\n  oikos partner accept --node at invitation.json --out answer.json   # compare both fingerprints by voice\n  oikos partner accept --node fi answer.json\n  oikos partner list --node fi\n  oikos partner leave --node fi at.investment-screening --reason \"the pilot is over\""
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
    /// Write an invitation: this node's card, and the terms with its signature
    Invite {
        #[command(flatten)]
        node: NodeArguments,
        /// The terms (YAML or JSON)
        #[arg(long)]
        terms: PathBuf,
        /// The file to write; it must not be there
        #[arg(long)]
        out: PathBuf,
    },
    /// Accept an invitation, or the answer to one
    Accept {
        #[command(flatten)]
        node: NodeArguments,
        /// The invitation, or the answer
        file: PathBuf,
        /// Where to write the answer to an invitation; it must not be there
        #[arg(long)]
        out: Option<PathBuf>,
        /// Do not ask: the terms were read and the fingerprints compared
        #[arg(long)]
        yes: bool,
    },
    /// List partners: their agreements, what waits, and how the links fare
    List {
        #[command(flatten)]
        node: NodeArguments,
    },
    /// Leave the agreement with a partner, on both sides
    Leave {
        #[command(flatten)]
        node: NodeArguments,
        /// The partner's node id
        partner: String,
        /// Why; the partner will read it
        #[arg(long)]
        reason: String,
    },
    /// Begin anew with a partner's journal, after speaking with it: its present key and entries are taken up
    TrustJournal {
        #[command(flatten)]
        node: NodeArguments,
        /// The partner's node id
        partner: String,
        /// Why, and with whom you spoke
        #[arg(long)]
        reason: String,
    },
}

impl Partner {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        match self.what {
            What::Card { node } => card(&node)?,
            What::Invite { node, terms, out } => invite(&node, &terms, &out, json)?,
            What::Accept { node, file, out, yes } => accept(&node, &file, out.as_deref(), yes, json).await?,
            What::List { node } => list(&node, json).await?,
            What::TrustJournal { node, partner, reason } => trust_journal(&node, &partner, &reason, json).await?,
            What::Leave { node, partner, reason } => leave(&node, &partner, &reason, json).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn card(node: &NodeArguments) -> Result<(), Failure> {
    let identity = identity(node)?;
    show::json(&serde_json::to_value(identity.card()).map_err(|error| Failure::new(error.to_string()))?);
    show::note(&format!("Fingerprint: {}", identity.card().fingerprint()));
    Ok(())
}

fn invite(node: &NodeArguments, terms: &Path, out: &Path, json: bool) -> Result<(), Failure> {
    let failure = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", terms.display()));
    let identity = identity(node)?;
    let parsed = AgreementTerms::from_text(&read(terms)?).map_err(|error| failure(&error))?;
    let invitation = Invitation::new(parsed, &identity).map_err(|error| failure(&error))?;
    write_new(out, &serde_json::to_value(&invitation).map_err(|error| failure(&error))?)?;
    let fingerprint = identity.card().fingerprint();
    match json {
        true => show::json(&json!({ "invitation": out, "fingerprint": fingerprint })),
        false => show::line(&format!("{} holds the invitation. Your fingerprint, to read out: {fingerprint}", out.display())),
    }
    Ok(())
}

async fn accept(node: &NodeArguments, file: &Path, out: Option<&Path>, yes: bool, json: bool) -> Result<(), Failure> {
    let failure = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", file.display()));
    let identity = identity(node)?;
    let invitation = Invitation::from_text(&read(file)?).map_err(|error| failure(&error))?;
    if !invitation.is_signed_by(&identity) && out.is_none() {
        return Err(Failure::new("the invitation needs an answer").with_help("say with --out where to write it"));
    }
    show::note(&format!("{}\n", show::plain(&invitation.agreement.terms.title)));
    for sentence in invitation.agreement.terms.in_words() {
        show::note(&format!("  {}", show::plain(&sentence)));
    }
    show::note(&format!("\nTheir fingerprint: {}", invitation.card.fingerprint()));
    show::note(&format!("Your fingerprint:  {}", identity.card().fingerprint()));
    if !yes {
        confirm()?;
    }
    let (partner, answer) = invitation.accept(&identity).map_err(|error| failure(&error))?;
    let request = json!({ "card": partner.card(), "agreement": partner.agreement() });
    let view = Connection::open(node).await?.post("/partners", &request).await?;
    if let (Some(answer), Some(out)) = (answer, out) {
        write_new(out, &serde_json::to_value(&answer).map_err(|error| failure(&error))?)?;
        show::note(&format!("Send {} back: it holds your card and both signatures.", out.display()));
    }
    match json {
        true => show::json(&view),
        false => show::line(&format!("{} is a partner.", show::text(&view, "node"))),
    }
    Ok(())
}

/// Asks whether the terms were read and the fingerprints compared.
fn confirm() -> Result<(), Failure> {
    let refused = || Failure::new("not accepted; nothing was signed");
    if !std::io::stdin().is_terminal() {
        return Err(refused().with_help("compare both fingerprints by voice, then use --yes where there is no terminal"));
    }
    show::note("\nDid you read the terms, and compare both fingerprints by voice? Type yes:");
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::new(error.to_string()))?;
    if answer.trim() == "yes" { Ok(()) } else { Err(refused()) }
}

async fn list(node: &NodeArguments, json: bool) -> Result<(), Failure> {
    let partners = Connection::open(node).await?.get("/partners").await?;
    if json {
        show::json(&partners);
        return Ok(());
    }
    let fields = ["node", "agreement", "state", "valid_to", "queued", "queued_since", "last_seen_at", "link_problem", "missing"];
    let rows = show::items(&partners).iter().map(|one| fields.iter().map(|field| cell(one, field)).collect());
    show::table(&fields, rows.collect(), "No partners yet; `oikos partner --help` shows how to make an agreement.");
    Ok(())
}

fn cell(partner: &Value, field: &str) -> String {
    match partner[field].as_array() {
        Some(items) => items.iter().filter_map(Value::as_str).map(show::plain).collect::<Vec<_>>().join(", "),
        None => show::text(partner, field),
    }
}

async fn leave(node: &NodeArguments, partner: &str, reason: &str, json: bool) -> Result<(), Failure> {
    let connection = Connection::open(node).await?;
    let view = connection.post(&format!("/partners/{partner}/departure"), &json!({ "reason": reason })).await?;
    let deliveries = connection.post("/deliveries", &json!({})).await?;
    if json {
        show::json(&json!({ "left": view, "deliveries": deliveries }));
        return Ok(());
    }
    show::line(&format!("The agreement with {} was left at {}.", show::text(&view, "partner"), show::text(&view, "left_at")));
    show::line(&format!("Rule: {}.", show::text(&view, "rule")));
    for line in show::items(&deliveries).iter().filter(|line| line["delivered"] != true) {
        show::line(&format!("{}: {}", show::text(line, "partner"), show::text(line, "problem")));
    }
    Ok(())
}

async fn trust_journal(node: &NodeArguments, partner: &str, reason: &str, json: bool) -> Result<(), Failure> {
    let connection = Connection::open(node).await?;
    let line = connection.post(&format!("/partners/{partner}/journal-trust"), &json!({ "reason": reason })).await?;
    match json {
        true => show::json(&line),
        false => show::line(&format!("The journal of {} is taken up anew in the next round.", show::text(&line, "node"))),
    }
    Ok(())
}

fn identity(node: &NodeArguments) -> Result<NodeIdentity, Failure> {
    NodeIdentity::load(&NodeFolder::new(&node.node).keys()).map_err(|error| Failure::new(error.to_string()))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}
