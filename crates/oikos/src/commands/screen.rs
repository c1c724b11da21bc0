//! `oikos screen`: a name, or a file of names, against the lists one may read; what was said of matches; sets that stay screened.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use oikos_matching::EntityKind;
use serde_json::{Value, json};

use super::screen_file::{self, Columns};
use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  oikos screen --node fi 'Arman Velihanov' --born 1961\n  \
  oikos screen --node fi customers.csv --name-column name --out hits.csv\n  \
  oikos screen clear --node fi ORIGIN DATASET ID --name 'Arman Velihanov' --reason 'born in another year'\n  \
  oikos screen keep --node fi customers.csv --name-column name --title 'Customers'\n  \
  oikos screen again --node fi SET\n\nA match is that data agree. It becomes a hit only when a person says so."
)]
pub(crate) struct Screen {
    #[command(flatten)]
    asked: Asked,
    #[command(subcommand)]
    what: Option<What>,
}

/// A name or a file, and how it is screened.
#[derive(Args)]
struct Asked {
    #[command(flatten)]
    node: NodeArguments,
    /// A name, or a file of names: CSV, JSON lines (.jsonl) or Parquet (.parquet)
    what: Option<String>,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    columns: Columns,
    /// Of one name: the date of birth, YYYY, YYYY-MM or YYYY-MM-DD
    #[arg(long)]
    born: Option<String>,
    /// Of a file: where matches are written, by its ending as CSV, JSON lines or Parquet
    #[arg(long)]
    out: Option<PathBuf>,
    /// Of a file: goes on where an earlier screening into the same --out stopped
    #[arg(long)]
    resume: bool,
}

/// How subjects are screened.
#[derive(Args)]
struct How {
    /// person, organisation or vessel
    #[arg(long, default_value = "person")]
    kind: String,
    /// The least score of a match, between 0 and 1
    #[arg(long)]
    threshold: Option<f64>,
    /// How many matches can be looked at; the others are listed below them
    #[arg(long)]
    budget: Option<usize>,
    /// Only these datasets, registers too
    #[arg(long)]
    dataset: Vec<String>,
    /// Another weight, as NAME=BITS, for example birth_day_agrees=6
    #[arg(long, value_name = "NAME=BITS")]
    weight: Vec<String>,
}

#[derive(Subcommand)]
enum What {
    /// Show the lists that screening knows, with their legal force here
    Lists {
        #[command(flatten)]
        node: NodeArguments,
    },
    /// Say that a match is somebody else
    Clear(Decision),
    /// Confirm a match as a hit, and say what is requested of whom
    Hit(Decision),
    /// Take back what was said of a match
    Withdraw(Decision),
    /// Show what was said of matches
    Decisions {
        #[command(flatten)]
        node: NodeArguments,
    },
    /// Ask the lists for their own names, badly written
    Recall {
        #[command(flatten)]
        node: NodeArguments,
        /// How many listed entities
        #[arg(long)]
        sample: Option<usize>,
    },
    /// Keep a file of subjects screened
    Keep {
        #[command(flatten)]
        node: NodeArguments,
        /// CSV, JSON lines (.jsonl) or Parquet (.parquet)
        file: PathBuf,
        /// What people call the set
        #[arg(long)]
        title: String,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        columns: Columns,
    },
    /// Show the sets that stay screened
    Sets {
        #[command(flatten)]
        node: NodeArguments,
    },
    /// Show a set's matches, ranked
    Show {
        #[command(flatten)]
        node: NodeArguments,
        /// The set
        set: String,
    },
    /// Screen a set again, as far as the lists changed
    Again {
        #[command(flatten)]
        node: NodeArguments,
        /// The set
        set: String,
        /// Every subject
        #[arg(long)]
        all: bool,
    },
    /// Show what other settings would do to a set; nothing is kept
    Try {
        #[command(flatten)]
        node: NodeArguments,
        /// The set
        set: String,
        #[command(flatten)]
        how: How,
    },
    /// Remove a set with its subjects
    Remove {
        #[command(flatten)]
        node: NodeArguments,
        /// The set
        set: String,
    },
}

/// What is said of a match.
#[derive(Args)]
struct Decision {
    #[command(flatten)]
    node: NodeArguments,
    /// The node that first had the listed entity
    origin: String,
    /// Its dataset
    dataset: String,
    /// Its id in the dataset
    id: String,
    /// The subject's name, as it was screened
    #[arg(long, required = true)]
    name: Vec<String>,
    /// The subject's date of birth, as it was screened
    #[arg(long)]
    born: Option<String>,
    /// person, organisation or vessel, as it was screened
    #[arg(long, default_value = "person")]
    kind: String,
    /// Why
    #[arg(long)]
    reason: String,
    /// Of a hit: what is requested of whom
    #[arg(long)]
    action: Option<String>,
    /// Of a clearance: until when it holds, RFC 3339
    #[arg(long)]
    until: Option<String>,
}

impl Screen {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let Some(what) = self.what else { return self.asked.run(json).await };
        let answer = match what {
            What::Lists { node } => shown(Connection::open(&node).await?.get("/screening/lists").await?, json, print_lists),
            What::Decisions { node } => {
                shown(Connection::open(&node).await?.get("/screening/decisions").await?, json, print_decisions)
            }
            What::Clear(decision) => decision.say("cleared").await?,
            What::Hit(decision) => decision.say("hit").await?,
            What::Withdraw(decision) => decision.say("withdrawn").await?,
            What::Recall { node, sample } => {
                let connection = Connection::open(&node).await?;
                let rows = connection.post("/screening/self-recall", &json!({ "sample": sample })).await?;
                shown(rows, json, print_recall)
            }
            What::Keep { node, file, title, how, columns } => {
                let connection = Connection::open(&node).await?;
                let set = screen_file::keep(&connection, &file, &title, &columns, how.kind()?, &how.settings()?).await?;
                shown(set, json, |set| print_sets(std::slice::from_ref(set)))
            }
            What::Sets { node } => {
                let sets = Connection::open(&node).await?.get("/screening/sets").await?;
                shown(sets, json, |sets| print_sets(show::items(sets)))
            }
            What::Show { node, set } => {
                shown(Connection::open(&node).await?.get(&format!("/screening/sets/{set}")).await?, json, print_matches)
            }
            What::Again { node, set, all } => {
                let connection = Connection::open(&node).await?;
                let report = connection.post(&format!("/screening/sets/{set}/screen"), &json!({ "all": all })).await?;
                shown(report, json, print_rescreening)
            }
            What::Try { node, set, how } => {
                let connection = Connection::open(&node).await?;
                let tried = connection.post(&format!("/screening/sets/{set}/what-if"), &how.settings()?).await?;
                shown(tried, json, print_what_if)
            }
            What::Remove { node, set } => Connection::open(&node).await?.delete(&format!("/screening/sets/{set}")).await?,
        };
        if json {
            show::json(&answer);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Prints an answer unless it is to be JSON.
fn shown(answer: Value, json: bool, print: impl FnOnce(&Value)) -> Value {
    if !json {
        print(&answer);
    }
    answer
}

impl Asked {
    async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let what = self.what.ok_or_else(|| Failure::new("say whom to screen: a name, or a file of names"))?;
        let connection = Connection::open(&self.node).await?;
        let path = PathBuf::from(&what);
        let answer = if path.is_file() {
            let out = self.out.ok_or_else(|| Failure::new("say with --out where the matches of the file are written"))?;
            let (kind, settings) = (self.how.kind()?, self.how.settings()?);
            let job = screen_file::Job { file: &path, out: &out, columns: &self.columns, kind, settings, resume: self.resume };
            shown(job.run(&connection, json).await?, json, print_summary)
        } else {
            let mut request = self.how.settings()?;
            request["subjects"] = json!([{ "kind": self.how.kind, "names": [what], "birth_date": self.born }]);
            shown(connection.post("/screening", &request).await?, json, print_matches)
        };
        if json {
            show::json(&answer);
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl How {
    fn kind(&self) -> Result<EntityKind, Failure> {
        match self.kind.as_str() {
            "person" => Ok(EntityKind::Person),
            "organisation" => Ok(EntityKind::Organisation),
            "vessel" => Ok(EntityKind::Vessel),
            other => Err(Failure::new(format!("{other:?} is no kind; say person, organisation or vessel"))),
        }
    }

    fn settings(&self) -> Result<Value, Failure> {
        let mut weights = serde_json::Map::new();
        for one in &self.weight {
            let parts = one.split_once('=').and_then(|(name, bits)| Some((name, bits.parse::<f32>().ok()?)));
            let (name, bits) = parts.ok_or_else(|| Failure::new(format!("--weight {one:?}: expected NAME=BITS")))?;
            weights.insert(name.to_owned(), json!(bits));
        }
        Ok(json!({ "threshold": self.threshold, "budget": self.budget, "datasets": self.dataset, "weights": weights }))
    }
}

impl Decision {
    async fn say(self, verdict: &str) -> Result<Value, Failure> {
        let connection = Connection::open(&self.node).await?;
        let body = json!({
            "subject": { "kind": self.kind, "names": self.name, "birth_date": self.born },
            "entity": { "origin": self.origin, "dataset": self.dataset, "entity": self.id },
            "verdict": verdict,
            "reason": self.reason,
            "action": self.action,
            "expires_at": self.until,
        });
        connection.post("/screening/decisions", &body).await
    }
}

fn print_matches(answer: &Value) {
    let rows = show::items(&answer["matches"]).iter().map(|found| {
        let entity = &found["entity"];
        let lists = show::items(&found["lists"]).iter();
        let lists: Vec<String> =
            lists.map(|list| format!("{} ({})", show::text(list, "name"), show::text(list, "legal_force"))).collect();
        let strongest = show::items(&found["reasons"]).iter();
        let mut reasons: Vec<(f64, String)> =
            strongest.map(|one| (one["bits"].as_f64().unwrap_or_default(), show::text(one, "feature"))).collect();
        reasons.sort_by(|one, other| other.0.abs().total_cmp(&one.0.abs()));
        let reasons: Vec<String> = reasons.iter().take(3).map(|(bits, name)| format!("{name} {bits:+.1}")).collect();
        let decision = &found["decision"];
        let said = if decision.is_null() {
            String::new()
        } else {
            format!("{} by {}", show::text(decision, "verdict"), show::text(decision, "by"))
        };
        let within = if found["within_budget"].as_bool() == Some(true) { "" } else { "·" };
        vec![
            format!("{}{within}", found["rank"]),
            show::text(found, "name"),
            show::text(found, "alias"),
            format!("{:.2} {}", found["score"].as_f64().unwrap_or_default(), show::text(found, "grade")),
            reasons.join(", "),
            lists.join("; "),
            format!("{} {} {}", show::text(entity, "origin"), show::text(entity, "dataset"), show::text(entity, "entity")),
            said,
        ]
    });
    show::table(&["", "name", "on the list", "score", "strongest reasons", "list", "entity", ""], rows.collect(), "No match.");
    show::line(&format!(
        "{} screened against {} listed entities; scores are uncalibrated. A match is no hit before a person says so.",
        answer["subjects"], answer["entities"]
    ));
}

fn print_summary(summary: &Value) {
    show::line(&format!(
        "{} rows screened, {} matches of {} rows written to {}; {} rows could not be screened.",
        summary["rows"],
        summary["matches"],
        summary["rows_with_matches"],
        show::text(summary, "out"),
        summary["problems"]
    ));
    if let Some(bits) = summary["budget_bits"].as_f64() {
        show::line(&format!("Within the budget are matches from {bits:+.2} bits on."));
    }
    for problem in show::items(&summary["first_problems"]) {
        show::line(&format!("  {}", show::plain(problem.as_str().unwrap_or_default())));
    }
}

fn print_lists(lists: &Value) {
    let rows = show::items(lists)
        .iter()
        .map(|list| ["dataset", "name", "publisher", "legal_force", "legal_basis"].map(|field| show::text(list, field)).to_vec());
    show::table(&["dataset", "list", "publisher", "legal force", "basis"], rows.collect(), "No list is known.");
}

fn print_decisions(decisions: &Value) {
    let rows = show::items(decisions).iter().map(|one| {
        let entity = format!("{} {}", show::text(&one["entity"], "dataset"), show::text(&one["entity"], "entity"));
        let field = |name| show::text(one, name);
        vec![
            field("name"),
            entity,
            field("verdict"),
            field("by"),
            field("at"),
            field("reason"),
            field("action"),
            field("expires_at"),
        ]
    });
    let headings = ["name", "listed entity", "said", "by", "at", "why", "requested", "until"];
    show::table(&headings, rows.collect(), "Nothing was said of any match yet.");
}

fn print_recall(rows: &Value) {
    let lines = show::items(rows)
        .iter()
        .map(|row| ["mutation", "script", "tried", "found", "first"].map(|field| show::text(row, field)).to_vec());
    show::table(&["written badly by", "script", "tried", "found", "first"], lines.collect(), "No list was imported yet.");
}

fn print_sets(sets: &[Value]) {
    let rows = sets.iter().map(|set| {
        ["id", "title", "owner", "subjects", "screened_at", "expires_at"].map(|field| show::text(set, field)).to_vec()
    });
    show::table(&["set", "title", "kept by", "subjects", "screened", "until"], rows.collect(), "No set is kept screened.");
}

fn print_rescreening(report: &Value) {
    show::line(&format!(
        "{} listed entities changed; {} subjects were searched again.",
        report["changed_entities"], report["searched"]
    ));
    for (word, field) in [("new", "new"), ("gone", "gone")] {
        for found in show::items(&report[field]) {
            show::line(&format!("  {word}: {} ~ {}", show::text(found, "name"), show::text(found, "title")));
        }
    }
}

fn print_what_if(tried: &Value) {
    show::line(&format!(
        "{} matches now, {} then: {} new, {} gone, of these {} that were cleared.",
        tried["matches"], tried["would_match"], tried["would_be_new"], tried["would_be_gone"], tried["cleared_lost"]
    ));
    for lost in show::items(&tried["hits_lost"]) {
        show::line(&format!("  a hit would be missed: {} ~ {}", show::text(lost, "name"), show::text(lost, "title")));
    }
}
