//! Conformance with public vectors: transparency-dev/merkle's proofs and a log written by transparency-dev/tessera.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use oikos_journal::{
    Checkpoint, Hash, NoteVerifier, leaf_hash, prove_consistency, prove_inclusion, verify_consistency, verify_inclusion,
};
use oikos_model::ContentHash;
use serde_json::Value;

/// The public verifier key of the log in tessera's testdata.
const TESSERA_KEY: &str = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

fn shared(path: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/crypto").join(path);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no vectors at {}", folder.display());
    None
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(json_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found
}

/// A hash of a vector. Some vectors put text of another length where a hash belongs: no such thing exists here.
fn hash(value: &Value) -> Option<Hash> {
    let bytes = BASE64.decode(value.as_str()?).ok()?;
    Some(ContentHash(bytes.try_into().ok()?))
}

fn hashes(value: &Value) -> Option<Vec<Hash>> {
    value.as_array().map_or(Some(Vec::new()), |items| items.iter().map(hash).collect())
}

#[test]
fn inclusion_vectors() {
    let Some(folder) = shared("tlog-merkle/testdata/inclusion") else { return };
    let mut checked = 0;
    for file in json_files(&folder) {
        let vector: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let verdict = || {
            let proof = hashes(&vector["proof"])?;
            let (index, size) = (vector["leafIdx"].as_u64()?, vector["treeSize"].as_u64()?);
            verify_inclusion(index, size, &hash(&vector["leafHash"])?, &proof, &hash(&vector["root"])?).ok()
        };
        assert_eq!(verdict().is_none(), vector["wantErr"].as_bool().unwrap(), "{}", file.display());
        checked += 1;
    }
    assert!(checked > 50, "{checked} vectors");
}

#[test]
fn consistency_vectors() {
    let Some(folder) = shared("tlog-merkle/testdata/consistency") else { return };
    let mut checked = 0;
    for file in json_files(&folder) {
        let vector: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        // Where the vector's roots are placeholder text, the verdict depends on the sizes and on whether the two are equal.
        let placeholder =
            |name: &str| hash(&vector[name]).unwrap_or_else(|| ContentHash::of_bytes(vector[name].to_string().as_bytes()));
        let verdict = || {
            let proof = hashes(&vector["proof"])?;
            let (first, second) = (vector["size1"].as_u64()?, vector["size2"].as_u64()?);
            verify_consistency(first, &placeholder("root1"), second, &placeholder("root2"), &proof).ok()
        };
        assert_eq!(verdict().is_none(), vector["wantErr"].as_bool().unwrap(), "{}", file.display());
        checked += 1;
    }
    assert!(checked > 50, "{checked} vectors");
}

#[test]
fn a_log_written_by_tessera_reads_verifies_and_proves() {
    let Some(folder) = shared("tlog-tessera/testdata/log") else { return };
    let key: NoteVerifier = TESSERA_KEY.parse().unwrap();
    let open = |name: &str| Checkpoint::open(&fs::read_to_string(folder.join(name)).unwrap(), &key).unwrap();
    let newest = open("checkpoint");
    assert_eq!(newest.size, 15);
    for size in 1..=15 {
        let checkpoint = open(&format!("checkpoint.{size}"));
        for index in 0..size {
            prove_inclusion(&folder, &checkpoint, index).unwrap().verify(&checkpoint).unwrap();
        }
        prove_consistency(&folder, size, &newest).unwrap().verify(&checkpoint, &newest).unwrap();
    }
    assert_eq!(prove_inclusion(&folder, &newest, 0).unwrap().leaf, leaf_hash(b"one"));
    assert_eq!(open("checkpoint.0").root, oikos_journal::empty_root());
}
