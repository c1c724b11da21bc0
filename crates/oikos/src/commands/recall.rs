//! `oikos recall`: take back what was released.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos recall --node fi --as anna.virtanen 3fa9c2 --reason \"the receiver was down; the silence proves nothing\""
)]
pub(crate) struct Recall {
    #[command(flatten)]
    node: NodeArguments,
    /// The finding's key, or its first digits
    finding: String,
    /// Why; those who received it will read it
    #[arg(long)]
    reason: String,
}

impl Recall {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        let (origin, key) = super::findings::find(&connection, &self.finding).await?;
        let request = json!({ "finding": { "origin": origin, "key": key }, "reason": self.reason });
        let view = connection.post("/recalls", &request).await?;
        let deliveries = connection.post("/deliveries", &json!({})).await?;
        if json {
            show::json(&json!({ "recall": view, "deliveries": deliveries }));
            return Ok(ExitCode::SUCCESS);
        }
        if show::items(&view["partners"]).is_empty() {
            show::line("Recalled. Nobody had received it.");
        }
        for line in show::items(&deliveries) {
            let news = if line["delivered"] == true {
                "acknowledged".to_owned()
            } else {
                format!("not yet: {}", show::text(line, "problem"))
            };
            show::line(&format!("{}: {news}", show::text(line, "partner")));
        }
        for derived in show::items(&view["derived"]) {
            show::line(&format!("was derived from it: {}", show::plain(derived.as_str().unwrap_or(""))));
        }
        Ok(ExitCode::SUCCESS)
    }
}
