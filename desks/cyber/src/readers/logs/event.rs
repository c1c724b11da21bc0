//! One line of a log as a row, whatever it was written in.

use oikos_desk::intake::TableRows;
use oikos_desk::{ReadError, Sink};
use oikos_matching::normalise;
use oikos_model::{SelectorKind, Timestamp};
use serde_json::Value;

use crate::readers::moment;

/// The names of a column's value: the table's own, then Zeek's.
const NAMES: [(&str, &[&str]); 17] = [
    ("at", &["at", "ts"]),
    ("uid", &["uid", "fuid"]),
    ("source_ip", &["source_ip", "id.orig_h", "tx_hosts"]),
    ("source_port", &["source_port", "id.orig_p"]),
    ("destination_ip", &["destination_ip", "id.resp_h", "rx_hosts"]),
    ("destination_port", &["destination_port", "id.resp_p"]),
    ("protocol", &["protocol", "proto"]),
    ("service", &["service"]),
    ("domain", &["domain", "query", "server_name", "host"]),
    ("uri", &["uri"]),
    ("url", &["url"]),
    ("file_hash", &["file_hash", "sha256", "sha1", "md5"]),
    ("duration_seconds", &["duration_seconds", "duration"]),
    ("source_bytes", &["source_bytes", "orig_bytes"]),
    ("destination_bytes", &["destination_bytes", "resp_bytes"]),
    ("connection_state", &["connection_state", "conn_state"]),
    ("outcome", &["outcome"]),
];

/// Zeek's states of connections that came about, and of those that did not. The others, and OTH, tell neither.
const ESTABLISHED: [&str; 6] = ["SF", "S1", "S2", "S3", "RSTO", "RSTR"];
const FAILED: [&str; 6] = ["S0", "REJ", "RSTOS0", "RSTRH", "SH", "SHR"];

/// Why a line is refused: the field at fault and the reason.
pub(super) type Problem = (&'static str, String);

/// What gives the text of a field by its name in the log.
pub(super) trait Fields {
    /// The text; `None` where it is not set.
    fn text(&self, name: &str) -> Option<String>;
}

/// A line in order.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Event {
    at: Timestamp,
    log: String,
    uid: Option<String>,
    source_ip: Option<String>,
    source_port: Option<i32>,
    destination_ip: Option<String>,
    destination_port: Option<i32>,
    protocol: Option<String>,
    service: Option<String>,
    domain: Option<String>,
    url: Option<String>,
    file_hash: Option<String>,
    duration_seconds: Option<f64>,
    source_bytes: Option<i64>,
    destination_bytes: Option<i64>,
    connection_state: Option<String>,
    outcome: Option<&'static str>,
}

impl Event {
    /// Reads the fields. `log` is the log's name where the file says it.
    pub(super) fn read(fields: &dyn Fields, log: Option<&str>) -> Result<Self, Problem> {
        let get = |column: &str| {
            let names = NAMES.iter().find(|(known, _)| *known == column).map_or(&[][..], |(_, names)| *names);
            names
                .iter()
                .find_map(|name| fields.text(name))
                .filter(|text| text.len() <= 4_000 && !text.chars().any(char::is_control))
        };
        let at = get("at").ok_or(("at", "it is missing".to_owned()))?;
        let at = moment(&Value::String(at)).ok_or(("at", "expected a moment, or seconds since 1970".to_owned()))?;
        let connection_state = get("connection_state");
        let domain = get("domain").and_then(|text| host_of(&text));
        let url = get("url").or_else(|| get("uri").map(|uri| url_of(get("domain").as_deref(), &uri)));
        let event = Self {
            at,
            log: log.map(str::to_owned).or_else(|| fields.text("_path")).unwrap_or_else(|| guessed(fields).to_owned()),
            uid: get("uid"),
            source_ip: address("source_ip", get("source_ip"))?,
            source_port: port("source_port", get("source_port"))?,
            destination_ip: address("destination_ip", get("destination_ip"))?,
            destination_port: port("destination_port", get("destination_port"))?,
            protocol: get("protocol").map(|text| text.to_lowercase()),
            service: get("service"),
            domain,
            url,
            file_hash: get("file_hash").map(|text| text.to_lowercase()),
            duration_seconds: number("duration_seconds", get("duration_seconds"))?,
            source_bytes: bytes("source_bytes", get("source_bytes"))?,
            destination_bytes: bytes("destination_bytes", get("destination_bytes"))?,
            outcome: outcome(get("outcome").as_deref(), connection_state.as_deref())?,
            connection_state,
        };
        if event.source_ip.is_none() && event.destination_ip.is_none() {
            return Err(("source_ip", "neither a source nor a destination is given".into()));
        }
        Ok(event)
    }

    pub(super) fn land(&self, record_id: i64, rows: &mut TableRows, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let values = [
            record_id.into(),
            self.at.into(),
            (&self.log).into(),
            self.uid.as_ref().into(),
            self.source_ip.as_ref().into(),
            self.source_port.into(),
            self.destination_ip.as_ref().into(),
            self.destination_port.into(),
            self.protocol.as_ref().into(),
            self.service.as_ref().into(),
            self.domain.as_ref().into(),
            self.url.as_ref().into(),
            self.file_hash.as_ref().into(),
            self.duration_seconds.into(),
            self.source_bytes.into(),
            self.destination_bytes.into(),
            self.connection_state.as_ref().into(),
            self.outcome.into(),
        ];
        Ok(rows.push(values, sink)?)
    }
}

/// The log whose fields these are.
fn guessed(fields: &dyn Fields) -> &'static str {
    let has = |name: &str| fields.text(name).is_some();
    if has("conn_state") || has("connection_state") {
        "conn"
    } else if has("query") {
        "dns"
    } else if has("server_name") {
        "ssl"
    } else if has("uri") || has("url") {
        "http"
    } else {
        "other"
    }
}

/// A domain in its normal form. A host that is an address, and what DNS carries without being a name, is none.
fn host_of(text: &str) -> Option<String> {
    let host =
        text.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())).map_or(text, |(host, _)| host);
    normalise(SelectorKind::Domain, host).ok().map(|domain| domain.value)
}

fn url_of(host: Option<&str>, uri: &str) -> String {
    if uri.contains("://") { uri.to_owned() } else { format!("http://{}{uri}", host.unwrap_or_default()) }
}

fn address(field: &'static str, text: Option<String>) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let first = text.split(',').next().unwrap_or_default();
    normalise(SelectorKind::IpAddress, first).map(|address| Some(address.value)).map_err(|error| (field, error.to_string()))
}

fn port(field: &'static str, text: Option<String>) -> Result<Option<i32>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let port: u16 = text.parse().map_err(|_| (field, format!("{text:?} is no port, 0 to 65535")))?;
    Ok(Some(i32::from(port)))
}

fn number(field: &'static str, text: Option<String>) -> Result<Option<f64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    number.map(Some).ok_or_else(|| (field, format!("{text:?} is no number from 0 on")))
}

fn bytes(field: &'static str, text: Option<String>) -> Result<Option<i64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let bytes = text.parse::<i64>().ok().filter(|bytes| *bytes >= 0);
    bytes.map(Some).ok_or_else(|| (field, format!("{text:?} is no number of bytes")))
}

fn outcome(said: Option<&str>, state: Option<&str>) -> Result<Option<&'static str>, Problem> {
    match said {
        Some("established") => return Ok(Some("established")),
        Some("failed") => return Ok(Some("failed")),
        Some(other) => return Err(("outcome", format!("{other:?}; expected established, failed or nothing"))),
        None => {}
    }
    let Some(state) = state else { return Ok(None) };
    Ok(if ESTABLISHED.contains(&state) {
        Some("established")
    } else if FAILED.contains(&state) {
        Some("failed")
    } else {
        None
    })
}
