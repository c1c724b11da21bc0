//! Remote ID as receivers recorded it. There is no standard for such records, so this one is the desk's own: CSV with the header
//! `received_at, receiver, transmitter, transport, message_hex`, in any order.
//!
//! `received_at` is RFC 3339, `transmitter` the sender's radio address (or the network's session), `transport` one of `bluetooth-legacy`,
//! `bluetooth-long-range`, `wifi-beacon`, `wifi-nan`, `network` or empty. `message_hex` is one message or pack, as it was on the air, with or without the
//! counter byte before it. One row gives a row in `remote_id_messages` for each message, and in the table of its type.

mod message;
#[cfg(test)]
mod tests;

use std::io::BufRead;

use oikos_desk::intake::{CsvRow, Problem, Refusal, TableRows, read_csv};
use oikos_desk::{CellValue, Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_matching::{DroneSerialNumber, normalise};
use oikos_model::{SelectorKind, Timestamp};

use self::message::{BasicId, Content, Location, Message, OperatorId, System, messages, sent_at};
use super::{has_header, needed_moment};
use crate::tables::{REMOTE_ID_IDENTITIES, REMOTE_ID_LOCATIONS, REMOTE_ID_MESSAGES, REMOTE_ID_OPERATORS};

const COLUMNS: &[&str] = &["received_at", "receiver", "transmitter", "transport", "message_hex"];
const TRANSPORTS: &[&str] = &["bluetooth-legacy", "bluetooth-long-range", "wifi-beacon", "wifi-nan", "network"];
/// The id type of a serial number.
const SERIAL_NUMBER: u8 = 1;
/// The height type of a height above ground; 0 is above take-off.
const ABOVE_GROUND: u8 = 1;

/// Reads Remote ID.
pub(crate) struct RemoteId;

impl Reader for RemoteId {
    fn format(&self) -> Format {
        Format {
            name: "remote-id",
            description: "Remote ID messages and packs (ASTM F3411-22a, EN 4709-002) as receivers recorded them, hexadecimal in CSV",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        has_header(beginning, COLUMNS)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut reading = Reading {
            source,
            messages: TableRows::new(&REMOTE_ID_MESSAGES),
            identities: TableRows::new(&REMOTE_ID_IDENTITIES),
            locations: TableRows::new(&REMOTE_ID_LOCATIONS),
            operators: TableRows::new(&REMOTE_ID_OPERATORS),
            summary: ReadSummary::default(),
        };
        let read = read_csv(COLUMNS, input, sink, &mut |row, sink| reading.row(row, sink))?;
        for rows in [&mut reading.messages, &mut reading.identities, &mut reading.locations, &mut reading.operators] {
            rows.flush(sink)?;
        }
        Ok(ReadSummary { rows: read.rows, ..reading.summary })
    }
}

/// When, by whom and from whom something was heard.
struct Heard<'a> {
    record_id: i64,
    at: Timestamp,
    receiver: Option<&'a str>,
    transmitter: &'a str,
    transport: Option<&'a str>,
}

impl<'a> Heard<'a> {
    /// What every table begins with.
    fn begin(&self) -> [CellValue<'a>; 4] {
        [self.record_id.into(), self.at.into(), self.receiver.into(), self.transmitter.into()]
    }
}

struct Reading<'a> {
    source: &'a Source,
    messages: TableRows,
    identities: TableRows,
    locations: TableRows,
    operators: TableRows,
    summary: ReadSummary,
}

impl Reading<'_> {
    fn row(&mut self, row: &CsvRow<'_>, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let transport = row.text("transport")?;
        if transport.is_some_and(|known| !TRANSPORTS.contains(&known)) {
            return Err(Problem::field("transport", format!("expected {} or nothing", TRANSPORTS.join(", "))).into());
        }
        let heard = Heard {
            record_id: self.source.record_id(row.line),
            at: needed_moment(row, "received_at")?,
            receiver: row.text("receiver")?,
            transmitter: row.needed("transmitter")?,
            transport,
        };
        let bad = |reason: String| Problem::field("message_hex", reason);
        let bytes = hex::decode(row.needed("message_hex")?).map_err(|error| bad(format!("it is not hexadecimal: {error}")))?;
        for message in messages(&bytes).map_err(|problem| bad(problem.to_string()))? {
            self.message(&heard, &message, sink)?;
        }
        Ok(())
    }

    fn message(&mut self, heard: &Heard<'_>, message: &Message, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let Some(type_name) = message.content.type_name() else {
            *self.summary.ignored.entry("message of a type that is not assigned".to_owned()).or_default() += 1;
            return Ok(());
        };
        self.any(heard, message, type_name, sink)?;
        match &message.content {
            Content::BasicId(basic) => self.identity(heard, basic, sink),
            Content::Location(location) => self.location(heard, location, sink),
            Content::System(system) => self.system(heard, system, sink),
            Content::OperatorId(operator) => self.operator(heard, operator, sink),
            Content::Authentication(_) | Content::SelfId(_) | Content::Other(_) => Ok(()),
        }
    }

    fn any(&mut self, heard: &Heard<'_>, message: &Message, type_name: &str, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let self_id = if let Content::SelfId(self_id) = &message.content { Some(self_id) } else { None };
        let authentication = if let Content::Authentication(page) = &message.content { Some(page) } else { None };
        let first = authentication.and_then(|page| page.first);
        let data = authentication.map(|page| hex::encode(&page.data));
        let [record_id, at, receiver, transmitter] = heard.begin();
        let values = [
            record_id,
            at,
            receiver,
            transmitter,
            heard.transport.into(),
            type_name.into(),
            i32::from(message.version).into(),
            self_id.map(|self_id| i32::from(self_id.description_type)).into(),
            self_id.and_then(|self_id| self_id.description.as_deref()).into(),
            authentication.map(|page| i32::from(page.authentication_type)).into(),
            authentication.map(|page| i32::from(page.page)).into(),
            first.map(|(last_page, _, _)| i32::from(last_page)).into(),
            first.map(|(_, length, _)| i32::from(length)).into(),
            first.map(|(_, _, made_at)| made_at).into(),
            data.as_ref().into(),
        ];
        Ok(self.messages.push(values, sink)?)
    }

    fn identity(&mut self, heard: &Heard<'_>, basic: &BasicId, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let serial = basic.aircraft_id.as_deref().filter(|_| basic.id_type == SERIAL_NUMBER);
        let serial = serial.and_then(|text| normalise(SelectorKind::SerialBatch, text).ok()).map(|serial| serial.value);
        let parts = serial.as_deref().and_then(DroneSerialNumber::parse);
        let batch = parts.map(|parts| parts.batch());
        let [record_id, at, receiver, transmitter] = heard.begin();
        let values = [
            record_id,
            at,
            receiver,
            transmitter,
            i32::from(basic.id_type).into(),
            i32::from(basic.aircraft_type).into(),
            basic.aircraft_id.as_ref().into(),
            serial.as_ref().into(),
            parts.map(|parts| parts.manufacturer_code).into(),
            batch.as_ref().into(),
        ];
        Ok(self.identities.push(values, sink)?)
    }

    fn location(&mut self, heard: &Heard<'_>, location: &Location, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let Some((latitude, longitude)) = location.place else {
            *self.summary.ignored.entry("location without a position".to_owned()).or_default() += 1;
            return Ok(());
        };
        let above = |height_type: u8| location.height_m.filter(|_| location.height_type == height_type);
        let [record_id, at, receiver, transmitter] = heard.begin();
        let values = [
            record_id,
            at,
            receiver,
            transmitter,
            location.tenths_after_hour.and_then(|tenths| sent_at(tenths, heard.at)).into(),
            i32::from(location.status).into(),
            latitude.into(),
            longitude.into(),
            location.altitude_ellipsoid_m.into(),
            location.altitude_pressure_m.into(),
            above(ABOVE_GROUND).into(),
            above(1 - ABOVE_GROUND).into(),
            location.direction_degrees.into(),
            location.speed_m_per_s.into(),
            location.vertical_speed_m_per_s.into(),
            i32::from(location.horizontal_accuracy).into(),
            i32::from(location.vertical_accuracy).into(),
        ];
        Ok(self.locations.push(values, sink)?)
    }

    fn system(&mut self, heard: &Heard<'_>, system: &System, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let [record_id, at, receiver, transmitter] = heard.begin();
        let values = [
            record_id,
            at,
            receiver,
            transmitter,
            "system".into(),
            CellValue::Empty,
            system.operator_place.map(|(latitude, _)| latitude).into(),
            system.operator_place.map(|(_, longitude)| longitude).into(),
            system.operator_altitude_m.into(),
            i32::from(system.operator_location_type).into(),
            i32::from(system.area_count).into(),
            system.area_radius_m.into(),
            system.area_ceiling_m.into(),
            system.area_floor_m.into(),
            system.european.map(|(category, _)| i32::from(category)).into(),
            system.european.map(|(_, class)| i32::from(class)).into(),
            system.sent_at.into(),
        ];
        Ok(self.operators.push(values, sink)?)
    }

    fn operator(&mut self, heard: &Heard<'_>, operator: &OperatorId, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let operator_id = operator.operator_id.as_deref().and_then(|text| normalise(SelectorKind::DroneOperator, text).ok());
        let mut values = [CellValue::Empty; 17];
        values[..4].copy_from_slice(&heard.begin());
        values[4] = "operator-id".into();
        values[5] = operator_id.as_ref().map(|selector| selector.value.as_str()).into();
        Ok(self.operators.push(values, sink)?)
    }
}
