//! `oikos release`: a named person releases; the preview shows exactly what leaves.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos release --node fi --as anna.virtanen --to at.investment-screening --finding 3fa9c2 --preview\n  oikos release --node fi --as anna.virtanen --to at.investment-screening --finding 3fa9c2 --purpose fdi-screening\n  oikos release --node at --as eva.huber --to fi.coast-guard --register-around lei:529900T8BM49AURSDO55\n  oikos release --node fi --as otto.salo --pending\n  oikos release --node fi --as otto.salo --approve 1f0c3a9be2d44c05\n  oikos release --node fi --pre-authorised\n\nOnly a named person with the role releaser can release; the parcel leaves once its journal entry is published.\nWhat names a person, or goes outside the Union, needs a second releaser who approves it within 72 hours."
)]
pub(crate) struct Release {
    #[command(flatten)]
    node: NodeArguments,
    /// The partner
    #[arg(long, required_unless_present_any = ["pending", "show", "approve", "decline", "pre_authorised"])]
    to: Option<String>,
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
    /// List releases that wait for a second person
    #[arg(long, conflicts_with_all = ["to", "finding", "register_around"])]
    pending: bool,
    /// Show exactly what one of them would let leave
    #[arg(long, value_name = "ID", conflicts_with_all = ["to", "finding", "register_around", "pending"])]
    show: Option<String>,
    /// Release one of them as the second person, in both names
    #[arg(long, value_name = "ID", conflicts_with_all = ["to", "finding", "register_around", "pending", "show"])]
    approve: Option<String>,
    /// Decline one of them as the second person
    #[arg(long, value_name = "ID", requires = "reason", conflicts_with_all = ["to", "finding", "register_around", "pending", "show", "approve"])]
    decline: Option<String>,
    /// Why, for the first person
    #[arg(long)]
    reason: Option<String>,
    /// Let the node release, in its own name, the impersonal identifiers of open findings that agreements name
    #[arg(long, conflicts_with_all = ["to", "finding", "fields", "register_around", "preview"])]
    pre_authorised: bool,
}

impl Release {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        if self.pending || self.show.is_some() || self.approve.is_some() || self.decline.is_some() {
            return self.as_second(&connection, json).await;
        }
        if self.pre_authorised {
            return pre_authorised(&connection, json).await;
        }
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
        if let Some(id) = view["awaiting_second"].as_str() {
            if json {
                show::json(&json!({ "release": view, "deliveries": [] }));
            } else {
                print(&view, "Would leave");
                show::line(&format!(
                    "Nothing has left. Another releaser has to approve: oikos release --approve {}",
                    show::plain(id)
                ));
            }
            return Ok(ExitCode::SUCCESS);
        }
        let deliveries = connection.post("/deliveries", &json!({})).await?;
        if json {
            show::json(&json!({ "release": view, "deliveries": deliveries }));
        } else {
            print(&view, "Leaves");
            print_deliveries(&deliveries);
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What the second person does.
    async fn as_second(&self, connection: &Connection, json: bool) -> Result<ExitCode, Failure> {
        if let Some(id) = &self.approve {
            let approval = connection.post(&format!("/approvals/{id}"), &json!({ "decision": "approve" })).await?;
            let deliveries = connection.post("/deliveries", &json!({})).await?;
            if json {
                show::json(&json!({ "approval": approval, "deliveries": deliveries }));
            } else {
                let (first, second) = (show::text(&approval, "requested_by"), show::text(&approval, "decided_by"));
                show::line(&format!("Released to {} by {first} and {second}.", show::text(&approval, "partner")));
                print_deliveries(&deliveries);
            }
        } else if let Some(id) = &self.decline {
            let decision = json!({ "decision": "decline", "reason": self.reason });
            let approval = connection.post(&format!("/approvals/{id}"), &decision).await?;
            if json { show::json(&approval) } else { show::line("Declined. Nothing has left.") }
        } else if let Some(id) = &self.show {
            let approval = connection.get(&format!("/approvals/{id}")).await?;
            if json {
                show::json(&approval);
            } else {
                print_approvals(std::slice::from_ref(&approval));
                print(&approval["preview"], "Would leave");
                if approval["is_unchanged"] == false {
                    show::line("This is not what the first person signed any more, so it cannot be approved.");
                }
            }
        } else {
            let approvals = connection.get("/approvals?state=pending").await?;
            if json { show::json(&approvals) } else { print_approvals(show::items(&approvals)) }
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

fn print_deliveries(deliveries: &Value) {
    for line in show::items(deliveries) {
        let news =
            if line["delivered"] == true { "has it".to_owned() } else { format!("not yet: {}", show::text(line, "problem")) };
        show::line(&format!("{}: {news}", show::text(line, "partner")));
    }
}

fn print_approvals(approvals: &[Value]) {
    let columns = ["id", "state", "requested_by", "partner", "purpose", "expires_at"];
    let rows = approvals.iter().map(|approval| columns.iter().map(|column| show::text(approval, column)).collect());
    show::table(&columns, rows.collect(), "Nothing waits for a second person.");
}

async fn pre_authorised(connection: &Connection, json: bool) -> Result<ExitCode, Failure> {
    let lines = connection.post("/releases/pre-authorised", &json!({})).await?;
    let deliveries = connection.post("/deliveries", &json!({})).await?;
    if json {
        show::json(&json!({ "releases": lines, "deliveries": deliveries }));
        return Ok(ExitCode::SUCCESS);
    }
    let rows = show::items(&lines).iter().map(|line| vec![show::text(line, "partner"), show::text(line, "findings")]).collect();
    show::table(&["Partner", "findings"], rows, "Nothing that an agreement pre-authorises is new to a partner.");
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn print(view: &Value, heading: &str) {
    let rows =
        |side: &Value| show::items(side).iter().map(|field| vec![show::text(field, "name"), show::text(field, "text")]).collect();
    show::table(&[heading, ""], rows(&view["leaves"]), "Nothing leaves.");
    if !show::items(&view["removed"]).is_empty() {
        show::table(&["Stays", "because"], rows(&view["removed"]), "");
    }
}
