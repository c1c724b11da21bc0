//! `oikos journal`: read it, search it, verify it, prove an entry to others, take a part out, erase what an entry says.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use oikos_journal::{CosignatureVerifier, DisclosedEntry, NoteVerifier, OfflineProof};
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments, query_value};
use crate::failure::Failure;
use crate::{files, show};

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos journal verify --node fi\n  oikos journal search --node fi --subject finding:fi.coast-guard/1f0c --as nora\n  \
  oikos journal prove 17 --node fi --out 17.tlog-proof\n  oikos journal check 17.tlog-proof --key 'fi.coast-guard+5c…' --witness 'at.fdi/witness+1a…'"
)]
pub(crate) struct Journal {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Recompute commitments, tiles, root and signature, and show who witnessed what; exit code 1 if anything does not match
    Verify {
        #[command(flatten)]
        node: NodeArguments,
        /// Everything, not only what came since the last time it held
        #[arg(long)]
        full: bool,
    },
    /// List entries
    List {
        #[command(flatten)]
        node: NodeArguments,
        /// First position
        #[arg(long, default_value_t = 0)]
        from: i64,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Find entries by the index; all that is given must hold, newest first
    Search(Box<Search>),
    /// Write a proof that an entry is in the journal, checked by anyone without a node
    Prove {
        #[command(flatten)]
        node: NodeArguments,
        /// The entry's position
        index: i64,
        /// Where to write the proof
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Disclose the entry with its salt too, in FILE.entry.json
        #[arg(long)]
        with_entry: bool,
    },
    /// Check a proof without a node and without a network; exit code 1 if it shows nothing
    Check(Check),
    /// Take a part of the journal out for a supervisor, with the private halves of its entries
    Export {
        #[command(flatten)]
        node: NodeArguments,
        /// The folder to make
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        /// For whom
        #[arg(long)]
        recipient: String,
        /// The first entry whose private half is taken along
        #[arg(long, default_value_t = 0)]
        from: i64,
        /// The first entry that is not
        #[arg(long)]
        to: Option<i64>,
    },
    /// Erase what an entry says; its commitment stays, so the journal still verifies
    EraseEntry {
        #[command(flatten)]
        node: NodeArguments,
        /// The entry's position
        index: i64,
        /// Why, without what the entry said
        #[arg(long)]
        reason: String,
    },
}

#[derive(Args)]
struct Search {
    #[command(flatten)]
    node: NodeArguments,
    /// Who acted: an account's name, or partner:NODE, node:NODE
    #[arg(long)]
    who: Option<String>,
    /// The action's code, for example release
    #[arg(long)]
    action: Option<String>,
    /// What was touched, as kind:reference
    #[arg(long)]
    subject: Option<String>,
    /// A partner, whether it acted, received or was acted upon
    #[arg(long)]
    partner: Option<String>,
    /// The case of the acts searched for
    #[arg(long)]
    of_case: Option<String>,
    /// The purpose of the acts searched for
    #[arg(long)]
    of_purpose: Option<String>,
    /// allowed or denied
    #[arg(long)]
    outcome: Option<String>,
    /// Entered at this moment or later, RFC 3339
    #[arg(long)]
    from: Option<String>,
    /// Entered before this moment, RFC 3339
    #[arg(long)]
    before: Option<String>,
    /// Go on below this position
    #[arg(long)]
    below: Option<i64>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

#[derive(Args)]
struct Check {
    /// The proof
    file: PathBuf,
    /// The journal's key, as `oikos journal verify` of its node shows it
    #[arg(long, value_name = "VKEY")]
    key: String,
    /// A witness's key; may be given more than once
    #[arg(long, value_name = "VKEY")]
    witness: Vec<String>,
    /// The disclosed entry that the proof is said to be of
    #[arg(long, value_name = "FILE")]
    entry: Option<PathBuf>,
    /// How many witnesses must have cosigned
    #[arg(long, default_value_t = 0)]
    needed: usize,
}

impl Journal {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        match self.what {
            What::Verify { node, full } => verify(&Connection::open(&node).await?, full, json).await,
            What::List { node, from, limit } => {
                let lines = Connection::open(&node).await?.get(&format!("/journal?from={from}&limit={limit}")).await?;
                Ok(show_lines(&lines, &lines, "The journal is empty.", json))
            }
            What::Search(search) => search.run(json).await,
            What::Prove { node, index, out, with_entry } => prove(&node, index, &out, with_entry, json).await,
            What::Check(check) => check.run(json),
            What::Export { node, out, recipient, from, to } => {
                let body = json!({ "from": from, "to": to, "recipient": recipient });
                let folder = Connection::open(&node).await?.post("/journal/exports", &body).await?;
                files::write_folder(&out, &folder, json)
            }
            What::EraseEntry { node, index, reason } => {
                let body = json!({ "index": index, "reason": reason });
                let line = Connection::open(&node).await?.post("/journal/erasures", &body).await?;
                if json {
                    show::json(&line);
                } else {
                    show::line(&format!("What entry {index} said is erased; its commitment stays."));
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

async fn verify(connection: &Connection, full: bool, json: bool) -> Result<ExitCode, Failure> {
    let report = connection.post("/journal/verification", &json!({ "full": full })).await?;
    let verified = report["verified"] == true;
    if json {
        show::json(&report);
    } else {
        show_report(&report, verified);
    }
    Ok(if verified { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show_report(report: &Value, verified: bool) {
    let word = if verified { "The journal verifies" } else { "The journal does NOT verify" };
    let (entries, from, size) = (&report["entries"], &report["checked_from"], &report["checkpoint_size"]);
    show::line(&format!("{word}: {entries} entries, checked from {from} on ({} erased).", report["erased"]));
    show::line(&format!("Checkpoint: {size} entries, root {}", show::text(report, "checkpoint_root")));
    for problem in show::items(&report["problems"]) {
        show::line(&format!("  {}", show::plain(problem.as_str().unwrap_or(""))));
    }
    let trusted = &report["trusted"];
    if trusted.is_null() {
        show::line("No checkpoint is witnessed yet: nobody else could say if entries were taken back.");
    } else {
        let (size, age) = (&trusted["size"], &trusted["age_seconds"]);
        show::line(&format!("Witnessed up to {size} entries, {age} s ago; {} asked for.", report["witnesses_needed"]));
    }
    let rows = show::items(&report["witnesses"]).iter().map(|witness| {
        vec![
            show::text(witness, "node"),
            witness["size"].as_u64().map_or_else(|| "never".to_owned(), |size| size.to_string()),
            show::text(witness, "at"),
            show::items(&witness["algorithms"]).iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            show::text(witness, "refuses"),
        ]
    });
    show::table(&["witness", "cosigned", "when", "with", "refuses"], rows.collect(), "There are no witnesses.");
    for watched in show::items(&report["watched"]).iter().filter(|watched| watched["problem"].is_string()) {
        let proven = if watched["proven"] == true { " (proven: both checkpoints are kept)" } else { "" };
        show::line(&format!(
            "WARNING: the journal of {}: {}{proven}",
            show::text(watched, "node"),
            show::text(watched, "problem")
        ));
    }
    for key in show::items(&report["keys"]).iter().take(1) {
        show::line(&format!("Key: {}", show::plain(key.as_str().unwrap_or(""))));
    }
}

impl Search {
    async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let (below, limit) = (self.below.map(|below| below.to_string()), Some(self.limit.to_string()));
        let named = [
            ("who", self.who),
            ("action", self.action),
            ("subject", self.subject),
            ("partner", self.partner),
            ("case", self.of_case),
            ("purpose", self.of_purpose),
            ("outcome", self.outcome),
            ("from", self.from),
            ("before", self.before),
            ("below", below),
            ("limit", limit),
        ];
        let given = named.iter().filter_map(|(name, value)| Some(format!("{name}={}", query_value(value.as_ref()?))));
        let query = given.collect::<Vec<_>>().join("&");
        let page = Connection::open(&self.node).await?.get(&format!("/journal/search?{query}")).await?;
        let code = show_lines(&page["entries"], &page, "Nothing was found.", json);
        if let (false, Some(next)) = (json, page["next"].as_i64()) {
            show::line(&format!("There is more: --below {next}"));
        }
        Ok(code)
    }
}

async fn prove(node: &NodeArguments, index: i64, out: &Path, with_entry: bool, json: bool) -> Result<ExitCode, Failure> {
    let body = json!({ "index": index, "with_entry": with_entry });
    let answer = Connection::open(node).await?.post("/journal/proofs", &body).await?;
    files::write_new(out, answer["proof"].as_str().unwrap_or_default().as_bytes())?;
    let mut written = vec![out.to_owned()];
    if with_entry {
        let path = out.with_file_name(format!("{}.entry.json", out.file_name().unwrap_or_default().to_string_lossy()));
        files::write_new(&path, format!("{:#}\n", answer["entry"]).as_bytes())?;
        written.push(path);
    }
    if json {
        show::json(&json!({ "written": written }));
    } else {
        written.iter().for_each(|path| show::line(&format!("Wrote {}.", path.display())));
    }
    Ok(ExitCode::SUCCESS)
}

impl Check {
    /// Stands alone: asks no node.
    fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let wrong = |error: &dyn std::fmt::Display| Failure::new(error.to_string());
        let key: NoteVerifier = self.key.parse().map_err(|error| wrong(&error))?;
        let witnesses: Result<Vec<CosignatureVerifier>, _> = self.witness.iter().map(|key| key.parse()).collect();
        let witnesses = witnesses.map_err(|error| wrong(&error))?;
        let proof: OfflineProof = files::read_text(&self.file)?.parse().map_err(|error| wrong(&error))?;
        let (checkpoint, cosigned) = proof.verify(&key, &witnesses).map_err(|error| wrong(&error))?;
        let mut names: Vec<&str> = cosigned.iter().map(|cosigned| cosigned.witness.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < self.needed {
            return Err(Failure::new(format!(
                "{} witnesses are needed, {} cosigned: {}",
                self.needed,
                names.len(),
                names.join(", ")
            )));
        }
        if let Some(path) = &self.entry {
            let entry: DisclosedEntry = serde_json::from_str(&files::read_text(path)?).map_err(|error| wrong(&error))?;
            if entry.index != proof.index || entry.commitment() != Some(proof.commitment) {
                return Err(Failure::new(format!("{} is not the entry that the proof is of", path.display())));
            }
        }
        let entry = self.entry.is_some();
        if json {
            let (index, origin) = (proof.index, &checkpoint.origin);
            show::json(&json!({ "index": index, "log": origin, "size": checkpoint.size, "cosigned": cosigned, "entry": entry }));
        } else {
            show::line(&format!(
                "Entry {} is in the journal of {}, as of {} entries.",
                proof.index, checkpoint.origin, checkpoint.size
            ));
            for one in &cosigned {
                show::line(&format!("  cosigned by {} at {} ({})", one.witness, one.at, one.algorithm));
            }
            if entry {
                show::line("The disclosed entry is the one committed to.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show_lines(lines: &Value, whole: &Value, empty: &str, json: bool) -> ExitCode {
    if json {
        show::json(whole);
        return ExitCode::SUCCESS;
    }
    let rows = show::items(lines).iter().map(|line| {
        let (entry, act) = (&line["entry"], &line["entry"]["act"]);
        let subjects: Vec<String> =
            show::items(&entry["subjects"]).iter().take(3).map(|s| show::plain(s.as_str().unwrap_or(""))).collect();
        vec![
            line["index"].to_string(),
            show::text(line, "at"),
            show::text(&act["actor"], "id"),
            show::text(act, "action"),
            show::text(act, "purpose"),
            if entry["outcome"]["decision"] == "denied" { "denied".into() } else { String::new() },
            subjects.join(", "),
        ]
    });
    show::table(&["", "when", "who", "action", "purpose", "", "what"], rows.collect(), empty);
    ExitCode::SUCCESS
}
