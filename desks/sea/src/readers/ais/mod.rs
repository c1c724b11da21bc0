//! AIS as NMEA 0183 sentences (`!AIVDM`, `!AIVDO` and other talkers), one per line, with what receivers add around them.
//!
//! Real files have comments, other sentences, halves of messages, damaged lines and times in four places. A line that is in
//! order but carries nothing Oikos reads is counted; a line that is not in order is a reject; nothing is lost in silence.

mod decode;
mod fragments;
#[cfg(test)]
mod gpsd_tests;
mod statements;
mod tag_block;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io::BufRead;

use aivdm::Sentence;
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use oikos_model::Timestamp;

use self::decode::{Identity, NoReport, Position, Report};
use self::fragments::{Assembled, Fragments, Incomplete, Part};
use self::statements::Said;
use self::tag_block::{Group, Surroundings};
use super::lines::{Line, Lines, encoding_problem, without_byte_order_mark};
use super::{Origin, record_position};
use crate::tables::{AIS_POSITIONS, AIS_STATIC};
use oikos_desk::CellValue;
use oikos_desk::intake::TableRows;

/// NMEA sentences have 82 characters, TAG blocks as many; nothing in order comes near this.
const LINE_MAX_BYTES: usize = 1_024;
/// When so many lines were refused and none was an NMEA sentence, the file is something else.
const HOPELESS_LINES: u64 = 10_000;
/// Sentence groups whose time and station are remembered for their later sentences.
const MAX_GROUPS: usize = 64;
/// Kinds of ignored lines counted apart.
const MAX_IGNORED_KINDS: usize = 200;
/// How often progress is told.
const PROGRESS_LINES: u64 = 16_384;

/// Reads AIS as NMEA 0183 sentences.
pub(crate) struct AisNmea;

impl Reader for AisNmea {
    fn format(&self) -> Format {
        Format {
            name: "ais-nmea",
            description: "AIS messages (ITU-R M.1371-5) as NMEA 0183 VDM and VDO sentences, with TAG blocks (NMEA 0183 4.10)",
            extensions: &["aivdm", "nmea", "ais", "txt", "log"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let is_sentence = |line: &[u8]| {
            let from = line.iter().position(|byte| *byte == b'!').unwrap_or(line.len());
            matches!(line.get(from..from + 7), Some([b'!', _, _, b'V', b'D', b'M' | b'O', b',']))
        };
        beginning.split(|byte| *byte == b'\n').any(is_sentence)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut lines = Lines::new(input, LINE_MAX_BYTES);
        let mut reading = Reading::new(source, sink);
        while let Some(line) = lines.next()? {
            reading.line(&line)?;
            if reading.number.is_multiple_of(PROGRESS_LINES) {
                reading.sink.progress(lines.offset());
            }
        }
        reading.finish()?;
        reading.sink.progress(lines.offset());
        Ok(reading.summary)
    }
}

/// A file being read.
struct Reading<'a> {
    source: &'a Source,
    sink: &'a mut dyn Sink,
    number: u64,
    sentences: u64,
    refused: u64,
    latest: Option<Timestamp>,
    groups: VecDeque<(u32, Option<Timestamp>, Option<String>)>,
    fragments: Fragments,
    positions: TableRows,
    identities: TableRows,
    said: Said,
    summary: ReadSummary,
}

impl<'a> Reading<'a> {
    fn new(source: &'a Source, sink: &'a mut dyn Sink) -> Self {
        Self {
            source,
            sink,
            number: 0,
            sentences: 0,
            refused: 0,
            latest: None,
            groups: VecDeque::new(),
            fragments: Fragments::default(),
            positions: TableRows::new(&AIS_POSITIONS),
            identities: TableRows::new(&AIS_STATIC),
            said: Said::default(),
            summary: ReadSummary::default(),
        }
    }

    fn line(&mut self, line: &Line<'_>) -> Result<(), ReadError> {
        self.number += 1;
        let bytes = match line {
            Line::Whole(bytes) | Line::TooLong(bytes) => *bytes,
        };
        if self.number == 1
            && let Some(problem) = encoding_problem(bytes)
        {
            return Err(ReadError::Format { place: "byte 0".into(), problem: problem.into() });
        }
        let bytes = if self.number == 1 { without_byte_order_mark(bytes) } else { bytes };
        if is_comment(bytes) {
            return Ok(());
        }
        self.summary.rows += 1;
        if matches!(line, Line::TooLong(_)) {
            return self.refuse(None, format!("the line has more than {LINE_MAX_BYTES} bytes"), bytes);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text.trim()),
            Err(error) => {
                self.refuse(None, format!("byte {} of the line is no UTF-8; NMEA is ASCII", error.valid_up_to() + 1), bytes)
            }
        }
    }

    fn text(&mut self, line: &str) -> Result<(), ReadError> {
        let (mut around, sentence) = match tag_block::split(line) {
            Ok(parts) => parts,
            Err(error) => return self.refuse(Some("tag_block"), error.to_string(), line.as_bytes()),
        };
        let after = tag_block::trailing(sentence);
        around.station = around.station.or(after.station);
        around.time = around.time.or(after.time);
        if sentence.is_empty() {
            self.remember_group(&around);
            return self.ignore("TAG block without a sentence");
        }
        if let Some(formatter) = other_formatter(sentence) {
            self.remember_group(&around);
            return self.ignore(&format!("sentence {formatter}"));
        }
        match Sentence::parse(sentence) {
            Ok(parsed) => self.sentence(&parsed, &around, line),
            Err(error) => self.refuse(Some("sentence"), sentence_problem(sentence, error), line.as_bytes()),
        }
    }

    fn sentence(&mut self, sentence: &Sentence<'_>, around: &Surroundings<'_>, line: &str) -> Result<(), ReadError> {
        self.sentences += 1;
        let (group_time, group_station) = self.known_of_group(around.group);
        self.remember_group(around);
        let time = around.time.or(group_time);
        let station = around.station.map(str::to_owned).or(group_station);
        if sentence.fragment_count == 1 {
            return self.message(sentence.payload, sentence.fill_bits, time, station.as_deref(), line);
        }
        if Fragments::is_too_many(sentence.fragment_count) {
            return self.refuse(Some("fragments"), "a message has at most 9 sentences".into(), line.as_bytes());
        }
        let part = Part { line: self.number, group: around.group.map(|group| group.id), time, station: station.as_deref() };
        let assembled = self.fragments.push(sentence, part);
        for incomplete in self.fragments.take_given_up() {
            self.refuse_incomplete(&incomplete)?;
        }
        let Some(Assembled { payload, fill_bits, time, station }) = assembled else { return Ok(()) };
        self.message(&payload, fill_bits, time, station.as_deref(), line)
    }

    fn message(
        &mut self,
        payload: &[u8],
        fill_bits: u8,
        time: Option<Timestamp>,
        station: Option<&str>,
        line: &str,
    ) -> Result<(), ReadError> {
        // A sentence without a time came after the one before it; in a file without any, the import is all that is known.
        let at = time.or(self.latest).unwrap_or(self.source.imported_at);
        if time.is_some() {
            self.latest = time;
        }
        match decode::decode(payload, fill_bits) {
            Ok(report) => self.report(&report, at, station),
            Err(NoReport::Ignored(message_type)) => self.ignore(&format!("message type {message_type}")),
            Err(NoReport::Bad(field, reason)) => self.refuse(Some(field), reason, line.as_bytes()),
        }
    }

    fn report(&mut self, report: &Report, at: Timestamp, station: Option<&str>) -> Result<(), ReadError> {
        let position = record_position(self.number)?;
        let record_id = self.source.record_id(position);
        if let Some(place) = &report.position {
            self.positions.push(position_cells(record_id, at, place, station), self.sink)?;
        }
        if let Some(identity) = &report.identity {
            self.identities.push(identity_cells(record_id, at, identity, station), self.sink)?;
            let origin = Origin {
                source: self.source,
                table: AIS_STATIC.name,
                position,
                stated_at: Some(at),
                valid_from: None,
                valid_to: None,
            };
            let statements = self.said.new_statements(identity, &origin);
            if !statements.is_empty() {
                self.sink.statements(statements)?;
            }
        }
        if report.position_not_available {
            self.ignore("position not available")?;
        }
        Ok(())
    }

    fn remember_group(&mut self, around: &Surroundings<'_>) {
        let Some(Group { id }) = around.group else { return };
        if around.time.is_none() && around.station.is_none() {
            return;
        }
        self.groups.retain(|(known, _, _)| *known != id);
        if self.groups.len() >= MAX_GROUPS {
            self.groups.pop_front();
        }
        self.groups.push_back((id, around.time, around.station.map(str::to_owned)));
    }

    fn known_of_group(&self, group: Option<Group>) -> (Option<Timestamp>, Option<String>) {
        let known = group.and_then(|group| self.groups.iter().rev().find(|(id, _, _)| *id == group.id));
        known.map_or((None, None), |(_, time, station)| (*time, station.clone()))
    }

    fn ignore(&mut self, what: &str) -> Result<(), ReadError> {
        self.sentences += 1;
        let ignored = &mut self.summary.ignored;
        let kind = if ignored.len() < MAX_IGNORED_KINDS || ignored.contains_key(what) { what } else { "other kinds" };
        *ignored.entry(kind.to_owned()).or_default() += 1;
        Ok(())
    }

    fn refuse(&mut self, field: Option<&str>, reason: String, row: &[u8]) -> Result<(), ReadError> {
        self.refused += 1;
        if self.sentences == 0 && self.refused >= HOPELESS_LINES {
            return Err(ReadError::Format {
                place: format!("line {}", self.number),
                problem: format!("none of {} lines is an NMEA sentence; expected lines like !AIVDM,1,1,,A,…,0*hh", self.refused),
            });
        }
        Ok(self.sink.reject(Reject::new(self.number, field, reason, row))?)
    }

    fn refuse_incomplete(&mut self, incomplete: &Incomplete) -> Result<(), ReadError> {
        let Incomplete { line, came, total, payload } = incomplete;
        let reason = format!("only {came} of {total} parts of the message came, the first in this line");
        Ok(self.sink.reject(Reject::new(*line, Some("fragments"), reason, payload))?)
    }

    fn finish(&mut self) -> Result<(), ReadError> {
        for incomplete in self.fragments.finish() {
            self.refuse_incomplete(&incomplete)?;
        }
        self.positions.flush(self.sink)?;
        self.identities.flush(self.sink)?;
        Ok(())
    }
}

fn is_comment(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || line.starts_with(b"#") || line.starts_with(b"//")
}

/// The formatter of an NMEA sentence that is in order but no AIS, for example `GPZDA`.
fn other_formatter(sentence: &str) -> Option<&str> {
    let address = sentence.strip_prefix(['$', '!'])?.split([',', '*']).next()?;
    let in_order =
        (4..=8).contains(&address.len()) && address.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    (in_order && !address.ends_with("VDM") && !address.ends_with("VDO")).then_some(address)
}

fn sentence_problem(sentence: &str, error: aivdm::error::NmeaError) -> String {
    if !sentence.contains(['!', '$']) {
        return "the line is no NMEA sentence: expected '!' or '$' at its beginning, or a TAG block".into();
    }
    error.to_string()
}

fn position_cells<'a>(record_id: i64, at: Timestamp, p: &Position, station: Option<&'a str>) -> [CellValue<'a>; 16] {
    [
        record_id.into(),
        at.into(),
        p.mmsi.into(),
        p.message_type.into(),
        p.repeat_indicator.into(),
        p.latitude.into(),
        p.longitude.into(),
        p.speed_knots.into(),
        p.course_degrees.into(),
        p.heading_degrees.into(),
        p.navigation_status.into(),
        p.rate_of_turn_code.into(),
        p.high_accuracy.into(),
        p.integrity_monitored.into(),
        p.fix_second.into(),
        station.into(),
    ]
}

fn identity_cells<'a>(record_id: i64, at: Timestamp, i: &'a Identity, station: Option<&'a str>) -> [CellValue<'a>; 25] {
    let size = Some(i.dimensions).filter(|dimensions| dimensions.is_given());
    [
        record_id.into(),
        at.into(),
        i.mmsi.into(),
        i.message_type.into(),
        i.repeat_indicator.into(),
        i.imo.as_ref().into(),
        i.imo_as_sent.into(),
        i.name.as_ref().into(),
        i.call_sign.as_ref().into(),
        i.ship_type.into(),
        i.dimensions.length_m().into(),
        i.dimensions.beam_m().into(),
        size.map(|size| size.to_bow_m).into(),
        size.map(|size| size.to_stern_m).into(),
        size.map(|size| size.to_port_m).into(),
        size.map(|size| size.to_starboard_m).into(),
        i.draught_m.into(),
        i.destination.as_ref().into(),
        i.eta.as_ref().into(),
        i.position_device.into(),
        i.vendor_id.as_ref().into(),
        i.unit_model.into(),
        i.unit_serial.into(),
        i.mothership_mmsi.into(),
        station.into(),
    ]
}
