//! `oikos ask`: does a partner know this too? The question shows nothing.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos ask --node at --as jonas.gruber lei:529900T8BM49AURSDO55\n  oikos ask --node at --as jonas.gruber --standing\n  oikos ask --node at --as jonas.gruber --case harbour-7 --legal-basis \"Code of criminal procedure, s. 76\" --person \"Anna Example\" --born 1980-02-01\n  oikos ask --node at --as jonas.gruber --hits\n\nA partner does not see what is asked. What can lead to a person is asked about for a case only. A hit shows that there is something;\n`oikos request` asks for what it is."
)]
pub(crate) struct Ask {
    #[command(flatten)]
    node: NodeArguments,
    /// What to ask about, KIND:VALUE, for example lei:…, imo:…, iban:…
    #[arg(value_name = "KIND:VALUE")]
    selectors: Vec<String>,
    /// Only this partner
    #[arg(long)]
    to: Option<String>,
    /// A person's whole name, with --born
    #[arg(long = "person", value_name = "NAME", requires = "born")]
    whole_name: Option<String>,
    /// The person's birth date, YYYY-MM-DD
    #[arg(long, requires = "whole_name")]
    born: Option<String>,
    /// Ask about the impersonal selectors of open findings and of what is near them
    #[arg(long)]
    standing: bool,
    /// List the hits so far instead of asking
    #[arg(long, conflicts_with_all = ["selectors", "whole_name", "standing", "to"])]
    hits: bool,
}

impl Ask {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        if self.hits {
            let hits = connection.get("/asks/hits").await?;
            if json {
                show::json(&hits)
            } else {
                print_hits(&hits)
            }
            return Ok(ExitCode::SUCCESS);
        }
        let report = connection.post("/asks", &self.request()?).await?;
        if json {
            show::json(&report)
        } else {
            print(&report)
        }
        let all_asked = show::items(&report["partners"]).iter().all(|partner| partner["problem"].is_null());
        Ok(if all_asked { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn request(&self) -> Result<Value, Failure> {
        let named = |text: &String| -> Result<Value, Failure> {
            let (kind, value) = super::leads::kind_and_value(text)?;
            Ok(json!({ "kind": kind, "value": value }))
        };
        let selectors = self.selectors.iter().map(named).collect::<Result<Vec<_>, _>>()?;
        let person = self.whole_name.as_ref().map(|name| json!({ "name": name, "born": self.born }));
        Ok(json!({ "partner": self.to, "selectors": selectors, "person": person, "standing": self.standing }))
    }
}

fn print(report: &Value) {
    let row = |line: &Value| {
        let outcome = show::text(line, "outcome").replace('_', " ");
        vec![
            show::text(line, "partner"),
            show::text(line, "selector"),
            outcome,
            show::text(line, "quality"),
            show::text(line, "reference"),
        ]
    };
    let rows = show::items(&report["lines"]).iter().map(row).collect();
    show::table(&["Partner", "About", "Outcome", "Quality", "Reference"], rows, "No partner has any of this.");
    for partner in show::items(&report["partners"]) {
        let name = show::text(partner, "partner");
        match partner["problem"].is_null() {
            true => show::note(&format!(
                "{name}: {} selectors in {} points, {} hits",
                partner["selectors"], partner["points"], partner["hits"]
            )),
            false => show::note(&format!("{name}: not asked: {}", show::text(partner, "problem"))),
        }
    }
}

fn print_hits(hits: &Value) {
    let fields = ["partner", "selector", "quality", "purpose", "case", "last_seen_at", "reference"];
    let rows = show::items(hits).iter().map(|hit| fields.iter().map(|field| show::text(hit, field)).collect()).collect();
    show::table(&["Partner", "About", "Quality", "Purpose", "Case", "Last hit", "Reference"], rows, "No hits.");
}
