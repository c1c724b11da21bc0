//! Listening for partners.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use oikos_exchange::{MAXIMUM_QUESTION_BYTES, NodeIdentity, Receipt};
use oikos_model::{ContentHash, NodeId};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::limits::Limits;
use crate::pieces::{Chunk, Fetch, Piece, Progress};
use crate::tls::{Directory, TlsSetupError, pin_of, server_config};
use crate::wire::{
    ASK_SETS_PATH, ASKS_PATH, AskSetWanted, CBOR_CONTENT_TYPE, CHUNKS_PATH, IDENTITY_PATH, MAXIMUM_WITNESS_LENGTH, PARCELS_PATH,
    RECEIPTS_PATH, Refused, WitnessAnswer, WitnessRequest,
};

/// What the node does with what partners send.
pub trait Handler: Send + Sync + 'static {
    /// Takes a parcel's sealed bytes from `partner`, whose TLS key was verified. Answers only once what it brought is lasting.
    fn parcel(&self, partner: NodeId, bytes: Bytes) -> impl Future<Output = Result<Receipt, Refused>> + Send;

    /// Answers `partner` as the witness of its journal. A node that is none refuses.
    fn witness(&self, partner: NodeId, request: WitnessRequest, body: Bytes) -> impl Future<Output = WitnessAnswer> + Send {
        let _ = (partner, request, body);
        async { WitnessAnswer::new(404, "this node is no witness\n") }
    }

    /// Hears that `partner` was turned away before there was a parcel, so that it can be written down.
    fn turned_away(&self, partner: NodeId, refusal: Refused) -> impl Future<Output = ()> + Send {
        drop((partner, refusal));
        async {}
    }

    /// How far a parcel from `partner` has come that is sent in chunks.
    fn progress(&self, partner: NodeId, parcel: ContentHash) -> impl Future<Output = Result<Progress, Refused>> + Send {
        drop((partner, parcel));
        async { Err(not_offered()) }
    }

    /// Takes a chunk, and the parcel with its last one.
    fn chunk(&self, partner: NodeId, chunk: Chunk) -> impl Future<Output = Result<Progress, Refused>> + Send {
        drop((partner, chunk));
        async { Err(not_offered()) }
    }

    /// Gives a piece of what waits for `partner`, who fetches it.
    fn fetch(&self, partner: NodeId, fetch: Fetch) -> impl Future<Output = Result<Option<Piece>, Refused>> + Send {
        drop((partner, fetch));
        async { Err(not_offered()) }
    }

    /// Takes the receipt for a parcel that `partner` fetched.
    fn receipt(&self, partner: NodeId, receipt: Receipt) -> impl Future<Output = Result<(), Refused>> + Send {
        drop((partner, receipt));
        async { Err(not_offered()) }
    }

    /// Gives the signed header or a page of the set that `partner` may ask about, as it travels. A node that offers none refuses.
    fn ask_set(&self, partner: NodeId, wanted: AskSetWanted) -> impl Future<Output = Result<Bytes, Refused>> + Send {
        drop((partner, wanted));
        async { Err(not_offered()) }
    }

    /// Answers the bytes of a question from `partner`. A node that offers no asks refuses.
    fn ask(&self, partner: NodeId, question: Bytes) -> impl Future<Output = Result<Bytes, Refused>> + Send {
        drop((partner, question));
        async { Err(not_offered()) }
    }
}

fn not_offered() -> Refused {
    Refused::finally("not_offered", "this node does not offer that")
}

/// Why a server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
    /// The identity card cannot be written as JSON.
    #[error("the identity card cannot be written: {0}")]
    Card(#[from] serde_json::Error),
    /// The address cannot be bound.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        source: std::io::Error,
    },
}

/// A node's door for its partners.
pub struct Server<H> {
    listener: TcpListener,
    address: SocketAddr,
    acceptor: TlsAcceptor,
    shared: Arc<Shared<H>>,
}

pub(crate) struct Shared<H> {
    pub(crate) handler: H,
    directory: Arc<dyn Directory>,
    card: Bytes,
    limits: Limits,
}

impl<H: Handler> Server<H> {
    /// Opens the door: binds `address` (port 0 takes a free one) for partners that `directory` knows.
    ///
    /// # Errors
    /// When TLS cannot be set up or the address cannot be bound.
    pub async fn bind(
        address: SocketAddr,
        identity: &NodeIdentity,
        directory: Arc<dyn Directory>,
        handler: H,
        limits: Limits,
    ) -> Result<Self, ServerError> {
        let acceptor = TlsAcceptor::from(Arc::new(server_config(identity, Arc::clone(&directory))?));
        let card = Bytes::from(serde_json::to_vec(identity.card())?);
        let bind_error = |source| ServerError::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        Ok(Self { listener, address, acceptor, shared: Arc::new(Shared { handler, directory, card, limits }) })
    }

    /// The address it is bound to.
    pub fn local_address(&self) -> SocketAddr {
        self.address
    }

    /// Serves partners until `stop` is done; then ends every connection. A parcel in the middle is sent again by its sender.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let places = Arc::new(Semaphore::new(self.shared.limits.connections));
        let mut connections = JoinSet::new();
        let serve_all = async {
            loop {
                // The semaphore is never closed.
                let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
                let Ok((stream, _)) = self.listener.accept().await else {
                    // Out of file handles or the like: do not spin.
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    continue;
                };
                let (acceptor, shared) = (self.acceptor.clone(), Arc::clone(&self.shared));
                connections.spawn(async move {
                    let lifetime = shared.limits.connection;
                    // A connection that fails or takes too long concerns its peer only, who sees why.
                    let _ = timeout(lifetime, serve_connection(stream, acceptor, shared)).await;
                    drop(place);
                });
                while connections.try_join_next().is_some() {}
            }
        };
        tokio::select! {
            () = serve_all => {}
            () = stop => {}
        }
    }
}

async fn serve_connection<H: Handler>(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared<H>>) {
    let Ok(Ok(stream)) = timeout(shared.limits.handshake, acceptor.accept(stream)).await else { return };
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates().and_then(|chain| chain.first());
    let Some(pin) = certificate.and_then(|certificate| pin_of(certificate).ok()) else { return };
    let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(shared.limits.requests_per_connection)
        .max_header_list_size(16 * 1024)
        .keep_alive_interval(std::time::Duration::from_secs(30))
        .keep_alive_timeout(shared.limits.handshake)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| {
                let shared = Arc::clone(&shared);
                async move {
                    // Asked again for every request: a partner may leave while its connection stands.
                    let answer = match shared.directory.partner_with_pin(&pin) {
                        Some(partner) => answer(&shared, partner, request).await,
                        None => refused(
                            StatusCode::FORBIDDEN,
                            &Refused::finally("no_partner", "there is no agreement with this node"),
                        ),
                    };
                    Ok::<_, std::convert::Infallible>(answer)
                }
            }),
        );
    // How a connection ends is the peer's affair; every request was answered or will be sent again.
    let _ = connection.await;
}

async fn answer<H: Handler>(shared: &Shared<H>, partner: NodeId, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if let (&Method::POST, Some(asked)) = (request.method(), WitnessRequest::of_path(request.uri().path())) {
        return match timeout(shared.limits.request, witness(shared, partner, asked, request)).await {
            Ok(answer) => answer,
            Err(_) => text(&WitnessAnswer::new(408, "the request took too long\n")),
        };
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let answered = async {
        match (method, path.as_str()) {
            (Method::POST, PARCELS_PATH) => take_parcel(shared, partner, request).await,
            (_, CHUNKS_PATH | RECEIPTS_PATH) | (Method::GET, PARCELS_PATH) => {
                crate::pieces::answer(shared, partner, request).await
            }
            (Method::GET, IDENTITY_PATH) => Ok(json(StatusCode::OK, shared.card.clone())),
            (Method::GET, ASK_SETS_PATH) => give_ask_set(shared, partner, request.uri().query()).await,
            (Method::POST, ASKS_PATH) => take_question(shared, partner, request).await,
            (_, PARCELS_PATH | IDENTITY_PATH | ASK_SETS_PATH | ASKS_PATH) => {
                let message = "parcels and asks are posted, identity and ask-sets are got";
                Err((StatusCode::METHOD_NOT_ALLOWED, Refused::finally("method", message)))
            }
            _ => Err((StatusCode::NOT_FOUND, Refused::finally("not_found", "there is no such path"))),
        }
    };
    match timeout(shared.limits.request, answered).await {
        Ok(Ok(response)) => response,
        Ok(Err((status, refusal))) => refused(status, &refusal),
        Err(_) => refused(StatusCode::REQUEST_TIMEOUT, &Refused::for_now("timeout", "the request took too long")),
    }
}

/// What is answered: the node's answer, or a refusal with its status.
pub(crate) type Answered = Result<Response<Full<Bytes>>, (StatusCode, Refused)>;

async fn take_parcel<H: Handler>(shared: &Shared<H>, partner: NodeId, request: Request<Incoming>) -> Answered {
    let bytes = match body(request, shared.limits.body_length, "a parcel").await {
        Ok(bytes) => bytes,
        Err((status, refusal)) => {
            shared.handler.turned_away(partner, refusal.clone()).await;
            return Err((status, refusal));
        }
    };
    let receipt = shared.handler.parcel(partner, bytes).await.map_err(with_status)?;
    let text = serde_json::to_vec(&receipt);
    let text = text.map_err(|_| with_status(Refused::for_now("receipt", "the receipt cannot be written")))?;
    Ok(json(StatusCode::OK, text.into()))
}

async fn give_ask_set<H: Handler>(shared: &Shared<H>, partner: NodeId, query: Option<&str>) -> Answered {
    let wanted = query.and_then(AskSetWanted::from_query).ok_or_else(|| {
        let message = "expected purpose=…&class=impersonal|linkable|personal&epoch=DAY, and &page=NUMBER for a page";
        (StatusCode::UNPROCESSABLE_ENTITY, Refused::finally("query", message))
    })?;
    shared.handler.ask_set(partner, wanted).await.map(cbor).map_err(with_status)
}

async fn take_question<H: Handler>(shared: &Shared<H>, partner: NodeId, request: Request<Incoming>) -> Answered {
    let bytes = body(request, MAXIMUM_QUESTION_BYTES, "a question").await?;
    shared.handler.ask(partner, bytes).await.map(cbor).map_err(with_status)
}

/// Reads a body within its limit. One that announces its length is refused before it is read.
pub(crate) async fn body(request: Request<Incoming>, limit: usize, what: &str) -> Result<Bytes, (StatusCode, Refused)> {
    let oversized = || {
        let message = format!("{what} has at most {limit} bytes");
        (StatusCode::PAYLOAD_TOO_LARGE, Refused::finally("oversized", message))
    };
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|announced| announced > limit) {
        return Err(oversized());
    }
    match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(oversized()),
        Err(_) => Err((StatusCode::BAD_REQUEST, Refused::for_now("body", "the body ended early"))),
    }
}

async fn witness<H: Handler>(
    shared: &Shared<H>,
    partner: NodeId,
    asked: WitnessRequest,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    match Limited::new(request.into_body(), MAXIMUM_WITNESS_LENGTH).collect().await {
        Ok(body) => text(&shared.handler.witness(partner, asked, body.to_bytes()).await),
        Err(_) => text(&WitnessAnswer::new(400, "the body ended early or is larger than 128 KiB\n")),
    }
}

fn text(answer: &WitnessAnswer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body.clone())));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // The protocol's type for a size, which is what 409 answers with.
    let kind = if answer.status == 409 { "text/x.tlog.size" } else { "text/plain; charset=utf-8" };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

pub(crate) fn with_status(refusal: Refused) -> (StatusCode, Refused) {
    let status = if refusal.try_again { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, refusal)
}

fn refused(status: StatusCode, refusal: &Refused) -> Response<Full<Bytes>> {
    // Two strings always serialise; an empty body would still carry the status.
    json(status, serde_json::to_vec(refusal).unwrap_or_default().into())
}

pub(crate) fn json(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = with_content_type(body, "application/json");
    *response.status_mut() = status;
    response
}

fn cbor(body: Bytes) -> Response<Full<Bytes>> {
    with_content_type(body, CBOR_CONTENT_TYPE)
}

fn with_content_type(body: Bytes, content_type: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
