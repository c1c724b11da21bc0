//! What must be true of the graph.

use super::*;

fn edge(owner: &str, owned: &str, share_percent: impl Into<Option<f64>>, reference: u64) -> OwnershipEdge {
    OwnershipEdge { owner: owner.into(), owned: owned.into(), share_percent: share_percent.into(), reference }
}

fn graph(edges: &[(&str, &str, f64)]) -> OwnershipGraph {
    let edges = edges.iter().zip(0..).map(|((owner, owned, share), reference)| edge(owner, owned, *share, reference));
    OwnershipGraph::new(edges.collect()).unwrap()
}

fn chain(path: &[OwnershipEdge]) -> Vec<&str> {
    path.iter().map(|edge| edge.owner.as_str()).chain(path.last().map(|edge| edge.owned.as_str())).collect()
}

#[test]
fn two_companies_under_one_parent() {
    let graph = graph(&[("Parent", "Calder", 60.0), ("Parent", "Holding", 100.0), ("Holding", "Tarn", 70.0), ("Top", "Parent", 51.0)]);
    let common = graph.paths_to_common_parent("Calder", "Tarn", &PathLimits::default());
    assert!(!common.is_truncated);
    let [nearest, behind] = common.found.as_slice() else { panic!("expected two common parents, got {:?}", common.found) };
    assert_eq!((nearest.parent.as_str(), nearest.hops, nearest.parent_out_degree), ("Parent", 3, 2));
    assert_eq!((chain(&nearest.path_a), chain(&nearest.path_b)), (vec!["Parent", "Calder"], vec!["Parent", "Holding", "Tarn"]));
    assert!((nearest.integrated_share_b_percent - 70.0).abs() < 1e-9);
    assert!(nearest.is_nearest && !nearest.is_ultimate);
    assert_eq!(behind.parent, "Top");
    assert!(!behind.is_nearest && behind.is_ultimate);
}

#[test]
fn one_of_the_two_stands_behind_the_other() {
    let graph = graph(&[("a", "m", 50.0), ("m", "b", 50.0)]);
    let common = graph.paths_to_common_parent("a", "b", &PathLimits::default());
    assert_eq!(common.found.len(), 1);
    assert_eq!(common.found[0].parent, "a");
    assert!(common.found[0].path_a.is_empty());
    assert_eq!(chain(&common.found[0].path_b), ["a", "m", "b"]);
    assert!((common.found[0].integrated_share_b_percent - 25.0).abs() < 1e-9);
}
