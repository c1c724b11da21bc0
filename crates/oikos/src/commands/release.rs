//! `oikos release`: a named person releases; the preview shows exactly what leaves.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos release --node fi --as anna.virtanen --to at.investment-screening --finding 3fa9c2 --preview\n  oikos release --node fi --as anna.virtanen --to at.investment-screening --finding 3fa9c2 --purpose fdi-screening\n  oikos release --node at --as eva.huber --to fi.coast-guard --register-around lei:529900T8BM49AURSDO55\n\nOnly a named person with the role releaser can release; the parcel leaves once its journal entry is published."
)]
pub(crate) struct Release {
    #[command(flatten)]
    node: NodeArguments,
    /// The partner
    #[arg(long)]
    to: String,
    /// A finding: its key, or the key's first digits
    #[arg(long)]
    finding: Option<String>,
    /// Only these of its fields: fact names, title, when, where, reasons
    #[arg(long, value_delimiter = ',')]
    fields: Vec<String>,
    /// Statements about who owns what around a company: lei:VALUE or company-number:VALUE
    #[arg(long, value_name = "KIND:VALUE")]
    register_around: Option<String>,
    /// The ground of one transfer outside the Union without adequacy or safeguards, with --because
    #[arg(long, requires = "because", value_parser = ["vital_interests", "immediate_threat", "individual_case", "legal_claims", "public_interest"])]
    derogation: Option<String>,
    /// The facts that give that ground
    #[arg(long, requires = "derogation")]
    because: Option<String>,
    /// Only show what would leave
    #[arg(long)]
    preview: bool,
}

impl Release {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        let request = self.request(&connection).await?;
        if self.preview {
            let view = connection.post("/releases/preview", &request).await?;
            if json {
                show::json(&view)
            } else {
                print(&view, "Would leave")
            }
            return Ok(ExitCode::SUCCESS);
        }
        let view = connection.post("/releases", &request).await?;
        let deliveries = connection.post("/deliveries", &json!({})).await?;
        if json {
            show::json(&json!({ "release": view, "deliveries": deliveries }));
        } else {
            print(&view, "Leaves");
            for line in show::items(&deliveries) {
                let news = if line["delivered"] == true {
                    "has it".to_owned()
                } else {
                    format!("not yet: {}", show::text(line, "problem"))
                };
                show::line(&format!("{}: {news}", show::text(line, "partner")));
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn request(&self, connection: &Connection) -> Result<Value, Failure> {
        let finding = match &self.finding {
            Some(beginning) => {
                let (origin, key) = super::findings::find(connection, beginning).await?;
                Some(json!({ "origin": origin, "key": key }))
            }
            None => None,
        };
        let register_around = match &self.register_around {
            Some(around) => {
                let (kind, value) = super::leads::kind_and_value(around)?;
                Some(json!({ "kind": kind, "value": value }))
            }
            None => None,
        };
        let fields = (!self.fields.is_empty()).then_some(&self.fields);
        let derogation = self.derogation.as_ref().map(|ground| json!({ "ground": ground, "justification": self.because }));
        Ok(json!({ "partner": self.to, "finding": finding, "fields": fields, "register_around": register_around,
            "derogation": derogation }))
    }
}

pub(crate) fn print(view: &Value, heading: &str) {
    let rows =
        |side: &Value| show::items(side).iter().map(|field| vec![show::text(field, "name"), show::text(field, "text")]).collect();
    show::table(&[heading, ""], rows(&view["leaves"]), "Nothing leaves.");
    if !show::items(&view["removed"]).is_empty() {
        show::table(&["Stays", "because"], rows(&view["removed"]), "");
    }
}
