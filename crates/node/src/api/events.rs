//! News as server-sent events: which kinds of things changed, as counters, and never what changed.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use futures::Stream;
use futures::stream::unfold;

use super::Shared;
use super::answer::{ApiError, Signed, answer};
use crate::Node;
use crate::news::{Counters, Listener};

/// How often a stream says that it is there, and looks whether its session still is.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);

struct Telling {
    node: Arc<Node>,
    token: String,
    listener: Listener,
    /// What was told last.
    told: Option<Counters>,
}

/// News: an event `changes` with a counter for each kind the role may read, at once and after every change, and a comment every 15
/// seconds. It ends with the session. A counter that is another one than before says that something of that kind changed.
#[utoipa::path(get, path = "/api/v1/events", responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(crate) async fn events(
    State(shared): State<Shared>,
    signed: Signed,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let (caller, token) = (signed.caller, signed.token);
    let session = token.clone();
    let axum::Json(listener) = answer(&shared, move |node| node.listen(&caller, &session)).await?;
    let stream = Telling { node: Arc::clone(&shared.node), token, listener, told: None };
    Ok(Sse::new(unfold(stream, next)))
}

/// The next event; none once the session or the node ended.
async fn next(mut stream: Telling) -> Option<(Result<Event, Infallible>, Telling)> {
    loop {
        let counters = stream.listener.now()?;
        if !is_live(&stream).await {
            return None;
        }
        if stream.told.as_ref() != Some(&counters) {
            let event = Event::default().event("changes").json_data(&counters).ok()?;
            stream.told = Some(counters);
            return Some((Ok(event), stream));
        }
        if tokio::time::timeout(HEARTBEAT_EVERY, stream.listener.changed()).await.is_err() && is_live(&stream).await {
            return Some((Ok(Event::default().comment("here")), stream));
        }
    }
}

async fn is_live(stream: &Telling) -> bool {
    let (node, token) = (Arc::clone(&stream.node), stream.token.clone());
    tokio::task::spawn_blocking(move || node.is_live(&token)).await.unwrap_or(false)
}
