//! A file of names through screening: in batches, with progress, and on from where it stopped.

use std::collections::BinaryHeap;
use std::fs::{File, OpenOptions};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::Args;
use oikos_matching::{Entity, EntityKind};
use oikos_screening::hits::{CsvHits, HitRow, HitWriter, JsonHits, ParquetHits};
use oikos_screening::subjects::{ColumnChoice, CsvSubjects, JsonSubjects, ParquetSubjects, Subject, Subjects};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::failure::Failure;
use crate::{progress, show};

/// Subjects of one request.
const BATCH: usize = 500;
/// Refused rows that are told one by one.
const PROBLEMS_TOLD: usize = 10;

/// Which columns of a file say what.
#[derive(Args)]
pub(crate) struct Columns {
    /// Of a file: a column with names
    #[arg(long, default_value = "name")]
    name_column: Vec<String>,
    /// Of a file: the column with the row's own id
    #[arg(long)]
    id_column: Option<String>,
    /// Of a file: the column with dates of birth
    #[arg(long)]
    birth_date_column: Option<String>,
    /// Of a file: the column with the country of registration
    #[arg(long)]
    country_column: Option<String>,
    /// Of a file: the column with nationalities, which only exclude false matches
    #[arg(long)]
    nationality_column: Option<String>,
    /// Of a file: a column with identifiers, as SCHEME=COLUMN, for example lei=lei_code
    #[arg(long, value_name = "SCHEME=COLUMN")]
    identifier_column: Vec<String>,
}

impl Columns {
    fn choice(&self, kind: EntityKind) -> Result<ColumnChoice, Failure> {
        let mut choice = ColumnChoice { names: self.name_column.clone(), ..ColumnChoice::name("", kind) };
        choice.id.clone_from(&self.id_column);
        choice.birth_date.clone_from(&self.birth_date_column);
        choice.country.clone_from(&self.country_column);
        choice.nationality.clone_from(&self.nationality_column);
        for one in &self.identifier_column {
            let parts = one.split_once('=');
            let (scheme, column) =
                parts.ok_or_else(|| Failure::new(format!("--identifier-column {one:?}: expected SCHEME=COLUMN")))?;
            choice.identifiers.insert(scheme.to_owned(), column.to_owned());
        }
        Ok(choice)
    }
}

/// How far a screening came, kept beside its output.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Progress {
    next_row: u64,
    output_bytes: u64,
}

/// A file to be screened.
pub(crate) struct Job<'a> {
    pub(crate) file: &'a Path,
    pub(crate) out: &'a Path,
    pub(crate) columns: &'a Columns,
    pub(crate) kind: EntityKind,
    pub(crate) settings: Value,
    pub(crate) resume: bool,
}

/// What was done so far.
#[derive(Default)]
struct Tally {
    rows: u64,
    matches: u64,
    rows_with_matches: u64,
    problems: u64,
    first_problems: Vec<String>,
    /// The scores within the budget, the least on top; in thousandths of a bit, which order as the bits do.
    best: BinaryHeap<std::cmp::Reverse<i64>>,
}

impl Job<'_> {
    /// Screens the file from its beginning, or from where it stopped.
    pub(crate) async fn run(self, connection: &Connection, quiet: bool) -> Result<Value, Failure> {
        let begun = if self.resume { self.progress()? } else { Progress::default() };
        let mut subjects = open(self.file, self.columns.choice(self.kind)?)?;
        subjects.skip_to(begun.next_row).map_err(|error| failed(self.file, &error))?;
        let mut output = self.output(begun.output_bytes)?;
        let budget = self.settings["budget"].as_u64();
        let (mut tally, mut next_row) = (Tally::default(), begun.next_row);
        let bar = progress::bar("screening", quiet);
        loop {
            let (batch, is_end) = read(subjects.as_mut(), self.file, &mut tally, &mut next_row)?;
            let rows = self.screened(connection, &batch).await?;
            tally.take(&rows, budget);
            output.write(&rows).map_err(|error| failed(self.out, &error))?;
            let bytes = output.checkpoint().map_err(|error| failed(self.out, &error))?;
            if let Some(output_bytes) = bytes {
                self.keep(&Progress { next_row, output_bytes })?;
            }
            bar.set_position(next_row);
            if is_end {
                break;
            }
        }
        bar.finish_and_clear();
        output.finish().map_err(|error| failed(self.out, &error))?;
        // What was finished is not gone on with.
        let _ = std::fs::remove_file(self.progress_path());
        Ok(tally.summary(self.out, budget))
    }

    async fn screened(&self, connection: &Connection, batch: &[Subject]) -> Result<Vec<HitRow>, Failure> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let mut request = self.settings.clone();
        request["budget"] = Value::Null;
        request["subjects"] = batch.iter().map(|subject| described(&subject.entity)).collect();
        let answer = connection.post("/screening", &request).await?;
        let mut rows: Vec<HitRow> = show::items(&answer["matches"]).iter().map(|found| row_of(found, batch)).collect();
        rows.sort_by(|one, other| one.row.cmp(&other.row).then(other.bits.total_cmp(&one.bits)));
        Ok(rows)
    }

    fn progress_path(&self) -> PathBuf {
        let mut name = self.out.as_os_str().to_owned();
        name.push(".progress");
        PathBuf::from(name)
    }

    fn progress(&self) -> Result<Progress, Failure> {
        let path = self.progress_path();
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure::new(format!("{}: {error}; nothing to go on with, leave --resume out", path.display())))?;
        serde_json::from_str(&text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
    }

    fn keep(&self, progress: &Progress) -> Result<(), Failure> {
        let path = self.progress_path();
        let text = serde_json::to_string(progress).map_err(|error| Failure::new(error.to_string()))?;
        std::fs::write(&path, text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
    }

    fn output(&self, bytes_before: u64) -> Result<Box<dyn HitWriter + Send>, Failure> {
        let problem = |error: std::io::Error| Failure::new(format!("{}: {error}", self.out.display()));
        let ending = ending(self.out);
        if ending == "parquet" && bytes_before > 0 {
            return Err(Failure::new(
                "a Parquet file cannot be written on; screen into CSV or JSON lines, or from the beginning",
            ));
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(self.out).map_err(problem)?;
        file.set_len(bytes_before).map_err(problem)?;
        let mut file = file;
        std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).map_err(problem)?;
        Ok(match ending.as_str() {
            "parquet" => Box::new(ParquetHits::new(file).map_err(|error| failed(self.out, &error))?),
            "jsonl" | "ndjson" => Box::new(JsonHits::new(file, bytes_before)),
            _ => Box::new(CsvHits::new(file, bytes_before).map_err(|error| failed(self.out, &error))?),
        })
    }
}

impl Tally {
    fn take(&mut self, rows: &[HitRow], budget: Option<u64>) {
        self.matches += rows.len() as u64;
        let mut with: Vec<u64> = rows.iter().map(|row| row.row).collect();
        with.dedup();
        self.rows_with_matches += with.len() as u64;
        let Some(budget) = budget else { return };
        for row in rows {
            self.best.push(std::cmp::Reverse((row.bits * 1_000.0) as i64));
            if self.best.len() as u64 > budget {
                self.best.pop();
            }
        }
    }

    fn summary(&self, out: &Path, budget: Option<u64>) -> Value {
        let is_full = budget.is_some_and(|budget| self.best.len() as u64 >= budget);
        let least = self.best.peek().filter(|_| is_full).map(|least| least.0 as f64 / 1_000.0);
        json!({
            "rows": self.rows, "matches": self.matches, "rows_with_matches": self.rows_with_matches, "problems": self.problems,
            "first_problems": self.first_problems, "budget_bits": least, "out": out.display().to_string(),
        })
    }
}

/// Keeps the subjects of a file screened, and gives the set.
pub(crate) async fn keep(
    connection: &Connection,
    file: &Path,
    title: &str,
    columns: &Columns,
    kind: EntityKind,
    settings: &Value,
) -> Result<Value, Failure> {
    let mut subjects = open(file, columns.choice(kind)?)?;
    let (mut tally, mut next_row, mut set) = (Tally::default(), 0, Value::Null);
    loop {
        let (batch, is_end) = read(subjects.as_mut(), file, &mut tally, &mut next_row)?;
        let described: Vec<Value> = batch.iter().map(|subject| described(&subject.entity)).collect();
        if !described.is_empty() {
            set = if set.is_null() {
                connection
                    .post("/screening/sets", &json!({ "title": title, "subjects": described, "settings": settings }))
                    .await?
            } else {
                let path = format!("/screening/sets/{}/subjects", show::text(&set, "id"));
                connection.post(&path, &json!({ "subjects": described })).await?
            };
        }
        if is_end {
            break;
        }
    }
    for problem in &tally.first_problems {
        show::note(problem);
    }
    if set.is_null() {
        return Err(Failure::new(format!("{}: no row can be screened", file.display())));
    }
    Ok(set)
}

/// The next subjects, and whether the file is at its end.
fn read(
    subjects: &mut dyn Subjects,
    file: &Path,
    tally: &mut Tally,
    next_row: &mut u64,
) -> Result<(Vec<Subject>, bool), Failure> {
    let mut batch = Vec::new();
    while batch.len() < BATCH {
        let Some(row) = subjects.next().map_err(|error| failed(file, &error))? else { return Ok((batch, true)) };
        *next_row += 1;
        tally.rows += 1;
        match row {
            Ok(subject) => batch.push(subject),
            Err(problem) => {
                tally.problems += 1;
                if tally.first_problems.len() < PROBLEMS_TOLD {
                    tally.first_problems.push(format!("{}: {problem}", file.display()));
                }
            }
        }
    }
    Ok((batch, false))
}

fn open(file: &Path, choice: ColumnChoice) -> Result<Box<dyn Subjects + Send>, Failure> {
    let input = File::open(file).map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
    let subjects: Result<Box<dyn Subjects + Send>, _> = match ending(file).as_str() {
        "parquet" => ParquetSubjects::new(input, choice).map(|subjects| Box::new(subjects) as _),
        "jsonl" | "ndjson" => JsonSubjects::new(BufReader::new(input), choice).map(|subjects| Box::new(subjects) as _),
        "tsv" => CsvSubjects::new(BufReader::new(input), b'\t', choice).map(|subjects| Box::new(subjects) as _),
        _ => CsvSubjects::new(BufReader::new(input), b',', choice).map(|subjects| Box::new(subjects) as _),
    };
    subjects.map_err(|error| failed(file, &error))
}

fn ending(path: &Path) -> String {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase()
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

/// A subject as the API takes it. Its id is the row's number.
fn described(entity: &Entity) -> Value {
    json!({
        "id": entity.id,
        "kind": match entity.kind {
            EntityKind::Person => "person",
            EntityKind::Organisation => "organisation",
            EntityKind::Vessel => "vessel",
        },
        "names": entity.names,
        "birth_date": entity.birth_dates.first().map(ToString::to_string),
        "registered_in": entity.registered_in,
        "nationalities": entity.nationalities,
        "birth_country": entity.birth_countries.first(),
        "identifiers": entity.identifiers.iter().map(|one| json!({ "scheme": one.scheme, "value": one.value })).collect::<Vec<_>>(),
    })
}

/// A match as a row of the output.
fn row_of(found: &Value, batch: &[Subject]) -> HitRow {
    let subject = batch.iter().find(|subject| subject.entity.id.as_str() == found["subject"].as_str().unwrap_or_default());
    let joined = |values: &Value, field: &str| {
        let texts: Vec<String> = show::items(values).iter().map(|value| show::text(value, field)).collect();
        texts.join("; ")
    };
    let texts = |values: &Value| {
        let texts: Vec<&str> = show::items(values).iter().filter_map(Value::as_str).collect();
        texts.join("; ")
    };
    let reasons = show::items(&found["reasons"]).iter();
    let reasons: Vec<String> =
        reasons.map(|one| format!("{} {:+.3}", show::text(one, "feature"), one["bits"].as_f64().unwrap_or_default())).collect();
    let words = show::items(&found["words"]).iter();
    let words: Vec<String> = words.map(|one| format!("{}~{}", show::text(one, "subject"), show::text(one, "listed"))).collect();
    let text = |field| found[field].as_str().unwrap_or_default().to_owned();
    HitRow {
        row: subject.map_or(0, |subject| subject.row),
        subject: subject.and_then(|subject| subject.id.clone()).unwrap_or_default(),
        name: text("name"),
        entity: show::text(&found["entity"], "entity"),
        dataset: show::text(&found["entity"], "dataset"),
        lists: joined(&found["lists"], "name"),
        legal_force: joined(&found["lists"], "legal_force"),
        listed_name: text("title"),
        alias: text("alias"),
        alias_strength: text("alias_strength"),
        script: text("script"),
        programmes: texts(&found["programmes"]),
        references: texts(&found["references"]),
        bits: found["bits"].as_f64().unwrap_or_default(),
        score: found["score"].as_f64().unwrap_or_default(),
        reasons: reasons.join("; "),
        words: words.join("; "),
    }
}
