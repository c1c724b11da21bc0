//! A slow, lossy link in user space: 300 ms each way, and for 2 % of the segments a wait as long as a retransmission.
//!
//! TCP carries bytes, so nothing can be lost here. What a lost segment does to a TCP stream is that everything behind it waits until it was
//! sent again: that wait is what the relay adds. It does not model the congestion window shrinking after a loss, a second loss of the same
//! segment, fast retransmit, or the bandwidth of the link.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::Failure;

const ONE_WAY: Duration = Duration::from_millis(300);
/// RFC 6298: the smoothed round trip plus four times its variation, at least one second.
const RETRANSMISSION: Duration = Duration::from_millis(1_000);
/// Payload of one segment on an Ethernet path.
const SEGMENT_BYTES: usize = 1_448;
const LOST_PER_HUNDRED: u64 = 2;
/// How many segments may be on their way at once.
const ON_THE_WAY: usize = 4_096;

/// A relay for one connection to `server`.
pub(super) struct Relay {
    address: SocketAddr,
    stalls: Arc<AtomicI64>,
}

impl Relay {
    /// Starts a relay. The seed decides which segments wait.
    pub(super) async fn start(server: SocketAddr, seed: u64) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let stalls = Arc::new(AtomicI64::new(0));
        let counted = Arc::clone(&stalls);
        tokio::spawn(async move {
            let Ok((near, _)) = listener.accept().await else { return };
            let Ok(far) = TcpStream::connect(server).await else { return };
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::spawn(carry(near_in, far_out, seed.wrapping_mul(2), Arc::clone(&counted)));
            tokio::spawn(carry(far_in, near_out, seed.wrapping_mul(2) + 1, counted));
        });
        Ok(Self { address, stalls })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many segments had to wait.
    pub(super) fn stalls(&self) -> i64 {
        self.stalls.load(Ordering::Relaxed)
    }

    /// As long as TCP's own handshake takes on such a link.
    pub(super) async fn connect_delay(&self) {
        tokio::time::sleep(ONE_WAY * 2).await;
    }
}

/// Carries one direction: each segment arrives one way's time after it was read, and never before the one in front of it.
async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    seed: u64,
    stalls: Arc<AtomicI64>,
) {
    let (sender, mut receiver) = mpsc::channel::<(Instant, Vec<u8>)>(ON_THE_WAY);
    tokio::spawn(async move {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut last = Instant::now();
        let mut segment = vec![0u8; SEGMENT_BYTES];
        while let Ok(length @ 1..) = from.read(&mut segment).await {
            // xorshift64* (Vigna 2016).
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            let lost = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
            let mut due = Instant::now() + ONE_WAY;
            if lost % 100 < LOST_PER_HUNDRED {
                due += RETRANSMISSION;
                stalls.fetch_add(1, Ordering::Relaxed);
            }
            last = last.max(due);
            let bytes = segment.get(..length).unwrap_or_default().to_vec();
            if sender.send((last, bytes)).await.is_err() {
                return;
            }
        }
    });
    while let Some((due, bytes)) = receiver.recv().await {
        tokio::time::sleep_until(due).await;
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
}
