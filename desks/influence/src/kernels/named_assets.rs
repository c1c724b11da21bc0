//! Critical assets that texts name.
//!
//! Inputs: names (`code`, `name`), then texts (`record_id`, `title`, `text`). Emits a row per text and asset named in its title
//! or text.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, Int64Builder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};
use oikos_matching::{NamedThings, NotAName};

use super::columns::Columns;

const NAME: &str = "named_assets";

/// Finds named assets.
pub(crate) struct NamedAssets;

impl Kernel for NamedAssets {
    fn name(&self) -> &'static str {
        NAME
    }

    fn input_count(&self) -> usize {
        2
    }

    fn output_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![Field::new("record_id", DataType::Int64, false), Field::new("asset", DataType::Utf8, false)]))
    }

    fn start(&self, _parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Run::default()))
    }
}

#[derive(Default)]
struct Run {
    assets: NamedThings,
}

impl Run {
    fn watch(&mut self, columns: &Columns<'_>, rows: usize) -> Result<(), KernelError> {
        let (codes, names) = (columns.texts("code")?, columns.texts("name")?);
        for row in 0..rows {
            match self.assets.watch(codes.value(row), names.value(row)) {
                // The reader refuses names that cannot be watched; rows that came another way are passed over.
                Ok(()) | Err(NotAName::Words | NotAName::TooShort) => {}
                Err(error @ NotAName::TooMany) => {
                    return Err(KernelError::Limit { kernel: NAME, problem: error.to_string() });
                }
            }
        }
        Ok(())
    }
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = Columns::new(NAME, input, batch);
        if input == 0 {
            return self.watch(&columns, batch.num_rows());
        }
        let ids = columns.integers("record_id")?;
        let written = [columns.texts("title")?, columns.texts("text")?];
        let (mut records, mut assets) = (Int64Builder::new(), StringBuilder::new());
        for row in 0..batch.num_rows() {
            let given = written.iter().filter(|column| column.is_valid(row));
            let named: BTreeSet<&str> = given.flat_map(|column| self.assets.named_in(column.value(row))).collect();
            for asset in named {
                records.append_value(ids.value(row));
                assets.append_value(asset);
            }
        }
        let columns: Vec<Arc<dyn Array>> = vec![Arc::new(records.finish()), Arc::new(assets.finish())];
        output.emit(RecordBatch::try_new(NamedAssets.output_schema(), columns)?)
    }

    fn finish(&mut self, _output: &mut dyn Output) -> Result<(), KernelError> {
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        self.assets.memory_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::test_output::{batch, ids, run, texts};

    #[test]
    fn a_text_is_given_once_per_asset_it_names() {
        let names = batch(vec![
            ("code", texts(["SABLE-2", "SABLE-2", "X"].into_iter())),
            ("name", texts(["Sable-2", "Sable cable", "oil"].into_iter())),
        ]);
        let posts = batch(vec![
            ("record_id", ids(2)),
            ("title", texts(["Sable cable sabotage cover-up", "Oil"].into_iter())),
            ("text", texts(["they hid what befell Sable 2", "nothing"].into_iter())),
        ]);
        let found = run(&NamedAssets, &Parameters::default(), &[names, posts], 1);
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0]["record_id"], &found[0]["asset"]), (&0.into(), &"SABLE-2".into()));
    }
}
