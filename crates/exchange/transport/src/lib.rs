//! The only code that opens connections to other nodes: HTTP/2 over TLS 1.3, mutual, keys pinned, hybrid key exchange only.
//!
//! A [`Server`] listens for partners and hands each parcel's sealed bytes to the node's [`Handler`]; a [`Client`] delivers parcels and
//! checks the partner's signed receipt. What the bytes mean is `oikos-exchange`'s business: the same bytes may as well come as a file.
//!
//! | path | method | body | answer |
//! |---|---|---|---|
//! | `/exchange/v1/parcels` | POST | sealed bytes | 200 and a receipt; 413 too large; 422 refused; 503 try again |
//! | `/exchange/v1/journal/keys` | POST | the sender's journal keys, signed | 200 and the node's own |
//! | `/exchange/v1/journal/add-checkpoint` | POST | C2SP `tlog-witness` | as there: 200, 400, 403, 404, 409, 422 |
//! | `/exchange/v1/parcels?after=N` | GET | | 200 and a piece of the next parcel that waits for the partner; 204 nothing waits |
//! | `/exchange/v1/chunks` | POST | a part of a long parcel | 200 and how far it has come, with the receipt once it was taken |
//! | `/exchange/v1/chunks?parcel=HASH` | GET | | 200 and how far it has come |
//! | `/exchange/v1/receipts` | POST | the receipt for a parcel that was fetched | 200 |
//! | `/exchange/v1/identity` | GET | | 200 and the node's identity card |
//! | `/exchange/v1/ask-sets?purpose&class&epoch` | GET | | 200 and the signed header of an asked set; with `&page`, a page |
//! | `/exchange/v1/asks` | POST | a question | 200 and its answer; 413 too large; 422 refused; 503 try again |
//!
//! Questions, answers and sets are CBOR. A refusal is JSON: `{"code", "message"}`.

mod client;
mod limits;
mod pieces;
mod server;
mod tls;
mod wire;

pub use client::{Client, Connection, DeliveryError, Link};
pub use limits::Limits;
pub use pieces::{CHUNK_LENGTH, Chunk, Fetch, Piece, Progress};
pub use server::{Handler, Server, ServerError};
pub use tls::{Directory, TlsSetupError};
pub use wire::{AskSetWanted, Refused, WitnessAnswer, WitnessRequest};
