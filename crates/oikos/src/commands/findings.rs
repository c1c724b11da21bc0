//! `oikos findings`: the inbox, one finding, its records, and decisions.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos findings --node fi\n  oikos findings --node fi show KEY\n  oikos findings --node fi dismiss KEY --reason \"announced cable repair\""
)]
#[command(args_conflicts_with_subcommands = false)]
pub(crate) struct Findings {
    #[command(flatten)]
    node: NodeArguments,
    /// Only this desk's
    #[arg(long)]
    desk: Option<String>,
    /// Only in this state: open, confirmed, dismissed, superseded, recalled or all
    #[arg(long)]
    state: Option<String>,
    /// Only what partners released
    #[arg(long)]
    received: bool,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(subcommand)]
    one: Option<One>,
}

#[derive(Subcommand)]
enum One {
    /// Show one finding with its reasons
    Show(Which),
    /// Show the records behind one finding
    Evidence(Which),
    /// Confirm a finding
    Confirm(Decide),
    /// Dismiss a finding; say why
    Dismiss(Decide),
    /// Take a decision back
    Reopen(Decide),
}

#[derive(Args)]
struct Which {
    /// The finding's key, or its first digits
    key: String,
}

#[derive(Args)]
struct Decide {
    /// The finding's key, or its first digits
    key: String,
    /// Why
    #[arg(long, default_value = "")]
    reason: String,
}

impl Findings {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        match &self.one {
            None => self.list(&connection, json).await?,
            Some(One::Show(which)) => {
                let view = connection.get(&path_of(&connection, &which.key).await?).await?;
                if json { show::json(&view) } else { print_one(&view) }
            }
            Some(One::Evidence(which)) => {
                let rows = connection.get(&format!("{}/evidence", path_of(&connection, &which.key).await?)).await?;
                if json { show::json(&rows) } else { print_evidence(&rows) }
            }
            Some(One::Confirm(decide)) => self.decide(&connection, "confirm", decide, json).await?,
            Some(One::Dismiss(decide)) => self.decide(&connection, "dismiss", decide, json).await?,
            Some(One::Reopen(decide)) => self.decide(&connection, "reopen", decide, json).await?,
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn list(&self, connection: &Connection, json: bool) -> Result<(), Failure> {
        let mut query = format!("/findings?limit={}", self.limit);
        for (name, value) in [("desk", &self.desk), ("state", &self.state)] {
            if let Some(value) = value {
                query.push_str(&format!("&{name}={}", escaped(value)));
            }
        }
        if self.received {
            query.push_str("&received=true");
        }
        let page = connection.get(&query).await?;
        if json {
            show::json(&page);
            return Ok(());
        }
        let rows = show::items(&page["findings"]).iter().map(|line| {
            vec![
                show::bits(&line["score_bits"]),
                show::text(line, "detector"),
                show::text(line, "title"),
                show::text(line, "occurred_from"),
                if line["received"] == true { show::text(line, "origin") } else { String::new() },
                show::text(line, "state"),
                show::text(line, "key").chars().take(12).collect(),
            ]
        });
        let empty = "No findings. Import records and run `oikos detect`; or ask with --state all.";
        show::table(&["bits", "detector", "finding", "since", "from", "state", "key"], rows.collect(), empty);
        let (shown, total) = (show::items(&page["findings"]).len() as u64, page["total"].as_u64().unwrap_or_default());
        if total > shown {
            show::line(&format!("{shown} of {total}; see more with --limit"));
        }
        Ok(())
    }

    async fn decide(&self, connection: &Connection, kind: &str, decide: &Decide, json: bool) -> Result<(), Failure> {
        let path = path_of(connection, &decide.key).await?;
        let line = connection.post(&format!("{path}/decisions"), &json!({ "kind": kind, "reason": decide.reason })).await?;
        if json {
            show::json(&line);
        } else {
            show::line(&format!("{}: {}", show::text(&line, "state"), show::text(&line, "title")));
        }
        Ok(())
    }
}

/// The API path of the finding whose key begins so.
pub(crate) async fn path_of(connection: &Connection, beginning: &str) -> Result<String, Failure> {
    let (origin, key) = find(connection, beginning).await?;
    Ok(format!("/findings/{origin}/{key}"))
}

/// Origin and key of the one finding whose key begins so.
pub(crate) async fn find(connection: &Connection, beginning: &str) -> Result<(String, String), Failure> {
    const PAGE: usize = 500;
    let mut fitting: Vec<(String, String)> = Vec::new();
    for number in 0.. {
        let page = connection.get(&format!("/findings?state=all&limit={PAGE}&offset={}", number * PAGE)).await?;
        let lines = show::items(&page["findings"]);
        let keys = lines.iter().map(|line| (show::text(line, "origin"), show::text(line, "key")));
        fitting.extend(keys.filter(|(_, key)| key.starts_with(beginning)));
        if lines.len() < PAGE {
            break;
        }
    }
    match fitting.len() {
        1 => Ok(fitting.remove(0)),
        0 => Err(Failure::new(format!("no finding's key begins with {beginning:?}")).with_help("`oikos findings` lists them")),
        _ => Err(Failure::new(format!("more than one finding's key begins with {beginning:?}; give more digits"))),
    }
}

fn print_one(view: &Value) {
    let (line, finding) = (&view["summary"], &view["finding"]);
    show::line(&show::text(line, "title"));
    show::line(&format!("{} .. {}", show::text(line, "occurred_from"), show::text(line, "occurred_to")));
    let kind = if line["calibrated"] == true { "calibrated" } else { "uncalibrated" };
    show::line(&format!(
        "{} bits ({kind}), {}, {}",
        show::bits(&line["score_bits"]),
        show::text(line, "state"),
        show::text(line, "tlp")
    ));
    let mut rows = vec![vec![show::bits(&finding["prior_bits"]), "prior".into(), "before any reason".into()]];
    rows.extend(
        show::items(&finding["reasons"])
            .iter()
            .map(|reason| vec![show::bits(&reason["bits"]), show::text(reason, "name"), show::text(reason, "text")]),
    );
    show::table(&["bits", "reason", ""], rows, "");
    let facts = show::items(&finding["facts"]).iter().map(|fact| vec![show::text(fact, "name"), fact_text(fact)]);
    show::table(&["fact", "value"], facts.collect(), "");
    show::line(&format!("Rests on {} records; see them with `oikos findings evidence`.", view["evidence_count"]));
    for decision in show::items(&view["decisions"]) {
        show::line(&format!(
            "{} {} {}",
            show::text(decision, "at"),
            show::text(decision, "kind"),
            show::text(decision, "reason")
        ));
    }
}

/// A fact's value as people write it.
pub(crate) fn fact_text(fact: &Value) -> String {
    let value = &fact["value"];
    match fact["type"].as_str() {
        Some("number") => format!("{} {}", show::text(value, "number"), show::text(value, "unit")).trim().to_owned(),
        Some("selector") => format!("{}:{}", show::text(value, "kind"), show::text(value, "value")),
        _ => show::text(fact, "value"),
    }
}

fn print_evidence(rows: &Value) {
    let rows = show::items(rows).iter().map(|row| {
        let place = format!("{}:{}", show::text(row, "file"), row["position"]);
        vec![show::text(row, "table"), place, show::plain(&row["record"].to_string())]
    });
    show::table(&["table", "file:line", "record"], rows.collect(), "No record is left: what it rested on was erased.");
}

/// A value in a query string.
pub(crate) fn escaped(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
