//! `oikos case`: people's work on what belongs together: tasks with clocks, notes, decisions, playbooks.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::commands::findings::find;
use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos case --node fi open 'A ship over a cable' --finding 1b7f --playbook ship-over-cable\n  \
  oikos case --node fi show case-2026-1\n  oikos case --node fi task case-2026-1 'Call the operator' --due 2026-03-01T12:00:00Z\n  \
  oikos case --node fi close case-2026-1 --outcome 'it was a repair ship'"
)]
pub(crate) struct Case {
    #[command(flatten)]
    node: NodeArguments,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List cases, those in which something happened last first
    List {
        /// open, closed or all
        #[arg(long, default_value = "open")]
        state: String,
        /// Only those with a late task
        #[arg(long)]
        late: bool,
    },
    /// Open a case; who opens it owns it. --purpose and --legal-basis say for what
    Open {
        /// What people call it
        title: String,
        /// A finding to put in, by its key or its first digits; may be given more than once
        #[arg(long, value_name = "KEY")]
        finding: Vec<String>,
        /// A lead to put in, with the findings it joins; may be given more than once
        #[arg(long, value_name = "ID")]
        lead: Vec<String>,
        /// A playbook whose tasks to add
        #[arg(long)]
        playbook: Option<String>,
    },
    /// Show a case with its tasks and history
    Show { id: String },
    /// Add a task, or mark one done
    Task {
        id: String,
        /// What is to be done
        #[arg(required_unless_present = "done")]
        text: Option<String>,
        /// By whom
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
        /// By when, RFC 3339
        #[arg(long)]
        due: Option<String>,
        /// Instead: mark the task with this id done
        #[arg(long, value_name = "TASK", conflicts_with_all = ["text", "owner", "due"])]
        done: Option<String>,
    },
    /// Add a note; it stays, and is corrected by another one
    Note {
        id: String,
        /// What it says
        text: String,
        /// The number of the note it corrects
        #[arg(long)]
        corrects: Option<u64>,
    },
    /// Put findings and leads into a case
    Attach {
        id: String,
        /// A finding, by its key or its first digits; may be given more than once
        #[arg(long, value_name = "KEY")]
        finding: Vec<String>,
        /// A lead; may be given more than once
        #[arg(long, value_name = "ID")]
        lead: Vec<String>,
    },
    /// Close a case: its owner, or a supervisor
    Close {
        id: String,
        /// What came of it
        #[arg(long)]
        outcome: String,
    },
    /// Add the tasks of a playbook; without one, list the playbooks
    Playbook {
        #[arg(requires = "playbook")]
        id: Option<String>,
        /// Which
        playbook: Option<String>,
        /// When its clock began, RFC 3339; now where absent
        #[arg(long)]
        since: Option<String>,
    },
}

impl Case {
    pub(crate) async fn run(mut self, json: bool) -> Result<ExitCode, Failure> {
        if let Some(id) = self.what.case() {
            // What is done in a case is done for it.
            self.node.case.get_or_insert_with(|| id.to_owned());
        }
        let connection = Connection::open(&self.node).await?;
        let (id, step) = match &self.what {
            What::List { state, late } => {
                let late = if *late { "&late=true" } else { "" };
                let state = crate::commands::findings::escaped(state);
                return Ok(show_cases(&connection.get(&format!("/cases?state={state}{late}")).await?, json));
            }
            What::Open { title, finding, lead, playbook } => {
                let findings = names(&connection, finding).await?;
                let body = json!({ "title": title, "findings": findings, "leads": lead, "playbook": playbook });
                return Ok(show_case(&connection.post("/cases", &body).await?, json));
            }
            What::Show { id } => return Ok(show_case(&connection.get(&format!("/cases/{id}")).await?, json)),
            What::Playbook { id: None, .. } => return Ok(show_playbooks(&connection.get("/playbooks").await?, json)),
            What::Playbook { id: Some(id), playbook, since } => {
                (id, json!({ "step": "apply_playbook", "playbook": playbook, "started_at": since }))
            }
            What::Task { id, done: Some(task), .. } => (id, json!({ "step": "finish_task", "task": task })),
            What::Task { id, text, owner, due, done: None } => {
                (id, json!({ "step": "add_task", "task": { "text": text, "owner": owner, "due_at": due } }))
            }
            What::Note { id, text, corrects } => (id, json!({ "step": "note", "text": text, "corrects": corrects })),
            What::Attach { id, finding, lead } => {
                (id, json!({ "step": "attach", "findings": names(&connection, finding).await?, "leads": lead }))
            }
            What::Close { id, outcome } => (id, json!({ "step": "close", "outcome": outcome })),
        };
        Ok(show_case(&connection.post(&format!("/cases/{id}/steps"), &step).await?, json))
    }
}

impl What {
    fn case(&self) -> Option<&str> {
        match self {
            Self::List { .. } | Self::Open { .. } => None,
            Self::Show { id }
            | Self::Task { id, .. }
            | Self::Note { id, .. }
            | Self::Attach { id, .. }
            | Self::Close { id, .. } => Some(id),
            Self::Playbook { id, .. } => id.as_deref(),
        }
    }
}

async fn names(connection: &Connection, keys: &[String]) -> Result<Vec<Value>, Failure> {
    let mut names = Vec::new();
    for key in keys {
        let (origin, key) = find(connection, key).await?;
        names.push(json!({ "origin": origin, "key": key }));
    }
    Ok(names)
}

fn show_cases(cases: &Value, json: bool) -> ExitCode {
    if json {
        show::json(cases);
        return ExitCode::SUCCESS;
    }
    let row = |case: &Value| {
        let text = |field| show::text(case, field);
        let late = case["late_tasks"].as_u64().filter(|late| *late > 0).map_or_else(String::new, |late| format!("{late} LATE"));
        vec![text("id"), text("title"), text("owner"), text("open_tasks"), late, text("next_due_at"), text("tlp")]
    };
    show::table(
        &["case", "title", "owner", "tasks", "", "next due", "marking"],
        show::items(cases).iter().map(row).collect(),
        "There are no such cases.",
    );
    ExitCode::SUCCESS
}

fn show_case(view: &Value, json: bool) -> ExitCode {
    if json {
        show::json(view);
        return ExitCode::SUCCESS;
    }
    let summary = &view["summary"];
    let text = |field| show::text(summary, field);
    show::line(&format!("{}: {}", text("id"), text("title")));
    show::line(&format!(
        "{}, owned by {}, for {} ({}), {}",
        text("state"),
        text("owner"),
        text("purpose"),
        text("legal_basis"),
        text("tlp")
    ));
    let tasks = show::items(&view["tasks"]).iter().map(|task| {
        let late = if task["late"] == true { "LATE" } else { "" };
        let done = if task["done_at"].is_null() { late.to_owned() } else { "done".to_owned() };
        let owner = if task["owner"].is_null() { show::text(task, "role") } else { show::text(task, "owner") };
        vec![done, show::text(task, "due_at"), owner, show::text(task, "text"), show::text(task, "law"), show::text(task, "id")]
    });
    show::table(&["", "due", "whose", "task", "law", "id"], tasks.collect(), "No tasks.");
    for finding in show::items(&view["findings"]) {
        let title = finding["finding"]["title"].as_str().map_or_else(|| "(not to be seen)".to_owned(), show::plain);
        show::line(&format!("  finding {}: {title}", show::text(finding, "key").chars().take(12).collect::<String>()));
    }
    for lead in show::items(&view["leads"]) {
        show::line(&format!("  lead {}", show::text(lead, "id")));
    }
    for event in show::items(&view["history"]) {
        let text = |field| show::text(event, field);
        show::line(&format!(
            "{} {} {} {} {} {}",
            text("number"),
            text("at"),
            text("by"),
            text("kind"),
            text("text"),
            text("reason")
        ));
    }
    ExitCode::SUCCESS
}

fn show_playbooks(playbooks: &Value, json: bool) -> ExitCode {
    if json {
        show::json(playbooks);
        return ExitCode::SUCCESS;
    }
    let row =
        |book: &Value| vec![show::text(book, "id"), show::text(book, "title"), show::items(&book["tasks"]).len().to_string()];
    show::table(&["playbook", "for", "tasks"], show::items(playbooks).iter().map(row).collect(), "There are no playbooks.");
    ExitCode::SUCCESS
}
