//! `common_parent`: who stands behind both of two parties.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::graph::{CommonParent, PathLimits};
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};

use super::input::{Columns, Holdings, MOST_QUESTIONS, cell, limits, records};

const NAME: &str = "common_parent";

/// Rows per batch it emits.
const BATCH_ROWS: usize = 4096;

/// Inputs: holdings (`owner`, `owned`, `owner_name`, `owned_name`, `share_percent`, `record_id`) and pairs (`a`, `b`). Output:
/// one row per pair and common parent, fewest hops first within a pair. Parameters, both optional: `chain_hops`, `hub_holdings`.
#[derive(Debug, Clone, Copy)]
pub struct CommonParentKernel;

impl Kernel for CommonParentKernel {
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
            field("a", DataType::Utf8),
            field("b", DataType::Utf8),
            field("parent", DataType::Utf8),
            field("hops", DataType::Int64),
            field("parent_holdings", DataType::Int64),
            field("share_a_percent", DataType::Float64),
            field("share_b_percent", DataType::Float64),
            field("is_nearest", DataType::Boolean),
            field("is_ultimate", DataType::Boolean),
            field("path_records", list),
            field("chain_a", DataType::Utf8),
            field("chain_b", DataType::Utf8),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Run { limits: limits(NAME, parameters)?, holdings: Holdings::default(), pairs: Vec::new(), pair_bytes: 0 }))
    }
}

struct Run {
    limits: PathLimits,
    holdings: Holdings,
    pairs: Vec<(String, String)>,
    pair_bytes: usize,
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        if input == 0 {
            return self.holdings.push(NAME, batch);
        }
        let columns = Columns { kernel: NAME, input, batch };
        let (a, b) = (columns.text("a")?, columns.text("b")?);
        if self.pairs.len() + batch.num_rows() > MOST_QUESTIONS {
            let problem = format!("more than {MOST_QUESTIONS} pairs; ask about fewer parties");
            return Err(KernelError::Limit { kernel: NAME, problem });
        }
        for row in 0..batch.num_rows() {
            if let (Some(a), Some(b)) = (cell(a, row), cell(b, row)) {
                self.pair_bytes += a.len() + b.len() + 2 * size_of::<String>();
                self.pairs.push((a.to_owned(), b.to_owned()));
            }
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let graph = self.holdings.graph(NAME)?;
        let mut rows = Rows::default();
        for (a, b) in &self.pairs {
            for parent in graph.paths_to_common_parent(a, b, &self.limits).found {
                rows.push((a, b), &parent, &self.holdings);
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
        self.holdings.memory_bytes() + self.pair_bytes
    }
}

#[derive(Default)]
struct Rows {
    length: usize,
    a: StringBuilder,
    b: StringBuilder,
    parent: StringBuilder,
    hops: Int64Builder,
    parent_holdings: Int64Builder,
    share_a: Float64Builder,
    share_b: Float64Builder,
    is_nearest: BooleanBuilder,
    is_ultimate: BooleanBuilder,
    path_records: ListBuilder<Int64Builder>,
    chain_a: StringBuilder,
    chain_b: StringBuilder,
}

impl Rows {
    fn push(&mut self, (a, b): (&str, &str), parent: &CommonParent, holdings: &Holdings) {
        self.length += 1;
        self.a.append_value(a);
        self.b.append_value(b);
        self.parent.append_value(&parent.parent);
        self.hops.append_value(i64::try_from(parent.hops).unwrap_or(i64::MAX));
        self.parent_holdings.append_value(i64::try_from(parent.parent_out_degree).unwrap_or(i64::MAX));
        self.share_a.append_value(parent.integrated_share_a_percent);
        self.share_b.append_value(parent.integrated_share_b_percent);
        self.is_nearest.append_value(parent.is_nearest);
        self.is_ultimate.append_value(parent.is_ultimate);
        self.path_records.append_value(records(&parent.path_a).chain(records(&parent.path_b)));
        self.chain_a.append_value(holdings.chain_in_words(&parent.path_a));
        self.chain_b.append_value(holdings.chain_in_words(&parent.path_b));
    }

    fn take(&mut self) -> Result<RecordBatch, KernelError> {
        self.length = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.a.finish()),
            Arc::new(self.b.finish()),
            Arc::new(self.parent.finish()),
            Arc::new(self.hops.finish()),
            Arc::new(self.parent_holdings.finish()),
            Arc::new(self.share_a.finish()),
            Arc::new(self.share_b.finish()),
            Arc::new(self.is_nearest.finish()),
            Arc::new(self.is_ultimate.finish()),
            Arc::new(self.path_records.finish()),
            Arc::new(self.chain_a.finish()),
            Arc::new(self.chain_b.finish()),
        ];
        Ok(RecordBatch::try_new(CommonParentKernel.output_schema(), columns)?)
    }
}
