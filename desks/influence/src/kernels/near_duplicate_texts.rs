//! Copies of one text, found as posts come in the order of time.
//!
//! Input: `record_id` and `text`, ordered by time. Emits a row for each text long enough: its cluster's `fingerprint`, the same
//! in every run that begins with the same first text; `first_record_id`; and the `similarity` with that first text.

use std::sync::Arc;

use arrow::array::{Array, Float64Builder, Int64Builder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};
use oikos_matching::NearDuplicates;

use super::at_least;
use super::columns::Columns;

const NAME: &str = "near_duplicate_texts";

/// Finds copies.
pub(crate) struct NearDuplicateTexts;

impl Kernel for NearDuplicateTexts {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("record_id", DataType::Int64, false),
            Field::new("fingerprint", DataType::Utf8, false),
            Field::new("first_record_id", DataType::Int64, false),
            Field::new("similarity", DataType::Float64, false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let least_percent = at_least(NAME, parameters, "least_similarity_percent", 1.0)?;
        let least_words = at_least(NAME, parameters, "least_text_words", 1.0)?;
        Ok(Box::new(Run { texts: NearDuplicates::new(least_percent / 100.0, least_words as usize), firsts: Vec::new() }))
    }
}

struct Run {
    texts: NearDuplicates,
    /// The record of each cluster's first text.
    firsts: Vec<i64>,
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = Columns::new(NAME, input, batch);
        let (ids, texts) = (columns.integers("record_id")?, columns.texts("text")?);
        let (mut records, mut firsts) = (Int64Builder::new(), Int64Builder::new());
        let (mut fingerprints, mut similarities) = (StringBuilder::new(), Float64Builder::new());
        for row in (0..batch.num_rows()).filter(|row| texts.is_valid(*row)) {
            let placed = self.texts.place(texts.value(row));
            let placed = placed.map_err(|error| KernelError::Limit { kernel: NAME, problem: error.to_string() })?;
            let Some(placed) = placed else { continue };
            if placed.cluster == self.firsts.len() {
                self.firsts.push(ids.value(row));
            }
            records.append_value(ids.value(row));
            fingerprints.append_value(format!("{:016x}", placed.fingerprint));
            firsts.append_value(self.firsts[placed.cluster]);
            similarities.append_value(placed.similarity);
        }
        let columns: Vec<Arc<dyn Array>> = vec![
            Arc::new(records.finish()),
            Arc::new(fingerprints.finish()),
            Arc::new(firsts.finish()),
            Arc::new(similarities.finish()),
        ];
        output.emit(RecordBatch::try_new(NearDuplicateTexts.output_schema(), columns)?)
    }

    fn finish(&mut self, _output: &mut dyn Output) -> Result<(), KernelError> {
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        self.texts.memory_bytes() + self.firsts.len() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::test_output::{batch, ids, parameters, run, texts};

    #[test]
    fn copies_share_a_fingerprint_whatever_the_batches() {
        let written = [
            "the cable was cut at night and nobody says by whom",
            "short",
            "The cable was cut at night, and nobody says by whom! https://a.example",
            "wholly other words that have nothing to do with it at all",
        ];
        let input = batch(vec![("record_id", ids(4)), ("text", texts(written.into_iter()))]);
        let parameters = parameters(&[("least_similarity_percent", 60.0), ("least_text_words", 6.0)]);
        let whole = run(&NearDuplicateTexts, &parameters, &[input.clone()], 100);
        assert_eq!(whole, run(&NearDuplicateTexts, &parameters, &[input], 1));
        assert_eq!(whole.iter().map(|row| row["record_id"].as_i64().unwrap()).collect::<Vec<_>>(), [0, 2, 3]);
        assert_eq!(whole[0]["fingerprint"], whole[1]["fingerprint"]);
        assert_ne!(whole[0]["fingerprint"], whole[2]["fingerprint"]);
        assert_eq!((&whole[1]["first_record_id"], &whole[1]["similarity"]), (&0.into(), &1.0.into()));
    }
}
