//! Where conflicting requests meet, and the way from each of them to that place.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use pyiron_lock_core::{Platform, Request};
use rattler_conda_types::Version;

use super::{
    Chain, Clash, Step, Wanted,
    conflict::{Conflict, Demand, Node},
};

/// A place where a conflict ends, in the order in which they are preferred as explanation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Dead(String),
    Clash(String),
    Constrained(String),
    Excluded(String),
}

impl End {
    fn name(&self) -> &str {
        match self {
            Self::Dead(name) | Self::Clash(name) | Self::Constrained(name) | Self::Excluded(name) => name,
        }
    }
}

/// The conflict of a set of requests, ready to be told.
pub(super) struct Story {
    pub(super) clash: Clash,
    pub(super) chains: Vec<Chain>,
    /// Other places without candidates that take part.
    pub(super) also: Vec<(Clash, Chain)>,
}

/// The way from one request to an end: the packages on it with their records, and what the last of them ask.
struct Way {
    request: usize,
    steps: Vec<(String, BTreeSet<Node>)>,
    asks: BTreeSet<Demand>,
}

/// Finds the place that most of the requests lead to, and the chain from each.
///
/// `requests` are those of the conflict, in its numbering; `shown` are their numbers for the reader.
pub(super) fn tell(
    conflict: &Conflict,
    requests: &[&Request],
    shown: &[usize],
    platform: &Platform,
    known: &dyn Fn(&str) -> bool,
) -> Option<Story> {
    let ends = ends(conflict);
    let ways = |end: &End| -> Vec<Option<Way>> {
        let each = requests.iter().enumerate();
        each.map(|(number, request)| way(conflict, request, number, end))
            .collect()
    };
    let (end, found) = ends
        .iter()
        .map(|end| (end, ways(end)))
        .min_by_key(|(end, ways)| {
            let missing = ways.iter().filter(|way| way.is_none()).count();
            let length: usize = ways.iter().flatten().map(|way| way.steps.len()).sum();
            (missing, length, (*end).clone())
        })?;
    let found: Vec<Way> = found.into_iter().flatten().collect();
    let chains = found
        .iter()
        .map(|way| chain(way, &relevant(way, &found, end), end, shown))
        .collect();
    let also = ends
        .iter()
        .filter(|other| *other != end && matches!(other, End::Dead(_)))
        .filter_map(|other| {
            let way = ways(other)
                .into_iter()
                .flatten()
                .min_by_key(|way| way.steps.len())?;
            Some((
                clash(conflict, other, platform, known),
                chain(&way, &way.asks, other, shown),
            ))
        })
        .take(4)
        .collect();
    Some(Story {
        clash: clash(conflict, end, platform, known),
        chains,
        also,
    })
}

fn ends(conflict: &Conflict) -> BTreeSet<End> {
    let dead = conflict
        .dead_ends
        .values()
        .flatten()
        .map(|demand| End::Dead(demand.name.clone()));
    let clashes = conflict.clashes.iter().cloned().map(End::Clash);
    let constrained = conflict
        .constrains
        .values()
        .flatten()
        .map(|demand| End::Constrained(demand.name.clone()));
    let excluded = conflict.excluded.keys().cloned().map(End::Excluded);
    dead.chain(clashes).chain(constrained).chain(excluded).collect()
}

fn clash(conflict: &Conflict, end: &End, platform: &Platform, known: &dyn Fn(&str) -> bool) -> Clash {
    let name = end.name().to_owned();
    match end {
        End::Dead(_) | End::Constrained(_) if name.starts_with("__") => Clash::VirtualPackage {
            promised: platform.virtual_package(&name).map(|package| {
                if package.build() == "0" {
                    package.version().to_owned()
                } else {
                    format!("{}={}", package.version(), package.build())
                }
            }),
            name,
        },
        End::Dead(_) if known(&name) => Clash::NoMatchingRecord { name },
        End::Dead(_) => Clash::NoRecord { name },
        End::Clash(_) | End::Constrained(_) => Clash::OneVersionOnly { name },
        End::Excluded(_) => Clash::Excluded {
            reasons: conflict
                .excluded
                .get(&name)
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            name,
        },
    }
}

/// Returns the shortest way from a request to an end, if there is one.
fn way(conflict: &Conflict, request: &Request, number: usize, end: &End) -> Option<Way> {
    let start = request.name.as_normalized();
    let candidates = conflict.requests.get(&number).cloned().unwrap_or_default();
    let dead = conflict
        .dead_ends
        .get(&None)
        .into_iter()
        .flatten()
        .any(|demand| demand.name == start);
    if start == end.name() && (dead || !matches!(end, End::Dead(_))) {
        let (_, nameless) = request.spec.clone().into_nameless();
        let asks = Demand {
            name: start.to_owned(),
            spec: nameless.to_string(),
            candidates,
        };
        return Some(Way {
            request: number,
            steps: Vec::new(),
            asks: BTreeSet::from([asks]),
        });
    }
    let mut seen: BTreeSet<String> = BTreeSet::from([start.to_owned()]);
    let mut queue = VecDeque::from([vec![(start.to_owned(), candidates)]]);
    while let Some(steps) = queue.pop_front() {
        let (_, records) = steps.last()?;
        let asks: BTreeSet<Demand> = records
            .iter()
            .flat_map(|record| asks(conflict, record, end))
            .cloned()
            .collect();
        if !asks.is_empty() {
            return Some(Way {
                request: number,
                steps,
                asks,
            });
        }
        let mut next: BTreeMap<&str, BTreeSet<Node>> = BTreeMap::new();
        for demand in records
            .iter()
            .filter_map(|record| conflict.demands.get(record))
            .flatten()
        {
            next.entry(&demand.name)
                .or_default()
                .extend(demand.candidates.iter().cloned());
        }
        for (name, records) in next {
            if seen.insert(name.to_owned()) {
                let mut longer = steps.clone();
                longer.push((name.to_owned(), records));
                queue.push_back(longer);
            }
        }
    }
    None
}

/// Returns what a record itself asks of the end.
fn asks<'c>(conflict: &'c Conflict, record: &Node, end: &End) -> impl Iterator<Item = &'c Demand> {
    let of = |table: Option<&'c BTreeSet<Demand>>, name: String| {
        table
            .into_iter()
            .flatten()
            .filter(move |demand| demand.name == name)
    };
    let name = end.name().to_owned();
    let (dead, demands, constrains) = match end {
        End::Dead(_) => (conflict.dead_ends.get(&Some(record.clone())), None, None),
        End::Clash(_) | End::Excluded(_) => (None, conflict.demands.get(record), None),
        End::Constrained(_) => (
            None,
            conflict.demands.get(record),
            conflict.constrains.get(record),
        ),
    };
    of(constrains, name.clone())
        .chain(of(demands, name.clone()))
        .chain(of(dead, name))
}

/// Keeps of what a way asks only that which another way cannot live with, where that can be told.
fn relevant(way: &Way, all: &[Way], end: &End) -> BTreeSet<Demand> {
    if !matches!(end, End::Clash(_)) {
        return way.asks.clone();
    }
    let others: Vec<BTreeSet<&Node>> = all
        .iter()
        .filter(|other| other.request != way.request)
        .map(|other| other.asks.iter().flat_map(|demand| &demand.candidates).collect())
        .collect();
    let clashing: BTreeSet<Demand> = way
        .asks
        .iter()
        .filter(|demand| {
            others.iter().any(|other| {
                demand
                    .candidates
                    .iter()
                    .all(|candidate| !other.contains(candidate))
            })
        })
        .cloned()
        .collect();
    if clashing.is_empty() {
        way.asks.clone()
    } else {
        clashing
    }
}

fn chain(way: &Way, asks: &BTreeSet<Demand>, end: &End, shown: &[usize]) -> Chain {
    let specs: BTreeSet<String> = asks.iter().map(|demand| demand.spec.clone()).collect();
    Chain {
        request: shown[way.request],
        steps: way
            .steps
            .iter()
            .map(|(name, records)| step(name, records))
            .collect(),
        wanted: Wanted {
            name: end.name().to_owned(),
            specs: specs.into_iter().collect(),
        },
    }
}

fn step(name: &str, records: &BTreeSet<Node>) -> Step {
    let versions: BTreeSet<&Version> = records
        .iter()
        .filter_map(|record| record.version.as_ref())
        .collect();
    let versions: Vec<&Version> = versions.into_iter().collect();
    let text = match versions.as_slice() {
        [] => String::new(),
        [one] => one.to_string(),
        [first, .., last] if versions.len() > 3 => format!("{first} to {last}"),
        few => few.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    Step {
        name: name.to_owned(),
        versions: text,
        candidates: versions.len(),
    }
}
