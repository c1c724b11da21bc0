//! Serving: the page and API, the link to partners, and what the node does by the clock.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::folder::write_new_private;
use crate::{AskRequest, Delivery, LinkedNode, Node, NodeError, SelfRecallRequest};

/// How often the journal is published and parcels are delivered.
const DELIVERY_EVERY: Duration = Duration::from_secs(5);
/// How often partners are asked about what is open here.
const STANDING_ASK_EVERY: Duration = Duration::from_secs(900);
/// How often what waits at partners is fetched: a node behind a firewall gets nothing otherwise.
const FETCH_EVERY: Duration = Duration::from_secs(60);
/// How often what agreements pre-authorise is released.
const PRE_AUTHORISED_EVERY: Duration = Duration::from_secs(60);
/// How often what has expired is erased.
const ERASURE_EVERY: Duration = Duration::from_secs(3600);
/// How often the lists are asked for their own names, badly written.
const SELF_RECALL_EVERY: Duration = Duration::from_secs(86_400);

/// Serves a node until `stop` is done. `ready` hears where the page is once it can be opened.
///
/// # Errors
/// When an address cannot be bound or `server.json` cannot be written.
pub async fn serve(
    node: Arc<Node>,
    stop: impl Future<Output = ()>,
    ready: impl FnOnce(SocketAddr, SocketAddr),
) -> Result<(), NodeError> {
    let linked = LinkedNode::new(Arc::clone(&node));
    let page = TcpListener::bind(&node.config().listen)
        .await
        .map_err(|error| NodeError::Conflict(format!("cannot listen at {}: {error}", node.config().listen)))?;
    let partners: SocketAddr = node.config().exchange_listen.parse().map_err(|_| {
        NodeError::Invalid(format!("exchange_listen {:?} must be an address and a port", node.config().exchange_listen))
    })?;
    let exchange = linked.listen(partners).await?;
    let address = page.local_addr().map_err(NodeError::internal)?;
    write_server_file(&node, address)?;
    ready(address, exchange.local_address());
    let (stopping, stopped) = watch::channel(false);
    let until = |mut stopped: watch::Receiver<bool>| async move { until_stopped(&mut stopped).await };
    let service = linked.router().into_make_service_with_connect_info::<SocketAddr>();
    let web = axum::serve(page, service).with_graceful_shutdown(until(stopped.clone()));
    let link = tokio::spawn(exchange.run(until(stopped.clone())));
    let clockwork = tokio::spawn(by_the_clock(linked, stopped));
    let web = tokio::spawn(async move { web.await });
    stop.await;
    stopping.send_replace(true);
    // Streams of news never end by themselves, and the page's server waits for them.
    node.news().close();
    for task in [tokio::spawn(async move { drop(web.await) }), link, clockwork] {
        task.await.map_err(NodeError::internal)?;
    }
    // A file that is left behind names an address where nobody answers, which commands report; so this may fail.
    let _ = std::fs::remove_file(node.folder().server());
    Ok(())
}

fn write_server_file(node: &Node, address: SocketAddr) -> Result<(), NodeError> {
    let path = node.folder().server();
    // This process owns the folder, so a file that is there was left by one that was killed.
    let _ = std::fs::remove_file(&path);
    let text = serde_json::json!({ "listen": address, "process": std::process::id() }).to_string();
    write_new_private(&path, text.as_bytes())
}

async fn by_the_clock(linked: LinkedNode, mut stopped: watch::Receiver<bool>) {
    let mut delivery = tokio::time::interval(DELIVERY_EVERY);
    let mut fetching = tokio::time::interval(FETCH_EVERY);
    let mut pre_authorised = tokio::time::interval(PRE_AUTHORISED_EVERY);
    let mut erasure = tokio::time::interval(ERASURE_EVERY);
    let mut self_recall = tokio::time::interval_at(tokio::time::Instant::now() + SELF_RECALL_EVERY, SELF_RECALL_EVERY);
    let mut standing = tokio::time::interval(STANDING_ASK_EVERY);
    loop {
        tokio::select! {
            () = until_stopped(&mut stopped) => return,
            // What fails now is tried again at the next tick; what stays undelivered shows in the outbox.
            _ = delivery.tick() => drop(linked.deliver().await),
            _ = standing.tick() => {
                let request = AskRequest { standing: true, ..AskRequest::default() };
                drop(linked.ask(linked.node().itself(), request).await);
            }
            _ = fetching.tick() => drop(linked.fetch().await),
            _ = pre_authorised.tick() => {
                let node = Arc::clone(linked.node());
                drop(tokio::task::spawn_blocking(move || node.release_pre_authorised().map(drop)).await);
            }
            _ = self_recall.tick() => {
                // What came of it is in the journal.
                let node = Arc::clone(linked.node());
                let ask = move || node.screening_self_recall(&node.itself(), &SelfRecallRequest::default()).map(drop);
                drop(tokio::task::spawn_blocking(ask).await);
            }
            _ = erasure.tick() => {
                let node = Arc::clone(linked.node());
                drop(tokio::task::spawn_blocking(move || node.erase_expired(&node.itself()).map(drop)).await);
            }
        }
    }
}

/// Done once the node is to stop, or nobody is left who could say so.
async fn until_stopped(stopped: &mut watch::Receiver<bool>) {
    drop(stopped.wait_for(|stop| *stop).await);
}
