//! Asking the lake in SQL: the same visibility as everything else, with limits, and a journal entry that keeps the question.

use oikos_lake::{ColumnsPermit, SessionLimits};
use oikos_model::Action;
use serde::{Deserialize, Serialize};

use crate::{Caller, Node, NodeError, Noted};

/// Longest question, in bytes.
const QUERY_BYTES_MAXIMUM: usize = 20_000;
/// Most rows an answer holds.
pub(crate) const ROWS_MAXIMUM: usize = 10_000;
/// Most memory an answer takes.
pub(crate) const ANSWER_BYTES_MAXIMUM: usize = 64 << 20;

/// A question to the lake.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SqlRequest {
    /// One SELECT.
    pub query: String,
}

/// The answer.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SqlResult {
    /// Column names in order.
    pub columns: Vec<String>,
    /// One object per row.
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<serde_json::Value>,
    /// Whether there were more rows than are shown.
    pub truncated: bool,
}

impl Node {
    /// Runs one SELECT over the tables, columns and rows the caller may see. Restricted columns are not there.
    ///
    /// # Errors
    /// When policy refuses, the question is not in order, or a limit is reached.
    pub fn query_lake(&self, caller: &Caller, request: &SqlRequest) -> Result<SqlResult, NodeError> {
        if request.query.len() > QUERY_BYTES_MAXIMUM {
            return Err(NodeError::Invalid(format!("a query has at most {QUERY_BYTES_MAXIMUM} bytes")));
        }
        self.write(caller, Action::QueryLake, |tx| {
            let definitions = oikos_desks::DESKS.iter().flat_map(|desk| desk.tables);
            let tables = definitions.map(|table| (table.name.to_owned(), ColumnsPermit::unrestricted(table))).collect();
            let permits = self.permits(tx, caller, Action::QueryLake, tables)?;
            let session = self.lake().session(tx, &permits, SessionLimits::for_people()).map_err(NodeError::internal)?;
            let result = session
                .query(&request.query, ROWS_MAXIMUM, ANSWER_BYTES_MAXIMUM)
                .map_err(|error| NodeError::Invalid(error.to_string()))?;
            let rows = crate::rows::to_json(&result)?;
            let columns = result.schema.fields().iter().map(|field| field.name().clone()).collect();
            let detail = serde_json::json!({ "query": request.query, "rows": rows.len() });
            let answer = SqlResult { columns, rows, truncated: result.truncated };
            Ok((answer, Noted::about(vec!["lake:query".into()]).with_detail(detail)))
        })
    }
}
