//! Parcels in pieces: what is too long for one request goes in chunks, and a partner that cannot be reached fetches what waits for it.
//! After a cut link both go on where they were.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderMap;
use hyper::{Method, Request, Response, StatusCode};
use oikos_exchange::{MAXIMUM_PARCEL_LENGTH, Receipt};
use oikos_model::{ContentHash, NodeId};
use serde::{Deserialize, Serialize};

use crate::client::{Connection, DeliveryError, Sent};
use crate::server::{Answered, Handler, Shared, body, json, with_status};
use crate::wire::{CHUNKS_PATH, MAXIMUM_ANSWER_LENGTH, PARCELS_PATH, RECEIPTS_PATH, Refused, SEALED_CONTENT_TYPE};

/// A parcel above this many bytes travels in chunks of at most so many: 1 MiB.
pub const CHUNK_LENGTH: usize = 1 << 20;

const PARCEL_HEADER: &str = "x-oikos-parcel";
const SEQUENCE_HEADER: &str = "x-oikos-sequence";
const START_HEADER: &str = "x-oikos-start";
const WHOLE_HEADER: &str = "x-oikos-whole-length";

/// A part of a parcel on its way in.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// The parcel: hash of all its bytes.
    pub parcel: ContentHash,
    /// Where in the parcel it begins.
    pub start: u64,
    /// Bytes of the whole parcel.
    pub whole_length: u64,
    /// The part; empty to ask what became of a parcel that is all there.
    pub bytes: Bytes,
}

/// How far a parcel has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Bytes that are there, from the beginning.
    pub arrived: u64,
    /// The receipt, once the parcel was taken.
    pub receipt: Option<Receipt>,
}

/// A part of a parcel that waits for a partner who fetches it.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The parcel: hash of all its bytes.
    pub parcel: ContentHash,
    /// Its number in the sequence.
    pub sequence: u64,
    /// Where in the parcel it begins.
    pub start: u64,
    /// Bytes of the whole parcel.
    pub whole_length: u64,
    /// The part.
    pub bytes: Bytes,
}

/// What a partner who fetches has already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fetch {
    /// Wanted is the first parcel behind this number.
    pub after: u64,
    /// The parcel of which a part is there, and how many bytes.
    pub begun: Option<(ContentHash, u64)>,
}

/// The values of a query, by name. Each is short and plain, so nothing is percent-encoded.
struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    fn of(request: &'a Request<Incoming>) -> Self {
        Self(request.uri().query().unwrap_or_default())
    }

    fn value<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        let mut pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(found, _)| *found == name)?.1.parse().ok()
    }
}

/// Answers a partner about chunks, fetching and receipts.
pub(crate) async fn answer<H: Handler>(shared: &Shared<H>, partner: NodeId, request: Request<Incoming>) -> Answered {
    match (request.method(), request.uri().path()) {
        (&Method::POST, CHUNKS_PATH) => take_chunk(shared, partner, request).await,
        (&Method::GET, CHUNKS_PATH) => tell_progress(shared, partner, &request).await,
        (&Method::POST, RECEIPTS_PATH) => take_receipt(shared, partner, request).await,
        (&Method::GET, PARCELS_PATH) => give_piece(shared, partner, &request).await,
        _ => {
            let message = "chunks are posted and asked after, receipts are posted";
            Err((StatusCode::METHOD_NOT_ALLOWED, Refused::finally("method", message)))
        }
    }
}

async fn take_chunk<H: Handler>(shared: &Shared<H>, partner: NodeId, request: Request<Incoming>) -> Answered {
    let malformed = || with_status(Refused::finally("chunk", "a chunk names parcel, start, whole and hash"));
    let query = Query::of(&request);
    let (parcel, hash) = (query.value("parcel").ok_or_else(malformed)?, query.value::<ContentHash>("hash"));
    let (start, whole_length) = (query.value("start").ok_or_else(malformed)?, query.value("whole").ok_or_else(malformed)?);
    let bytes = body(request, CHUNK_LENGTH, "a chunk").await?;
    if hash != Some(ContentHash::of_bytes(&bytes)) {
        return Err(with_status(Refused::for_now("chunk_hash", "the chunk is not what its hash says; send it again")));
    }
    let chunk = Chunk { parcel, start, whole_length, bytes };
    answer_with(&shared.handler.chunk(partner, chunk).await.map_err(with_status)?)
}

async fn tell_progress<H: Handler>(shared: &Shared<H>, partner: NodeId, request: &Request<Incoming>) -> Answered {
    let unnamed = || with_status(Refused::finally("chunk", "name the parcel"));
    let parcel = Query::of(request).value("parcel").ok_or_else(unnamed)?;
    answer_with(&shared.handler.progress(partner, parcel).await.map_err(with_status)?)
}

async fn take_receipt<H: Handler>(shared: &Shared<H>, partner: NodeId, request: Request<Incoming>) -> Answered {
    let bytes = body(request, MAXIMUM_ANSWER_LENGTH, "a receipt").await?;
    let unreadable = |error: serde_json::Error| with_status(Refused::finally("receipt", error.to_string()));
    let receipt: Receipt = serde_json::from_slice(&bytes).map_err(unreadable)?;
    shared.handler.receipt(partner, receipt).await.map_err(with_status)?;
    answer_with(&Progress::default())
}

async fn give_piece<H: Handler>(shared: &Shared<H>, partner: NodeId, request: &Request<Incoming>) -> Answered {
    let query = Query::of(request);
    let begun = query.value("parcel").zip(query.value("start"));
    let fetch = Fetch { after: query.value("after").unwrap_or(0), begun };
    let Some(piece) = shared.handler.fetch(partner, fetch).await.map_err(with_status)? else {
        let mut nothing = Response::new(Full::new(Bytes::new()));
        *nothing.status_mut() = StatusCode::NO_CONTENT;
        return Ok(nothing);
    };
    let unwritable = |_: hyper::http::Error| with_status(Refused::for_now("piece", "the piece cannot be written"));
    Response::builder()
        .header(PARCEL_HEADER, piece.parcel.to_string())
        .header(SEQUENCE_HEADER, piece.sequence)
        .header(START_HEADER, piece.start)
        .header(WHOLE_HEADER, piece.whole_length)
        .body(Full::new(piece.bytes))
        .map_err(unwritable)
}

fn answer_with(value: &impl Serialize) -> Answered {
    let unwritable = |_| with_status(Refused::for_now("answer", "the answer cannot be written"));
    serde_json::to_vec(value).map(|text| json(StatusCode::OK, text.into())).map_err(unwritable)
}

impl Connection {
    /// How far a parcel has come.
    ///
    /// # Errors
    /// When the link fails or the partner refuses.
    pub async fn progress(&mut self, parcel: ContentHash) -> Result<Progress, DeliveryError> {
        let answer = self.request(Sent::get(&format!("{CHUNKS_PATH}?parcel={parcel}")), MAXIMUM_ANSWER_LENGTH).await?;
        serde_json::from_slice(&answer).map_err(|error| DeliveryError::Answer(error.to_string()))
    }

    /// Delivers a long parcel from where it has come to.
    pub(crate) async fn deliver_in_chunks(&mut self, parcel: ContentHash, bytes: &Bytes) -> Result<Receipt, DeliveryError> {
        let mut progress = self.progress(parcel).await?;
        loop {
            if let Some(receipt) = progress.receipt {
                return Ok(receipt);
            }
            let start = usize::try_from(progress.arrived).unwrap_or(usize::MAX).min(bytes.len());
            let chunk = bytes.slice(start..bytes.len().min(start + CHUNK_LENGTH));
            let (whole, hash) = (bytes.len(), ContentHash::of_bytes(&chunk));
            let path = format!("{CHUNKS_PATH}?parcel={parcel}&start={start}&whole={whole}&hash={hash}");
            let sent = Sent { method: Method::POST, path: &path, content_type: SEALED_CONTENT_TYPE, body: chunk };
            let answer = self.request(sent, MAXIMUM_ANSWER_LENGTH).await?;
            let next: Progress = serde_json::from_slice(&answer).map_err(|error| DeliveryError::Answer(error.to_string()))?;
            if next.receipt.is_none() && next.arrived <= progress.arrived {
                return Err(DeliveryError::Answer("the partner says that nothing arrived".to_owned()));
            }
            progress = next;
        }
    }

    /// Fetches the next piece of what waits for this node; `None` when nothing does.
    ///
    /// # Errors
    /// When the link fails, the partner refuses, or the piece is not what was asked for.
    pub async fn fetch(&mut self, fetch: Fetch) -> Result<Option<Piece>, DeliveryError> {
        let begun = fetch.begun.map(|(parcel, start)| format!("&parcel={parcel}&start={start}")).unwrap_or_default();
        let path = format!("{PARCELS_PATH}?after={}{begun}", fetch.after);
        let (status, headers, bytes) = self.request_whole(Sent::get(&path), CHUNK_LENGTH).await?;
        if status == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        let unreadable = || DeliveryError::Answer("the piece does not say what it is a piece of".to_owned());
        let piece = Piece {
            parcel: header(&headers, PARCEL_HEADER).ok_or_else(unreadable)?,
            sequence: header(&headers, SEQUENCE_HEADER).ok_or_else(unreadable)?,
            start: header(&headers, START_HEADER).ok_or_else(unreadable)?,
            whole_length: header(&headers, WHOLE_HEADER).ok_or_else(unreadable)?,
            bytes,
        };
        let end = piece.start.saturating_add(piece.bytes.len() as u64);
        let fits = piece.whole_length <= MAXIMUM_PARCEL_LENGTH as u64 && end <= piece.whole_length;
        if !fits || piece.bytes.is_empty() || piece.sequence <= fetch.after {
            return Err(DeliveryError::Answer("the piece is not what was asked for".to_owned()));
        }
        Ok(Some(piece))
    }

    /// Hands in the receipt for a parcel that was fetched.
    ///
    /// # Errors
    /// When the link fails or the partner refuses.
    pub async fn hand_in(&mut self, receipt: &Receipt) -> Result<(), DeliveryError> {
        let text = serde_json::to_vec(receipt).map_err(|error| DeliveryError::Answer(error.to_string()))?;
        let sent = Sent { method: Method::POST, path: RECEIPTS_PATH, content_type: "application/json", body: text.into() };
        self.request(sent, MAXIMUM_ANSWER_LENGTH).await.map(drop)
    }
}

fn header<T: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}
