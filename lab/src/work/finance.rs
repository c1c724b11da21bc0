//! Finance: generated transfers, the patterns each closes, and pacs.008 messages.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use oikos_desk::{KernelError, Output, ParameterValue, Parameters, Reject, Sink, SinkError, Source};
use oikos_desk_finance::FINANCE;
use oikos_model::{StatementDraft, Timestamp};

use super::Found;
use crate::Failure;

const BATCH_ROWS: usize = 8_192;
/// From the first transfer to the last.
const SPAN_SECONDS: u64 = 864_000;
const MICROS: i64 = 1_000_000;

/// Writes `count` transfers among `accounts` accounts, the times rising and different, as `from,to,second`. Low numbers are chosen more often: the
/// share of an account falls with about the square root of its number. With a hub, every seventh transfer is its.
pub(super) fn write(path: &Path, count: u64, accounts: u64, with_hub: bool) -> Result<Found, Failure> {
    let mut state = 42u64;
    let mut below = |limit: u64| {
        // Knuth's linear congruential generator, its upper half.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (state >> 33) as f64 / (1u64 << 31) as f64;
        ((share * share * limit as f64) as u64).min(limit - 1)
    };
    let mut file = BufWriter::new(File::create(path)?);
    for number in 0..count {
        let (from, to) = (below(accounts), below(accounts));
        let from = if with_hub && number % 7 == 0 { accounts } else { from };
        let to = if from == to { (to + 1) % accounts } else { to };
        let second = number as f64 * SPAN_SECONDS as f64 / count as f64;
        writeln!(file, "{from},{to},{second:.6}")?;
    }
    file.flush()?;
    Ok(Found::facts([("transfers", i64::try_from(count)?)]))
}

/// Counts what each transfer of a file closes.
pub(super) fn features(path: &Path, hub_transfers: f64) -> Result<Found, Failure> {
    let numbers = [
        ("fan_window_hours", 24.0),
        ("scatter_window_hours", 6.0),
        ("cycle_window_hours", 24.0),
        ("most_hops", 10.0),
        ("hub_transfers", hub_transfers),
    ];
    let parameters = Parameters(numbers.map(|(name, number)| (name.to_owned(), ParameterValue::Number(number))).into());
    let kernel = FINANCE.kernel("transfer_features").ok_or("the finance desk has no kernel transfer_features")?;
    let mut run = kernel.start(&parameters)?;
    let mut counted = Counted(0);
    let mut lines = BufReader::new(File::open(path)?).lines();
    let mut transfers = 0i64;
    loop {
        let rows = lines.by_ref().take(BATCH_ROWS).collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() {
            break;
        }
        run.push(0, &batch(&rows, transfers)?, &mut counted)?;
        transfers += i64::try_from(rows.len())?;
    }
    run.finish(&mut counted)?;
    if counted.0 != transfers {
        return Err(format!("{transfers} transfers went in, {} came out", counted.0).into());
    }
    Ok(Found::facts([("transfers", transfers)]))
}

fn batch(rows: &[String], first: i64) -> Result<RecordBatch, Failure> {
    let mut columns: (Vec<&str>, Vec<&str>, Vec<i64>) = Default::default();
    for row in rows {
        let mut fields = row.split(',');
        let mut next = || fields.next().ok_or("a line has less than three fields");
        columns.0.push(next()?);
        columns.1.push(next()?);
        columns.2.push((next()?.parse::<f64>()? * MICROS as f64) as i64);
    }
    let count = rows.len();
    Ok(RecordBatch::try_from_iter([
        (
            "record_id",
            Arc::new((first..).take(count).collect::<Vec<i64>>().into_iter().collect::<Int64Array>()) as Arc<dyn Array>,
        ),
        ("at", Arc::new(TimestampMicrosecondArray::from(columns.2).with_timezone("UTC"))),
        ("from_account", Arc::new(StringArray::from(columns.0))),
        ("to_account", Arc::new(StringArray::from(columns.1))),
        ("amount", Arc::new(Float64Array::from(vec![1.0; count]))),
    ])?)
}

struct Counted(i64);

impl Output for Counted {
    fn emit(&mut self, batch: RecordBatch) -> Result<(), KernelError> {
        self.0 += i64::try_from(batch.num_rows()).unwrap_or_default();
        Ok(())
    }
}

/// Writes `count` payments as pacs.008 documents of a thousand each.
pub(super) fn write_pacs008(path: &Path, count: u64) -> Result<Found, Failure> {
    let mut file = BufWriter::new(File::create(path)?);
    for first in (0..count).step_by(1_000) {
        writeln!(
            file,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf>"
        )?;
        writeln!(
            file,
            "<GrpHdr><MsgId>M{first}</MsgId><CreDtTm>2026-03-01T09:00:00Z</CreDtTm><NbOfTxs>1000</NbOfTxs><IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt></GrpHdr>"
        )?;
        for number in first..(first + 1_000).min(count) {
            writeln!(
                file,
                "<CdtTrfTxInf><PmtId><InstrId>I{number}</InstrId><EndToEndId>E{number}</EndToEndId><UETR>00000000-0000-4000-8000-{number:012}</UETR></PmtId>\
                 <IntrBkSttlmAmt Ccy=\"EUR\">{}.{:02}</IntrBkSttlmAmt><ChrgBr>SLEV</ChrgBr>\
                 <Dbtr><Nm>Payer {number}</Nm><PstlAdr><Ctry>EE</Ctry><AdrLine>Street 1</AdrLine></PstlAdr></Dbtr><DbtrAcct><Id><Othr><Id>{}</Id></Othr></Id></DbtrAcct>\
                 <DbtrAgt><FinInstnId><BICFI>ABNANL2A</BICFI></FinInstnId></DbtrAgt><CdtrAgt><FinInstnId><BICFI>DEUTDEFF</BICFI></FinInstnId></CdtrAgt>\
                 <Cdtr><Nm>Payee {number}</Nm></Cdtr><CdtrAcct><Id><IBAN>EE382200221020145685</IBAN></Id></CdtrAcct><RmtInf><Ustrd>Invoice {number}</Ustrd></RmtInf></CdtTrfTxInf>",
                1 + number % 5_000,
                number % 100,
                number % 100_000
            )?;
        }
        writeln!(file, "</FIToFICstmrCdtTrf></Document>")?;
    }
    file.flush()?;
    Ok(Found::facts([("messages", i64::try_from(count)?)]))
}

/// Reads pacs.008 into record batches, which go nowhere.
pub(super) fn read_pacs008(path: &Path) -> Result<Found, Failure> {
    let reader = FINANCE.reader("pacs008").ok_or("the finance desk has no reader pacs008")?;
    let source = Source { file_name: path.display().to_string(), import_number: 1, imported_at: Timestamp::UNIX_EPOCH };
    let mut landed = Landed::default();
    reader.read(&source, &mut BufReader::new(File::open(path)?), &mut landed)?;
    Ok(Found::facts([("messages", landed.rows), ("refused", landed.refused)]))
}

#[derive(Default)]
struct Landed {
    rows: i64,
    refused: i64,
}

impl Sink for Landed {
    fn records(&mut self, _table: &'static str, batch: RecordBatch) -> Result<(), SinkError> {
        self.rows += i64::try_from(batch.num_rows()).unwrap_or_default();
        Ok(())
    }

    fn statements(&mut self, _statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        Ok(())
    }

    fn reject(&mut self, _reject: Reject) -> Result<(), SinkError> {
        self.refused += 1;
        Ok(())
    }

    fn progress(&mut self, _bytes_read: u64) {}
}
