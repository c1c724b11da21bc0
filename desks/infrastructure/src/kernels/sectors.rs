//! `sector_inoperability`: what an incident in one sector costs the others, by the inoperability input-output model.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::kernel_input::{KernelInput, float};
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};

use super::positive;
use crate::diim::{DynamicModel, InoperabilityModel, InputOutputTable, Matrix, Mode, loss};

const NAME: &str = "sector_inoperability";
const MOST_CELLS: usize = 4_000_000;
const MOST_SHOCKS: usize = 10_000;

/// Inputs: cells of input-output tables (`table_name`, `role`, `row_sector`, `column_sector`, `value`) and shocks (`incident`,
/// `sector`, `perturbation`, `lasts_days`, empty while it lasts). Output: one row for each shock, table and sector. Parameters: `mode`
/// (demand or supply), `recovery_days`, `outage_days` (for what still lasts), `horizon_days`. Losses are in the table's own unit; a year
/// of output is taken to be spread evenly over 365 days.
pub(crate) struct SectorInoperability;

impl Kernel for SectorInoperability {
    fn name(&self) -> &'static str {
        NAME
    }

    fn input_count(&self) -> usize {
        2
    }

    fn output_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("incident", DataType::Utf8, false),
            Field::new("table_name", DataType::Utf8, false),
            Field::new("sector", DataType::Utf8, false),
            Field::new("perturbation", DataType::Float64, false),
            Field::new("inoperability", DataType::Float64, false),
            Field::new("dependency", DataType::Float64, false),
            Field::new("influence", DataType::Float64, false),
            Field::new("loss", DataType::Float64, true),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let days = |name: &str| positive(NAME, parameters, name, 3_650.0);
        let mode = match parameters.text("mode") {
            Some("demand") => Mode::Demand,
            Some("supply") => Mode::Supply,
            _ => {
                let problem = "expected demand or supply".to_owned();
                return Err(KernelError::Parameter { kernel: NAME, parameter: "mode".into(), problem });
            }
        };
        Ok(Box::new(Run {
            mode,
            recovery_days: days("recovery_days")?,
            outage_days: days("outage_days")?,
            horizon_days: days("horizon_days")?,
            tables: BTreeMap::new(),
            cells: 0,
            shocks: Vec::new(),
        }))
    }
}

struct Shock {
    incident: String,
    sector: String,
    perturbation: f64,
    lasts_days: Option<f64>,
}

/// The cells of one table.
#[derive(Default)]
struct Cells {
    flows: BTreeMap<(String, String), f64>,
    coefficients: BTreeMap<(String, String), f64>,
    outputs: BTreeMap<String, f64>,
}

/// A table made ready.
struct Prepared {
    sectors: Vec<String>,
    model: InoperabilityModel,
    /// Output a year; empty where the table gives coefficients only.
    outputs: Option<Vec<f64>>,
}

struct Run {
    mode: Mode,
    recovery_days: f64,
    outage_days: f64,
    horizon_days: f64,
    tables: BTreeMap<String, Cells>,
    cells: usize,
    shocks: Vec<Shock>,
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = KernelInput::new(NAME, input, batch);
        let limit = |problem: String| KernelError::Limit { kernel: NAME, problem };
        if input == 1 {
            if self.shocks.len() + batch.num_rows() > MOST_SHOCKS {
                return Err(limit(format!("more than {MOST_SHOCKS} incidents; run over a shorter span")));
            }
            let (incidents, sectors) = (columns.texts("incident")?, columns.texts("sector")?);
            let (perturbations, lasts) = (columns.floats("perturbation")?, columns.floats("lasts_days")?);
            self.shocks.extend((0..batch.num_rows()).map(|row| Shock {
                incident: incidents.value(row).to_owned(),
                sector: sectors.value(row).to_owned(),
                perturbation: float(&perturbations, row).unwrap_or_default().clamp(0.0, 1.0),
                lasts_days: float(&lasts, row),
            }));
            return Ok(());
        }
        self.cells += batch.num_rows();
        if self.cells > MOST_CELLS {
            return Err(limit(format!("more than {MOST_CELLS} cells; name fewer tables")));
        }
        let (tables, roles) = (columns.texts("table_name")?, columns.texts("role")?);
        let (row_sectors, column_sectors) = (columns.texts("row_sector")?, columns.texts("column_sector")?);
        let values = columns.floats("value")?;
        for row in 0..batch.num_rows() {
            let (Some(value), column) = (float(&values, row), column_sectors.value(row).to_owned()) else { continue };
            let cells = self.tables.entry(tables.value(row).to_owned()).or_default();
            let place = (row_sectors.value(row).to_owned(), column);
            match roles.value(row) {
                "output" => cells.outputs.insert(place.1, value),
                "flow" => cells.flows.insert(place, value),
                _ => cells.coefficients.insert(place, value),
            };
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let shocks = std::mem::take(&mut self.shocks);
        for (name, cells) in std::mem::take(&mut self.tables) {
            let is_asked = shocks.iter().any(|shock| cells.has(&shock.sector));
            if !is_asked {
                continue;
            }
            let table = cells
                .prepare(self.mode)
                .map_err(|problem| KernelError::Limit { kernel: NAME, problem: format!("table {name}: {problem}") })?;
            for shock in &shocks {
                if let Some(sector) = table.sectors.iter().position(|sector| *sector == shock.sector) {
                    output.emit(self.rows(&name, &table, shock, sector)?)?;
                }
            }
        }
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        self.cells * 160 + self.shocks.len() * 120
    }
}

impl Cells {
    fn has(&self, sector: &str) -> bool {
        self.outputs.contains_key(sector) || self.coefficients.keys().any(|(row, column)| row == sector || column == sector)
    }

    fn prepare(self, mode: Mode) -> Result<Prepared, String> {
        let of = |cells: &BTreeMap<(String, String), f64>, row: &str, column: &str| {
            cells.get(&(row.to_owned(), column.to_owned())).copied().unwrap_or_default()
        };
        let named = self.coefficients.keys().flat_map(|(row, column)| [row.clone(), column.clone()]);
        let mut sectors: Vec<String> = self.outputs.keys().cloned().chain(named).collect();
        sectors.sort_unstable();
        sectors.dedup();
        let from = |cells: &BTreeMap<(String, String), f64>| {
            Matrix::from_fn(sectors.len(), |row, column| of(cells, &sectors[row], &sectors[column]))
                .map_err(|error| error.to_string())
        };
        let (matrix, outputs) = if self.outputs.is_empty() {
            (from(&self.coefficients)?, None)
        } else {
            let outputs: Vec<f64> = sectors.iter().map(|sector| self.outputs.get(sector).copied().unwrap_or_default()).collect();
            let table = InputOutputTable { flows: from(&self.flows)?, outputs: outputs.clone() };
            (table.interdependencies(mode).map_err(|error| error.to_string())?, Some(outputs))
        };
        let model = InoperabilityModel::new(matrix).map_err(|error| error.to_string())?;
        Ok(Prepared { sectors, model, outputs })
    }
}

impl Run {
    fn rows(&self, name: &str, table: &Prepared, shock: &Shock, sector: usize) -> Result<RecordBatch, KernelError> {
        let wrong = |error: crate::diim::ModelError| KernelError::Limit { kernel: NAME, problem: error.to_string() };
        let size = table.sectors.len();
        let perturbed = |share: f64| -> Vec<f64> { (0..size).map(|at| if at == sector { share } else { 0.0 }).collect() };
        let equilibrium = table.model.inoperability(&perturbed(shock.perturbation)).map_err(wrong)?;
        let recovery = vec![self.recovery_days; size];
        let dynamic = DynamicModel::with_recovery_steps(table.model.clone(), &recovery).map_err(wrong)?;
        let lasts_days = shock.lasts_days.unwrap_or(self.outage_days);
        let course = dynamic.inoperability(self.horizon_days as usize + 1, |day| {
            perturbed(if (day as f64) <= lasts_days.ceil() { shock.perturbation } else { 0.0 })
        });
        let course = course.map_err(wrong)?;
        let daily: Option<Vec<f64>> = table.outputs.as_ref().map(|outputs| outputs.iter().map(|output| output / 365.0).collect());
        let losses = daily.map(|daily| loss(&course, &daily));
        let (mut incidents, mut tables, mut sectors) = (StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
        let mut lost = Float64Builder::new();
        let mut perturbations = Float64Builder::new();
        for at in 0..size {
            incidents.append_value(&shock.incident);
            tables.append_value(name);
            sectors.append_value(&table.sectors[at]);
            perturbations.append_value(if at == sector { shock.perturbation } else { 0.0 });
            lost.append_option(losses.as_ref().map(|losses| losses[at]));
        }
        let numbers = |values: Vec<f64>| -> ArrayRef { Arc::new(arrow::array::Float64Array::from(values)) };
        let columns: Vec<ArrayRef> = vec![
            Arc::new(incidents.finish()),
            Arc::new(tables.finish()),
            Arc::new(sectors.finish()),
            Arc::new(perturbations.finish()),
            numbers(equilibrium),
            numbers(table.model.dependencies()),
            numbers(table.model.influences()),
            Arc::new(lost.finish()),
        ];
        Ok(RecordBatch::try_new(SectorInoperability.output_schema(), columns)?)
    }
}
