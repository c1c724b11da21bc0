//! `oikos detect`: run detectors.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::{progress, show};

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos detect --node fi\n  oikos detect --node fi --detector sea.gap --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --parameter gap_hours=12\n\nRunning again on the same records gives the same findings."
)]
pub(crate) struct Detect {
    #[command(flatten)]
    node: NodeArguments,
    /// Only this detector
    #[arg(long)]
    detector: Option<String>,
    /// The span's beginning, RFC 3339; where the last run ended where absent
    #[arg(long)]
    from: Option<String>,
    /// The span's end, RFC 3339; behind the newest record where absent
    #[arg(long)]
    to: Option<String>,
    /// A parameter for this run alone, NAME=VALUE; otherwise what the node saved
    #[arg(long, value_name = "NAME=VALUE")]
    parameter: Vec<String>,
}

impl Detect {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let mut parameters = Map::new();
        for pair in &self.parameter {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| Failure::new(format!("{pair:?} is no NAME=VALUE")).with_help("for example gap_hours=12"))?;
            let value = value.parse::<f64>().map_or_else(|_| Value::from(value), Value::from);
            parameters.insert(name.to_owned(), value);
        }
        let connection = Connection::open(&self.node).await?;
        let request = json!({ "detector": self.detector, "from": self.from, "to": self.to, "parameters": parameters });
        let job = connection.post("/runs", &request).await?;
        let reports = progress::watch(&connection, &job, json).await?;
        if json {
            show::json(&reports);
            return Ok(ExitCode::SUCCESS);
        }
        let fields = ["detector", "from", "to", "new", "revised", "unchanged", "superseded"];
        let rows = show::items(&reports).iter().map(|report| fields.iter().map(|field| show::text(report, field)).collect());
        show::table(&fields, rows.collect(), "There is no detector.");
        if show::items(&reports).iter().all(|report| report["run"].is_null()) {
            show::line("There is no record to answer for yet. Import some first: oikos import FILE...");
        }
        Ok(ExitCode::SUCCESS)
    }
}
