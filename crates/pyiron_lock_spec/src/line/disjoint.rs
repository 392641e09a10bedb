//! Whether two requests for one package exclude each other. Claims it only where that is certain: a wrong claim
//! would refuse a file that has a solution, a missed one only leaves the answer to the solver.

use std::{cmp::Ordering, str::FromStr};

use rattler_conda_types::{
    MatchSpec, StringMatcher, Version, VersionSpec,
    version_spec::{EqualityOperator, LogicalOperator, RangeOperator, StrictRangeOperator},
};

const MAX_BRANCHES: usize = 64;

/// Returns whether it is certain that no record satisfies both; the names are taken to be equal.
pub(crate) fn disjoint(a: &MatchSpec, b: &MatchSpec) -> bool {
    let builds = match (&a.build, &b.build) {
        (Some(StringMatcher::Exact(one)), Some(other)) | (Some(other), Some(StringMatcher::Exact(one))) => {
            !other.matches(one)
        }
        _ => false,
    };
    let versions = match (&a.version, &b.version) {
        (Some(a), Some(b)) => versions_disjoint(a, b),
        _ => false,
    };
    // A name and an address can mean one channel, so that both have to differ.
    let channels = match (&a.channel, &b.channel) {
        (Some(a), Some(b)) => a.base_url != b.base_url && a.name() != b.name(),
        _ => false,
    };
    builds || versions || channels
}

/// Returns whether it is certain that no version satisfies all conditions of one request.
pub(crate) fn unsatisfiable(spec: &VersionSpec) -> bool {
    branches(spec).is_some_and(|branches| {
        branches.iter().all(|conditions| {
            conditions
                .iter()
                .enumerate()
                .any(|(place, a)| conditions[place + 1..].iter().any(|b| pair_disjoint(a, b)))
        })
    })
}

fn versions_disjoint(a: &VersionSpec, b: &VersionSpec) -> bool {
    let (Some(a), Some(b)) = (branches(a), branches(b)) else {
        return false;
    };
    a.iter().all(|a| {
        b.iter()
            .all(|b| a.iter().any(|a| b.iter().any(|b| pair_disjoint(a, b))))
    })
}

/// Returns the alternatives, each a list of conditions that hold together; `None` when there are too many.
fn branches(spec: &VersionSpec) -> Option<Vec<Vec<&VersionSpec>>> {
    match spec {
        VersionSpec::Group(LogicalOperator::Or, parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(branches(part)?);
            }
            (all.len() <= MAX_BRANCHES).then_some(all)
        }
        VersionSpec::Group(LogicalOperator::And, parts) => {
            let mut all: Vec<Vec<&VersionSpec>> = vec![Vec::new()];
            for part in parts {
                let alternatives = branches(part)?;
                all = all
                    .iter()
                    .flat_map(|head| alternatives.iter().map(|tail| [head.as_slice(), tail].concat()))
                    .collect();
                if all.len() > MAX_BRANCHES {
                    return None;
                }
            }
            Some(all)
        }
        atom => Some(vec![vec![atom]]),
    }
}

/// A condition as far as ordering is concerned.
enum Bound<'v> {
    Below(&'v Version, bool),
    Above(&'v Version, bool),
    Prefix(&'v Version),
}

fn bound(spec: &VersionSpec) -> Option<Bound<'_>> {
    Some(match spec {
        VersionSpec::Range(RangeOperator::Greater, v) => Bound::Above(v, false),
        VersionSpec::Range(RangeOperator::GreaterEquals, v) => Bound::Above(v, true),
        VersionSpec::Range(RangeOperator::Less, v) => Bound::Below(v, false),
        VersionSpec::Range(RangeOperator::LessEquals, v) => Bound::Below(v, true),
        VersionSpec::StrictRange(StrictRangeOperator::StartsWith, v) => Bound::Prefix(v),
        VersionSpec::StrictRange(StrictRangeOperator::Compatible, v) => Bound::Above(v, true),
        _ => return None,
    })
}

fn pair_disjoint(a: &VersionSpec, b: &VersionSpec) -> bool {
    match (a, b) {
        (VersionSpec::Exact(EqualityOperator::Equals, v), other)
        | (other, VersionSpec::Exact(EqualityOperator::Equals, v)) => never_matches(other, v),
        _ => match (bound(a), bound(b)) {
            (Some(a), Some(b)) => bounds_disjoint(&a, &b),
            _ => false,
        },
    }
}

/// Returns whether no spelling of a version matches: `1.2` and `1.2.0` are one version to `==`, not to `=1.2.0`.
fn never_matches(spec: &VersionSpec, version: &Version) -> bool {
    let text = version.to_string();
    let padded = (1..=8).map_while(|zeros| Version::from_str(&format!("{text}{}", ".0".repeat(zeros))).ok());
    let simple = plain_numbers(version).len() == version.segment_count();
    if !simple && !matches!(spec, VersionSpec::Exact(..) | VersionSpec::Range(..)) {
        return false;
    }
    !spec.matches(version) && padded.into_iter().all(|version| !spec.matches(&version))
}

fn bounds_disjoint(a: &Bound<'_>, b: &Bound<'_>) -> bool {
    match (a, b) {
        (Bound::Above(low, with_low), Bound::Below(high, with_high))
        | (Bound::Below(high, with_high), Bound::Above(low, with_low)) => {
            low > high || low == high && !(*with_low && *with_high)
        }
        (Bound::Above(low, _), Bound::Prefix(prefix)) | (Bound::Prefix(prefix), Bound::Above(low, _)) => {
            against_prefix(low, prefix) == Some(Ordering::Greater)
        }
        (Bound::Below(high, _), Bound::Prefix(prefix)) | (Bound::Prefix(prefix), Bound::Below(high, _)) => {
            against_prefix(high, prefix) == Some(Ordering::Less)
        }
        (Bound::Prefix(a), Bound::Prefix(b)) => against_prefix(a, b).is_some(),
        _ => false,
    }
}

/// Compares a version with every version that starts with `prefix`; `None` where they are not all on one side.
///
/// Only leading plain numbers count: a version that starts with 1.2 has 1 and then 2 there, whatever follows.
fn against_prefix(version: &Version, prefix: &Version) -> Option<Ordering> {
    if version.epoch() != prefix.epoch() {
        return Some(version.epoch().cmp(&prefix.epoch()));
    }
    plain_numbers(version)
        .iter()
        .zip(plain_numbers(prefix))
        .map(|(a, b)| a.cmp(&b))
        .find(|order| order.is_ne())
}

/// Returns the leading segments that are one plain number each.
fn plain_numbers(version: &Version) -> Vec<u64> {
    version
        .segments()
        .map_while(|segment| {
            let mut components = segment.components();
            match (components.next(), components.next()) {
                (Some(only), None) => only.as_number(),
                _ => None,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::line::parse;

    fn spec(text: &str) -> MatchSpec {
        parse(text).unwrap().spec
    }

    fn check(a: &str, b: &str) -> bool {
        let forward = disjoint(&spec(a), &spec(b));
        assert_eq!(forward, disjoint(&spec(b), &spec(a)), "{a} / {b}");
        forward
    }

    #[test]
    fn certain_cases_are_claimed() {
        for (a, b) in [
            ("n ==1.26.4", "n >=2"),
            ("n =1.26.4", "n >=2"),
            ("n =1.26", "n =1.27"),
            ("n =1.2", "n =2"),
            ("n <2", "n >=2"),
            ("n <2", "n >2"),
            ("n ==1.2", "n !=1.2"),
            ("n ==1.2", "n ==1.3"),
            ("n ==1.2", "n =1.3"),
            ("n ~=2.1", "n <2"),
            ("n >=1.20,<2", "n >=2.1"),
            ("n =1|=2", "n =3|>=4"),
            ("n =1!1.2", "n =1.2"),
            ("n =1.2=a_0", "n =1.2=b_0"),
            ("n =1.2=a_0", "n =1.2=*openmpi*"),
        ] {
            assert!(check(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn uncertain_cases_are_left_to_the_solver() {
        for (a, b) in [
            ("n =1.2", "n >=1.2"),
            ("n =1.2", "n <1.2"),
            ("n ==1.2", "n =1.2.0"),
            ("n ==1.2.0", "n =1.2"),
            ("n <=2", "n >=2"),
            ("n =1.2", "n =1.2.3"),
            ("n =1.2=*openmpi*", "n =1.2=*mpich*"),
            ("n =1.2=A_0", "n =1.2=a_0"),
            ("n", "n =1.2"),
            ("n >1.2", "n <1.2.0.1"),
            ("n ==1.2rc1", "n =1.2"),
        ] {
            assert!(!check(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn conditions_of_one_line_can_exclude_each_other() {
        for (text, wanted) in [
            (">3.10,<3.9", true),
            ("=1,=2", true),
            (">2,<1|>5,<4", true),
            (">2,<1|>=3", false),
            (">3.9,<3.10", false),
            ("1.*", false),
            ("*", false),
        ] {
            assert_eq!(unsatisfiable(&text.parse().unwrap()), wanted, "{text}");
        }
    }

    fn version() -> impl Strategy<Value = String> {
        let tail = prop_oneof![4 => Just(""), 1 => Just("a1"), 1 => Just("rc2"), 1 => Just(".post1"), 1 => Just("dev"),
            1 => Just(".dev0"), 1 => Just("+l")];
        (
            prop::option::weighted(0.1, Just("1!")),
            prop::collection::vec(0u8..4, 1..4),
            tail,
        )
            .prop_map(|(epoch, numbers, tail)| {
                let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
                format!("{}{}{tail}", epoch.unwrap_or(""), numbers.join("."))
            })
    }

    fn condition() -> impl Strategy<Value = String> {
        let operator = prop::sample::select(vec!["==", ">=", "<=", ">", "<", "!=", "~=", "", "!"]);
        let one = (operator, version()).prop_map(|(operator, version)| match operator {
            "" => format!("{version}.*"),
            "!" => format!("!={version}.*"),
            operator => format!("{operator}{version}"),
        });
        prop::collection::vec((one, prop::bool::ANY), 1..4).prop_map(|parts| {
            let mut text = String::new();
            for (index, (part, or)) in parts.into_iter().enumerate() {
                if index > 0 {
                    text.push(if or { '|' } else { ',' });
                }
                text.push_str(&part);
            }
            text
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn never_claimed_for_a_pair_that_some_version_satisfies(
            a in condition(), b in condition(), versions in prop::collection::vec(version(), 40)
        ) {
            let (Ok(a), Ok(b)) = (a.parse::<VersionSpec>(), b.parse::<VersionSpec>()) else {
                return Ok(());
            };
            if versions_disjoint(&a, &b) || unsatisfiable(&a) {
                for text in versions {
                    for text in [text.clone(), format!("{text}.0"), format!("{text}.0.0")] {
                        let Ok(version) = Version::from_str(&text) else { continue };
                        prop_assert!(!(a.matches(&version) && b.matches(&version)), "{version} satisfies {a} and {b}");
                    }
                }
            }
        }
    }
}
