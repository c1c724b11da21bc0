//! A node's secrets: two signing keys, the key parcels are sealed to, the TLS key, and the secret that blinds released keys.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey as Ed25519Key;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use ed25519_dalek::pkcs8::spki::EncodePublicKey;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, Serializable};
use ml_dsa::{Keypair, MlDsa65, Seed, Signer, SigningKey as MlDsaKey};
use oikos_model::{CaseId, ContentHash, ContentHasher, FindingKey, NodeId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use crate::ask::{AskContext, CaseReference};
use crate::card::{CardContent, CardError, IdentityCard, NodeDescription};
use crate::encoded::{Base64, Secret};
use crate::keys::{DualSignature, PublicKeys};

/// The name of the file that holds a node's secrets, in the folder given to [`NodeIdentity::save`].
pub const IDENTITY_FILE: &str = "identity.secret.json";

/// Why an identity cannot be made, kept or read.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The description or the stored card is wrong.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The TLS key cannot be written in its standard form.
    #[error("the TLS key cannot be encoded")]
    Encoding,
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// There is an identity already; overwriting it would lose the node's keys for good.
    #[error("{0} is there already; a node's identity is never overwritten. Move it away first if you mean to replace it")]
    Exists(PathBuf),
    /// Others on this machine can read the secrets.
    #[error("{path} can be read by others (mode {mode:o}); run: chmod 600 {path}, and consider the keys compromised")]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is not what it should be.
    #[error("{path} is damaged: {problem}; restore it from a copy")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong. Never shows a secret.
        problem: String,
    },
}

/// The secrets as they are kept. All are seeds: the keys are derived from them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secrets {
    ed25519: Secret,
    ml_dsa_65: Secret,
    x_wing: Secret,
    tls_ed25519: Secret,
    /// Must survive a change of the other keys: partners know this node's findings by what it makes of their keys.
    release_blinding: Secret,
}

/// The file: secrets and the card that belongs to them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityFile {
    format: u8,
    secrets: Secrets,
    card: IdentityCard,
}

const FILE_FORMAT: u8 = 1;

/// A node's identity with its secrets. Secrets are overwritten when it is dropped and never printed.
pub struct NodeIdentity {
    secrets: Secrets,
    ed25519: Ed25519Key,
    ml_dsa_65: MlDsaKey<MlDsa65>,
    x_wing: <XWing as Kem>::PrivateKey,
    card: IdentityCard,
}

impl std::fmt::Debug for NodeIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NodeIdentity({}, secrets not shown)", self.node())
    }
}

impl NodeIdentity {
    /// Makes a new identity with fresh keys.
    ///
    /// # Errors
    /// When the description is wrong or the operating system gives no random bytes.
    pub fn generate(description: NodeDescription, now: Timestamp) -> Result<Self, IdentityError> {
        description.check()?;
        let random = || Secret::random().map_err(IdentityError::Random);
        let secrets = Secrets {
            ed25519: random()?,
            ml_dsa_65: random()?,
            x_wing: random()?,
            tls_ed25519: random()?,
            release_blinding: random()?,
        };
        let keys = DerivedKeys::of(&secrets)?;
        let card = keys.sign_card(description, now);
        Ok(Self::put_together(secrets, keys, card))
    }

    /// The same keys with a new description, for example a new address. The node id cannot change.
    ///
    /// # Errors
    /// When the description is wrong or names another node.
    pub fn describe(self, description: NodeDescription, now: Timestamp) -> Result<Self, IdentityError> {
        description.check()?;
        if description.node != *self.node() {
            return Err(CardError::Field { field: "node", problem: "a node's id never changes" }.into());
        }
        let keys = DerivedKeys::of(&self.secrets)?;
        let card = keys.sign_card(description, now);
        Ok(Self::put_together(self.secrets, keys, card))
    }

    fn put_together(secrets: Secrets, keys: DerivedKeys, card: IdentityCard) -> Self {
        Self { secrets, ed25519: keys.ed25519, ml_dsa_65: keys.ml_dsa_65, x_wing: keys.x_wing, card }
    }

    /// Writes the identity into `folder` as [`IDENTITY_FILE`], readable by its owner only. It appears whole or not at all.
    ///
    /// # Errors
    /// When there is one already or the file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<PathBuf, IdentityError> {
        let path = folder.join(IDENTITY_FILE);
        if path.exists() {
            return Err(IdentityError::Exists(path));
        }
        self.write(&path)?;
        Ok(path)
    }

    /// Replaces the identity saved in `folder` by this one, which must be the same node with the same keys: for a new description.
    ///
    /// # Errors
    /// When there is none, it has other keys, or the file cannot be written.
    pub fn save_description(&self, folder: &Path) -> Result<PathBuf, IdentityError> {
        let saved = Self::load(folder)?;
        let path = folder.join(IDENTITY_FILE);
        if saved.card.content.keys != self.card.content.keys {
            return Err(IdentityError::Exists(path));
        }
        self.write(&path)?;
        Ok(path)
    }

    fn write(&self, path: &Path) -> Result<(), IdentityError> {
        let file = IdentityFile { format: FILE_FORMAT, secrets: self.secrets.clone(), card: self.card.clone() };
        let damaged = |problem: String| IdentityError::Damaged { path: path.to_owned(), problem };
        let text = Zeroizing::new(serde_json::to_vec_pretty(&file).map_err(|error| damaged(error.to_string()))?);
        let partial = path.with_extension("partial");
        let written = write_private(&partial, &text).and_then(|()| std::fs::rename(&partial, path));
        written.map_err(|source| {
            // The partial file holds secrets: it must not stay. That it cannot be removed matters less than why it is there.
            let _ = std::fs::remove_file(&partial);
            IdentityError::File { path: path.to_owned(), source }
        })
    }

    /// Reads the identity saved in `folder` and checks that keys and card belong together.
    ///
    /// # Errors
    /// When the file is missing, readable by others, damaged, or its card does not fit its keys.
    pub fn load(folder: &Path) -> Result<Self, IdentityError> {
        let path = folder.join(IDENTITY_FILE);
        let text = read_private(&path)?;
        let damaged = |problem: String| IdentityError::Damaged { path: path.clone(), problem };
        let file: IdentityFile = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        if file.format != FILE_FORMAT {
            return Err(damaged(format!("format {} is unknown, expected {FILE_FORMAT}", file.format)));
        }
        file.card.verify()?;
        let keys = DerivedKeys::of(&file.secrets)?;
        if keys.public != file.card.content.keys || keys.tls_pin != file.card.content.tls_pin {
            return Err(damaged("the identity card does not belong to the secrets".to_owned()));
        }
        Ok(Self::put_together(file.secrets, keys, file.card))
    }

    /// The public half.
    pub fn card(&self) -> &IdentityCard {
        &self.card
    }

    /// The node's id.
    pub fn node(&self) -> &NodeId {
        self.card.node()
    }

    /// Signs with both algorithms.
    pub(crate) fn sign(&self, bytes: &[u8]) -> DualSignature {
        DualSignature { ed25519: Base64(self.sign_ed25519(bytes)), ml_dsa_65: Base64(self.sign_ml_dsa_65(bytes)) }
    }

    pub(crate) fn sign_ed25519(&self, bytes: &[u8]) -> Vec<u8> {
        self.ed25519.sign(bytes).to_bytes().to_vec()
    }

    pub(crate) fn sign_ml_dsa_65(&self, bytes: &[u8]) -> Vec<u8> {
        self.ml_dsa_65.sign(bytes).encode().to_vec()
    }

    /// The key that opens parcels.
    pub(crate) fn opening_key(&self) -> &<XWing as Kem>::PrivateKey {
        &self.x_wing
    }

    /// The TLS key in PKCS #8 form, for the certificate that `exchange/transport` makes around it.
    ///
    /// # Errors
    /// When the key cannot be encoded.
    pub fn tls_key_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
        let key = Ed25519Key::from_bytes(self.secrets.tls_ed25519.expose());
        let document = key.to_pkcs8_der().map_err(|_| IdentityError::Encoding)?;
        Ok(Zeroizing::new(document.as_bytes().to_vec()))
    }

    /// The key under which partners know a finding of this node: HMAC-SHA-256 of the finding's key under a secret of the node.
    ///
    /// A finding's own key is a plain hash of its key columns, and a ship has one of ten million IMO numbers: whoever gets the
    /// plain key can try them all and read a field that was never released. The blinded key is as stable and says nothing.
    pub fn released_key(&self, key: FindingKey) -> FindingKey {
        FindingKey(self.blind("finding-key", key.0))
    }

    /// The key under which others know a finding of `origin` that this node passed on to them.
    pub fn passed_on_key(&self, origin: &NodeId, key: FindingKey) -> FindingKey {
        let whose = ContentHasher::new("passed-on").field(origin.as_str().as_bytes()).field(&key.0.0).finish();
        FindingKey(self.blind("passed-on-key", whose))
    }

    /// The revision under which partners know a finding that something was derived from; blinded like its key.
    pub(crate) fn released_revision(&self, revision: ContentHash) -> ContentHash {
        self.blind("finding-revision", revision)
    }

    /// The seed of the key that asks of one context are answered with: HKDF-SHA-512 of the node's blinding secret, the context as info.
    pub(crate) fn ask_seed(&self, context: &AskContext) -> Zeroizing<[u8; 32]> {
        let mut seed = Zeroizing::new([0; 32]);
        let hkdf = Hkdf::<Sha512>::new(Some(b"oikos ask seed v1"), self.secrets.release_blinding.expose());
        #[expect(clippy::expect_used, reason = "32 bytes are fewer than one block of SHA-512")]
        hkdf.expand(&context.hash().0, seed.as_mut()).expect("32 bytes fit");
        seed
    }

    /// The reference under which `partner` sees a case of this node. The same case has another reference at another partner.
    pub fn case_reference(&self, partner: &NodeId, case: &CaseId) -> CaseReference {
        let named = ContentHasher::new("case").field(partner.as_str().as_bytes()).field(case.as_str().as_bytes()).finish();
        CaseReference(self.blind("case-reference", named))
    }

    fn blind(&self, what: &str, hash: ContentHash) -> ContentHash {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secrets.release_blinding.expose()).expect("any length is a key");
        mac.update(what.as_bytes());
        mac.update(&hash.0);
        ContentHash(mac.finalize().into_bytes().into())
    }
}

/// Keys made from their seeds.
struct DerivedKeys {
    ed25519: Ed25519Key,
    ml_dsa_65: MlDsaKey<MlDsa65>,
    x_wing: <XWing as Kem>::PrivateKey,
    public: PublicKeys,
    tls_pin: ContentHash,
}

impl DerivedKeys {
    fn of(secrets: &Secrets) -> Result<Self, IdentityError> {
        let ed25519 = Ed25519Key::from_bytes(secrets.ed25519.expose());
        let ml_dsa_65 = MlDsaKey::<MlDsa65>::from_seed(&Seed::from(*secrets.ml_dsa_65.expose()));
        let x_wing = <XWing as Kem>::PrivateKey::from_bytes(secrets.x_wing.expose()).map_err(|_| IdentityError::Encoding)?;
        let public = PublicKeys {
            ed25519: Base64(ed25519.verifying_key().to_bytes().to_vec()),
            ml_dsa_65: Base64(ml_dsa_65.verifying_key().encode().to_vec()),
            x_wing: Base64(XWing::sk_to_pk(&x_wing).to_bytes().to_vec()),
        };
        let tls_key = Ed25519Key::from_bytes(secrets.tls_ed25519.expose()).verifying_key();
        let public_key_info = tls_key.to_public_key_der().map_err(|_| IdentityError::Encoding)?;
        let tls_pin = ContentHash::of_bytes(public_key_info.as_bytes());
        Ok(Self { ed25519, ml_dsa_65, x_wing, public, tls_pin })
    }

    fn sign_card(&self, description: NodeDescription, now: Timestamp) -> IdentityCard {
        let content = CardContent { description, keys: self.public.clone(), tls_pin: self.tls_pin, issued_at: now };
        let bytes = IdentityCard::signed_bytes(&content);
        let signatures = DualSignature {
            ed25519: Base64(self.ed25519.sign(&bytes).to_bytes().to_vec()),
            ml_dsa_65: Base64(self.ml_dsa_65.sign(&bytes).encode().to_vec()),
        };
        IdentityCard { content, signatures }
    }
}

/// Writes a new file that only its owner can read, and makes sure it is on the disk.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Reads a file of secrets; refuses one that others can read.
fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
    const MAXIMUM_LENGTH: u64 = 64 * 1024;
    let failed = |source| IdentityError::File { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata().map_err(failed)?) & 0o777;
        if mode & 0o077 != 0 {
            return Err(IdentityError::TooOpen { path: path.to_owned(), mode });
        }
    }
    let mut text = Zeroizing::new(Vec::with_capacity(16 * 1024));
    file.take(MAXIMUM_LENGTH).read_to_end(&mut text).map_err(failed)?;
    Ok(text)
}
