//! `oikos detector`: which detectors there are, how they are set, and detectors of one's own.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use crate::connection::{Connection, NodeArguments, query_value};
use crate::failure::Failure;
use crate::{files, progress, show};

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos detector --node fi list\n  oikos detector --node fi try sea.gap --parameter gap_hours=12\n  \
  oikos detector --node fi set sea.gap --parameter gap_hours=12 --reason 'too many short silences'\n  \
  oikos detector --node fi preview my-question.md\n  oikos detector --node fi import my-question.md --reason 'asked by the watch'\n  \
  oikos detector --node fi enable sea.my-question --reason 'tried on March'\n\n\
A detector of one's own, or from a partner, arrives disabled: the question travels, and a person enables it."
)]
pub(crate) struct Detector {
    #[command(flatten)]
    node: NodeArguments,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List detectors by desk
    List,
    /// Show a detector's manual page, parameters and history
    Show { detector: String },
    /// See what other parameters would find on history; nothing is kept
    Try {
        detector: String,
        /// A parameter, NAME=VALUE; one that is not named has its default
        #[arg(long, value_name = "NAME=VALUE")]
        parameter: Vec<String>,
        /// The span's beginning, RFC 3339; thirty days before its end where absent
        #[arg(long)]
        from: Option<String>,
        /// The span's end, RFC 3339; behind the newest record where absent
        #[arg(long)]
        to: Option<String>,
    },
    /// Save parameters; those that are not named get their defaults. Findings change with the next run
    Set {
        detector: String,
        /// A parameter, NAME=VALUE
        #[arg(long, value_name = "NAME=VALUE")]
        parameter: Vec<String>,
        /// Undo the change of this number instead
        #[arg(long, value_name = "NUMBER", conflicts_with = "parameter")]
        undo: Option<i64>,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Let a detector run
    Enable {
        detector: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Let a detector no longer run; what it found stays
    Disable {
        detector: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Show the first rows that a detector file gives, or what is wrong with it and where
    Preview {
        /// The detector file
        file: PathBuf,
        /// The step whose rows are shown; the last one where absent
        #[arg(long)]
        step: Option<String>,
    },
    /// Keep a detector of one's own, or one from a partner. It arrives disabled
    Import {
        /// The detector file
        file: PathBuf,
        /// Who it came from
        #[arg(long)]
        from: Option<String>,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Write a detector as a file, for a partner
    Export {
        detector: String,
        /// The file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Remove a disabled detector of the node's own; what it found is superseded
    Remove {
        detector: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

impl Detector {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        let path = |detector: &str, rest: &str| format!("/detectors/{}{rest}", query_value(detector));
        let page = match self.what {
            What::List => {
                let desks = connection.get("/desks").await?;
                return Ok(list(&desks, json));
            }
            What::Show { detector } => {
                let page = connection.get(&path(&detector, "")).await?;
                return Ok(show_page(&page, json));
            }
            What::Try { detector, parameter, from, to } => {
                let body = json!({ "values": values(&parameter)?, "from": from, "to": to });
                let job = connection.post(&path(&detector, "/trials"), &body).await?;
                progress::watch(&connection, &job, json).await?;
                let report = connection.get(&format!("/trials/{}", show::text(&job, "id"))).await?;
                return Ok(show_trial(&report, json));
            }
            What::Preview { file, step } => {
                let body = json!({ "text": files::read_text(&file)?, "step": step });
                let preview = connection.post("/previews", &body).await?;
                return Ok(show_preview(&preview, &file.display().to_string(), json));
            }
            What::Export { detector, out } => {
                let file = connection.get(&path(&detector, "/file")).await?;
                files::write_new(&out, file["text"].as_str().unwrap_or_default().as_bytes())?;
                let written = json!({ "detector": detector, "file": out });
                return Ok(said(&written, &format!("Wrote {}.", out.display()), json));
            }
            What::Remove { detector, reason } => {
                connection.delete(&format!("{}?reason={}", path(&detector, ""), query_value(&reason))).await?;
                return Ok(said(&json!({ "removed": detector }), &format!("Removed {detector}."), json));
            }
            What::Set { detector, parameter, undo, reason } => {
                let body = json!({ "values": values(&parameter)?, "undoes": undo, "reason": reason });
                connection.post(&path(&detector, "/parameters"), &body).await?
            }
            What::Enable { detector, reason } => {
                connection.post(&path(&detector, "/switch"), &json!({ "enabled": true, "reason": reason })).await?
            }
            What::Disable { detector, reason } => {
                connection.post(&path(&detector, "/switch"), &json!({ "enabled": false, "reason": reason })).await?
            }
            What::Import { file, from, reason } => {
                let body = json!({ "text": files::read_text(&file)?, "from": from, "reason": reason });
                connection.post("/detectors", &body).await?
            }
        };
        let state = if page["enabled"] == true { "enabled" } else { "disabled" };
        let line =
            format!("{} is {state}. What it found stays as it is until the next run: oikos detect", show::text(&page, "id"));
        Ok(said(&page, &line, json))
    }
}

fn values(pairs: &[String]) -> Result<Map<String, Value>, Failure> {
    let value = |pair: &String| {
        let no_pair = || Failure::new(format!("{pair:?} is no NAME=VALUE")).with_help("for example gap_hours=12");
        let (name, value) = pair.split_once('=').ok_or_else(no_pair)?;
        Ok((name.to_owned(), value.parse::<f64>().map_or_else(|_| Value::from(value), Value::from)))
    };
    pairs.iter().map(value).collect()
}

fn said(answer: &Value, line: &str, json: bool) -> ExitCode {
    if json {
        show::json(answer)
    } else {
        show::line(line)
    }
    ExitCode::SUCCESS
}

fn list(desks: &Value, json: bool) -> ExitCode {
    if json {
        show::json(desks);
        return ExitCode::SUCCESS;
    }
    let detectors = show::items(desks).iter().flat_map(|desk| show::items(&desk["detectors"]));
    let rows = detectors.map(|detector| {
        let run = &detector["last_run"];
        let last = match (run.is_null(), run["failed"].is_string()) {
            (true, _) => "never".to_owned(),
            (_, true) => format!("{} failed: {}", show::text(run, "began_at"), show::text(run, "failed")),
            _ => format!("{} (+{} ~{} -{})", show::text(run, "began_at"), run["new"], run["revised"], run["superseded"]),
        };
        let state = if detector["enabled"] == true { "enabled" } else { "disabled" };
        let own = if detector["own"] == true { "own" } else { "" };
        let fields = [show::text(detector, "id"), state.to_owned(), own.to_owned(), show::text(detector, "alerts"), last];
        fields.to_vec()
    });
    show::table(&["detector", "", "", "alerts in 30 days", "last run"], rows.collect(), "There is no detector.");
    ExitCode::SUCCESS
}

fn show_page(page: &Value, json: bool) -> ExitCode {
    if json {
        show::json(page);
        return ExitCode::SUCCESS;
    }
    for (label, field) in [("", "title"), ("finds", "finds"), ("why", "why"), ("law", "legal_basis")] {
        show::line(&format!("{label:6} {}", show::text(page, field)));
    }
    let rows = show::items(&page["parameters"])
        .iter()
        .map(|parameter| ["name", "value", "default", "unit", "description"].map(|field| show::text(parameter, field)).to_vec());
    show::table(&["parameter", "value", "default", "unit", ""], rows.collect(), "It has no parameter.");
    let changes = show::items(&page["changes"]).iter();
    let changes = changes.map(|change| ["number", "at", "by", "kind", "reason"].map(|field| show::text(change, field)).to_vec());
    show::table(&["change", "at", "by", "", "reason"], changes.collect(), "Nobody changed it.");
    ExitCode::SUCCESS
}

fn show_trial(report: &Value, json: bool) -> ExitCode {
    if json {
        show::json(report);
        return ExitCode::SUCCESS;
    }
    if report["from"].is_null() {
        show::line("There is no record to look at yet.");
        return ExitCode::SUCCESS;
    }
    show::line(&format!(
        "From {} to {}: {} findings as it is set, {} as tried.",
        show::text(report, "from"),
        show::text(report, "to"),
        report["now"],
        report["tried"]
    ));
    for (part, words) in [("new", "new"), ("vanished", "would vanish"), ("changed", "change their score")] {
        show::line(&format!("{} {words}", report[part]["count"]));
        for finding in show::items(&report[part]["first"]) {
            let (now, tried) = (show::bits(&finding["bits_now"]), show::bits(&finding["bits_tried"]));
            show::line(&format!("  {now:>6} {tried:>6}  {}", show::text(finding, "title")));
        }
    }
    let cost = &report["cost"];
    show::line(&format!("It took {} ms over {} records. Nothing was kept.", cost["duration_ms"], cost["records"]));
    ExitCode::SUCCESS
}

fn show_preview(preview: &Value, file: &str, json: bool) -> ExitCode {
    let problem = &preview["problem"];
    if json {
        show::json(preview);
    } else {
        let columns: Vec<String> =
            show::items(&preview["columns"]).iter().map(|name| show::plain(name.as_str().unwrap_or_default())).collect();
        let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let rows = show::items(&preview["rows"]).iter().map(|row| show::items(row).iter().map(cell).collect()).collect();
        if !columns.is_empty() {
            let headings: Vec<&str> = columns.iter().map(String::as_str).collect();
            show::table(&headings, rows, "No row.");
        }
        if !problem.is_null() {
            show::note(&format!("{file}:{}:{}: {}", problem["line"], problem["column"], show::text(problem, "message")));
        }
    }
    if problem.is_null() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
