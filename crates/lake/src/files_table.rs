//! A table of records for the engine: a list of files and nothing beside it.

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::config::TableParquetOptions;
use datafusion::common::pruning::PrunableStatistics;
use datafusion::common::{DFSchema, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use oikos_registry::DataFile;

use crate::lake::STORE;
use crate::statistics::engine_statistics;

/// The permitted files of one table with their permitted columns. A column outside of the schema is never read.
#[derive(Debug)]
pub(crate) struct FilesTable {
    schema: SchemaRef,
    /// The files with what the catalogue says of their columns, by which whole files are left out. The engine is told the number of rows
    /// alone: where it sees that a column holds one value only, it drops the column from a sort below a join and then refuses its own
    /// plan (DataFusion 55.2, sanity check).
    files: Vec<(PartitionedFile, Arc<Statistics>)>,
}

impl FilesTable {
    pub(crate) fn new(schema: SchemaRef, files: &[DataFile]) -> Self {
        let files = files.iter().map(|file| {
            let statistics = Arc::new(engine_statistics(file, &schema));
            let size = u64::try_from(file.file_size_bytes).unwrap_or(0);
            // The footer, its length and the closing magic are read in one go.
            let footer = usize::try_from(file.footer_size_bytes).unwrap_or(0) + 8;
            let partitioned = PartitionedFile::new(file.path.clone(), size).with_metadata_size_hint(footer);
            (partitioned.with_statistics(Arc::new(rows_alone(&statistics, &schema))), statistics)
        });
        Self { files: files.collect(), schema }
    }

    /// Which files may hold rows that pass all filters, by their statistics.
    fn relevant(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<bool>> {
        let all = vec![true; self.files.len()];
        let Some(filter) = conjunction(filters.iter().cloned()) else { return Ok(all) };
        let expression = state.create_physical_expr(filter, &DFSchema::try_from(self.schema.as_ref().clone())?)?;
        let predicate = PruningPredicateBuilder::new().with_file_schema(Arc::clone(&self.schema)).build(expression);
        let Some(predicate) = predicate else { return Ok(all) };
        let statistics = self.files.iter().map(|(_, statistics)| Arc::clone(statistics)).collect();
        predicate.prune(&PrunableStatistics::new(statistics, Arc::clone(&self.schema)))
    }
}

fn rows_alone(statistics: &Statistics, schema: &Schema) -> Statistics {
    let (num_rows, total_byte_size) = (statistics.num_rows, statistics.total_byte_size);
    Statistics { num_rows, total_byte_size, ..Statistics::new_unknown(schema) }
}

#[async_trait]
impl TableProvider for FilesTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        // Filters leave out files, row groups and pages; the engine still looks at each row that is read.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let relevant = self.relevant(state, filters)?;
        let files: Vec<_> = self.files.iter().zip(relevant).filter(|(_, relevant)| *relevant).map(|(file, _)| file).collect();
        if files.is_empty() {
            let schema = match projection {
                Some(columns) => Arc::new(self.schema.project(columns)?),
                None => Arc::clone(&self.schema),
            };
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let statistics = Statistics::try_merge_iter(files.iter().map(|(_, statistics)| statistics.as_ref()), &self.schema)?;
        let statistics = rows_alone(&statistics, &self.schema);
        let group = FileGroup::new(files.into_iter().map(|(file, _)| file.clone()).collect());
        let options = TableParquetOptions { global: state.config_options().execution.parquet.clone(), ..Default::default() };
        let source = ParquetSource::new(Arc::clone(&self.schema)).with_table_parquet_options(options);
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(STORE)?, Arc::new(source))
            .with_file_groups(group.split_files(state.config_options().execution.target_partitions))
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
