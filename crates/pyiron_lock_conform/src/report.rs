//! What judging gave: a cell for each tier and target, and the findings.

use pyiron_lock_core::{PlatformName, Severity, TierName};

use crate::Judged;

/// How a tier stands at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// One of its locks serves the target, and no rule objects.
    Fits,
    /// One of its locks serves the target, and a rule objects.
    Unfit,
    /// None of its locks serves the target.
    Unserved,
    /// Nobody knows, for want of facts. Never a pass.
    Unknown,
    /// The tier is not meant for the target.
    NotAsked,
}

impl State {
    /// Returns the word shown to people and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Unfit => "unfit",
            Self::Unserved => "unserved",
            Self::Unknown => "unknown",
            Self::NotAsked => "not-asked",
        }
    }

    /// Returns the sign for a cell of the matrix.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Fits => "yes",
            Self::Unfit | Self::Unserved => "no",
            Self::Unknown => "?",
            Self::NotAsked => "",
        }
    }
}

/// A tier at a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The tier; `None` for a lock without one.
    pub tier: Option<TierName>,
    /// The tier, or the file of a lock without one.
    pub label: String,
    /// The id of the target.
    pub target: String,
    /// Whether the tier is meant for the target.
    pub asked: bool,
    /// The platform whose lock serves it, or comes closest.
    pub platform: Option<PlatformName>,
    /// How it stands.
    pub state: State,
    /// Facts that would have decided and are not known.
    pub unknown: Vec<&'static str>,
    /// Whether a lock serves the target for all that is known.
    pub served: bool,
}

/// What judging gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Every tier at every target that was looked at: tiers in the order given, targets by kind and id.
    pub cells: Vec<Cell>,
    /// The findings, in the order of subjects and then rules.
    pub judged: Vec<Judged>,
}

impl Report {
    /// Works out again how cells stand, after findings were waived or changed their level.
    pub fn restate(&mut self) {
        for cell in &mut self.cells {
            let about = |judged: &&Judged| {
                let scope = &judged.scope;
                let same_platform = scope.platform.is_some() && scope.platform == cell.platform;
                let same_lock = match &scope.lock {
                    Some(lock) => *lock == cell.label && same_platform,
                    None => true,
                };
                scope.tier == cell.tier
                    && same_lock
                    && match &scope.target {
                        Some(target) => *target == cell.target,
                        None => same_platform,
                    }
            };
            let objected = self
                .judged
                .iter()
                .filter(about)
                .any(|judged| judged.finding.severity == Severity::Error);
            cell.state = match (cell.served, objected) {
                _ if cell.state == State::NotAsked => State::NotAsked,
                _ if cell.state == State::Unserved => State::Unserved,
                (_, true) => State::Unfit,
                (false, _) => State::Unknown,
                _ if !cell.unknown.is_empty() => State::Unknown,
                _ => State::Fits,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use pyiron_lock_core::Finding;

    use super::*;
    use crate::{Scope, rules};

    #[test]
    fn a_finding_stands_against_its_own_lock_only() {
        let cell = |label: &str, platform: &str| Cell {
            tier: None,
            label: label.to_owned(),
            target: "docker".to_owned(),
            asked: false,
            platform: Some(platform.parse().unwrap()),
            state: State::Fits,
            unknown: Vec::new(),
            served: true,
        };
        let against = |target: Option<&str>| Judged {
            finding: Finding::new(rules::target_unserved::RULE.code, "x"),
            scope: Scope {
                lock: Some("a.lock".to_owned()),
                platform: Some("linux-64".parse().unwrap()),
                target: target.map(str::to_owned),
                ..Scope::default()
            },
        };
        for target in [None, Some("docker")] {
            let mut report = Report {
                cells: vec![
                    cell("a.lock", "linux-64"),
                    cell("a.lock", "linux-64-cuda"),
                    cell("b.lock", "linux-64"),
                ],
                judged: vec![against(target)],
            };
            report.restate();
            let states: Vec<State> = report.cells.iter().map(|cell| cell.state).collect();
            assert_eq!(states, [State::Unfit, State::Fits, State::Fits]);
        }
    }
}
