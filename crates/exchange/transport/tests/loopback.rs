//! Two nodes on the loopback interface, and peers that must not get in.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::body::Bytes;
use oikos_exchange::{IdentityCard, NodeDescription, NodeIdentity, PartnerClass, Receipt};
use oikos_exchange_transport::{Client, DeliveryError, Directory, Handler, Limits, Refused, Server};
use oikos_model::{ContentHash, NodeId, Regime, Timestamp};
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{default_provider, kx_group};
use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, NamedGroup, RootCertStore, SupportedProtocolVersion};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn identity(name: &str, address: &str) -> NodeIdentity {
    let description = NodeDescription {
        node: NodeId::new(name).unwrap(),
        display_name: name.to_owned(),
        country: "FI".to_owned(),
        regime: Regime::Gdpr,
        partner_class: PartnerClass::MemberState,
        address: address.to_owned(),
    };
    NodeIdentity::generate(description, now()).unwrap()
}

/// The partners of a node, who may leave.
#[derive(Default)]
struct Partners(Mutex<Vec<IdentityCard>>);

impl Directory for Partners {
    fn partner_with_pin(&self, pin: &ContentHash) -> Option<NodeId> {
        let cards = self.0.lock().unwrap();
        cards.iter().find(|card| card.content.tls_pin == *pin).map(|card| card.node().clone())
    }
}

/// Takes everything but what begins with `!`.
struct Inbox(Arc<NodeIdentity>);

impl Handler for Inbox {
    async fn parcel(&self, partner: NodeId, bytes: Bytes) -> Result<Receipt, Refused> {
        match bytes.first() {
            Some(b'!') => Err(Refused::finally("form", "it begins with an exclamation mark")),
            Some(b'?') => Err(Refused::for_now("store", "the store is locked")),
            _ => Ok(Receipt::sign(&self.0, ContentHash::of_bytes(&bytes), partner, now())),
        }
    }
}

/// A running server and a partner of it.
struct Link {
    server: IdentityCard,
    address: SocketAddr,
    partners: Arc<Partners>,
    client: Client,
    _stop: oneshot::Sender<()>,
}

async fn link_with(limits: Limits) -> Link {
    let client = Arc::new(identity("at.fdi", "127.0.0.1:1"));
    let partners = Arc::new(Partners(Mutex::new(vec![client.card().clone()])));
    let server = Arc::new(identity("fi.coast-guard", "127.0.0.1:1"));
    let directory: Arc<dyn Directory> = partners.clone();
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let listening = Server::bind(any_port, &server, directory, Inbox(Arc::clone(&server)), limits).await.unwrap();
    let address = listening.local_address();
    // A client only dials the card's address; it need not be the signed one.
    let mut card = server.card().clone();
    card.content.description.address = address.to_string();
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(listening.run(async { drop(stopped.await) }));
    Link { server: card, address, partners, client: Client::new(client, limits), _stop: stop }
}

async fn link() -> Link {
    link_with(Limits::default()).await
}

#[tokio::test]
async fn a_parcel_is_delivered_over_a_hybrid_link() {
    let link = link().await;
    let mut connection = link.client.connect(&link.server).await.unwrap();
    assert_eq!(connection.link().key_exchange, "X25519MLKEM768");
    assert_eq!(connection.link().protocol, "TLSv1_3");
    let receipt = connection.deliver(b"sealed bytes".to_vec()).await.unwrap();
    assert_eq!(receipt.content.sender.as_str(), "at.fdi");
    // Many on one link, and the present card.
    connection.deliver(vec![7; 1_000_000]).await.unwrap();
    assert_eq!(connection.identity().await.unwrap().content.keys, link.server.content.keys);
}

#[tokio::test]
async fn a_refusal_says_why_and_whether_to_try_again() {
    let link = link().await;
    let mut connection = link.client.connect(&link.server).await.unwrap();
    for (body, code, try_again) in [("!", "form", false), ("?", "store", true)] {
        match connection.deliver(body.as_bytes().to_vec()).await {
            Err(DeliveryError::Refused(refused)) => assert_eq!((refused.code.as_str(), refused.try_again), (code, try_again)),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_oversized_body_is_refused() {
    let link = link_with(Limits { body_length: 1000, ..Limits::default() }).await;
    let mut connection = link.client.connect(&link.server).await.unwrap();
    connection.deliver(vec![1; 1000]).await.unwrap();
    match connection.deliver(vec![1; 1001]).await {
        Err(DeliveryError::Refused(refused)) => assert_eq!((refused.code.as_str(), refused.try_again), ("oversized", false)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stranger_is_refused() {
    let link = link().await;
    // The same name, another key.
    let stranger = Client::new(Arc::new(identity("at.fdi", "127.0.0.1:1")), Limits::default());
    let refused = stranger.deliver(&link.server, b"x".to_vec()).await.unwrap_err();
    assert!(matches!(refused, DeliveryError::Handshake { .. } | DeliveryError::Link(_)), "{refused:?}");
}

#[tokio::test]
async fn a_server_with_another_key_is_refused() {
    let link = link().await;
    let mut other = identity("fi.coast-guard", "127.0.0.1:1").card().clone();
    other.content.description.address = link.address.to_string();
    let refused = link.client.deliver(&other, b"x".to_vec()).await.unwrap_err();
    assert!(matches!(refused, DeliveryError::WrongKey(_)), "{refused:?}");
}

#[tokio::test]
async fn a_partner_who_left_is_refused_on_its_open_link() {
    let link = link().await;
    let mut connection = link.client.connect(&link.server).await.unwrap();
    connection.deliver(b"x".to_vec()).await.unwrap();
    link.partners.0.lock().unwrap().clear();
    match connection.deliver(b"x".to_vec()).await {
        Err(DeliveryError::Refused(refused)) => assert_eq!(refused.code, "no_partner"),
        other => panic!("{other:?}"),
    }
    assert!(
        link.client.connect(&link.server).await.is_err_and(|error| !matches!(error, DeliveryError::Timeout { .. }))
            || link.client.deliver(&link.server, b"x".to_vec()).await.is_err()
    );
}

#[tokio::test]
async fn a_partner_that_never_speaks_is_let_go() {
    let link = link_with(Limits { handshake: Duration::from_millis(50), ..Limits::default() }).await;
    let mut silent = TcpStream::connect(link.address).await.unwrap();
    // The server ends the connection by itself: the read ends.
    let read = silent.read(&mut [0u8; 1]).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

#[tokio::test]
async fn a_partner_nobody_answers_for_is_unreachable() {
    let link = link().await;
    let mut card = link.server.clone();
    // Port 1 on the loopback interface: nobody listens there.
    card.content.description.address = "127.0.0.1:1".to_owned();
    let error = link.client.deliver(&card, b"x".to_vec()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Unreachable { .. }), "{error:?}");
}

/// A client of our own making: the partner's key, but other versions and key exchanges. Whatever the server shows is believed.
async fn shake_hands(
    link: &Link,
    identity: Option<&NodeIdentity>,
    versions: &[&'static SupportedProtocolVersion],
    group: &'static dyn rustls::crypto::SupportedKxGroup,
) -> std::io::Result<Option<NamedGroup>> {
    let provider = Arc::new(CryptoProvider { kx_groups: vec![group], ..default_provider() });
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions).unwrap();
    let builder = builder.with_root_certificates(RootCertStore::empty());
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let der = PrivatePkcs8KeyDer::from(identity.tls_key_pkcs8().unwrap().to_vec());
            let key = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ED25519).unwrap();
            let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
            builder.with_client_auth_cert(vec![certificate.der().clone()], der.into()).unwrap()
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config.dangerous().set_certificate_verifier(Arc::new(BelievesAll(provider)));
    let stream = TcpStream::connect(link.address).await?;
    let name = ServerName::try_from("any.invalid").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let group = stream.get_ref().1.negotiated_key_exchange_group().map(|group| group.name());
    // In TLS 1.3 a client learns only from the first read whether its certificate was accepted: an HTTP/2 server speaks first.
    stream.read_u8().await?;
    Ok(group)
}

#[derive(Debug)]
struct BelievesAll(Arc<CryptoProvider>);

impl rustls::client::danger::ServerCertVerifier for BelievesAll {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[tokio::test]
async fn only_hybrid_tls_1_3_with_a_pinned_key_gets_in() {
    use rustls::version::{TLS12, TLS13};
    let known = identity("de.csirt", "127.0.0.1:1");
    let link = link().await;
    link.partners.0.lock().unwrap().push(known.card().clone());
    let hybrid = kx_group::X25519MLKEM768;
    // What must work, so that the refusals below mean something.
    assert_eq!(shake_hands(&link, Some(&known), &[&TLS13], hybrid).await.unwrap(), Some(NamedGroup::X25519MLKEM768));
    for classical in [kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1] {
        let refused = shake_hands(&link, Some(&known), &[&TLS13], classical).await.unwrap_err();
        assert!(refused.to_string().contains("HandshakeFailure"), "{:?}: {refused}", classical.name());
    }
    let refused = shake_hands(&link, Some(&known), &[&TLS12], kx_group::X25519).await.unwrap_err();
    assert!(refused.to_string().contains("ProtocolVersion"), "{refused}");
    let refused = shake_hands(&link, None, &[&TLS13], hybrid).await.unwrap_err();
    assert!(refused.to_string().contains("CertificateRequired"), "{refused}");
    let stranger = identity("de.csirt", "127.0.0.1:1");
    assert!(shake_hands(&link, Some(&stranger), &[&TLS13], hybrid).await.is_err());
}

/// The key is pinned, but the certificate's owner cannot prove to have it.
#[tokio::test]
async fn a_pinned_certificate_without_its_key_is_refused() {
    let link = link().await;
    let known = identity("de.csirt", "127.0.0.1:1");
    link.partners.0.lock().unwrap().push(known.card().clone());
    let der = PrivatePkcs8KeyDer::from(known.tls_key_pkcs8().unwrap().to_vec());
    let key = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ED25519).unwrap();
    let stolen = rcgen::CertificateParams::default().self_signed(&key).unwrap().der().clone();
    let thief = PrivatePkcs8KeyDer::from(identity("de.csirt", "127.0.0.1:1").tls_key_pkcs8().unwrap().to_vec());
    let provider = Arc::new(CryptoProvider { kx_groups: vec![kx_group::X25519MLKEM768], ..default_provider() });
    let signing = provider.key_provider.load_private_key(thief.into()).unwrap();
    let builder =
        ClientConfig::builder_with_provider(provider.clone()).with_protocol_versions(&[&rustls::version::TLS13]).unwrap();
    let resolver = Thief(Arc::new(rustls::sign::CertifiedKey::new(vec![stolen], signing)));
    let mut config = builder.with_root_certificates(RootCertStore::empty()).with_client_cert_resolver(Arc::new(resolver));
    config.alpn_protocols = vec![b"h2".to_vec()];
    config.dangerous().set_certificate_verifier(Arc::new(BelievesAll(provider)));
    let stream = TcpStream::connect(link.address).await.unwrap();
    let name = ServerName::try_from("any.invalid").unwrap();
    let refused = match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
        Ok(mut stream) => stream.read_u8().await.map(drop),
        Err(error) => Err(error),
    };
    assert!(refused.unwrap_err().to_string().contains("DecryptError"));
}

#[derive(Debug)]
struct Thief(Arc<rustls::sign::CertifiedKey>);

impl rustls::client::ResolvesClientCert for Thief {
    fn resolve(&self, _: &[&[u8]], _: &[rustls::SignatureScheme]) -> Option<Arc<rustls::sign::CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}
