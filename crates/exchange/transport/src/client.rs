//! Delivering to partners.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http2::SendRequest;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use oikos_exchange::{
    AskAnswer, AskRefusal, CardError, IdentityCard, MAXIMUM_ANSWER_BYTES, MAXIMUM_HEADER_BYTES, MAXIMUM_PAGE_BYTES, NodeIdentity,
    Partner, PartnerSet, Question, Receipt, ReceiptError, SignedAskSet,
};
use oikos_model::{ContentHash, NodeId, Timestamp};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::limits::Limits;
use crate::pieces::CHUNK_LENGTH;
use crate::tls::{TlsSetupError, client_config, server_name};
use crate::wire::{
    ASKS_PATH, AskSetWanted, CBOR_CONTENT_TYPE, IDENTITY_PATH, MAXIMUM_ANSWER_LENGTH, MAXIMUM_WITNESS_LENGTH, PARCELS_PATH,
    Refused, SEALED_CONTENT_TYPE, WitnessAnswer, WitnessRequest,
};

/// Why a parcel was not delivered. It stays in the outbox unless the partner refused it for good.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// TLS cannot be set up.
    #[error(transparent)]
    Setup(#[from] TlsSetupError),
    /// The partner cannot be reached.
    #[error("{node} cannot be reached at {address}: {source}")]
    Unreachable {
        /// The partner.
        node: NodeId,
        /// Where it should be.
        address: String,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Whoever answers shows another key than the one on the partner's card.
    #[error(
        "whoever answers at the address of {0} shows another key than the one on its card; nothing was sent. Ask the partner for its present card, and compare fingerprints"
    )]
    WrongKey(NodeId),
    /// No secure link came about: the other side cannot do hybrid TLS 1.3, or refuses this node's key.
    #[error("no secure link to {node}: {source}")]
    Handshake {
        /// The partner.
        node: NodeId,
        /// What the TLS library says.
        source: std::io::Error,
    },
    /// Something took too long.
    #[error("{doing} took more than {} s", .limit.as_secs())]
    Timeout {
        /// What.
        doing: &'static str,
        /// How long it may take.
        limit: Duration,
    },
    /// The connection failed in the middle.
    #[error("the link failed: {0}")]
    Link(#[from] hyper::Error),
    /// The answer is not what it should be.
    #[error("the partner's answer cannot be read: {0}")]
    Answer(String),
    /// The partner refused.
    #[error("the partner refused: {0}")]
    Refused(Refused),
    /// The receipt does not prove that the partner has the parcel.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The card that the partner sent is wrong.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The asked set or the answer that the partner sent is refused.
    #[error(transparent)]
    Ask(#[from] AskRefusal),
}

/// Tells another key than the pinned one from everything else that can go wrong in a handshake.
fn handshake_error(node: NodeId, source: std::io::Error) -> DeliveryError {
    let tls_error = source.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
    match tls_error {
        // The only verdict on a certificate that our verifier gives of its own.
        Some(rustls::Error::InvalidCertificate(rustls::CertificateError::Other(_))) => DeliveryError::WrongKey(node),
        _ => DeliveryError::Handshake { node, source },
    }
}

/// What a link was made with, for the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// TLS version, for example `TLSv1_3`.
    pub protocol: String,
    /// Key exchange, for example `X25519MLKEM768`.
    pub key_exchange: String,
    /// Cipher suite.
    pub cipher_suite: String,
}

/// Opens links to partners in the name of one node.
#[derive(Debug, Clone)]
pub struct Client {
    identity: Arc<NodeIdentity>,
    limits: Limits,
}

impl Client {
    /// A client in the name of `identity`.
    pub fn new(identity: Arc<NodeIdentity>, limits: Limits) -> Self {
        Self { identity, limits }
    }

    /// Opens a link to the partner of this card, at its address.
    ///
    /// # Errors
    /// When it cannot be reached, shows another key, or cannot do hybrid TLS 1.3.
    pub async fn connect(&self, card: &IdentityCard) -> Result<Connection, DeliveryError> {
        let limit = self.limits.handshake;
        let connected = timeout(limit, self.shake_hands(card)).await;
        connected.map_err(|_| DeliveryError::Timeout { doing: "connecting", limit })?
    }

    async fn shake_hands(&self, card: &IdentityCard) -> Result<Connection, DeliveryError> {
        let address = &card.content.description.address;
        let node = || card.node().clone();
        let unreachable = |source| DeliveryError::Unreachable { node: node(), address: address.clone(), source };
        let stream = TcpStream::connect(address.as_str()).await.map_err(unreachable)?;
        let config = Arc::new(client_config(&self.identity, card.content.tls_pin)?);
        let connected = TlsConnector::from(config).connect(server_name()?, stream).await;
        let stream = connected.map_err(|source| handshake_error(node(), source))?;
        let (_, session) = stream.get_ref();
        let link = Link {
            protocol: session.protocol_version().map_or_else(String::new, |version| format!("{version:?}")),
            key_exchange: session.negotiated_key_exchange_group().map_or_else(String::new, |group| format!("{:?}", group.name())),
            cipher_suite: session.negotiated_cipher_suite().map_or_else(String::new, |suite| format!("{:?}", suite.suite())),
        };
        let (requests, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(Duration::from_secs(30))
            .keep_alive_timeout(self.limits.handshake)
            .handshake(TokioIo::new(stream))
            .await?;
        // It ends when the last request handle is dropped; what fails on it, the request sees.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Connection { requests, link, card: card.clone(), own: self.identity.node().clone(), limits: self.limits })
    }

    /// Delivers one parcel over a link of its own.
    ///
    /// # Errors
    /// See [`connect`](Self::connect) and [`Connection::deliver`].
    pub async fn deliver(&self, card: &IdentityCard, bytes: impl Into<Bytes> + Send) -> Result<Receipt, DeliveryError> {
        self.connect(card).await?.deliver(bytes).await
    }
}

/// One request.
pub(crate) struct Sent<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
}

impl<'a> Sent<'a> {
    pub(crate) fn get(path: &'a str) -> Self {
        Self { method: Method::GET, path, content_type: CBOR_CONTENT_TYPE, body: Bytes::new() }
    }
}

/// An open link to one partner, for one parcel or many.
pub struct Connection {
    requests: SendRequest<Full<Bytes>>,
    link: Link,
    card: IdentityCard,
    own: NodeId,
    limits: Limits,
}

impl Connection {
    /// What the link was made with.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// Delivers a parcel's sealed bytes, long ones in chunks from where they have come to. The receipt is verified: the partner signed to have exactly these bytes.
    ///
    /// # Errors
    /// When the link fails, the partner refuses, or its receipt proves nothing.
    pub async fn deliver(&mut self, bytes: impl Into<Bytes> + Send) -> Result<Receipt, DeliveryError> {
        let bytes = bytes.into();
        let parcel = ContentHash::of_bytes(&bytes);
        let receipt: Receipt = if bytes.len() > CHUNK_LENGTH {
            self.deliver_in_chunks(parcel, &bytes).await?
        } else {
            let sent = Sent { method: Method::POST, path: PARCELS_PATH, content_type: SEALED_CONTENT_TYPE, body: bytes };
            let answer = self.request(sent, MAXIMUM_ANSWER_LENGTH).await?;
            serde_json::from_slice(&answer).map_err(|error| DeliveryError::Answer(error.to_string()))?
        };
        receipt.verify(parcel, &self.own, &self.card)?;
        Ok(receipt)
    }

    /// Asks for the partner's present identity card, for example with a new address. The card is verified, and is of the same node.
    ///
    /// # Errors
    /// When the link fails or the card is wrong.
    pub async fn identity(&mut self) -> Result<IdentityCard, DeliveryError> {
        let answer = self.request(Sent::get(IDENTITY_PATH), MAXIMUM_ANSWER_LENGTH).await?;
        let text = std::str::from_utf8(&answer).map_err(|error| DeliveryError::Answer(error.to_string()))?;
        let card = IdentityCard::from_json(text)?;
        if card.node() != self.card.node() || card.content.keys != self.card.content.keys {
            return Err(DeliveryError::Answer("it is another node's card, or has other keys".to_owned()));
        }
        Ok(card)
    }

    /// Asks the partner as the witness of this node's journal. Whatever status it answers with is an answer.
    ///
    /// # Errors
    /// When the link fails or the answer is no text.
    pub async fn witness(&mut self, asked: WitnessRequest, body: String) -> Result<WitnessAnswer, DeliveryError> {
        let limit = self.limits.request;
        let exchange = async {
            let request = self.post(asked.path(), "text/plain; charset=utf-8", Bytes::from(body))?;
            self.requests.ready().await?;
            let response = self.requests.send_request(request).await?;
            let status = response.status().as_u16();
            let answer = Limited::new(response.into_body(), MAXIMUM_WITNESS_LENGTH).collect().await;
            let answer = answer.map_err(|error| DeliveryError::Answer(error.to_string()))?.to_bytes();
            let body = String::from_utf8(answer.to_vec()).map_err(|error| DeliveryError::Answer(error.to_string()))?;
            Ok(WitnessAnswer { status, body })
        };
        timeout(limit, exchange).await.map_err(|_| DeliveryError::Timeout { doing: "asking the witness", limit })?
    }

    fn post(&self, path: &str, content_type: &str, body: Bytes) -> Result<Request<Full<Bytes>>, DeliveryError> {
        Request::builder()
            .method(Method::POST)
            .uri(format!("https://{}{path}", self.card.content.description.address))
            .header(CONTENT_TYPE, content_type)
            .body(Full::new(body))
            .map_err(|error| DeliveryError::Answer(error.to_string()))
    }

    /// Gets a partner's asked set, header and all pages, and verifies it. `wanted.page` is not looked at.
    ///
    /// # Errors
    /// When the link fails, the partner refuses, or the set is not what it must be.
    pub async fn ask_set(
        &mut self,
        partner: &Partner,
        wanted: &AskSetWanted,
        now: Timestamp,
    ) -> Result<PartnerSet, DeliveryError> {
        let path = |page| AskSetWanted { page, ..wanted.clone() }.to_path();
        let header = self.request(Sent::get(&path(None)), MAXIMUM_HEADER_BYTES).await?;
        let mut set = PartnerSet::accept(SignedAskSet::read(&header)?, &self.own, partner, now)?;
        let context = &set.header().context;
        if (&context.purpose, context.class, context.epoch) != (&wanted.purpose, wanted.class, wanted.epoch) {
            return Err(AskRefusal::OtherContext.into());
        }
        let missing: Vec<usize> = set.missing().collect();
        for number in missing {
            // A set has at most 32 pages.
            let page = self.request(Sent::get(&path(Some(number as u32))), MAXIMUM_PAGE_BYTES).await?;
            set.take_page(&page)?;
        }
        Ok(set)
    }

    /// Asks a question. What the answer says, [`Asking::finish`](oikos_exchange::Asking::finish) finds out.
    ///
    /// # Errors
    /// When the link fails, the partner refuses, or the answer cannot be read.
    pub async fn ask(&mut self, question: &Question) -> Result<AskAnswer, DeliveryError> {
        let body = question.to_bytes().into();
        let sent = Sent { method: Method::POST, path: ASKS_PATH, content_type: CBOR_CONTENT_TYPE, body };
        Ok(AskAnswer::read(&self.request(sent, MAXIMUM_ANSWER_BYTES).await?)?)
    }

    pub(crate) async fn request(&mut self, sent: Sent<'_>, most: usize) -> Result<Bytes, DeliveryError> {
        Ok(self.request_whole(sent, most).await?.2)
    }

    /// A request, with its answer's status and headers.
    pub(crate) async fn request_whole(
        &mut self,
        sent: Sent<'_>,
        most: usize,
    ) -> Result<(StatusCode, HeaderMap, Bytes), DeliveryError> {
        let limit = self.limits.request;
        let answered = timeout(limit, self.request_untimed(sent, most)).await;
        answered.map_err(|_| DeliveryError::Timeout { doing: "the request", limit })?
    }

    /// Reads at most so many bytes of an answer; a refusal is never longer than [`MAXIMUM_ANSWER_LENGTH`].
    async fn request_untimed(&mut self, sent: Sent<'_>, most: usize) -> Result<(StatusCode, HeaderMap, Bytes), DeliveryError> {
        let unreadable = |error: String| DeliveryError::Answer(error);
        let request = Request::builder()
            .method(sent.method)
            .uri(format!("https://{}{}", self.card.content.description.address, sent.path))
            .header(CONTENT_TYPE, sent.content_type)
            .body(Full::new(sent.body))
            .map_err(|error| unreadable(error.to_string()))?;
        self.requests.ready().await?;
        let response = self.requests.send_request(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let most = if status.is_success() { most } else { MAXIMUM_ANSWER_LENGTH };
        let answer = Limited::new(response.into_body(), most).collect().await;
        let answer = answer.map_err(|error| unreadable(error.to_string()))?.to_bytes();
        if status.is_success() {
            return Ok((status, headers, answer));
        }
        let refusal: Refused =
            serde_json::from_slice(&answer).map_err(|_| unreadable(format!("status {status} without a reason")))?;
        let try_again = matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT | StatusCode::BAD_REQUEST);
        Err(DeliveryError::Refused(Refused { try_again, ..refusal }))
    }
}
