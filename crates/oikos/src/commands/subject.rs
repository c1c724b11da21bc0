//! `oikos subject`: data subjects' requests, answered by the data-protection officer.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::{files, show};

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos subject --node fi --as dora open --wants access --name 'Aino Salainen' --birth-date 1954-03-02\n  \
  oikos subject --node fi --as dora find ID\n  oikos subject --node fi --as dora refuse ID --law 'Dir. (EU) 2016/680 Art. 15(1)(b)' --reason '…' --supervisor '…'"
)]
pub(crate) struct Subject {
    #[command(flatten)]
    node: NodeArguments,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List requests, those due first first
    List,
    /// Take up a request; its clock begins
    Open {
        /// access, rectify, restrict or erase
        #[arg(long)]
        wants: String,
        /// The person's name
        #[arg(long)]
        name: Option<String>,
        /// The person's birth date, as far as known
        #[arg(long)]
        birth_date: Option<String>,
        /// An identifier of the person; may be given more than once
        #[arg(long, value_name = "KIND:VALUE")]
        selector: Vec<String>,
    },
    /// Show what is held
    Find { id: String },
    /// Write what is held, as JSON and as text for the person
    Export {
        id: String,
        /// The folder to make
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
    /// End a wrong statement and put the right one in its place
    Correct {
        id: String,
        /// The wrong statement
        #[arg(long)]
        statement: String,
        /// What is right
        #[arg(long)]
        value: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Make what is held invisible to detectors, picture and readers
    Restrict {
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Erase what is held, here and at partners
    Erase { id: String },
    /// Take two more months
    Extend {
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Refuse
    Refuse {
        id: String,
        /// The law it rests on
        #[arg(long)]
        law: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// The supervisor to whom the person may turn
        #[arg(long)]
        supervisor: String,
    },
    /// Close an answered request
    Close {
        id: String,
        /// How the person was answered
        #[arg(long)]
        note: String,
    },
}

impl Subject {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        let (id, body, out) = match self.what {
            What::List => {
                let list = connection.get("/subjects").await?;
                return Ok(show_requests(&list, show::items(&list), json));
            }
            What::Open { wants, name, birth_date, selector } => {
                let body = json!({ "wants": wants, "name": name, "birth_date": birth_date, "selectors": selector });
                let view = connection.post("/subjects", &body).await?;
                return Ok(show_requests(&view, std::slice::from_ref(&view), json));
            }
            What::Find { id } => (id, json!({ "step": "find" }), None),
            What::Export { id, out } => (id, json!({ "step": "export" }), Some(out)),
            What::Correct { id, statement, value, reason } => {
                (id, json!({ "step": "correct", "statement": statement, "value": value, "reason": reason }), None)
            }
            What::Restrict { id, reason } => (id, json!({ "step": "restrict", "reason": reason }), None),
            What::Erase { id } => (id, json!({ "step": "erase" }), None),
            What::Extend { id, reason } => (id, json!({ "step": "extend", "reason": reason }), None),
            What::Refuse { id, law, reason, supervisor } => {
                (id, json!({ "step": "refuse", "law": law, "reason": reason, "supervisor": supervisor }), None)
            }
            What::Close { id, note } => (id, json!({ "step": "close", "note": note }), None),
        };
        let answer = connection.post(&format!("/subjects/{id}/steps"), &body).await?;
        if let Some(out) = out {
            std::fs::create_dir(&out).map_err(|error| Failure::new(format!("{}: {error}", out.display())))?;
            files::write_new(&out.join("held.json"), format!("{:#}\n", answer["held"]).as_bytes())?;
            files::write_new(&out.join("held.txt"), answer["text"].as_str().unwrap_or_default().as_bytes())?;
        }
        Ok(show_answer(&answer, json))
    }
}

fn show_answer(answer: &Value, json: bool) -> ExitCode {
    if json {
        show::json(answer);
        return ExitCode::SUCCESS;
    }
    for statement in show::items(&answer["held"]["statements"]) {
        let (property, value) = (show::text(statement, "property"), show::text(statement, "value"));
        show::line(&format!("  {} {property}: {value} ({})", show::text(statement, "id"), show::text(statement, "source")));
    }
    for finding in show::items(&answer["held"]["findings"]) {
        show::line(&format!(
            "  finding {}/{}: {}",
            show::text(finding, "origin"),
            show::text(finding, "key"),
            show::text(finding, "title")
        ));
    }
    let request = &answer["request"];
    if let Some(step) = show::items(&request["steps"]).last() {
        show::line(&format!("{}: {}", show::text(step, "what"), show::text(step, "note")));
    }
    for told in show::items(&request["told"]) {
        let has = if told["acknowledged"] == true { "has acknowledged" } else { "has not acknowledged yet" };
        show::line(&format!("  {} {has}", show::text(told, "partner")));
    }
    ExitCode::SUCCESS
}

fn show_requests(whole: &Value, requests: &[Value], json: bool) -> ExitCode {
    if json {
        show::json(whole);
        return ExitCode::SUCCESS;
    }
    let row = |request: &Value| {
        let late = if request["overdue"] == true { "OVERDUE" } else { "" };
        let text = |field| show::text(request, field);
        vec![text("id"), text("wants"), text("state"), text("received_at"), text("due_at"), late.to_owned()]
    };
    show::table(
        &["request", "wants", "state", "received", "due", ""],
        requests.iter().map(row).collect(),
        "There are no requests.",
    );
    ExitCode::SUCCESS
}
