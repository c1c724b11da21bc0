//! `oikos import`: files into lake and registry.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::{progress, show};

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos import --node fi positions.nmea register.csv\n  oikos import --node at deals.json --dataset ownership.notified-deals\n\nImporting the same bytes again changes nothing. Rows that cannot be read go to the reject file with place and reason; the others land."
)]
pub(crate) struct Import {
    #[command(flatten)]
    node: NodeArguments,
    /// Files to import
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The dataset they go into; the first that carries their format where absent
    #[arg(long)]
    dataset: Option<String>,
    /// Their format; recognised from their beginning where absent
    #[arg(long)]
    format: Option<String>,
}

impl Import {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let paths: Result<Vec<PathBuf>, Failure> = self.files.iter().map(|path| absolute(path)).collect();
        let connection = Connection::open(&self.node).await?;
        let request = json!({ "paths": paths?, "dataset": self.dataset, "format": self.format });
        let job = connection.post("/imports", &request).await?;
        let outcomes = progress::watch(&connection, &job, json).await?;
        if json {
            show::json(&outcomes);
        } else {
            print(&outcomes);
        }
        let failed = show::items(&outcomes).iter().any(|outcome| !outcome["error"].is_null());
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// The running node does not share this command's working folder.
fn absolute(path: &std::path::Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

fn print(outcomes: &Value) {
    let rows = show::items(outcomes).iter().map(|outcome| {
        let report = &outcome["report"];
        let news = match (&outcome["error"], report["unchanged"].as_bool()) {
            (Value::String(error), _) => show::plain(error),
            (_, Some(true)) => format!("nothing new: imported before as number {}", report["import_number"]),
            _ => ignored(report),
        };
        let file = if report.is_null() { show::text(outcome, "path") } else { show::text(report, "file") };
        vec![
            file,
            show::text(report, "format"),
            show::text(report, "records"),
            show::text(report, "statements"),
            show::text(report, "rejects"),
            news,
        ]
    });
    show::table(&["file", "format", "records", "statements", "rejects", ""], rows.collect(), "No file was named.");
    for outcome in show::items(outcomes) {
        let report = &outcome["report"];
        if let Some(path) = report["reject_file"].as_str() {
            show::line(&format!("Refused rows of {}, with their reasons: {path}", show::text(report, "file")));
            for reject in show::items(&report["first_rejects"]) {
                show::line(&format!("  at {}: {}", show::text(reject, "position"), show::text(reject, "reason")));
            }
        }
    }
}

fn ignored(report: &Value) -> String {
    let ignored = report["ignored"].as_object().into_iter().flatten();
    let parts: Vec<String> = ignored.map(|(what, count)| format!("{count} {what}")).collect();
    if parts.is_empty() { String::new() } else { format!("not read: {}", parts.join(", ")) }
}
