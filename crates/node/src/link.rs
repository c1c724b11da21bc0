//! A node with its links: delivers what was released, and takes what partners send.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use oikos_exchange::Receipt;
use oikos_exchange_transport::{
    AskSetWanted, Client, Directory, Handler, Limits, Refused, Server, WitnessAnswer, WitnessRequest,
};
use oikos_model::{Action, ContentHash, NodeId};
use oikos_registry::{OutgoingParcel, Store};
use serde::Serialize;

use crate::{AskRequest, Asked, Caller, Node, NodeError, Noted};

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

/// What comes of delivering, some time later.
pub type Deliveries<'a> = Pin<Box<dyn Future<Output = Result<Vec<DeliveryLine>, NodeError>> + Send + 'a>>;

/// Hands queued parcels to their recipients.
pub trait Delivery: Send + Sync {
    /// Publishes the journal, then delivers everything whose entry is published.
    fn deliver(&self) -> Deliveries<'_>;

    /// Asks partners whether they know selectors, without showing them.
    fn ask(&self, caller: Caller, request: AskRequest) -> Asked<'_>;
}

/// A node and its links to partners.
#[derive(Clone)]
pub struct LinkedNode {
    node: Arc<Node>,
    client: Arc<Client>,
}

impl LinkedNode {
    /// Links a node. Nothing is sent or served yet.
    pub fn new(node: Arc<Node>) -> Self {
        let client = Arc::new(Client::new(Arc::clone(node.identity()), Limits::default()));
        Self { node, client }
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

    async fn deliver_all(&self) -> Result<Vec<DeliveryLine>, NodeError> {
        let ready = self.blocking(|node| {
            let size = i64::try_from(node.publish_journal()?).map_err(NodeError::internal)?;
            let act = node.itself().act(Action::DeliverParcel, node.clock().now());
            Ok(oikos_exchange::ready(node.store().snapshot(&act)?.as_ref(), size)?)
        });
        let mut lines = Vec::new();
        for parcel in ready.await? {
            let outcome = self.deliver_one(&parcel).await;
            lines.push(DeliveryLine {
                partner: parcel.partner.to_string(),
                parcel: parcel.id.to_string(),
                delivered: outcome.is_ok(),
                problem: outcome.err().map(|error| error.to_string()),
            });
        }
        // Parcels come first: a journal that cannot be cosigned now is cosigned in the next round.
        let _ = self.ask_witnesses().await;
        Ok(lines)
    }

    async fn deliver_one(&self, parcel: &OutgoingParcel) -> Result<(), NodeError> {
        let to = parcel.partner.clone();
        let partner = self
            .blocking(move |node| {
                let act = node.itself().act(Action::DeliverParcel, node.clock().now());
                node.partner(node.store().snapshot(&act)?.as_ref(), &to)
            })
            .await?;
        let receipt = self
            .client
            .deliver(partner.card(), parcel.bytes.clone())
            .await
            .map_err(|error| NodeError::Conflict(error.to_string()))?;
        let (id, to) = (parcel.id, parcel.partner.clone());
        self.blocking(move |node| node.acknowledge(&to, id, &receipt)).await
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
}

impl Delivery for LinkedNode {
    fn deliver(&self) -> Deliveries<'_> {
        Box::pin(self.deliver_all())
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
        let node = Arc::clone(&self.node);
        let taken = tokio::task::spawn_blocking(move || node.receive_parcel(&partner, &bytes)).await;
        taken.map_err(|_| Refused::for_now("internal", "the node could not take the parcel"))?
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
}

impl Node {
    /// Takes a parcel out of the outbox on the partner's signed receipt; the disclosure is in the journal with its recipient.
    fn acknowledge(&self, to: &NodeId, parcel: ContentHash, receipt: &Receipt) -> Result<(), NodeError> {
        let itself: Caller = self.itself();
        let now = self.clock().now();
        self.write(&itself, Action::DeliverParcel, |tx| {
            let partner = self.partner(tx, to)?;
            oikos_exchange::acknowledge(tx, self.identity(), &partner, parcel, receipt, now).map_err(NodeError::internal)?;
            let noted = Noted::about(vec![format!("parcel:{parcel}")]).with_recipient(to.clone());
            Ok(((), noted.with_detail(serde_json::json!({ "receipt": receipt }))))
        })
    }
}
