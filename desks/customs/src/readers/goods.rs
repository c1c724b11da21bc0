//! Declarations and inspections in the desk's own flat format: CSV or JSON lines whose fields are the columns of the table, by
//! name and in any order. Times are `YYYY-MM-DD` (midnight UTC) or RFC 3339, countries ISO 3166-1 alpha-2, numbers have a point;
//! LEIs are checked by their check digits. A row with a bad field is refused whole: half a declaration is worse than none.

use std::io::BufRead;

use oikos_desk::{Column, ColumnType, Format, ReadError, ReadSummary, Reader, Sink, Source, TableDefinition};
use oikos_model::{
    Assessment, EntityId, Evaluation, PersonCategory, RecordReference, SelectorKind, StatementDraft, TableName, Timestamp,
};

use super::flat::{self, Fields, Layout, Problem};
use super::rows::{Cell, Rows};
use super::values;
use crate::tables::{DECLARATIONS, INSPECTIONS};

/// What an inspection can find. `in_order` is the one that is no infringement.
pub(super) const FOUND: [&str; 8] = [
    "in_order",
    "undeclared_goods",
    "misdescribed",
    "undervalued",
    "wrong_origin",
    "prohibited",
    "documents_missing",
    "other_infringement",
];
/// Why something was inspected.
const SELECTED_BY: [&str; 4] = ["risk", "lot", "intelligence", "request"];

/// The names of a table's columns but the first, which is the record's id and no field.
const fn fields_of<const N: usize>(table: &TableDefinition) -> [&'static str; N] {
    assert!(table.columns.len() == N + 1, "the number of fields is that of the columns, without the record's id");
    let mut names = [""; N];
    let mut place = 0;
    while place < N {
        names[place] = table.columns[place + 1].name;
        place += 1;
    }
    names
}

static DECLARATION_FIELDS: [&str; DECLARATIONS.columns.len() - 1] = fields_of(&DECLARATIONS);
static DECLARATION_LAYOUT: Layout = Layout { fields: &DECLARATION_FIELDS, needed: &["mrn", "accepted_at", "declaration_type"] };
static INSPECTION_FIELDS: [&str; INSPECTIONS.columns.len() - 1] = fields_of(&INSPECTIONS);
static INSPECTION_LAYOUT: Layout =
    Layout { fields: &INSPECTION_FIELDS, needed: &["inspection_reference", "mrn", "inspected_at", "found"] };

/// Reads declarations.
pub(crate) struct Declarations;

impl Reader for Declarations {
    fn format(&self) -> Format {
        Format {
            name: "customs-declarations",
            description: "Goods declared (H1, H7), the desk's own CSV or JSON lines after EUCDM; its README lists the fields",
            extensions: &["csv", "jsonl"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        flat::recognises(&DECLARATION_LAYOUT, beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = Rows::new(&DECLARATIONS);
        let summary = flat::read(&DECLARATION_LAYOUT, input, sink, &mut |fields, position, sink| {
            land(&DECLARATIONS, fields, source.record_id(position), &mut rows, sink)
        })?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

/// Reads what inspections found.
pub(crate) struct Inspections;

impl Reader for Inspections {
    fn format(&self) -> Format {
        Format {
            name: "customs-inspections",
            description: "What inspections found, the desk's own CSV or JSON lines; its README lists the fields",
            extensions: &["csv", "jsonl"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        flat::recognises(&INSPECTION_LAYOUT, beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = Rows::new(&INSPECTIONS);
        let summary = flat::read(&INSPECTION_LAYOUT, input, sink, &mut |fields, position, sink| {
            let landed = land(&INSPECTIONS, fields, source.record_id(position), &mut rows, sink)?;
            if landed.is_ok() {
                sink.statements(companies(fields, source.record_id(position)))?;
            }
            Ok(landed)
        })?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

/// A value on its way into a row.
enum Owned {
    Text(Option<String>),
    Number(Option<f64>),
    Boolean(bool),
    Time(Timestamp),
}

impl Owned {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Text(text) => text.as_ref().into(),
            Self::Number(number) => (*number).into(),
            Self::Boolean(yes) => (*yes).into(),
            Self::Time(at) => (*at).into(),
        }
    }
}

/// Lands a row, or says why it is refused.
fn land(
    table: &'static TableDefinition,
    fields: &Fields,
    record_id: i64,
    rows: &mut Rows,
    sink: &mut dyn Sink,
) -> Result<Result<(), Problem>, ReadError> {
    let values: Result<Vec<Owned>, Problem> = table.columns[1..].iter().map(|column| value(column, fields)).collect();
    match values {
        Ok(values) => {
            let cells: Vec<Cell<'_>> = std::iter::once(record_id.into()).chain(values.iter().map(Owned::cell)).collect();
            rows.push(&cells, sink)?;
            Ok(Ok(()))
        }
        Err(problem) => Ok(Err(problem)),
    }
}

/// The value of a column; its name says which check it needs.
fn value(column: &Column, fields: &Fields) -> Result<Owned, Problem> {
    let name = column.name;
    let value = match column.column_type {
        ColumnType::Time => Owned::Time(values::moment(fields, name)?),
        ColumnType::Boolean => Owned::Boolean(is_natural_person(fields, name)?),
        ColumnType::Text => Owned::Text(text(name, fields)?),
        _ => Owned::Number(values::amount(fields, name)?),
    };
    match value {
        Owned::Text(None) if !column.nullable => Err(Problem::field(name, "it is empty")),
        value => Ok(value),
    }
}

fn text(name: &'static str, fields: &Fields) -> Result<Option<String>, Problem> {
    match name {
        "commodity_code" => values::commodity(fields),
        "found" => values::word(fields, name, &FOUND),
        "selected_by" => values::word(fields, name, &SELECTED_BY),
        _ if name.starts_with("country_of_") => values::country(fields, name),
        _ if name.ends_with("_lei") => values::identifier(fields, name, SelectorKind::Lei),
        _ if name.ends_with("_company_number") => values::identifier(fields, name, SelectorKind::CompanyNumber),
        _ => Ok(fields.text(name).map(str::to_owned)),
    }
}

/// Where it is not said: goods of low value (H7) are mostly bought by consumers, so the importer counts as a natural person.
fn is_natural_person(fields: &Fields, name: &'static str) -> Result<bool, Problem> {
    let said = values::word(fields, name, &["yes", "no"])?;
    Ok(said.map_or(fields.text("declaration_type") == Some("H7"), |said| said == "yes"))
}

/// Names of parties that have a Legal Entity Identifier. A party without one may be a natural person, of whom nothing is stated.
fn companies(fields: &Fields, record_id: i64) -> Vec<StatementDraft> {
    let Ok(table) = TableName::new(INSPECTIONS.name) else { return Vec::new() };
    let mut statements = Vec::new();
    for (lei, name) in [("consignor_lei", "consignor_name"), ("consignee_lei", "consignee_name")] {
        let Ok(Some(lei)) = values::identifier(fields, lei, SelectorKind::Lei) else { continue };
        let Ok(entity) = EntityId::new(format!("lei-{lei}")) else { continue };
        let said = [("lei", Some(lei.as_str())), ("name", fields.text(name))];
        for (property, value) in said.into_iter().filter_map(|(property, value)| value.map(|value| (property, value))) {
            statements.push(StatementDraft {
                entity: entity.clone(),
                kind: "company".to_owned(),
                property: property.to_owned(),
                value: value.to_owned(),
                valid_from: None,
                valid_to: None,
                stated_at: None,
                record: Some(RecordReference { table: table.clone(), record_id }),
                person_category: PersonCategory::NotAPerson,
                assessment: Assessment::Fact,
                evaluation: Evaluation::default(),
            });
        }
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::read;
    use proptest::prelude::*;

    const INSPECTION: &str = "{\"inspection_reference\":\"NL-7\",\"mrn\":\"26NL1\",\"inspected_at\":\"2026-03-10T09:00:00Z\",\"found\":\"undeclared_goods\",\
        \"serial_batch\":\"K7\",\"quantity\":12,\"commodity_code\":\"8806.22\",\"consignee_name\":\"Example B.V.\",\"consignee_lei\":\"506700GE1G29325QX363\"}";

    #[test]
    fn csv_and_json_lines_land_the_same_row() {
        let csv = "mrn,accepted_at,declaration_type,commodity_code,net_mass_kg,country_of_origin,importer_identification\n\
                   26NL1,2026-03-09,H1,8526.91,12.5,XY,NL001\n";
        let json = "{\"mrn\":\"26NL1\",\"accepted_at\":\"2026-03-09\",\"declaration_type\":\"H1\",\"commodity_code\":\"852691\",\
                    \"net_mass_kg\":12.5,\"country_of_origin\":\"XY\",\"importer_identification\":\"NL001\",\"tax_type\":null}\n";
        let (from_csv, summary) = read(&Declarations, format!("\u{feff}{csv}").as_bytes());
        assert_eq!(summary.unwrap().rows, 1);
        let (from_json, _) = read(&Declarations, json.as_bytes());
        let (mut one, mut other) = (from_csv.rows("declarations"), from_json.rows("declarations"));
        assert_eq!(one[0]["accepted_at"], "2026-03-09T00:00:00Z");
        assert_eq!(one[0]["importer_is_natural_person"], false);
        assert_eq!((one[0].remove("record_id").is_some(), other[0].remove("record_id").is_some()), (true, true));
        assert_eq!(one, other);
    }

    #[test]
    fn an_inspection_lands_with_its_batch_and_company() {
        let (sink, _) = read(&Inspections, INSPECTION.as_bytes());
        let row = &sink.rows("inspections")[0];
        assert_eq!((row["serial_batch"].as_str(), row["commodity_code"].as_str()), (Some("K7"), Some("880622")));
        let said = sink.said();
        assert!(said.contains(&("lei-506700GE1G29325QX363", "company", "name", "Example B.V.")), "{said:?}");
    }

    #[test]
    fn an_importer_of_low_value_goods_counts_as_a_person_unless_said_otherwise() {
        let file = "mrn,accepted_at,declaration_type,importer_is_natural_person\n1,2026-03-09,H7,\n2,2026-03-09,H7,no\n3,2026-03-09,H1,yes\n";
        let rows = read(&Declarations, file.as_bytes()).0.rows("declarations");
        let people: Vec<bool> = rows.iter().map(|row| row["importer_is_natural_person"].as_bool().unwrap()).collect();
        assert_eq!(people, [true, false, true]);
    }

    #[test]
    fn bad_rows_name_their_field_and_good_rows_land() {
        let bad = [
            (INSPECTION.replace("\"K7\"", "[\"K7\"]"), Some("serial_batch")),
            (INSPECTION.replace("8806.22", "88"), Some("commodity_code")),
            (INSPECTION.replace("undeclared_goods", "guilty"), Some("found")),
            (INSPECTION.replace("QX363", "QX364"), Some("consignee_lei")),
            (INSPECTION.replace("2026-03-10T09", "10.03.2026 09"), Some("inspected_at")),
            (INSPECTION.replace(":12,", ":-12,"), Some("quantity")),
            (INSPECTION.replace("\"26NL1\"", "\" \""), Some("mrn")),
            (INSPECTION.replace("serial_batch", "nationality"), None),
            ("{".to_owned(), None),
        ];
        let text: String = bad.iter().map(|(row, _)| format!("{row}\n")).collect();
        let (sink, _) = read(&Inspections, format!("{INSPECTION}\n{text}").as_bytes());
        let found: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
        let expected: Vec<_> = (2..).zip(bad.iter().map(|(_, field)| *field)).collect();
        assert_eq!(found, expected);
        assert_eq!(sink.rows("inspections").len(), 1);
    }

    #[test]
    fn what_is_no_such_file_is_refused_and_says_what_is_expected() {
        for file in [
            "",
            "mrn,accepted_at\n",
            "mrn,mrn,accepted_at,declaration_type\n",
            "mrn,accepted_at,declaration_type,colour\n",
            "\u{0}\u{0}",
        ] {
            let error = read(&Declarations, file.as_bytes()).1.unwrap_err().to_string();
            assert!(error.starts_with("at line 1"), "{error}");
        }
        assert!(Inspections.recognises(INSPECTION.as_bytes()) && !Declarations.recognises(INSPECTION.as_bytes()));
        assert!(Declarations.recognises(b"accepted_at,mrn,declaration_type\n") && !Inspections.recognises(b"mrn,found\n"));
    }

    proptest! {
        #[test]
        fn arbitrary_and_cut_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), cut in 0..INSPECTION.len()) {
            let _ = read(&Inspections, &bytes);
            let _ = read(&Declarations, &[b"mrn,accepted_at,declaration_type\n".as_slice(), &bytes].concat());
            prop_assert!(read(&Inspections, &INSPECTION.as_bytes()[..cut]).1.is_ok() || cut == 0);
        }
    }
}
