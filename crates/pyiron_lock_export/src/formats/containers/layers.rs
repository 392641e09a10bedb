//! Cuts records into layers of an image: what most of the others need comes first, because it changes least, and no
//! layer needs a later one. Does not know what a layer is written as.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::{algo::tarjan_scc, graph::DiGraph};

use crate::input::Package;

/// Cuts records into at most that many layers of about the same size; none is empty.
pub(super) fn layers<'a>(packages: &[Package<'a>], most: usize) -> Vec<Vec<Package<'a>>> {
    let groups = groups(packages);
    let total: u64 = packages.iter().map(size).sum();
    let share = total / most.max(1) as u64 + 1;
    let mut layers: Vec<Vec<Package<'a>>> = Vec::new();
    let mut filled = 0;
    for group in groups {
        let next = usize::try_from(filled / share).unwrap_or(usize::MAX);
        if layers.is_empty() || (next >= layers.len() && layers.len() < most) {
            layers.push(Vec::new());
        }
        filled += group.iter().map(size).sum::<u64>();
        if let Some(layer) = layers.last_mut() {
            layer.extend(group);
        }
    }
    layers
}

/// Returns how much a record counts; one without a size counts as little.
fn size(package: &Package<'_>) -> u64 {
    package.size().unwrap_or(1).max(1)
}

/// Returns records in the order in which they are installed, those that need each other in a circle as one group.
///
/// The order is by how many others need a record, directly or not. What is needed by a record is needed by all that
/// need that record and by the record itself, thus by more: the order is one in which nothing needs what comes later.
fn groups<'a>(packages: &[Package<'a>]) -> Vec<Vec<Package<'a>>> {
    let mut graph = DiGraph::<usize, ()>::new();
    let nodes: BTreeMap<&str, _> = packages
        .iter()
        .enumerate()
        .map(|(index, package)| (package.name(), graph.add_node(index)))
        .collect();
    for package in packages {
        for depend in package.depends() {
            if let Some(to) = nodes.get(depend) {
                graph.update_edge(nodes[package.name()], *to, ());
            }
        }
    }
    // Groups come after all that they need, hence reversed: before all that they need.
    let circles = tarjan_scc(&graph);
    let mut home = vec![0; packages.len()];
    for (index, circle) in circles.iter().enumerate() {
        for node in circle {
            home[graph[*node]] = index;
        }
    }
    let mut needed_by: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); circles.len()];
    for (index, circle) in circles.iter().enumerate().rev() {
        let mut with_own = needed_by[index].clone();
        with_own.extend(circle.iter().map(|node| graph[*node]));
        for to in circle.iter().flat_map(|node| graph.neighbors(*node)) {
            let to = home[graph[to]];
            if to != index {
                needed_by[to].extend(&with_own);
            }
        }
    }
    let mut sorted: Vec<(usize, Vec<Package<'a>>)> = circles
        .iter()
        .zip(&needed_by)
        .map(|(circle, needed_by)| {
            let mut group: Vec<Package<'a>> = circle.iter().map(|node| packages[graph[*node]]).collect();
            group.sort_by_key(Package::name);
            (needed_by.len(), group)
        })
        .collect();
    sorted.sort_by_key(|(count, group)| {
        let bytes: u64 = group.iter().map(size).sum();
        (
            std::cmp::Reverse(*count),
            std::cmp::Reverse(bytes),
            group[0].name(),
        )
    });
    sorted.into_iter().map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::samples, *};
    use crate::input::Subject;

    #[test]
    fn no_layer_needs_a_later_one_and_nothing_is_lost() {
        let lock = samples::chain_child();
        let subject = Subject::new(&lock, None).unwrap();
        let all: Vec<_> = subject.packages.iter().copied().collect();
        for most in 1..8 {
            let layers = layers(&all, most);
            assert!(layers.len() <= most && layers.iter().all(|layer| !layer.is_empty()));
            let names: Vec<&str> = layers.iter().flatten().map(Package::name).collect();
            assert_eq!(names.len(), all.len());
            let mut seen = BTreeSet::new();
            for layer in &layers {
                seen.extend(layer.iter().map(Package::name));
                for depend in layer.iter().flat_map(Package::depends) {
                    assert!(
                        seen.contains(depend) || subject.packages.get(depend).is_none(),
                        "{depend} is missing in {names:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_records_make_no_layers() {
        assert!(layers(&[], 4).is_empty());
    }
}
