//! `oikos parcel`: sealed parcels as files, for nodes without a link between them, and fetching what waits at partners.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

/// The most base64 text that one request carries.
const REQUEST_BYTES: usize = 40 << 20;

#[derive(Args)]
#[command(
    after_help = "Example, from FI to AT without a link:\n  oikos parcel export --node fi --partner at.investment-screening --out to-at.json\n  oikos parcel import --node at to-at.json --receipts to-fi.json\n  oikos parcel import --node fi to-fi.json\n\nA parcel stays in the outbox until its receipt is imported, so exporting again gives the same."
)]
pub(crate) struct Parcel {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Write what waits for a partner into a file
    Export {
        #[command(flatten)]
        node: NodeArguments,
        /// The partner
        #[arg(long)]
        partner: String,
        /// The file to write; it must not be there
        #[arg(long)]
        out: PathBuf,
    },
    /// Take parcels, or receipts, from a file
    Import {
        #[command(flatten)]
        node: NodeArguments,
        /// The file
        file: PathBuf,
        /// Write the receipts here, to be carried back; the file must not be there
        #[arg(long)]
        receipts: Option<PathBuf>,
    },
    /// Fetch what waits at partners, and what is missing
    Fetch {
        #[command(flatten)]
        node: NodeArguments,
    },
}

impl Parcel {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        match self.what {
            What::Export { node, partner, out } => export(&node, &partner, &out, json).await,
            What::Import { node, file, receipts } => import(&node, &file, receipts.as_deref(), json).await,
            What::Fetch { node } => fetch(&node, json).await,
        }
    }
}

async fn export(node: &NodeArguments, partner: &str, out: &Path, json: bool) -> Result<ExitCode, Failure> {
    let connection = Connection::open(node).await?;
    let mut parcels = Vec::new();
    let mut after = json!(0);
    while !after.is_null() {
        let bundle = connection.post("/parcels/export", &json!({ "partner": partner, "after": after })).await?;
        parcels.extend_from_slice(show::items(&bundle["parcels"]));
        after = bundle["continues_after"].clone();
    }
    write_new(out, &json!({ "format": 1, "parcels": parcels, "receipts": [] }))?;
    let summary = json!({ "partner": partner, "parcels": parcels.len(), "file": out });
    match json {
        true => show::json(&summary),
        false => show::line(&format!("{} parcels for {partner} are in {}.", parcels.len(), out.display())),
    }
    Ok(ExitCode::SUCCESS)
}

async fn import(node: &NodeArguments, file: &Path, receipts: Option<&Path>, json: bool) -> Result<ExitCode, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
    let bundle: Value = serde_json::from_str(&text).map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
    let connection = Connection::open(node).await?;
    let (mut lines, mut signed) = (Vec::new(), Vec::new());
    for part in parts(&bundle) {
        let answer = connection.post("/parcels/import", &part).await?;
        lines.extend_from_slice(show::items(&answer["lines"]));
        signed.extend_from_slice(show::items(&answer["receipts"]));
    }
    if let Some(receipts) = receipts {
        write_new(receipts, &json!({ "format": 1, "parcels": [], "receipts": signed }))?;
    }
    let refused = lines.iter().any(|line| line["outcome"] == "refused");
    if json {
        show::json(&json!({ "lines": lines, "receipts": signed.len() }));
    } else {
        let fields = ["partner", "parcel", "outcome", "reason"];
        let rows = lines.iter().map(|line| fields.iter().map(|field| show::text(line, field)).collect()).collect();
        show::table(&fields, rows, "There is nothing in it.");
    }
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The bundle in parts that a request carries.
fn parts(bundle: &Value) -> Vec<Value> {
    let part =
        |parcels: &[Value], receipts: &Value| json!({ "format": bundle["format"], "parcels": parcels, "receipts": receipts });
    let mut parts = Vec::new();
    let (mut open, mut length) = (Vec::new(), 0);
    for parcel in show::items(&bundle["parcels"]) {
        let bytes = parcel.as_str().map_or(0, str::len);
        if !open.is_empty() && length + bytes > REQUEST_BYTES {
            parts.push(part(&std::mem::take(&mut open), &json!([])));
            length = 0;
        }
        length += bytes;
        open.push(parcel.clone());
    }
    parts.push(part(&open, &json!(show::items(&bundle["receipts"]))));
    parts
}

async fn fetch(node: &NodeArguments, json: bool) -> Result<ExitCode, Failure> {
    let lines = Connection::open(node).await?.post("/parcels/fetch", &json!({})).await?;
    if json {
        show::json(&lines);
    } else {
        let fields = ["partner", "taken", "lost", "problem"];
        let rows = show::items(&lines).iter().map(|line| fields.iter().map(|field| show::text(line, field)).collect()).collect();
        show::table(&fields, rows, "No partners yet.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that must not be there.
pub(crate) fn write_new(path: &Path, value: &Value) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    serde_json::to_writer_pretty(&file, value).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    file.sync_all().map_err(failed)
}
