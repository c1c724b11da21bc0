//! `oikos entity`: search entities, show what sources say of one, and judge that two are the same or are not.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::findings::escaped;
use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(after_help = "Example:\n  oikos entity --node fi search tarn\n  oikos entity --node fi show ORIGIN DATASET ID\n  \
  oikos entity --node fi judge same ORIGIN DATASET ID ORIGIN DATASET ID --reason 'one address, one director'\n  \
  oikos entity --node fi judge withdraw ORIGIN DATASET ID ORIGIN DATASET ID --reason 'another director'")]
pub(crate) struct Entity {
    #[command(flatten)]
    node: NodeArguments,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Search by words of a name, or by an identifier
    Search {
        /// Words, or an identifier, also as KIND:VALUE
        question: String,
        /// Only entities of this kind
        #[arg(long)]
        kind: Option<String>,
    },
    /// Show what sources say of one, what it stands in relation to, and which findings name it
    Show {
        #[command(flatten)]
        entity: Name,
    },
    /// Judge two entities; the last word on the two holds
    Judge {
        /// same, not-same or withdraw
        verdict: String,
        /// ORIGIN DATASET ID of the one, then of the other
        #[arg(num_args = 6, value_names = ["ORIGIN", "DATASET", "ID", "ORIGIN", "DATASET", "ID"])]
        two: Vec<String>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Only show which ids would mean one thing
        #[arg(long)]
        preview: bool,
    },
}

#[derive(Args)]
struct Name {
    /// The node that first had it
    origin: String,
    /// The dataset
    dataset: String,
    /// Its id in the dataset
    id: String,
}

impl Entity {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        let answer = match self.what {
            What::Search { question, kind } => {
                let kind = kind.map_or_else(String::new, |kind| format!("&kind={}", escaped(&kind)));
                let hits = connection.get(&format!("/entities?q={}{kind}&limit=50", escaped(&question))).await?;
                if !json {
                    print_hits(&hits);
                }
                hits
            }
            What::Show { entity: Name { origin, dataset, id } } => {
                let query = format!("origin={}&dataset={}&entity={}", escaped(&origin), escaped(&dataset), escaped(&id));
                let view = connection.get(&format!("/entities/entity?{query}")).await?;
                if !json {
                    print_entity(&view);
                }
                view
            }
            What::Judge { verdict, two, reason, preview } => {
                let body =
                    json!({ "one": path(&two[..3]), "other": path(&two[3..]), "verdict": code(&verdict)?, "reason": reason });
                let place = if preview { "/entities/judgements/preview" } else { "/entities/judgements" };
                let answer = connection.post(place, &body).await?;
                if !json {
                    print_judgement(&answer, preview);
                }
                answer
            }
        };
        if json {
            show::json(&answer);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn path(parts: &[String]) -> Value {
    json!({ "origin": parts[0], "dataset": parts[1], "entity": parts[2] })
}

fn code(verdict: &str) -> Result<&'static str, Failure> {
    match verdict {
        "same" => Ok("same"),
        "not-same" => Ok("not_same"),
        "withdraw" => Ok("withdrawn"),
        other => Err(Failure::new(format!("{other:?} is no verdict; say same, not-same or withdraw"))),
    }
}

fn print_hits(hits: &Value) {
    let row = |hit: &Value| {
        let entity = &hit["entity"];
        let text = |field| show::text(entity, field);
        vec![show::text(hit, "name"), show::text(hit, "kind"), text("origin"), text("dataset"), text("entity")]
    };
    let rows = show::items(hits).iter().map(row).collect();
    show::table(&["name", "kind", "origin", "dataset", "id"], rows, "Nothing that you may see is called so.");
}

fn print_entity(view: &Value) {
    show::line(&format!("{} ({}) {}", show::text(view, "title"), show::text(view, "kind"), show::text(&view["marking"], "tlp")));
    for statement in show::items(&view["statements"]) {
        let ended = if statement["ended_at"].is_null() { "" } else { ", ended" };
        show::line(&format!(
            "  {}: {}  ({}, {}, {}{ended})",
            show::text(statement, "property"),
            show::text(statement, "value"),
            show::text(&statement["about"], "dataset"),
            show::text(statement, "evaluation"),
            show::text(&statement["marking"], "tlp")
        ));
    }
    for relation in show::items(&view["relations"]) {
        let (role, other_role) = (show::text(relation, "role"), show::text(relation, "other_role"));
        let other = &relation["other"];
        let name = if other["name"].is_null() { show::text(other, "entity") } else { show::text(other, "name") };
        show::line(&format!("  as {role}, with {name} as {other_role}"));
    }
    for finding in show::items(&view["findings"]) {
        show::line(&format!(
            "  finding {}/{}: {}",
            show::text(finding, "origin"),
            show::text(finding, "key"),
            show::text(finding, "title")
        ));
    }
    for received in show::items(&view["received_by"]) {
        show::line(&format!("  {} received {}", show::text(received, "partner"), show::text(received, "what")));
    }
    for one in show::items(&view["resembling"]) {
        let entity = &one["entity"];
        show::line(&format!("  perhaps the same: {} of {}", show::text(entity, "entity"), show::text(entity, "dataset")));
    }
}

fn print_judgement(answer: &Value, preview: bool) {
    if preview {
        let named = |list: &Value| show::items(list).iter().map(|one| show::text(one, "entity")).collect::<Vec<_>>().join(", ");
        show::line(&format!("Now one thing: {}", named(&answer["before"])));
        return show::line(&format!("Then one thing: {}", named(&answer["after"])));
    }
    show::line(&format!("{} and {}: {}", show::text(answer, "left"), show::text(answer, "right"), show::text(answer, "verdict")));
}
