//! The committed locks at every target.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use pyiron_lock_conform::{
    Matrix, Report, Setting, State, Subject, TierFacts, Which,
    data::{Policy, Targets, Waivers},
    judge, rules, waive,
};
use pyiron_lock_core::{Severity, SourceFile, SourceRef, TierName};
use pyiron_lock_lockfile::{AnyLock, open};
use pyiron_lock_spec::{EnvironmentFile, Manifest, NamedChannel, compose, read_environment, read_manifest};
use rattler_conda_types::Channel;
use url::Url;

use crate::support::repository;

/// The day on which the committed locks are judged.
const TODAY: &str = "2026-09-01";

fn source(path: &str) -> SourceRef {
    let text = fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    SourceFile::new(path, text)
}

/// Reads one of our locks as any lock.
fn any_lock(path: &str) -> AnyLock {
    open(&source(path)).unwrap().remove(0)
}

/// What the repository ships: its manifest, its files and a lock for each tier and platform.
struct Project {
    locks: Vec<(AnyLock, TierFacts)>,
    manifest: Manifest,
}

impl Project {
    fn read() -> Self {
        let manifest = read_manifest(&source("specs/tiers.yml")).value.unwrap();
        let files: BTreeMap<TierName, EnvironmentFile> = manifest
            .tiers
            .iter()
            .map(|tier| {
                let file = source(&format!("specs/{}", tier.spec.value));
                let dialect = manifest.selector_dialect;
                (tier.name.clone(), read_environment(&file, dialect).value.unwrap())
            })
            .collect();
        let url = Url::parse("https://sample.pyiron-lock.invalid/").unwrap();
        let channels = [NamedChannel {
            name: "sample".to_owned(),
            channel: Channel::from_url(url),
        }];
        let mut locks = Vec::new();
        for tier in &manifest.tiers {
            for platform in &tier.platforms {
                let known = manifest.platform(platform.as_str()).unwrap();
                let requests = compose(&manifest, &files, &tier.name, known, &channels)
                    .value
                    .unwrap();
                let facts = TierFacts {
                    name: tier.name.clone(),
                    requests,
                    manifest: manifest.source.clone(),
                    targets: tier.targets.clone(),
                };
                locks.push((
                    any_lock(&format!("lockfiles/{}/{platform}.lock", tier.name)),
                    facts,
                ));
            }
        }
        Self { locks, manifest }
    }

    fn judge(&self, which: &Which) -> Report {
        let subjects: Vec<Subject<'_>> = self
            .locks
            .iter()
            .map(|(lock, tier)| Subject {
                lock,
                tier: Some(tier),
            })
            .collect();
        let (targets, policy) = (Targets::read(&[]).0, Policy::read(&[]).0);
        judge(
            &subjects,
            &Setting {
                targets: &targets,
                policy: &policy,
                today: TODAY.parse().unwrap(),
                which,
            },
        )
    }
}

/// The matrix as lines, with what is not known.
fn shown(report: &Report) -> String {
    let matrix = Matrix::new(report);
    let mut text = String::new();
    for (target, cells) in &matrix.rows {
        let _ = writeln!(text, "{target}:");
        for (tier, cell) in matrix.tiers.iter().zip(cells) {
            if cell.state == State::NotAsked {
                continue;
            }
            let unknown = match cell.unknown[..] {
                [] => String::new(),
                _ => format!(" ({})", cell.unknown.join(", ")),
            };
            let _ = writeln!(text, "  {tier}: {}{unknown}", Matrix::sign(cell));
        }
    }
    text
}

#[test]
fn the_committed_locks_fit_their_targets() {
    let report = Project::read().judge(&Which::Asked);
    insta::with_settings!({omit_expression => true, snapshot_path => "../snapshots"}, {
        insta::assert_snapshot!("reference_matrix", shown(&report));
    });
    let waivers = source("conformance/waivers.yml");
    let (waivers, found) = Waivers::read(&waivers);
    assert!(found.is_empty() && waivers.all.len() <= 10, "{found:?}");
    let settled = waive(report.judged, &waivers, TODAY.parse().unwrap(), true, &[]);
    let line = |judged: &pyiron_lock_conform::Judged| {
        format!(
            "{}[{}]: {}",
            judged.finding.severity.as_str(),
            judged.finding.code,
            judged.finding.message
        )
    };
    let errors: Vec<String> = settled
        .judged
        .iter()
        .filter(|judged| judged.finding.severity == Severity::Error)
        .map(line)
        .collect();
    assert_eq!(errors, [""; 0]);
    let rest: Vec<String> = settled.judged.iter().map(|judged| line(judged) + "\n").collect();
    insta::with_settings!({omit_expression => true, snapshot_path => "../snapshots"}, {
        insta::assert_snapshot!("reference_findings", rest.concat());
    });
    let never = ["target-glibc-too-old", "target-cpu-unmet", "channel-not-allowed"];
    for waived in &waivers.all {
        assert!(!never.contains(&waived.code.value.as_str()));
        assert!(waived.tier.is_some() && waived.package.is_some());
    }
    let known: Vec<&str> = rules::CODES.iter().map(|code| code.as_str()).collect();
    assert!(never.iter().all(|code| known.contains(code)));
}

#[test]
fn every_target_is_asked_for_by_a_tier_or_can_be_judged_all_the_same() {
    let project = Project::read();
    let report = project.judge(&Which::All);
    let (targets, _) = Targets::read(&[]);
    assert_eq!(
        report.cells.len(),
        project.manifest.tiers.len() * targets.all().len()
    );
    assert!(report.cells.iter().all(|cell| cell.state != State::NotAsked));
    // A cell that passes has no fact that would have decided and is not known.
    assert!(
        report
            .cells
            .iter()
            .all(|cell| cell.state != State::Fits || cell.unknown.is_empty())
    );
}

#[test]
fn judging_everything_takes_no_time() {
    let project = Project::read();
    let start = std::time::Instant::now();
    project.judge(&Which::All);
    let taken = start.elapsed();
    println!("{} locks at all targets: {taken:?}", project.locks.len());
    let limit = if cfg!(debug_assertions) { 30.0 } else { 1.0 };
    assert!(taken.as_secs_f64() < limit, "{taken:?}");
}
