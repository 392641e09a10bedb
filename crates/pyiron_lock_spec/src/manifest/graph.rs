//! How tiers build on each other, as numbers: levels where there is no circle, else the circle. Knows no names.

use std::collections::VecDeque;

use petgraph::{algo::toposort, graph::DiGraph};

/// For each tier, by its place in the manifest, the places of the tiers it builds on.
pub(super) type Parents = Vec<Vec<usize>>;

/// Returns the level of each tier, one more than the highest of those it builds on; a circle as its places in order.
pub(super) fn levels(parents_of: &Parents) -> Result<Vec<usize>, Vec<usize>> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    let nodes: Vec<_> = parents_of.iter().map(|_| graph.add_node(())).collect();
    for (child, parents) in parents_of.iter().enumerate() {
        for parent in parents {
            graph.add_edge(nodes[*parent], nodes[child], ());
        }
    }
    let Ok(order) = toposort(&graph, None) else {
        return Err(circle(parents_of));
    };
    let mut levels = vec![0; parents_of.len()];
    for node in order {
        let place = node.index();
        levels[place] = parents_of[place]
            .iter()
            .map(|parent| levels[*parent] + 1)
            .max()
            .unwrap_or(0);
    }
    Ok(levels)
}

/// Returns the shortest circle through the first tier, in the order of the manifest, that is part of one.
fn circle(parents_of: &Parents) -> Vec<usize> {
    (0..parents_of.len())
        .find_map(|start| way_back(parents_of, start))
        .unwrap_or_default()
}

fn way_back(parents_of: &Parents, start: usize) -> Option<Vec<usize>> {
    let mut came_from: Vec<Option<usize>> = vec![None; parents_of.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(place) = queue.pop_front() {
        for parent in &parents_of[place] {
            if *parent == start {
                let mut path = vec![place];
                let mut at = place;
                while at != start {
                    at = came_from[at]?;
                    path.push(at);
                }
                path.reverse();
                return Some(path);
            }
            if came_from[*parent].is_none() {
                came_from[*parent] = Some(place);
                queue.push_back(*parent);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_the_longest_way() {
        let diamond = vec![vec![], vec![0], vec![0], vec![1, 2], vec![]];
        assert_eq!(levels(&diamond), Ok(vec![0, 1, 1, 2, 0]));
    }

    #[test]
    fn a_circle_is_given_whole_and_starts_where_the_manifest_does() {
        assert_eq!(
            levels(&vec![vec![], vec![2], vec![3], vec![1, 0]]),
            Err(vec![1, 2, 3])
        );
        assert_eq!(levels(&vec![vec![0]]), Err(vec![0]));
    }
}
