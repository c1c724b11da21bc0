//! What must be true of the graph.

use super::*;

fn edge(owner: &str, owned: &str, share_percent: impl Into<Option<f64>>, reference: u64) -> OwnershipEdge {
    OwnershipEdge { owner: owner.into(), owned: owned.into(), share_percent: share_percent.into(), reference }
}

fn graph(edges: &[(&str, &str, f64)]) -> OwnershipGraph {
    let edges = edges.iter().zip(0..).map(|((owner, owned, share), reference)| edge(owner, owned, *share, reference));
    OwnershipGraph::new(&edges.collect::<Vec<_>>()).unwrap()
}

fn chain(path: &[OwnershipEdge]) -> Vec<&str> {
    path.iter().map(|edge| edge.owner.as_str()).chain(path.last().map(|edge| edge.owned.as_str())).collect()
}

#[test]
fn two_companies_under_one_parent() {
    let graph =
        graph(&[("Parent", "Calder", 60.0), ("Parent", "Holding", 100.0), ("Holding", "Tarn", 70.0), ("Top", "Parent", 51.0)]);
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

#[test]
fn holding_each_other_ends() {
    let graph = graph(&[("a", "b", 50.0), ("b", "a", 50.0), ("b", "c", 10.0)]);
    let common = graph.paths_to_common_parent("a", "b", &PathLimits::default());
    let parents: Vec<&str> = common.found.iter().map(|parent| parent.parent.as_str()).collect();
    assert_eq!(parents, ["a", "b"]);
    assert!(graph.parents_of("c", &PathLimits::default()).found.iter().all(|parent| !parent.is_ultimate));
}

#[test]
fn the_same_or_an_unknown_entity_has_no_common_parent() {
    let graph = graph(&[("p", "a", 50.0)]);
    for (a, b) in [("a", "a"), ("a", "nobody"), ("nobody", "nobody")] {
        assert_eq!(graph.paths_to_common_parent(a, b, &PathLimits::default()), CommonParents::default());
    }
    assert_eq!(graph.parents_of("nobody", &PathLimits::default()), Parents::default());
    assert!(graph.controlled_by("nobody", 50.0).is_empty());
    assert!(graph.integrated_ownership("nobody").unwrap().is_empty());
}

#[test]
fn a_hub_says_nothing_and_is_named() {
    let mut edges = vec![("top", "fund", 100.0)];
    let names: Vec<String> = (0..20).map(|number| format!("company {number}")).collect();
    edges.extend(names.iter().map(|name| ("fund", name.as_str(), 1.0)));
    let graph = graph(&edges);
    let limits = PathLimits { hub_holdings: 10, ..PathLimits::default() };
    let common = graph.paths_to_common_parent("company 1", "company 2", &limits);
    assert!(common.found.is_empty());
    assert_eq!(common.hubs, ["fund"]);
    assert_eq!(graph.paths_to_common_parent("company 1", "company 2", &PathLimits::default()).found[0].parent_out_degree, 20);
}

#[test]
fn limits_bind_and_say_so() {
    let graph = graph(&[("p3", "p2", 50.0), ("p2", "p1", 50.0), ("p1", "a", 50.0), ("p1", "b", 50.0)]);
    let far = PathLimits { max_hops: 2, ..PathLimits::default() };
    assert_eq!(graph.paths_to_common_parent("a", "b", &far).found.len(), 2);
    let few = PathLimits { max_parents: 1, ..PathLimits::default() };
    let common = graph.paths_to_common_parent("a", "b", &few);
    assert_eq!((common.found.len(), common.is_truncated), (1, true));
    let narrow = PathLimits { max_visited: 2, ..PathLimits::default() };
    assert!(graph.paths_to_common_parent("a", "b", &narrow).is_truncated);
}

#[test]
fn edges_between_the_same_two_count_once() {
    let shares_and_votes =
        vec![edge("p", "a", 30.0, 7), edge("p", "a", 40.0, 8), edge("p", "a", None, 6), edge("p", "a", 140.0, 5)];
    let graph = OwnershipGraph::new(&shares_and_votes).unwrap();
    assert_eq!(graph.edge_count(), 1);
    assert_eq!(graph.owners_of("a"), [edge("p", "a", 40.0, 8)]);
}

/// By hand, with `A(s→a) = 0.6`, `A(a→b) = 0.8`, `A(b→a) = 0.4`: the share of `s` in `a` is `x = 0.6 + 0.4·y`, in `b` it is `y =
/// 0.8·x`; so `x = 0.6 / 0.68` and `y = 0.48 / 0.68`. For source `a` the walk back into `a` is left out: 0.8 in `b`, where `V_ab
/// = 0.8 / 0.68` and `V_aa = 1 / 0.68`.
#[test]
fn integrated_shares_with_a_cycle() {
    let graph = graph(&[("s", "a", 60.0), ("a", "b", 80.0), ("b", "a", 40.0)]);
    let share = |source: &str, owned: &str| {
        let shares = graph.integrated_ownership(source).unwrap();
        shares.into_iter().find(|share| share.entity == owned).map(|share| share.share_percent)
    };
    assert!((share("s", "a").unwrap() - 60.0 / 0.68).abs() < 1e-8);
    assert!((share("s", "b").unwrap() - 48.0 / 0.68).abs() < 1e-8);
    assert!((share("a", "b").unwrap() - 80.0).abs() < 1e-8);
    assert_eq!(share("a", "a"), None);
}

#[test]
fn shares_that_cannot_settle_are_an_error_not_a_number() {
    let almost = 100.0 - 1e-9;
    let graph = graph(&[("s", "a", 1e-9), ("a", "b", 100.0), ("b", "a", almost)]);
    assert!(matches!(graph.integrated_ownership("s"), Err(GraphError::NotSettled { .. })));
}

/// Magnanimi & Iezzi's kind of case: nobody alone has the majority of `d`, but `x` has it through `b` and `c` together.
#[test]
fn control_through_others_together() {
    let graph = graph(&[("x", "b", 51.0), ("x", "c", 60.0), ("b", "d", 30.0), ("c", "d", 30.0), ("d", "e", 50.0)]);
    assert_eq!(graph.controlled_by("x", 50.0), ["b", "c", "d"]);
    assert_eq!(graph.controlled_by("b", 50.0), Vec::<String>::new());
    assert_eq!(graph.controlled_by("x", 49.0), ["b", "c", "d", "e"]);
}

mod against_brute_force {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    const SIZE: usize = 6;

    /// Shares by [owner][owned]; 0: no edge. Each entity's owners hold at most 90 % together, so that a dense solve is well
    /// behaved.
    fn any_matrix() -> impl Strategy<Value = [[f64; SIZE]; SIZE]> {
        let cell = prop_oneof![3 => Just(0u32), 2 => 1u32..=60];
        prop::collection::vec(cell, SIZE * SIZE).prop_map(|cells| {
            let mut matrix = [[0.0; SIZE]; SIZE];
            for owned in 0..SIZE {
                let sum: u32 = (0..SIZE).map(|owner| cells[owner * SIZE + owned]).sum();
                let scale = if sum > 90 { 90.0 / f64::from(sum) } else { 1.0 };
                for owner in 0..SIZE {
                    matrix[owner][owned] = f64::from(cells[owner * SIZE + owned]) * scale / 100.0;
                }
            }
            matrix
        })
    }

    fn name(node: usize) -> String {
        format!("n{node}")
    }

    fn edges(matrix: &[[f64; SIZE]; SIZE]) -> Vec<OwnershipEdge> {
        let cells = (0..SIZE).flat_map(|owner| (0..SIZE).map(move |owned| (owner, owned)));
        cells
            .filter(|(owner, owned)| matrix[*owner][*owned] > 0.0)
            .map(|(owner, owned)| edge(&name(owner), &name(owned), matrix[owner][owned] * 100.0, (owner * SIZE + owned) as u64))
            .collect()
    }

    /// Distances from every entity up to `node`, by Floyd and Warshall.
    fn distances(matrix: &[[f64; SIZE]; SIZE]) -> [[Option<usize>; SIZE]; SIZE] {
        let mut distance = [[None; SIZE]; SIZE];
        for owner in 0..SIZE {
            for owned in 0..SIZE {
                distance[owner][owned] = (matrix[owner][owned] > 0.0).then_some(1);
            }
            distance[owner][owner] = Some(0);
        }
        for middle in 0..SIZE {
            for from in 0..SIZE {
                for to in 0..SIZE {
                    if let (Some(one), Some(two)) = (distance[from][middle], distance[middle][to]) {
                        distance[from][to] = Some(distance[from][to].map_or(one + two, |known: usize| known.min(one + two)));
                    }
                }
            }
        }
        distance
    }

    /// `(I − A)⁻¹` by Gauss and Jordan.
    fn inverse(matrix: &[[f64; SIZE]; SIZE]) -> [[f64; SIZE]; SIZE] {
        let mut left = [[0.0; SIZE]; SIZE];
        let mut right = [[0.0; SIZE]; SIZE];
        for row in 0..SIZE {
            for column in 0..SIZE {
                left[row][column] = f64::from(u8::from(row == column)) - matrix[row][column];
            }
            right[row][row] = 1.0;
        }
        for pivot in 0..SIZE {
            let best = (pivot..SIZE).max_by(|one, two| left[*one][pivot].abs().total_cmp(&left[*two][pivot].abs())).unwrap();
            left.swap(pivot, best);
            right.swap(pivot, best);
            let scale = left[pivot][pivot];
            for column in 0..SIZE {
                left[pivot][column] /= scale;
                right[pivot][column] /= scale;
            }
            for row in (0..SIZE).filter(|row| *row != pivot) {
                let factor = left[row][pivot];
                for column in 0..SIZE {
                    left[row][column] -= factor * left[pivot][column];
                    right[row][column] -= factor * right[pivot][column];
                }
            }
        }
        right
    }

    fn is_chain(path: &[OwnershipEdge], from: &str, to: &str) -> bool {
        match (path.first(), path.last()) {
            (Some(first), Some(last)) => {
                first.owner == from && last.owned == to && path.windows(2).all(|pair| pair[0].owned == pair[1].owner)
            }
            _ => from == to,
        }
    }

    proptest! {
        #[test]
        fn common_parents_are_all_there_with_shortest_chains(matrix in any_matrix(), a in 0..SIZE, b in 0..SIZE) {
            prop_assume!(a != b);
            let graph = OwnershipGraph::new(&edges(&matrix)).unwrap();
            let common = graph.paths_to_common_parent(&name(a), &name(b), &PathLimits::default());
            let distance = distances(&matrix);
            let connected = |node: usize| (0..SIZE).any(|other| matrix[node][other] > 0.0 || matrix[other][node] > 0.0);
            let expected: BTreeMap<String, usize> = (0..SIZE)
                .filter(|_| connected(a) && connected(b))
                .filter_map(|parent| Some((name(parent), distance[parent][a]? + distance[parent][b]?)))
                .collect();
            let found: BTreeMap<String, usize> = common.found.iter().map(|parent| (parent.parent.clone(), parent.hops)).collect();
            prop_assert_eq!(found, expected);
            prop_assert!(common.found.windows(2).all(|pair| pair[0].hops <= pair[1].hops));
            for parent in &common.found {
                prop_assert!(is_chain(&parent.path_a, &parent.parent, &name(a)));
                prop_assert!(is_chain(&parent.path_b, &parent.parent, &name(b)));
                prop_assert_eq!(parent.hops, parent.path_a.len() + parent.path_b.len());
            }
            prop_assert_eq!(common.found.is_empty(), !common.found.iter().any(|parent| parent.is_nearest));
        }

        #[test]
        fn the_order_of_the_edges_does_not_matter(matrix in any_matrix(), a in 0..SIZE, b in 0..SIZE) {
            let forward = OwnershipGraph::new(&edges(&matrix)).unwrap();
            let backward = OwnershipGraph::new(&edges(&matrix).into_iter().rev().collect::<Vec<_>>()).unwrap();
            let limits = PathLimits { max_visited: 4, max_parents: 2, ..PathLimits::default() };
            let common = |graph: &OwnershipGraph| graph.paths_to_common_parent(&name(a), &name(b), &limits);
            prop_assert_eq!(common(&forward), common(&backward));
            prop_assert_eq!(forward.parents_of(&name(a), &limits), backward.parents_of(&name(a), &limits));
        }

        #[test]
        fn integrated_shares_are_the_corrected_inverse(matrix in any_matrix(), source in 0..SIZE) {
            let graph = OwnershipGraph::new(&edges(&matrix)).unwrap();
            let inverse = inverse(&matrix);
            let shares = graph.integrated_ownership(&name(source)).unwrap().into_iter();
            let shares: BTreeMap<String, f64> = shares.map(|share| (share.entity, share.share_percent)).collect();
            for owned in (0..SIZE).filter(|owned| *owned != source) {
                let expected = 100.0 * inverse[source][owned] / inverse[source][source];
                let found = shares.get(&name(owned)).copied().unwrap_or(0.0);
                prop_assert!((found - expected).abs() < 1e-6, "{} in {}: {found} is not {expected}", source, owned);
                prop_assert!(found <= 100.0 + 1e-6);
            }
        }

        #[test]
        fn control_is_the_least_fixpoint(matrix in any_matrix(), source in 0..SIZE) {
            let graph = OwnershipGraph::new(&edges(&matrix)).unwrap();
            let mut controlled = BTreeSet::from([source]);
            loop {
                let next = (0..SIZE).find(|owned| {
                    let votes: f64 = controlled.iter().map(|owner| matrix[*owner][*owned]).sum();
                    !controlled.contains(owned) && votes > 0.25 + 5e-9
                });
                let Some(next) = next else { break };
                controlled.insert(next);
            }
            controlled.remove(&source);
            let expected: Vec<String> = controlled.into_iter().map(name).collect();
            prop_assert_eq!(graph.controlled_by(&name(source), 25.0), expected);
        }
    }
}
