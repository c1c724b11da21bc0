//! The types of columns: as a desk states them, as the catalogue names them (DuckLake specification 1.0, "Data Types"), as Arrow
//! holds them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use oikos_desk::{ColumnType, TableDefinition};
use oikos_model::TableName;
use oikos_registry::{CatalogueColumn, CatalogueTable};
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;

use crate::LakeError;

const TYPES: [ColumnType; 7] = [
    ColumnType::Text,
    ColumnType::Integer,
    ColumnType::Integer32,
    ColumnType::Float,
    ColumnType::Float32,
    ColumnType::Boolean,
    ColumnType::Time,
];

const fn catalogue_name(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Text => "varchar",
        ColumnType::Integer => "int64",
        ColumnType::Integer32 => "int32",
        ColumnType::Float => "float64",
        ColumnType::Float32 => "float32",
        ColumnType::Boolean => "boolean",
        ColumnType::Time => "timestamptz",
    }
}

/// The table as the catalogue keeps it, for [`Catalogue::ensure_table`](oikos_registry::Catalogue::ensure_table).
///
/// # Errors
/// When the table's name is not in the right form.
pub fn catalogue_table(table: &TableDefinition) -> Result<CatalogueTable, LakeError> {
    let columns = table.columns.iter().map(|column| CatalogueColumn {
        name: column.name.to_owned(),
        column_type: catalogue_name(column.column_type).to_owned(),
        nullable: column.nullable,
    });
    Ok(CatalogueTable { name: table_name(table)?, columns: columns.collect() })
}

/// The table's name, checked.
pub(crate) fn table_name(table: &TableDefinition) -> Result<TableName, LakeError> {
    TableName::new(table.name).map_err(|error| LakeError::Schema { table: table.name.to_owned(), problem: error.to_string() })
}

/// The schema of the columns of a catalogue's table that `permitted` lets through.
pub(crate) fn schema_of(table: &CatalogueTable, permitted: impl Fn(&str) -> bool) -> Result<SchemaRef, LakeError> {
    let mut fields = Vec::new();
    for column in table.columns.iter().filter(|column| permitted(&column.name)) {
        let known = TYPES.into_iter().find(|known| catalogue_name(*known) == column.column_type);
        let column_type = known.ok_or_else(|| LakeError::Catalogue {
            table: table.name.to_string(),
            problem: format!("the column {} has the unknown type {:?}", column.name, column.column_type),
        })?;
        fields.push(Field::new(&column.name, column_type.arrow(), column.nullable));
    }
    Ok(Arc::new(Schema::new(fields)))
}

/// The schema of a table's files: its own, each column with its field id, by which other readers of the catalogue find it.
pub(crate) fn file_schema(table: &TableDefinition) -> SchemaRef {
    let schema = table.schema();
    let fields = schema.fields().iter().zip(1..).map(|(field, id)| {
        let field_id = HashMap::from([(PARQUET_FIELD_ID_META_KEY.to_owned(), format!("{id}"))]);
        field.as_ref().clone().with_metadata(field_id)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_comes_back_from_its_name_in_the_catalogue() {
        for column_type in TYPES {
            let column = CatalogueColumn { name: "x".into(), column_type: catalogue_name(column_type).into(), nullable: true };
            let table = CatalogueTable { name: TableName::new("t").unwrap(), columns: vec![column] };
            assert_eq!(schema_of(&table, |_| true).unwrap().field(0).data_type(), &column_type.arrow());
        }
    }

    #[test]
    fn a_type_nobody_knows_is_an_error_not_a_guess() {
        let column = CatalogueColumn { name: "x".into(), column_type: "geometry".into(), nullable: true };
        let table = CatalogueTable { name: TableName::new("t").unwrap(), columns: vec![column] };
        assert!(schema_of(&table, |_| true).is_err());
    }
}
