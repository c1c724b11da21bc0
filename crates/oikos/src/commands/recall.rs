//! `oikos recall`: take back or correct what was released, and see who has not acknowledged.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos recall --node fi --as anna.virtanen 3fa9c2 --reason \"the receiver was down; the silence proves nothing\"\n  oikos recall --node fi --as anna.virtanen 3fa9c2 --correct --reason \"it was six hours, not fourteen\"\n  oikos recall --node fi --status\n\nA partner acknowledges by its receipt for the parcel that tells it. Those to whom it passed the thing on hear it from that partner."
)]
pub(crate) struct Recall {
    #[command(flatten)]
    node: NodeArguments,
    /// The finding's key, or its first digits
    #[arg(required_unless_present_any = ["status", "statement"])]
    finding: Option<String>,
    /// A statement's id instead of a finding
    #[arg(long, conflicts_with = "finding")]
    statement: Option<String>,
    /// Why; those who received it will read it
    #[arg(long, required_unless_present = "status")]
    reason: Option<String>,
    /// Correct instead of taking back: say what was wrong, and send the finding as it is now
    #[arg(long)]
    correct: bool,
    /// With --correct and --statement: the statement that says it right
    #[arg(long, value_name = "ID", requires_all = ["correct", "statement"])]
    replaced_by: Option<String>,
    /// Only show who was told, and who has not acknowledged
    #[arg(long, conflicts_with_all = ["finding", "statement", "reason", "correct"])]
    status: bool,
}

impl Recall {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        if self.status {
            return status(&connection, json).await;
        }
        let finding = match &self.finding {
            Some(beginning) => {
                let (origin, key) = super::findings::find(&connection, beginning).await?;
                Some(json!({ "origin": origin, "key": key }))
            }
            None => None,
        };
        let mut request = json!({ "finding": finding, "statement": self.statement, "reason": self.reason });
        let path = if self.correct {
            request["replaced_by"] = json!(self.replaced_by);
            "/rectifications"
        } else {
            "/recalls"
        };
        let view = connection.post(path, &request).await?;
        let deliveries = connection.post("/deliveries", &json!({})).await?;
        if json {
            show::json(&json!({ "recall": view, "deliveries": deliveries }));
        } else {
            print(&view, &deliveries);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(view: &Value, deliveries: &Value) {
    if show::items(&view["partners"]).is_empty() {
        show::line("Recalled. Nobody had received it.");
    }
    for line in show::items(deliveries) {
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
}

async fn status(connection: &Connection, json: bool) -> Result<ExitCode, Failure> {
    let mut all = Vec::new();
    loop {
        let page = connection.get(&format!("/recalls?offset={}", all.len())).await?;
        if show::items(&page).is_empty() {
            break;
        }
        all.extend_from_slice(show::items(&page));
    }
    if json {
        show::json(&Value::Array(all));
        return Ok(ExitCode::SUCCESS);
    }
    let fields = ["kind", "what", "partner", "since", "acknowledged_at", "reason"];
    let row = |line: &Value| {
        let cell = |field: &&str| match (*field, &line["acknowledged_at"]) {
            ("acknowledged_at", Value::Null) => "not yet".to_owned(),
            _ => show::text(line, field),
        };
        fields.iter().map(cell).collect()
    };
    show::table(&fields, all.iter().map(row).collect(), "Nothing was taken back or corrected at a partner.");
    Ok(ExitCode::SUCCESS)
}
