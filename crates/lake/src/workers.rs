//! The lake's own threads. A query runs on them, never on those that serve requests, and the caller waits.

use std::future::Future;
use std::io;

use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinError, JoinHandle};

/// Deep queries are planned by recursion: the stack is sized for the limit on a query's tokens. Only what is touched costs memory.
const STACK_BYTES: usize = 64 << 20;

/// Threads for queries and for reading files.
#[derive(Debug)]
pub(crate) struct Workers(Option<Runtime>);

impl Workers {
    /// Starts `threads` threads for computing; reading files adds a few that come and go.
    pub(crate) fn start(threads: usize) -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(threads.max(1)).max_blocking_threads(8).thread_stack_size(STACK_BYTES);
        Ok(Self(Some(builder.thread_name("lake").enable_time().build()?)))
    }

    /// Starts `future` on the lake's threads.
    #[expect(clippy::expect_used, reason = "the runtime is taken only by drop")]
    pub(crate) fn spawn<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.0.as_ref().expect("the runtime is there until drop").spawn(future)
    }

    /// Runs `future` to its end while the caller's thread waits, whatever kind of thread that is.
    ///
    /// # Errors
    /// When the future panicked.
    pub(crate) fn wait<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Result<T, JoinError> {
        futures::executor::block_on(self.spawn(future))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // Waiting for the threads here would panic on a thread that belongs to another runtime.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
