//! `ownership_parents`: everyone behind a party.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Int64Builder, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::graph::{Parent, PathLimits};
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};

use super::input::{Columns, Holdings, MOST_QUESTIONS, cell, limits, records};

const NAME: &str = "ownership_parents";

/// Rows per batch it emits.
const BATCH_ROWS: usize = 4096;

/// Inputs: holdings (as `common_parent`) and parties (`party`). Output: one row per party and parent, nearest first within a
/// party. Parameters, both optional: `chain_hops`, `hub_holdings`.
#[derive(Debug, Clone, Copy)]
pub struct ParentsKernel;

impl Kernel for ParentsKernel {
    fn name(&self) -> &'static str {
        NAME
    }

    fn input_count(&self) -> usize {
        2
    }

    fn output_schema(&self) -> SchemaRef {
        let list = DataType::List(Arc::new(Field::new_list_field(DataType::Int64, true)));
        let field = |name: &str, data_type| Field::new(name, data_type, false);
        Arc::new(Schema::new(vec![
            field("party", DataType::Utf8),
            field("parent", DataType::Utf8),
            field("hops", DataType::Int64),
            field("parent_holdings", DataType::Int64),
            field("is_ultimate", DataType::Boolean),
            field("path_records", list),
            field("chain", DataType::Utf8),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Run {
            limits: limits(NAME, parameters)?,
            holdings: Holdings::default(),
            parties: Vec::new(),
            party_bytes: 0,
        }))
    }
}

struct Run {
    limits: PathLimits,
    holdings: Holdings,
    parties: Vec<String>,
    party_bytes: usize,
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        if input == 0 {
            return self.holdings.push(NAME, batch);
        }
        let parties = Columns { kernel: NAME, input, batch }.text("party")?;
        if self.parties.len() + batch.num_rows() > MOST_QUESTIONS {
            let problem = format!("more than {MOST_QUESTIONS} parties; ask about fewer");
            return Err(KernelError::Limit { kernel: NAME, problem });
        }
        for party in (0..batch.num_rows()).filter_map(|row| cell(parties, row)) {
            self.party_bytes += party.len() + size_of::<String>();
            self.parties.push(party.to_owned());
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let graph = self.holdings.graph(NAME)?;
        let mut rows = Rows::default();
        for party in &self.parties {
            for parent in graph.parents_of(party, &self.limits).found {
                rows.push(party, &parent, &self.holdings);
                if rows.length == BATCH_ROWS {
                    output.emit(rows.take()?)?;
                }
            }
        }
        if rows.length > 0 {
            output.emit(rows.take()?)?;
        }
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        self.holdings.memory_bytes() + self.party_bytes
    }
}

#[derive(Default)]
struct Rows {
    length: usize,
    party: StringBuilder,
    parent: StringBuilder,
    hops: Int64Builder,
    parent_holdings: Int64Builder,
    is_ultimate: BooleanBuilder,
    path_records: ListBuilder<Int64Builder>,
    chain: StringBuilder,
}

impl Rows {
    fn push(&mut self, party: &str, parent: &Parent, holdings: &Holdings) {
        self.length += 1;
        self.party.append_value(party);
        self.parent.append_value(&parent.entity);
        self.hops.append_value(i64::try_from(parent.path.len()).unwrap_or(i64::MAX));
        self.parent_holdings.append_value(i64::try_from(parent.holding_count).unwrap_or(i64::MAX));
        self.is_ultimate.append_value(parent.is_ultimate);
        self.path_records.append_value(records(&parent.path));
        self.chain.append_value(holdings.chain_in_words(&parent.path));
    }

    fn take(&mut self) -> Result<RecordBatch, KernelError> {
        self.length = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.party.finish()),
            Arc::new(self.parent.finish()),
            Arc::new(self.hops.finish()),
            Arc::new(self.parent_holdings.finish()),
            Arc::new(self.is_ultimate.finish()),
            Arc::new(self.path_records.finish()),
            Arc::new(self.chain.finish()),
        ];
        Ok(RecordBatch::try_new(ParentsKernel.output_schema(), columns)?)
    }
}
