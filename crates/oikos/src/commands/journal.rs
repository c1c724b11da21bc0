//! `oikos journal`: read it, verify it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(after_help = "Example:\n  oikos journal verify --node fi\n  oikos journal list --node fi --from 100")]
pub(crate) struct Journal {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Recompute every commitment, tile, root and signature; exit code 1 if anything does not match
    Verify {
        #[command(flatten)]
        node: NodeArguments,
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
}

impl Journal {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        match self.what {
            What::Verify { node } => verify(&Connection::open(&node).await?, json).await,
            What::List { node, from, limit } => list(&Connection::open(&node).await?, from, limit, json).await,
        }
    }
}

async fn verify(connection: &Connection, json: bool) -> Result<ExitCode, Failure> {
    let report = connection.post("/journal/verification", &json!({})).await?;
    let verified = report["verified"] == true;
    if json {
        show::json(&report);
    } else {
        let word = if verified { "The journal verifies" } else { "The journal does NOT verify" };
        let (entries, erased, size) = (&report["entries"], &report["erased"], &report["checkpoint_size"]);
        show::line(&format!("{word}: {entries} entries ({erased} erased), checkpoint at {size}."));
        for problem in show::items(&report["problems"]) {
            show::line(&format!("  {}", show::plain(problem.as_str().unwrap_or(""))));
        }
    }
    Ok(if verified { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn list(connection: &Connection, from: i64, limit: usize, json: bool) -> Result<ExitCode, Failure> {
    let lines = connection.get(&format!("/journal?from={from}&limit={limit}")).await?;
    if json {
        show::json(&lines);
        return Ok(ExitCode::SUCCESS);
    }
    let rows = show::items(&lines).iter().map(|line| {
        let (entry, act) = (&line["entry"], &line["entry"]["act"]);
        let subjects: Vec<String> =
            show::items(&entry["subjects"]).iter().take(3).map(|s| show::plain(s.as_str().unwrap_or(""))).collect();
        vec![
            line["index"].to_string(),
            show::text(line, "at"),
            show::text(&act["actor"], "id"),
            show::text(act, "action"),
            show::text(act, "purpose"),
            if entry["outcome"]["denied"].is_null() { String::new() } else { "denied".into() },
            subjects.join(", "),
        ]
    });
    show::table(&["", "when", "who", "action", "purpose", "", "what"], rows.collect(), "The journal is empty.");
    Ok(ExitCode::SUCCESS)
}
