//! A node with its links: delivers what was released, fetches what waits for it elsewhere, and takes what partners send.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use oikos_exchange::{Partner, Receipt};
use oikos_exchange_transport::{
    AskSetWanted, Chunk, Client, Connection, DeliveryError, Directory, Fetch, Handler, Limits, Piece, Progress, Refused, Server,
    WitnessAnswer, WitnessRequest,
};
use oikos_model::{Action, ContentHash, NodeId};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::asks::Standing;
use crate::{AskRequest, Asked, Caller, Node, NodeError};

/// What came of one delivery.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DeliveryLine {
    /// To whom.
    pub partner: String,
    /// The parcel.
    pub parcel: String,
    /// Whether the partner has it; its signed receipt proves so.
    pub delivered: bool,
    /// Why not yet.
    pub problem: Option<String>,
}

/// What came of fetching from one partner.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FetchLine {
    /// From whom.
    pub partner: String,
    /// How many parcels were taken.
    pub taken: usize,
    /// Numbers of parcels that are missing and that the partner has no longer.
    pub lost: Vec<u64>,
    /// What went wrong.
    pub problem: Option<String>,
}

/// What comes of some work, some time later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<Vec<T>, NodeError>> + Send + 'a>>;
/// What comes of delivering, some time later.
pub type Deliveries<'a> = Later<'a, DeliveryLine>;

/// Hands queued parcels to their recipients, and fetches what waits elsewhere.
pub trait Delivery: Send + Sync {
    /// Publishes the journal, then delivers everything whose entry is published.
    fn deliver(&self) -> Deliveries<'_>;

    /// Fetches from every partner what waits for this node there, and what is missing.
    fn fetch(&self) -> Later<'_, FetchLine>;

    /// Asks partners whether they know selectors, without showing them.
    fn ask(&self, caller: Caller, request: AskRequest) -> Asked<'_>;
}

/// A node and its links to partners.
#[derive(Clone)]
pub struct LinkedNode {
    node: Arc<Node>,
    client: Arc<Client>,
    standing: Standing,
}

impl LinkedNode {
    /// Links a node. Nothing is sent or served yet.
    pub fn new(node: Arc<Node>) -> Self {
        let client = Arc::new(Client::new(Arc::clone(node.identity()), Limits::default()));
        Self { node, client, standing: Standing::default() }
    }

    /// The node.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The page and the API.
    pub fn router(&self) -> Router {
        crate::api::router(Arc::clone(&self.node), Arc::new(self.clone()))
    }

    /// Listens for partners at `address`. Run the server to serve them.
    ///
    /// # Errors
    /// When the address cannot be bound or TLS cannot be set up.
    pub async fn listen(&self, address: SocketAddr) -> Result<Server<Self>, NodeError> {
        let directory: Arc<dyn Directory> = Arc::new(self.clone());
        Server::bind(address, self.node.identity(), directory, self.clone(), Limits::default()).await.map_err(NodeError::internal)
    }

    /// Works with every partner at once: one that cannot be reached must not keep the others waiting.
    async fn with_every_partner<T, F>(&self, work: impl Fn(Self, Partner) -> F) -> Result<Vec<T>, NodeError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, NodeError>> + Send + 'static,
    {
        let partners = self.blocking(Node::verified_partners).await?;
        let mut tasks = JoinSet::new();
        for (number, partner) in partners.into_iter().enumerate() {
            let task = work(self.clone(), partner);
            tasks.spawn(async move { (number, task.await) });
        }
        let mut done = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            let (number, outcome) = ended.map_err(NodeError::internal)?;
            done.push((number, outcome?));
        }
        done.sort_by_key(|(number, _)| *number);
        Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
    }

    /// Delivers what waits for one partner in the order of the numbers, over one link. When the link fails, the rest waits.
    async fn deliver_to(self, partner: Partner, published: i64) -> Result<Vec<DeliveryLine>, NodeError> {
        let mut lines = Vec::new();
        let mut connection: Option<Connection> = None;
        let mut after = 0;
        loop {
            let to = partner.clone();
            let next = self.blocking(move |node| node.next_ready(&to, published, after)).await?;
            let Some(parcel) = next else { return Ok(lines) };
            after = parcel.sequence;
            let line = |problem: Option<String>| DeliveryLine {
                partner: partner.node().to_string(),
                parcel: parcel.id.to_string(),
                delivered: problem.is_none(),
                problem,
            };
            let held_back = partner.check_in_force(self.node.clock().now()).err().filter(|_| parcel.brings);
            if let Some(reason) = held_back {
                lines.push(line(Some(format!("held back: {reason}"))));
                continue;
            }
            match self.hand_over(&partner, &mut connection, parcel.bytes.clone()).await {
                Ok(receipt) => {
                    let (id, to) = (parcel.id, partner.node().clone());
                    self.blocking(move |node| {
                        node.note_clock(&to, receipt.content.received_at)?;
                        node.acknowledge(&to, id, &receipt)
                    })
                    .await?;
                    lines.push(line(None));
                }
                Err(error) => {
                    lines.push(line(Some(error.to_string())));
                    // What the partner refused, it refuses again; the next parcel may be taken. Without a link nothing is.
                    if !matches!(error, DeliveryError::Refused(_)) {
                        let (to, problem) = (partner.node().clone(), error.to_string());
                        self.blocking(move |node| node.note_link(&to, Some(&problem))).await?;
                        return Ok(lines);
                    }
                }
            }
        }
    }

    async fn hand_over(
        &self,
        partner: &Partner,
        connection: &mut Option<Connection>,
        bytes: Vec<u8>,
    ) -> Result<Receipt, DeliveryError> {
        let connection = match connection {
            Some(connection) => connection,
            None => connection.insert(self.client.connect(partner.card()).await?),
        };
        connection.deliver(bytes).await
    }

    /// Fetches from one partner: first what is missing, then what comes next.
    async fn fetch_from(self, partner: Partner) -> Result<FetchLine, NodeError> {
        let mut line = FetchLine { partner: partner.node().to_string(), taken: 0, lost: Vec::new(), problem: None };
        if let Err(problem) = self.fetch_all(&partner, &mut line).await {
            let (from, text) = (partner.node().clone(), problem.to_string());
            line.problem = Some(text.clone());
            self.blocking(move |node| node.note_link(&from, Some(&text))).await?;
        }
        Ok(line)
    }

    async fn fetch_all(&self, partner: &Partner, line: &mut FetchLine) -> Result<(), NodeError> {
        let from = partner.node().clone();
        let (missing, newest) = self.blocking(move |node| node.missing_and_newest(&from)).await?;
        let unreachable = |error: DeliveryError| NodeError::Conflict(error.to_string());
        let mut connection = self.client.connect(partner.card()).await.map_err(unreachable)?;
        for range in missing {
            let mut after = range.start() - 1;
            while after < *range.end() {
                let found = self.fetch_one(partner, &mut connection, after, line).await?;
                let found = found.unwrap_or(u64::MAX);
                line.lost.extend((after + 1)..found.min(range.end() + 1));
                after = found;
            }
        }
        let mut after = newest;
        while let Some(sequence) = self.fetch_one(partner, &mut connection, after, line).await? {
            after = sequence;
        }
        Ok(())
    }

    /// Fetches the first parcel behind a number, piece by piece, from where an earlier link was cut. Returns its number.
    async fn fetch_one(
        &self,
        partner: &Partner,
        connection: &mut Connection,
        after: u64,
        line: &mut FetchLine,
    ) -> Result<Option<u64>, NodeError> {
        let failed = |error: DeliveryError| NodeError::Conflict(error.to_string());
        let mut fetch = Fetch { after, begun: None };
        loop {
            let Some(piece) = connection.fetch(fetch).await.map_err(failed)? else { return Ok(None) };
            let (sequence, parcel, from) = (piece.sequence, piece.parcel, partner.node().clone());
            let taken = self.blocking(move |node| Ok(node.take_chunk(&from, &chunk_of(piece)))).await?;
            match taken {
                Ok(Progress { receipt: Some(receipt), .. }) => {
                    connection.hand_in(&receipt).await.map_err(failed)?;
                    line.taken += 1;
                    return Ok(Some(sequence));
                }
                Ok(progress) => fetch.begun = Some((parcel, progress.arrived)),
                // It is refused and journaled. The next one may be taken.
                Err(refusal) if !refusal.try_again => {
                    line.problem = Some(format!("parcel {sequence} is refused: {refusal}"));
                    return Ok(Some(sequence));
                }
                Err(refusal) => return Err(NodeError::Conflict(refusal.to_string())),
            }
        }
    }

    pub(crate) fn standing(&self) -> &Standing {
        &self.standing
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Node) -> Result<T, NodeError> + Send + 'static,
    ) -> Result<T, NodeError> {
        let node = Arc::clone(&self.node);
        tokio::task::spawn_blocking(move || work(&node)).await.map_err(NodeError::internal)?
    }

    /// Answers a partner on a thread that may block. What fails inside is not the partner's to know.
    async fn answering<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Node) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let node = Arc::clone(&self.node);
        let answered = tokio::task::spawn_blocking(move || work(&node)).await;
        answered.map_err(|_| Refused::for_now("internal", "the node could not do it"))?
    }
}

/// A piece that was fetched is kept like a chunk that was sent.
fn chunk_of(piece: Piece) -> Chunk {
    let Piece { parcel, start, whole_length, bytes, .. } = piece;
    Chunk { parcel, start, whole_length, bytes }
}

impl Delivery for LinkedNode {
    fn deliver(&self) -> Deliveries<'_> {
        Box::pin(async {
            let published = self.blocking(|node| i64::try_from(node.publish_journal()?).map_err(NodeError::internal)).await?;
            let lines = self.with_every_partner(|linked, partner| linked.deliver_to(partner, published)).await?;
            // Parcels come first: a journal that cannot be cosigned now is cosigned in the next round.
            let _ = self.ask_witnesses().await;
            Ok(lines.into_iter().flatten().collect())
        })
    }

    fn fetch(&self) -> Later<'_, FetchLine> {
        Box::pin(self.with_every_partner(Self::fetch_from))
    }

    fn ask(&self, caller: Caller, request: AskRequest) -> Asked<'_> {
        Box::pin(self.ask_partners(caller, request))
    }
}

impl Directory for LinkedNode {
    fn partner_with_pin(&self, pin: &ContentHash) -> Option<NodeId> {
        let act = self.node.itself().act(Action::ReadPartners, self.node.clock().now());
        let snapshot = self.node.store().snapshot(&act).ok()?;
        let rows = snapshot.partners().ok()?;
        let pinned = |node: &NodeId| {
            self.node.partner(snapshot.as_ref(), node).is_ok_and(|partner| partner.card().content.tls_pin == *pin)
        };
        rows.into_iter().map(|row| row.node).find(|node| pinned(node))
    }
}

impl Handler for LinkedNode {
    async fn parcel(&self, partner: NodeId, bytes: Bytes) -> Result<Receipt, Refused> {
        self.answering(move |node| node.receive_parcel(&partner, &bytes)).await
    }

    async fn witness(&self, partner: NodeId, request: WitnessRequest, body: Bytes) -> WitnessAnswer {
        let node = Arc::clone(&self.node);
        let answered = tokio::task::spawn_blocking(move || node.answer_witness(&partner, request, &body)).await;
        answered.unwrap_or_else(|_| WitnessAnswer::new(503, "the witness could not answer; try again\n"))
    }

    async fn ask_set(&self, partner: NodeId, wanted: AskSetWanted) -> Result<Bytes, Refused> {
        let node = Arc::clone(&self.node);
        let given = tokio::task::spawn_blocking(move || {
            let AskSetWanted { purpose, class, epoch, page } = wanted;
            match page {
                None => node.ask_set_header(&partner, purpose, class, epoch),
                Some(page) => node.ask_set_page(&partner, purpose, class, epoch, page),
            }
        });
        given.await.map_err(|_| Refused::for_now("internal", "the node could not give its set"))?.map(Bytes::from)
    }

    async fn ask(&self, partner: NodeId, question: Bytes) -> Result<Bytes, Refused> {
        let node = Arc::clone(&self.node);
        let answered = tokio::task::spawn_blocking(move || node.answer_ask(&partner, &question)).await;
        answered.map_err(|_| Refused::for_now("internal", "the node could not answer"))?.map(Bytes::from)
    }

    async fn progress(&self, partner: NodeId, parcel: ContentHash) -> Result<Progress, Refused> {
        self.answering(move |node| node.chunk_progress(&partner, parcel)).await
    }

    async fn chunk(&self, partner: NodeId, chunk: Chunk) -> Result<Progress, Refused> {
        self.answering(move |node| node.take_chunk(&partner, &chunk)).await
    }

    async fn fetch(&self, partner: NodeId, fetch: Fetch) -> Result<Option<Piece>, Refused> {
        self.answering(move |node| node.give_piece(&partner, fetch)).await
    }

    async fn receipt(&self, partner: NodeId, receipt: Receipt) -> Result<(), Refused> {
        self.answering(move |node| {
            let parcel = receipt.content.parcel;
            node.acknowledge(&partner, parcel, &receipt).map_err(|error| Refused::finally("receipt", error.to_string()))
        })
        .await
    }

    async fn turned_away(&self, partner: NodeId, refusal: Refused) {
        // A refusal that cannot be journaled changes nothing for the one who was refused.
        let _ = self.answering(move |node| Ok(node.journal_turned_away(&partner, &refusal))).await;
    }
}
