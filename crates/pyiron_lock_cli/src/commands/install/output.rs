//! What an install tells: lines for people, JSON for scripts, and a report that stays beside the releases.

use std::fs;

use pyiron_lock_core::{Exit, Finding, Severity};
use pyiron_lock_host::{
    install::Installed,
    root::{Identity, TierRoot},
};
use serde_json::{Value, json};

use super::gather::Gathered;
use crate::{
    args::InstallArgs,
    failure::Failure,
    files::{shown, write_atomically},
    render::{counted, finding_view, findings_text},
    streams::Streams,
};

/// How an install ended.
pub(super) enum Outcome {
    /// The release is the current one now.
    Installed(Box<Installed>),
    /// A test failed, and nothing was changed.
    TestFailed,
    /// Something speaks against it, and nothing was tried.
    Refused,
    /// Nothing speaks against it, and nothing was to be done.
    Fits,
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Installed(done) if done.was_there => "there-already",
            Self::Installed(_) => "installed",
            Self::TestFailed => "test-failed",
            Self::Refused => "refused",
            Self::Fits => "fits",
        }
    }
}

/// What is known of an install, whatever comes of it.
pub(super) struct Report {
    json: bool,
    tier: String,
    platform: String,
    release: String,
    digest: String,
    prefix: String,
    records: usize,
    began: jiff::Timestamp,
    pub(super) user: String,
    pub(super) host: String,
    pub(super) bytes: u64,
    pub(super) findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(args: &InstallArgs, gathered: &Gathered, root: &TierRoot) -> Result<Self, Failure> {
        let wanted = &gathered.wanted;
        let prefix = root
            .prefix(&wanted.release)
            .map_err(|error| super::of_error(&error.into()))?;
        Ok(Self {
            json: args.json,
            tier: wanted.tier.clone(),
            platform: wanted.platform.name.to_string(),
            release: wanted.release.clone(),
            digest: wanted.digest.clone(),
            prefix: prefix.display().to_string(),
            records: wanted.records.len(),
            began: jiff::Timestamp::now(),
            user: user(),
            host: Identity::of_this_process().host,
            bytes: 0,
            findings: Vec::new(),
        })
    }

    /// Tells how it ended.
    pub(super) fn finish(&self, outcome: &Outcome, root: &TierRoot, streams: &Streams) -> Exit {
        let view = self.view(outcome);
        let (notes, others): (Vec<Finding>, Vec<Finding>) = self
            .findings
            .iter()
            .cloned()
            .partition(|finding| finding.severity == Severity::Note);
        streams.complain(&findings_text(&others, streams.stderr_color()));
        if !notes.is_empty() {
            streams.talk(findings_text(&notes, streams.stderr_color()).trim_end_matches('\n'));
        }
        streams.talk(&self.text(outcome));
        if matches!(outcome, Outcome::Installed(_) | Outcome::TestFailed)
            && let Err(failure) = self.keep(view.clone(), root)
        {
            streams.complain(&format!("warning: {}\n", failure.message()));
        }
        if self.json {
            streams.json(view);
        }
        match outcome {
            Outcome::Installed(_) | Outcome::Fits => Exit::Clean,
            Outcome::TestFailed | Outcome::Refused => Exit::Findings,
        }
    }

    /// Leaves a report of a run that could not do its job; failing to is not worse than that.
    pub(super) fn failed(&self, failure: &Failure, root: &TierRoot) {
        let mut view = self.base("failed");
        view["error"] = json!({"message": failure.message(), "help": failure.advice()});
        drop(self.keep(view, root));
    }

    fn text(&self, outcome: &Outcome) -> String {
        let what = format!("`{}` on {}", self.tier, self.platform);
        match outcome {
            Outcome::Installed(done) => {
                let number = done.generation.number();
                let how = if done.was_there {
                    format!("{what} is there already as generation {number}")
                } else {
                    format!(
                        "installed {what} as generation {number}: {}, {} of them fetched",
                        counted(self.records, "package"),
                        done.fetched
                    )
                };
                let current = match &done.before {
                    Some(before) if *before == self.release => "it stays the current one".to_owned(),
                    Some(before) => format!("it is the current one now, and {before} was before"),
                    None => "it is the current one now".to_owned(),
                };
                format!("{how}, in {}; {current}", self.prefix)
            }
            Outcome::TestFailed => format!("nothing was changed: {what} does not work in {}", self.prefix),
            Outcome::Refused => format!("nothing was installed: {what} cannot be in {}", self.prefix),
            Outcome::Fits => format!("{what} can be installed in {}; nothing was changed", self.prefix),
        }
    }

    fn view(&self, outcome: &Outcome) -> Value {
        let mut view = self.base(outcome.word());
        if let Outcome::Installed(done) = outcome {
            view["generation"] = json!(done.generation.number());
            view["before"] = json!(done.before);
            view["fetched"] = json!(done.fetched);
            view["smoke-tests"] = json!(done.generation.provenance.smoke_tests);
        }
        view
    }

    fn base(&self, result: &str) -> Value {
        let findings: Vec<_> = self.findings.iter().map(finding_view).collect();
        json!({
            "result": result,
            "tier": self.tier,
            "platform": self.platform,
            "release": self.release,
            "digest": self.digest,
            "prefix": self.prefix,
            "packages": self.records,
            "downloaded-bytes": self.bytes,
            "user": self.user,
            "host": self.host,
            "began": seconds(self.began),
            "ended": seconds(jiff::Timestamp::now()),
            "program": concat!("pyiron-lock ", env!("CARGO_PKG_VERSION")),
            "findings": findings,
        })
    }

    fn keep(&self, mut view: Value, root: &TierRoot) -> Result<(), Failure> {
        view.sort_all_objects();
        let folder = root.reports();
        let began = self.began.strftime("%Y%m%dT%H%M%SZ");
        let name = format!("{began}-{}-{}.json", self.release, std::process::id());
        let path = folder.join(name);
        if fs::create_dir_all(&folder).is_err() {
            return Err(Failure::unavailable(format!("{} cannot be made", shown(&folder))));
        }
        write_atomically(&path, &format!("{view:#}\n"))
    }
}

fn seconds(moment: jiff::Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Returns who installs, as the system knows it: what the environment says could be that of another.
fn user() -> String {
    let output = std::process::Command::new("id").arg("-un").output();
    let name = output.ok().filter(|output| output.status.success());
    let name = name.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}
