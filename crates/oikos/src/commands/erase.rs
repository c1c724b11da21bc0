//! `oikos erase`: what has expired, or what one import brought.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos erase --node fi --as mikko.laine              # what has expired\n  oikos erase --node fi --as mikko.laine --import 7   # what import 7 brought\n\nOnly a data-protection officer may ask for it; the node itself erases what has expired every hour while it serves.\n\nErasing removes rows, index entries, statistics and files. The journal keeps the counts, never what was erased."
)]
pub(crate) struct Erase {
    #[command(flatten)]
    node: NodeArguments,
    /// The import whose records and statements are erased
    #[arg(long)]
    import: Option<u32>,
}

impl Erase {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        let report = connection.post("/erasures", &json!({ "import": self.import })).await?;
        if json {
            show::json(&report);
        } else {
            let part = |name| show::text(&report, name);
            show::line(&format!(
                "Erased {} records in {} files, {} statements, {} findings.",
                part("records"),
                part("files"),
                part("statements"),
                part("findings")
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
