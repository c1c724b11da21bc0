//! `oikos sql`: ask the lake.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos sql --node fi \"SELECT mmsi, count(*) AS positions FROM ais_positions GROUP BY mmsi ORDER BY positions DESC LIMIT 5\""
)]
pub(crate) struct Sql {
    #[command(flatten)]
    node: NodeArguments,
    /// One SELECT
    query: String,
}

impl Sql {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        let result = connection.post("/sql", &json!({ "query": self.query })).await?;
        if json {
            show::json(&result);
            return Ok(ExitCode::SUCCESS);
        }
        let columns: Vec<String> =
            show::items(&result["columns"]).iter().map(|name| show::plain(name.as_str().unwrap_or(""))).collect();
        let headings: Vec<&str> = columns.iter().map(String::as_str).collect();
        let rows = show::items(&result["rows"]).iter().map(|row| columns.iter().map(|column| show::text(row, column)).collect());
        show::table(&headings, rows.collect(), "No rows.");
        if result["truncated"] == true {
            show::note("There are more rows than are shown; add a LIMIT or a WHERE.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
