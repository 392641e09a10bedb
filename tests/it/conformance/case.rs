//! A case: a lock, what is asked for, a target, and what the rules have to say of it.

use std::{collections::BTreeMap, fs, path::Path};

use pyiron_lock_conform::{
    Judged, Report, Setting, Subject, TierFacts, Which,
    data::{POLICIES, Policy, TARGETS, Targets, Waivers},
    judge, waive,
};
use pyiron_lock_core::{Finding, Origin, SourceFile};
use pyiron_lock_lockfile::AnyLock;
use serde::{Deserialize, Serialize};

use super::lock::Lock;

/// A file of `conformance/cases`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Case {
    /// What it shows.
    pub(super) what: String,
    /// The locks; all of one tier unless they say otherwise.
    locks: Vec<Lock>,
    /// A target named `here`, as its file says it.
    #[serde(default)]
    target: Option<String>,
    /// The ids of the targets that the tiers are meant for: `here` where there is one.
    #[serde(default)]
    targets: Option<Vec<String>>,
    /// Policies laid over those of the program, by name.
    #[serde(default)]
    policy: BTreeMap<String, String>,
    /// The file of waivers.
    #[serde(default)]
    waivers: Option<String>,
    /// The day.
    #[serde(default = "day")]
    today: String,
    /// Codes that are found besides, in the order of the alphabet.
    #[serde(default)]
    pub(super) also: Vec<String>,
    /// How the tier stands at each target, where that matters.
    #[serde(default)]
    pub(super) cells: BTreeMap<String, String>,
}

fn day() -> String {
    "2026-09-01".to_owned()
}

/// A finding without the texts that its places lie in.
#[derive(Serialize)]
struct Shown<'f> {
    code: &'f str,
    severity: &'f str,
    message: &'f str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    at: Vec<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'f [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'f str>,
    about: String,
}

/// What a case gave.
pub(super) struct Outcome {
    pub(super) judged: Vec<Judged>,
    pub(super) report: Report,
}

impl Case {
    pub(super) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(super) fn run(&self, name: &str) -> Outcome {
        let asked = match (&self.targets, &self.target) {
            (Some(targets), _) => targets.clone(),
            (None, Some(_)) => vec!["here".to_owned()],
            (None, None) => Vec::new(),
        };
        let locks: Vec<(AnyLock, Option<TierFacts>)> =
            self.locks.iter().map(|lock| lock.build(&asked)).collect();
        let subjects: Vec<Subject<'_>> = locks
            .iter()
            .map(|(lock, tier)| Subject {
                lock,
                tier: tier.as_ref(),
            })
            .collect();
        let own: Vec<(String, String)> = self
            .target
            .iter()
            .map(|text| ("conformance/targets/hpc/here.yml".to_owned(), text.clone()))
            .collect();
        let (targets, found) = Targets::read(&own);
        no_findings(name, &found);
        let policy: Vec<(String, String)> = self
            .policy
            .iter()
            .map(|(file, text)| (format!("conformance/policy/{file}.yml"), text.clone()))
            .collect();
        let (policy, found) = Policy::read(&policy);
        no_findings(name, &found);
        no_findings(name, &targets.check(&policy));
        let today = self.today.parse().unwrap();
        let which = if self.locks.iter().any(|lock| lock.foreign) {
            Which::Named(asked)
        } else {
            Which::Asked
        };
        let mut report = judge(
            &subjects,
            &Setting {
                targets: &targets,
                policy: &policy,
                today,
                which: &which,
            },
        );
        let waivers = self.waivers.as_ref().map(|text| {
            let (waivers, found) = Waivers::read(&SourceFile::new("conformance/waivers.yml", text.clone()));
            no_findings(name, &found);
            waivers
        });
        let settled = waive(report.judged, &waivers.unwrap_or_default(), today, true, &[]);
        report.judged = settled.judged.clone();
        report.restate();
        Outcome {
            judged: settled.judged,
            report,
        }
    }
}

fn no_findings(name: &str, found: &[Finding]) {
    let said: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(said, [""; 0], "{name}");
}

impl Outcome {
    /// Returns the findings as YAML.
    pub(super) fn shown(&self) -> String {
        let shown: Vec<Shown<'_>> = self.judged.iter().map(show).collect();
        serde_yaml::to_string(&shown).unwrap()
    }
}

fn show(judged: &Judged) -> Shown<'_> {
    let finding = &judged.finding;
    let place = |origin: &Origin| {
        let text = match finding.hides_source {
            true => "hidden",
            false => origin.source.slice(origin.span),
        };
        let name = origin.source.name();
        // Lines of files that come with the program move whenever one of them is edited.
        let ships = TARGETS
            .iter()
            .chain(POLICIES)
            .any(|(path, text)| *path == name && *text == origin.source.text());
        match ships {
            true => format!("{name} `{text}` {}", origin.label),
            false => format!(
                "{name}:{} `{text}` {}",
                origin.source.position(origin.span.start).line,
                origin.label
            ),
        }
    };
    let scope = &judged.scope;
    let about = [
        scope.tier.as_ref().map(|tier| format!("tier {tier}")),
        scope
            .platform
            .as_ref()
            .map(|platform| format!("platform {platform}")),
        scope.target.as_ref().map(|target| format!("target {target}")),
        scope.package.as_ref().map(|package| format!("package {package}")),
    ];
    Shown {
        code: finding.code.as_str(),
        severity: finding.severity.as_str(),
        message: &finding.message,
        at: finding.origins.iter().map(place).collect(),
        notes: &finding.notes,
        help: finding.help.as_deref(),
        about: about.into_iter().flatten().collect::<Vec<_>>().join(", "),
    }
}
