//! What must be true of the kernels.

use std::sync::Arc;

use arrow::array::{AsArray, Float64Array, Int64Array, StringArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, Output, ParameterValue, Parameters};

use super::{CommonParentKernel, ParentsKernel};

#[derive(Default)]
struct Kept(Vec<RecordBatch>);

impl Output for Kept {
    fn emit(&mut self, batch: RecordBatch) -> Result<(), KernelError> {
        self.0.push(batch);
        Ok(())
    }
}

fn texts(columns: &[(&str, Vec<&str>)]) -> RecordBatch {
    let schema = Schema::new(columns.iter().map(|(name, _)| Field::new(*name, DataType::Utf8, true)).collect::<Vec<_>>());
    let arrays = columns.iter().map(|(_, values)| Arc::new(StringArray::from(values.clone())) as _).collect();
    RecordBatch::try_new(Arc::new(schema), arrays).unwrap()
}

fn holdings(rows: &[(&str, &str, f64)]) -> RecordBatch {
    let column = |pick: fn(&(&str, &str, f64)) -> String| Arc::new(StringArray::from_iter_values(rows.iter().map(pick)));
    let field = |name: &str, data_type| Field::new(name, data_type, true);
    let schema = Schema::new(vec![
        field("owner", DataType::Utf8),
        field("owned", DataType::Utf8),
        field("owner_name", DataType::Utf8),
        field("owned_name", DataType::Utf8),
        field("share_percent", DataType::Float64),
        field("record_id", DataType::Int64),
    ]);
    RecordBatch::try_new(
        Arc::new(schema),
        vec![
            column(|row| row.0.into()),
            column(|row| row.1.into()),
            column(|row| row.0.to_uppercase()),
            column(|row| row.1.to_uppercase()),
            Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.2))),
            Arc::new(Int64Array::from_iter_values((100..).take(rows.len()))),
        ],
    )
    .unwrap()
}

fn run(kernel: &dyn Kernel, parameters: &Parameters, inputs: &[RecordBatch]) -> Vec<RecordBatch> {
    let mut run = kernel.start(parameters).unwrap();
    let mut kept = Kept::default();
    for (input, batch) in inputs.iter().enumerate() {
        run.push(input, batch, &mut kept).unwrap();
    }
    assert!(run.memory_bytes() > 0);
    run.finish(&mut kept).unwrap();
    assert!(kept.0.iter().all(|batch| batch.schema() == kernel.output_schema()));
    kept.0
}

fn column(batches: &[RecordBatch], name: &str) -> Vec<String> {
    batches
        .iter()
        .flat_map(|batch| batch.column_by_name(name).unwrap().as_string::<i32>().iter().flatten().map(str::to_owned))
        .collect()
}

#[test]
fn common_parents_come_with_their_chain() {
    let edges = holdings(&[("parent", "calder", 60.0), ("parent", "holding", 100.0), ("holding", "tarn", 70.0)]);
    let rows = run(&CommonParentKernel, &Parameters::default(), &[edges, texts(&[("a", vec!["calder"]), ("b", vec!["tarn"])])]);
    assert_eq!(column(&rows, "parent"), ["parent"]);
    assert_eq!(column(&rows, "chain_a"), ["PARENT (60 %) > CALDER"]);
    assert_eq!(column(&rows, "chain_b"), ["PARENT (100 %) > HOLDING (70 %) > TARN"]);
    let records = rows[0].column_by_name("path_records").unwrap().as_list::<i32>().value(0);
    assert_eq!(records.as_primitive::<Int64Type>().values(), &[100, 101, 102]);
}

#[test]
fn parents_keep_to_the_hops_asked_for() {
    let edges = holdings(&[("state", "fund", 100.0), ("fund", "buyer", 51.0)]);
    let asked = texts(&[("party", vec!["buyer", "nobody"])]);
    let all = run(&ParentsKernel, &Parameters::default(), &[edges.clone(), asked.clone()]);
    assert_eq!(column(&all, "parent"), ["fund", "state"]);
    let near = Parameters([("chain_hops".to_owned(), ParameterValue::Number(1.0))].into());
    assert_eq!(column(&run(&ParentsKernel, &near, &[edges, asked]), "parent"), ["fund"]);
}

#[test]
fn what_is_wrong_is_named() {
    let mut kept = Kept::default();
    let mut at_work = CommonParentKernel.start(&Parameters::default()).unwrap();
    let error = at_work.push(0, &texts(&[("owner", vec!["x"])]), &mut kept).unwrap_err();
    assert!(error.to_string().contains("input 0 needs the column owned"), "{error}");
    let far = Parameters([("chain_hops".to_owned(), ParameterValue::Number(0.0))].into());
    assert!(ParentsKernel.start(&far).is_err_and(|error| error.to_string().contains("chain_hops")));
}
