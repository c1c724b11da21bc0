//! The golden tables as the running policy answers them: whoever works here may read by which rules.

use oikos_model::{Action, Timestamp};
use oikos_policy::golden::{self, GoldenTable};
use serde::Serialize;

use crate::{Caller, Node, NodeError};

/// A table of what policy answers.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PolicyTableView {
    /// `roles`, `regimes`, `partners`, `asks` or `transfers`.
    pub code: String,
    /// What it answers.
    pub title: String,
    /// What was asked to find the answers.
    pub note: String,
    /// Its parts, each with the same columns.
    pub parts: Vec<TablePart>,
}

/// A part of a table.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TablePart {
    /// About whom or what; empty where the table has one part only.
    pub name: String,
    /// Names of all columns: those that name a row first.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<TableRow>,
}

/// A row of a table.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TableRow {
    /// What the row is about.
    pub names: Vec<String>,
    /// The answers, column by column.
    pub cells: Vec<String>,
    /// The rules that decide the row, in words, with the law where a rule cites one.
    pub why: Vec<String>,
}

impl Node {
    /// The golden tables, computed from the running policy, and the adequacy decisions as they hold now.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn policy_tables(&self, caller: &Caller) -> Result<Vec<PolicyTableView>, NodeError> {
        let now = self.clock().now();
        self.read(caller, Action::ReadNode, |_| {
            // The rules are compiled in: what they answer does not change while the node runs.
            let of_rules = self.golden_tables().get_or_init(|| golden::tables(self.policy()).into_iter().map(view).collect());
            Ok(of_rules.iter().cloned().chain([self.transfer_table(now)]).collect())
        })
    }

    fn transfer_table(&self, now: Timestamp) -> PolicyTableView {
        let mark = |yes: bool| if yes { "yes" } else { "-" }.to_owned();
        let row = |row: &oikos_policy::AdequacyDecision| {
            let holds = self.transfers().adequacy(&row.country, row.regime, now) == Some(row);
            TableRow {
                names: vec![row.country.clone(), row.regime.code().to_owned()],
                cells: vec![
                    row.from.clone(),
                    row.until.clone().unwrap_or_else(|| "-".to_owned()),
                    mark(row.authorities),
                    mark(row.checked),
                    mark(holds),
                ],
                why: vec![row.decision.clone()],
            }
        };
        let columns = ["country", "regime", "from", "until", "authorities", "checked", "holds now"];
        PolicyTableView {
            code: "transfers".to_owned(),
            title: "Which countries outside the Union are adequate".to_owned(),
            note: "The decisions built in, and the node's own. Only decisions that cover public authorities help one.".to_owned(),
            parts: vec![TablePart {
                name: String::new(),
                columns: columns.map(str::to_owned).into(),
                rows: self.transfers().rows().iter().map(row).collect(),
            }],
        }
    }
}

fn view(table: GoldenTable) -> PolicyTableView {
    let part = |part: golden::GoldenPart| TablePart {
        name: part.name,
        columns: part.columns.into_iter().map(str::to_owned).collect(),
        rows: part.rows.into_iter().map(|row| TableRow { names: row.names, cells: row.cells, why: row.why }).collect(),
    };
    PolicyTableView {
        code: table.code.to_owned(),
        title: table.title.to_owned(),
        note: table.note.to_owned(),
        parts: table.parts.into_iter().map(part).collect(),
    }
}
