//! What both kernels read: holdings as edges, and the limits.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, Float64Array, Int64Array, StringArray};
use arrow::datatypes::{Float64Type, Int64Type};
use arrow::record_batch::RecordBatch;
use oikos_desk::graph::{OwnershipEdge, OwnershipGraph, PathLimits};
use oikos_desk::{KernelError, Parameters};

/// The most questions one run answers.
pub(super) const MOST_QUESTIONS: usize = 1_000_000;

/// The most holdings one run takes.
const MOST_EDGES: usize = 20_000_000;

/// Finds typed columns, or says which is missing.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    pub(super) kernel: &'static str,
    pub(super) input: usize,
    pub(super) batch: &'a RecordBatch,
}

impl<'a> Columns<'a> {
    fn missing(&self, column: &str, expected: &str) -> KernelError {
        KernelError::Column { kernel: self.kernel, input: self.input, column: column.into(), expected: expected.into() }
    }

    pub(super) fn text(&self, name: &str) -> Result<&'a StringArray, KernelError> {
        let column = self.batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        column.ok_or_else(|| self.missing(name, "text"))
    }

    fn float(&self, name: &str) -> Result<&'a Float64Array, KernelError> {
        let column = self.batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Float64Type>());
        column.ok_or_else(|| self.missing(name, "double"))
    }

    fn integer(&self, name: &str) -> Result<&'a Int64Array, KernelError> {
        let column = self.batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>());
        column.ok_or_else(|| self.missing(name, "whole number, 64 bits"))
    }
}

pub(super) fn cell(column: &StringArray, row: usize) -> Option<&str> {
    (!column.is_null(row)).then(|| column.value(row))
}

/// Holdings as they are pushed: `owner`, `owned`, `share_percent`, `record_id`, and what to call the two ends, `owner_name` and
/// `owned_name`.
#[derive(Default)]
pub(super) struct Holdings {
    edges: Vec<OwnershipEdge>,
    names: HashMap<String, String>,
    bytes: usize,
}

impl Holdings {
    pub(super) fn push(&mut self, kernel: &'static str, batch: &RecordBatch) -> Result<(), KernelError> {
        let columns = Columns { kernel, input: 0, batch };
        let (owners, owned) = (columns.text("owner")?, columns.text("owned")?);
        let (owner_names, owned_names) = (columns.text("owner_name")?, columns.text("owned_name")?);
        let (shares, records) = (columns.float("share_percent")?, columns.integer("record_id")?);
        if self.edges.len() + batch.num_rows() > MOST_EDGES {
            let problem = format!("more than {MOST_EDGES} holdings; narrow the span or the tables");
            return Err(KernelError::Limit { kernel, problem });
        }
        for row in 0..batch.num_rows() {
            let (Some(owner), Some(owned)) = (cell(owners, row), cell(owned, row)) else { continue };
            self.name(owner, cell(owner_names, row));
            self.name(owned, cell(owned_names, row));
            self.bytes += 2 * (owner.len() + owned.len()) + 4 * size_of::<OwnershipEdge>();
            self.edges.push(OwnershipEdge {
                owner: owner.to_owned(),
                owned: owned.to_owned(),
                share_percent: (!shares.is_null(row)).then(|| shares.value(row)),
                reference: if records.is_null(row) { 0 } else { u64::try_from(records.value(row)).unwrap_or(0) },
            });
        }
        Ok(())
    }

    fn name(&mut self, entity: &str, name: Option<&str>) {
        if let Some(name) = name
            && !self.names.contains_key(entity)
        {
            self.bytes += entity.len() + name.len() + 2 * size_of::<String>();
            self.names.insert(entity.to_owned(), name.to_owned());
        }
    }

    /// What to call an entity.
    fn called<'a>(&'a self, entity: &'a str) -> &'a str {
        self.names.get(entity).map_or(entity, String::as_str)
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn graph(&self, kernel: &'static str) -> Result<OwnershipGraph, KernelError> {
        OwnershipGraph::new(&self.edges).map_err(|error| KernelError::Limit { kernel, problem: error.to_string() })
    }

    /// A chain in words: `Parent (60 %) > Holding (70 %) > Company`.
    pub(super) fn chain_in_words(&self, path: &[OwnershipEdge]) -> String {
        let owners = path.iter().map(|edge| match edge.share_percent {
            Some(share) => format!("{} ({share} %) > ", self.called(&edge.owner)),
            None => format!("{} > ", self.called(&edge.owner)),
        });
        owners.chain(path.last().map(|edge| self.called(&edge.owned).to_owned())).collect()
    }
}

/// The record ids of a chain's holdings.
pub(super) fn records(path: &[OwnershipEdge]) -> impl Iterator<Item = Option<i64>> {
    path.iter().map(|edge| i64::try_from(edge.reference).ok())
}

/// The limits that the parameters `chain_hops` and `hub_holdings` set, where the detector has them.
pub(super) fn limits(kernel: &'static str, parameters: &Parameters) -> Result<PathLimits, KernelError> {
    let whole = |name: &str, default: usize, most: usize| match parameters.number(name) {
        None => Ok(default),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
        Some(number) if (1.0..=most as f64).contains(&number) => Ok(number as usize),
        Some(_) => Err(KernelError::Parameter { kernel, parameter: name.into(), problem: format!("must be from 1 to {most}") }),
    };
    let default = PathLimits::default();
    Ok(PathLimits {
        max_hops: whole("chain_hops", default.max_hops, 50)?,
        hub_holdings: whole("hub_holdings", default.hub_holdings, 1_000_000)?,
        ..default
    })
}
