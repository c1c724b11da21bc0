//! `oikos oversight`: who looked at whom, unusual access, statistics to publish, and the tables of policy.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments, query_value};
use crate::failure::Failure;
use crate::{files, show};

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos oversight looked --node fi --as dora --subject finding:fi.coast-guard/1f0c\n  oikos oversight looked --node fi --as dora --who mikko.laine\n  \
  oikos oversight unusual --node fi --as dora\n  oikos oversight review ID --node fi --as dora --newest 1234 --reason 'on call that night'\n  \
  oikos oversight statistics --node fi --as dora --months 12 --out 2026 --recipient 'the public'\n  oikos oversight policy --node fi regimes"
)]
pub(crate) struct Oversight {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Who looked at something, or at what somebody looked
    Looked {
        #[command(flatten)]
        node: NodeArguments,
        /// What was looked at, as kind:reference; case:ID for everything done for a case
        #[arg(long, conflicts_with = "who")]
        subject: Option<String>,
        /// Who looked: an account's name
        #[arg(long, required_unless_present = "subject")]
        who: Option<String>,
        /// Entered at this moment or later, RFC 3339
        #[arg(long)]
        from: Option<String>,
        /// Entered before this moment, RFC 3339
        #[arg(long)]
        before: Option<String>,
    },
    /// Acts that somebody should look at, with their numbers and the entries behind them
    Unusual {
        #[command(flatten)]
        node: NodeArguments,
        /// So many days back, 180 at most
        #[arg(long, default_value_t = 30)]
        days: i64,
    },
    /// Write down what came of looking at such acts
    Review {
        #[command(flatten)]
        node: NodeArguments,
        /// The indicator, as `unusual` shows it
        id: String,
        /// The newest entry that was looked at; with a newer one it is open again
        #[arg(long, value_name = "POSITION")]
        newest: i64,
        /// What came of it
        #[arg(long)]
        reason: String,
    },
    /// Statistics of whole months, small cells suppressed
    Statistics {
        #[command(flatten)]
        node: NodeArguments,
        /// So many whole months, 60 at most
        #[arg(long, default_value_t = 12)]
        months: u16,
        /// Write them as files into this folder, which must not be there
        #[arg(long, value_name = "FOLDER", requires = "recipient")]
        out: Option<PathBuf>,
        /// For whom the files are
        #[arg(long)]
        recipient: Option<String>,
    },
    /// What the rules amount to: roles, regimes, partners, asks, transfers
    Policy {
        #[command(flatten)]
        node: NodeArguments,
        /// One table only
        table: Option<String>,
    },
}

impl Oversight {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        match self.what {
            What::Looked { node, subject, who, from, before } => {
                let given = [("subject", subject), ("who", who), ("from", from), ("before", before)];
                let given = given.iter().filter_map(|(name, value)| Some(format!("{name}={}", query_value(value.as_ref()?))));
                let query = given.collect::<Vec<_>>().join("&");
                let answer = Connection::open(&node).await?.get(&format!("/oversight/consultations?{query}")).await?;
                shown(&answer, json, show_looked)
            }
            What::Unusual { node, days } => {
                let answer = Connection::open(&node).await?.get(&format!("/oversight/unusual?days={days}")).await?;
                shown(&answer, json, show_unusual)
            }
            What::Review { node, id, newest, reason } => {
                let body = json!({ "reason": reason, "newest_entry": newest });
                let path = format!("/oversight/unusual/{}/reviews", query_value(&id));
                let view = Connection::open(&node).await?.post(&path, &body).await?;
                shown(&view, json, |view| {
                    let open = if view["open"] == true { "newer entries are still open" } else { "nothing newer is open" };
                    show::line(&format!("Written down; {open}."));
                })
            }
            What::Statistics { node, months, out: Some(out), recipient } => {
                let body = json!({ "months": months, "recipient": recipient });
                let folder = Connection::open(&node).await?.post("/statistics/exports", &body).await?;
                files::write_folder(&out, &folder, json)
            }
            What::Statistics { node, months, .. } => {
                let answer = Connection::open(&node).await?.get(&format!("/statistics?months={months}")).await?;
                shown(&answer, json, show_statistics)
            }
            What::Policy { node, table } => {
                let tables = Connection::open(&node).await?.get("/policy/tables").await?;
                let wanted = |one: &&Value| table.as_ref().is_none_or(|table| one["code"] == table.as_str());
                let chosen: Vec<Value> = show::items(&tables).iter().filter(wanted).cloned().collect();
                if chosen.is_empty() {
                    return Err(Failure::new("there is no such table").with_help("roles, regimes, partners, asks or transfers"));
                }
                shown(&Value::Array(chosen), json, show_tables)
            }
        }
    }
}

fn shown(answer: &Value, json: bool, plain: impl FnOnce(&Value)) -> Result<ExitCode, Failure> {
    if json {
        show::json(answer);
    } else {
        plain(answer);
    }
    Ok(ExitCode::SUCCESS)
}

fn joined(value: &Value) -> String {
    show::items(value).iter().filter_map(Value::as_str).map(show::plain).collect::<Vec<_>>().join(", ")
}

fn show_looked(answer: &Value) {
    let people = show::items(&answer["people"]).iter().map(|one| {
        let text = |field| show::text(one, field);
        vec![
            text("who"),
            text("acts"),
            text("denied"),
            text("first_at"),
            text("last_at"),
            joined(&one["purposes"]),
            joined(&one["cases"]),
        ]
    });
    show::table(&["who", "acts", "denied", "first", "last", "purposes", "cases"], people.collect(), "Nobody.");
    let things = show::items(&answer["things"])
        .iter()
        .map(|one| vec![show::text(one, "subject"), show::text(one, "acts"), show::text(one, "last_at"), joined(&one["cases"])]);
    let things: Vec<_> = things.collect();
    if !things.is_empty() {
        show::table(&["what", "acts", "last", "cases"], things, "");
    }
    if answer["is_cut"] == true {
        show::line("There is more: ask for a shorter span with --from and --before.");
    }
}

fn show_unusual(answer: &Value) {
    let rows = show::items(&answer["indicators"]).iter().map(|one| {
        let numbers: Vec<String> = show::items(&one["numbers"])
            .iter()
            .map(|number| format!("{} {}", show::text(number, "name"), number["value"]))
            .collect();
        let entries = show::items(&one["entries"]).iter().filter_map(Value::as_i64);
        let state = if one["open"] == true { "open".to_owned() } else { show::text(&one["review"], "reason") };
        vec![
            show::text(one, "id").chars().take(64).collect(),
            show::text(one, "kind"),
            show::text(one, "who"),
            show::text(one, "about"),
            numbers.join(", "),
            entries.max().unwrap_or(-1).to_string(),
            state,
        ]
    });
    let headings = ["id", "rule", "who", "about", "numbers", "newest entry", "review"];
    show::table(&headings, rows.collect(), "Nothing is unusual by these rules.");
    for rule in show::items(&answer["rules"]) {
        show::line(&format!("{}: {}", show::text(rule, "kind"), show::text(rule, "text")));
    }
}

fn show_statistics(answer: &Value) {
    let rows = show::items(&answer["cells"]).iter().filter(|cell| cell["count"] != 0).map(|cell| {
        let count = cell["count"].as_u64().map_or_else(|| "suppressed".to_owned(), |count| count.to_string());
        vec![show::text(cell, "month"), show::text(cell, "partner_class"), show::text(cell, "measure"), count]
    });
    show::table(&["month", "partners", "measure", "count"], rows.collect(), "Nothing was counted in these months.");
    show::line(&format!("Cells from 1 to {} are suppressed.", answer["smallest_cell"].as_u64().unwrap_or(1).saturating_sub(1)));
}

fn show_tables(tables: &Value) {
    for table in show::items(tables) {
        show::line(&format!("\n{}\n{}", show::text(table, "title"), show::text(table, "note")));
        for part in show::items(&table["parts"]) {
            show::line(&format!("\n{}", show::text(part, "name")));
            let headings: Vec<&str> = show::items(&part["columns"]).iter().filter_map(Value::as_str).collect();
            let row = |row: &Value| -> Vec<String> {
                let cells = show::items(&row["names"]).iter().chain(show::items(&row["cells"]));
                cells.filter_map(Value::as_str).map(show::plain).collect()
            };
            show::table(&headings, show::items(&part["rows"]).iter().map(row).collect(), "");
        }
    }
}
