//! Readers stream: the statements come while the file is still being read, and never more than a batch at a time; a thing without
//! an end is refused before it fills the memory.

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

use super::*;

/// `head`, then `body` so many times with its number in the place of `#`, then `tail`; counts what was read of it.
struct Generated {
    head: Vec<u8>,
    body: Vec<u8>,
    left: u64,
    tail: Vec<u8>,
    waiting: Vec<u8>,
    at: usize,
    stage: u8,
    number: u64,
    read: Rc<Cell<u64>>,
}

impl Generated {
    fn new(head: &[u8], body: &[u8], times: u64, tail: &[u8]) -> (Self, Rc<Cell<u64>>) {
        let read = Rc::new(Cell::new(0));
        let generated = Self {
            head: head.to_vec(),
            body: body.to_vec(),
            left: times,
            tail: tail.to_vec(),
            waiting: Vec::new(),
            at: 0,
            stage: 0,
            number: 0,
            read: Rc::clone(&read),
        };
        (generated, read)
    }

    fn next_piece(&mut self) -> bool {
        self.waiting = match self.stage {
            0 => std::mem::take(&mut self.head),
            1 if self.left > 0 => {
                self.left -= 1;
                self.number += 1;
                let number = self.number.to_string();
                self.body.split(|byte| *byte == b'#').collect::<Vec<_>>().join(number.as_bytes())
            }
            1 => std::mem::take(&mut self.tail),
            // The end stays the end, however often it is asked for.
            _ => return false,
        };
        self.at = 0;
        if self.stage == 0 || self.left == 0 && self.body.is_empty() {
            self.stage = 1;
        }
        if self.left == 0 && self.tail.is_empty() {
            self.stage = 2;
        }
        true
    }
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.waiting.len() {
            if !self.next_piece() {
                return Ok(0);
            }
        }
        let length = buffer.len().min(self.waiting.len() - self.at);
        buffer[..length].copy_from_slice(&self.waiting[self.at..self.at + length]);
        self.at += length;
        self.read.set(self.read.get() + length as u64);
        Ok(length)
    }
}

/// Sees how far the file was read when things come, and how much comes at once.
struct Watching {
    read: Rc<Cell<u64>>,
    first_at: Option<u64>,
    most_statements: usize,
    most_rows: usize,
    statements: u64,
    rejects: u64,
}

impl Sink for Watching {
    fn records(&mut self, _table: &'static str, batch: arrow::record_batch::RecordBatch) -> Result<(), SinkError> {
        self.most_rows = self.most_rows.max(batch.num_rows());
        Ok(())
    }

    fn statements(&mut self, statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        self.first_at.get_or_insert(self.read.get());
        self.most_statements = self.most_statements.max(statements.len());
        self.statements += statements.len() as u64;
        Ok(())
    }

    fn reject(&mut self, _reject: Reject) -> Result<(), SinkError> {
        self.rejects += 1;
        Ok(())
    }

    fn progress(&mut self, _bytes_read: u64) {}
}

fn watch(format: &str, head: &[u8], body: &[u8], times: u64, tail: &[u8]) -> (Watching, Result<ReadSummary, ReadError>, u64) {
    let (input, read) = Generated::new(head, body, times, tail);
    let mut watching =
        Watching { read: Rc::clone(&read), first_at: None, most_statements: 0, most_rows: 0, statements: 0, rejects: 0 };
    let summary = reader(format).read(&source(), &mut BufReader::new(input), &mut watching);
    let total = read.get();
    (watching, summary, total)
}

/// Head, one record with `#` where its number goes, and tail of a file of each format. LEIs have check digits, so theirs repeat.
fn large() -> Vec<(&'static str, Vec<u8>, Vec<u8>, Vec<u8>)> {
    let cut = |format: &'static str, file: &str, from: &str, to: &str, change: &dyn Fn(&str) -> String| {
        let text = String::from_utf8(fixture(file)).unwrap();
        let begin = text.find(from).unwrap();
        let end = begin + text[begin..].find(to).unwrap() + to.len();
        let body = change(&text[begin..end]);
        (format, text[..begin].as_bytes().to_vec(), body.into_bytes(), text[end..].as_bytes().to_vec())
    };
    let same = |text: &str| text.to_owned();
    vec![
        cut("eu-fsf-xml", "eu-fsf.xml", "<sanctionEntity", "</sanctionEntity>", &|text| {
            text.replace("logicalId=\"900001\"", "logicalId=\"#\"")
        }),
        cut("eu-fsf-csv", "eu-fsf.csv", "2026-06-05;900002", "\n", &|text| text.replace("900002", "#")),
        cut("un-sc-xml", "un.xml", "<INDIVIDUAL>", "</INDIVIDUAL>", &|text| text.replace("111", "#")),
        cut("ofac-sdn-csv", "ofac-sdn.csv", "99001", "\n", &|text| text.replace("99001", "#")),
        cut("ofac-alt-csv", "ofac-alt.csv", "99001", "\n", &|text| text.replace("99001", "#")),
        cut("ofac-add-csv", "ofac-add.csv", "99001", "\n", &|text| text.replace("99001", "#")),
        cut("ofac-sdn-xml", "ofac-sdn.xml", "<sdnEntry>", "</sdnEntry>", &|text| text.replace("99001", "#")),
        cut("ftm", "ftm.jsonl", "{\"id\":\"NK-person\"", "\n", &|text| text.replace("NK-person", "NK-#")),
        cut("gleif-lei-xml", "gleif-lei.xml", "<lei:LEIRecord>", "</lei:LEIRecord>", &same),
        cut("gleif-lei-csv", "gleif-lei.csv", "506700GE", "\n", &same),
        cut("gleif-rr-xml", "gleif-rr.xml", "<rr:RelationshipRecord>", "</rr:RelationshipRecord>", &same),
        cut("gleif-rr-csv", "gleif-rr.csv", "001GPB6A", "\n", &same),
        cut("uk-psc", "psc.jsonl", "{\"company_number\":\"01234567\"", "\n", &|text| text.replace("01234567", "#")),
    ]
}

#[test]
fn every_reader_streams() {
    let large = large();
    assert_eq!(large.len(), ENTITIES.readers.len());
    for (format, head, body, tail) in large {
        let times = 10_000;
        let (watching, summary, total) = watch(format, &head, &body, times, &tail);
        let summary = summary.unwrap();
        assert!(summary.rows >= times, "{format}: {summary:?}");
        assert_eq!(watching.rejects, 0, "{format}");
        let first_at = watching.first_at.unwrap();
        assert!(first_at < total / 2, "{format}: the first statements came after {first_at} of {total} bytes");
        assert!(
            watching.most_statements < 40_000 && watching.most_rows <= 8192,
            "{format}: {} {}",
            watching.most_statements,
            watching.most_rows
        );
        assert!(watching.statements > times, "{format}");
    }
}

/// A tag, a text, a quote or a bracket that never ends: the reader gives up, or goes on without keeping it, long before the end
/// of 256 MiB.
#[test]
fn what_does_not_end_is_not_kept() {
    let endless: [(&str, &[u8], &[u8]); 6] = [
        (
            "un-sc-xml",
            b"<CONSOLIDATED_LIST><INDIVIDUAL><DATAID>",
            b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
        (
            "un-sc-xml",
            b"<CONSOLIDATED_LIST><INDIVIDUAL x=\"",
            b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
        ("un-sc-xml", b"<CONSOLIDATED_LIST><!--", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("ofac-sdn-csv", b"1,\"", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("gleif-lei-csv", b"", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        (
            "eu-fsf-csv",
            b"Entity_LogicalId;NameAlias_WholeName\n1;\"",
            b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
    ];
    for (format, head, body) in endless {
        let (_, summary, total) = watch(format, head, body, 4 << 20, b"");
        assert!(summary.unwrap_err().to_string().contains("longer than"), "{format}");
        assert!(total < 8 << 20, "{format}: {total} bytes were read");
    }
}

#[test]
fn a_record_that_grows_without_end_is_refused_and_the_next_one_lands() {
    let tail = b"</INDIVIDUAL><INDIVIDUAL><DATAID>2</DATAID><FIRST_NAME>GOOD</FIRST_NAME></INDIVIDUAL></CONSOLIDATED_LIST>";
    let (watching, summary, _) = watch(
        "un-sc-xml",
        b"<CONSOLIDATED_LIST><INDIVIDUAL><DATAID>1</DATAID>",
        b"<NOTE>text text text text</NOTE>",
        500_000,
        tail,
    );
    assert_eq!((watching.rejects, summary.unwrap().rows), (1, 2));
    assert!(watching.statements > 0);
    let (watching, summary, _) = watch(
        "ftm",
        b"{\"id\":\"a\",\"schema\":\"Person\",\"properties\":{\"name\":[\"x\"",
        b",\"text text text\"",
        2_000_000,
        b"]}}\n{\"id\":\"b\",\"schema\":\"Person\",\"properties\":{\"name\":[\"good\"]}}\n",
    );
    assert_eq!((watching.rejects, summary.unwrap().rows), (1, 2));
    assert_eq!(watching.statements, 1);
}
