//! Web archives: WARC 1.1 (ISO 28500:2017) and 1.0, plain or with one gzip member per record. Read are `response` records of
//! pages (HTTP 200, HTML or plain text), `resource` and `conversion` records with such text. The summary counts the others by
//! what they are.

use std::io::{BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use oikos_matching::text_of_html;

use super::http::{NoAnswer, answer};
use super::landing::{Captured, Landing};
use super::warc_records::{MOST_BLOCK_BYTES, Record, Records};
use super::{PROGRESS_ROWS, Problem};

/// The most bytes that a compressed file may give: beyond it, it is a bomb.
const MOST_DECOMPRESSED_BYTES: u64 = 256 * 1_024 * 1_024 * 1_024;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads web archives.
pub(crate) struct Warc;

impl Reader for Warc {
    fn format(&self) -> Format {
        Format {
            name: "warc",
            description: "Web archive, WARC 1.1 (ISO 28500:2017) or 1.0, plain or gzip; pages of HTML or plain text are read",
            extensions: &["warc", "warc.gz"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let mut version = [0; 7];
        let is_warc = |read: std::io::Result<()>, version: &[u8; 7]| read.is_ok() && version == b"WARC/1.";
        if beginning.starts_with(&GZIP) {
            let read = MultiGzDecoder::new(beginning).read_exact(&mut version);
            return is_warc(read, &version);
        }
        beginning.starts_with(b"WARC/1.")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let compressed = input.fill_buf().map_err(|source| ReadError::Io { offset: 0, source })?.starts_with(&GZIP);
        if compressed {
            let plain = MultiGzDecoder::new(input).take(MOST_DECOMPRESSED_BYTES);
            read_records(source, Records::new(BufReader::new(plain)), sink)
        } else {
            read_records(source, Records::new(input), sink)
        }
    }
}

fn read_records<R: BufRead>(source: &Source, mut records: Records<R>, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
    let mut landing = Landing::new(source);
    let mut summary = ReadSummary::default();
    while let Some(record) = records.next()? {
        summary.rows += 1;
        if summary.rows.is_multiple_of(PROGRESS_ROWS) {
            sink.progress(records.offset());
        }
        match text_of(&record) {
            Text::Ignored(what) => *summary.ignored.entry(what).or_default() += 1,
            Text::Refused(problem) => sink.reject(refused(summary.rows, &record, problem))?,
            Text::Found(found) => {
                let captured = Captured {
                    at: record.field("warc-date").and_then(|date| date.parse().ok()),
                    page: record.field("warc-target-uri").unwrap_or_default().trim_matches(['<', '>']),
                    title: found.title.as_deref(),
                    text: &found.text,
                    ..Captured::default()
                };
                if let Err(problem) = landing.take(summary.rows, &captured, sink)? {
                    sink.reject(refused(summary.rows, &record, problem))?;
                }
            }
        }
    }
    if summary.rows == 0 {
        return Err(ReadError::Format { place: "byte 0".into(), problem: "the file is empty; expected WARC/1.1".into() });
    }
    landing.finish(sink)?;
    sink.progress(records.offset());
    Ok(summary)
}

fn refused(number: u64, record: &Record, problem: Problem) -> Reject {
    let shown = format!("byte {}: {}", record.offset, record.field("warc-target-uri").unwrap_or_default());
    Reject::new(number, problem.field, problem.reason, shown.as_bytes())
}

struct Found {
    title: Option<String>,
    text: String,
}

/// What a record holds for this desk.
enum Text {
    Found(Found),
    Ignored(String),
    Refused(Problem),
}

fn text_of(record: &Record) -> Text {
    let kind = record.field("warc-type").unwrap_or("without a type");
    let media_type = record.field("content-type").unwrap_or_default().to_ascii_lowercase();
    if !matches!(kind, "response" | "resource" | "conversion") {
        return Text::Ignored(format!("record {}", kind.chars().take(30).collect::<String>()));
    }
    let Some(block) = &record.block else {
        return Text::Refused(Problem::row(format!("the block has more than {MOST_BLOCK_BYTES} bytes")));
    };
    if kind != "response" {
        return words(&media_type, block);
    }
    if !media_type.starts_with("application/http") {
        return Text::Ignored(format!("response of type {}", media_type.chars().take(60).collect::<String>()));
    }
    match answer(block) {
        Ok(answer) if answer.status == 200 => words(&answer.content_type, &answer.body),
        Ok(answer) => Text::Ignored(format!("HTTP status {}", answer.status)),
        Err(NoAnswer::Encoded) => Text::Ignored("compressed body".into()),
        Err(NoAnswer::Malformed) => Text::Refused(Problem::field("block", "it is no HTTP answer")),
    }
}

/// The text of a body of this media type. What is no UTF-8 is read with replacement signs: half a page is better than none.
fn words(media_type: &str, body: &[u8]) -> Text {
    let body = String::from_utf8_lossy(body);
    let plain = media_type.split(';').next().unwrap_or_default().trim();
    match plain {
        "text/html" | "application/xhtml+xml" => Text::Found(Found { title: title_of(&body), text: text_of_html(&body) }),
        "text/plain" => Text::Found(Found { title: None, text: body.into_owned() }),
        _ => Text::Ignored(format!("media type {}", plain.chars().take(60).collect::<String>())),
    }
}

fn title_of(html: &str) -> Option<String> {
    let small = html.to_ascii_lowercase();
    let open = small.find("<title")?;
    let from = open + small[open..].find('>')? + 1;
    let to = from + small[from..].find("</title")?;
    Some(text_of_html(&html[from..to])).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::readers::test_sink::read;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    fn record(kind: &str, uri: &str, content_type: &str, block: &str) -> String {
        format!(
            "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2026-03-01T12:00:00Z\r\nWARC-Record-ID: <urn:uuid:x>\r\n\
             Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        )
    }

    fn page(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{body}")
    }

    fn archive() -> Vec<String> {
        let http = "application/http;msgtype=response";
        vec![
            record("warcinfo", "", "application/warc-fields", "software: x\r\n"),
            record("response", "https://board.example/7", http, &page("<title>Easy money</title><p>400 EUR, @night_work")),
            record("response", "https://board.example/8", http, "HTTP/1.1 404 Not Found\r\n\r\n"),
            record("response", "https://board.example/9", http, "nonsense"),
            record("resource", "https://board.example/10", "text/plain", "call +48 22 123 45 67"),
            record("resource", "https://board.example/11", "image/png", "x"),
            record("resource", "https://board.example/12", "text/plain", " "),
        ]
    }

    #[test]
    fn pages_land_and_the_rest_is_counted() {
        let (sink, summary) = read(&Warc, archive().concat().as_bytes());
        let summary = summary.unwrap();
        assert_eq!(summary.rows, 7);
        let ignored: Vec<_> = summary.ignored.iter().map(|(what, count)| (what.as_str(), *count)).collect();
        assert_eq!(ignored, [("HTTP status 404", 1), ("media type image/png", 1), ("record warcinfo", 1)]);
        let captures = sink.rows("online_captures");
        assert_eq!(
            (captures.len(), &captures[0]["title"], &captures[0]["site"]),
            (2, &"Easy money".into(), &"board.example".into())
        );
        assert_eq!(captures[0]["text"], "Easy money 400 EUR, @night_work");
        let values: Vec<_> = sink.rows("online_selectors").iter().map(|row| row["value"].as_str().unwrap().to_owned()).collect();
        assert_eq!(values, ["board.example:night_work", "+48221234567"]);
        let refused: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref().unwrap())).collect();
        assert_eq!(refused, [(4, "block"), (7, "text")]);
    }

    #[test]
    fn one_gzip_member_per_record_reads_the_same() {
        let mut compressed = Vec::new();
        for record in archive() {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(record.as_bytes()).unwrap();
            compressed.extend(encoder.finish().unwrap());
        }
        assert!(Warc.recognises(&compressed) && Warc.recognises(b"WARC/1.1\r\n") && !Warc.recognises(b"{"));
        let (sink, summary) = read(&Warc, &compressed);
        assert_eq!((summary.unwrap().rows, sink.rows("online_captures").len()), (7, 2));
    }

    #[test]
    fn damaged_archives_say_where() {
        let good = record("resource", "https://a.example/", "text/plain", "text");
        for (bad, what) in [
            (String::new(), "empty"),
            ("GIF89a".into(), "WARC/1.1"),
            (good.replace("Content-Length: 4", "Content-Length: four"), "Content-Length"),
            (good.replace("Content-Length: 4", "Content-Length: 2"), "two line ends"),
            (good.replace("Content-Length: 4", "Content-Length: 400"), "ends within a record's block"),
            (format!("{good}WARC/1.1\r\nWARC-Type: x\r\n"), "header"),
            (format!("WARC/1.1\r\n{}", "a: b\r\n".repeat(20_000)), "64 KiB"),
        ] {
            let error = read(&Warc, bad.as_bytes()).1.unwrap_err().to_string();
            assert!(error.contains(what), "{error} does not say {what}");
        }
    }

    proptest! {
        #[test]
        fn cut_and_changed_archives_never_panic(place in 0usize..2_000, byte in any::<u8>(), cut in 0usize..2_500) {
            let mut bytes = archive().concat().into_bytes();
            let length = bytes.len();
            bytes[place % length] = byte;
            bytes.truncate(cut);
            let _ = read(&Warc, &bytes);
        }
    }
}
