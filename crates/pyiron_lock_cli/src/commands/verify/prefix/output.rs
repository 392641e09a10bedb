//! What `verify --prefix` says.

use pyiron_lock_conform::{Report, Scope, Waived, data::Waivers};
use pyiron_lock_core::{Finding, Severity};
use pyiron_lock_host::{
    codes,
    prefix::{Difference, Fault, Inspection},
};
use pyiron_lock_lockfile::AnyLock;
use serde_json::{Value, json};

use super::super::output::{judged_view, waived_view};
use crate::{
    args::{Format, VerifyArgs},
    render::{Family, LockSeen, Results, counted, findings_text, junit, markdown, sarif},
    streams::Streams,
};

/// What there is to tell.
pub(super) struct Told<'t> {
    pub(super) place: &'t str,
    pub(super) seen: &'t Inspection,
    pub(super) lock: Option<&'t AnyLock>,
    pub(super) scope: &'t Scope,
    pub(super) quick: bool,
    pub(super) report: &'t Report,
    pub(super) waived: &'t [Waived],
    pub(super) waivers: &'t Waivers,
}

impl Told<'_> {
    /// Says what was found.
    pub(super) fn show(&self, args: &VerifyArgs, streams: &Streams) {
        if let Some(format) = args.format {
            streams.result(&self.written(format));
        } else if args.json {
            streams.json(self.view());
        } else {
            let findings = self.report.judged.iter().map(|judged| judged.finding.clone());
            let findings: Vec<Finding> = findings.collect();
            streams.result(&findings_text(&findings, streams.stdout_color()));
            for one in self.waived {
                let waiver = &self.waivers.all[one.waiver];
                streams.detail(&format!(
                    "waived by {} until {}: {} ({})\n",
                    waiver.owner, waiver.until.value, one.judged.finding.message, waiver.reason
                ));
            }
            streams.detail(&self.summary());
        }
    }

    fn written(&self, format: Format) -> String {
        // A suite of its own for the environment: nothing is said of the lock here.
        let locks = [LockSeen {
            path: self.place,
            label: self.place,
            tier: self.scope.tier.as_ref().map(pyiron_lock_core::TierName::as_str),
            platform: self
                .scope
                .platform
                .as_ref()
                .map_or("", pyiron_lock_core::PlatformName::as_str),
            asked: false,
            read: true,
        }];
        let results = Results {
            locks: &locks,
            configs: &[],
            families: &[Family {
                name: "prefix",
                codes: codes::ALL,
                of_specs: false,
            }],
            specs: &[],
            report: self.report,
            waived: self.waived,
            waivers: self.waivers,
        };
        match format {
            Format::Sarif => sarif(&results),
            Format::Junit => junit(&results),
            Format::Markdown => markdown(&results),
        }
    }

    fn summary(&self) -> String {
        let seen = self.seen;
        let count = |severity| {
            let judged = self.report.judged.iter();
            judged
                .filter(|judged| judged.finding.severity == severity)
                .count()
        };
        let against = match self.lock {
            Some(lock) => format!("against {} on {}", lock.label(), lock.platform.name),
            None => "against its own records, no lock was named".to_owned(),
        };
        let mut parts = vec![
            counted(seen.installed.len(), "package"),
            format!(
                "{}{}",
                counted(seen.files, "file"),
                if self.quick { " by size and time" } else { "" }
            ),
        ];
        if seen.bytecode > 0 {
            parts.push(format!(
                "{} of bytecode that Python wrote",
                counted(seen.bytecode, "file")
            ));
        }
        parts.push(counted(count(Severity::Error), "error"));
        parts.push(counted(count(Severity::Warning), "warning"));
        parts.push(counted(count(Severity::Note), "note"));
        if !self.waived.is_empty() {
            parts.push(format!("{} waived", self.waived.len()));
        }
        format!("{} {against}: {}\n", self.place, parts.join(", "))
    }

    fn view(&self) -> Value {
        let seen = self.seen;
        let packages: Vec<Value> = seen
            .different
            .iter()
            .map(|one| {
                json!({
                    "name": one.package,
                    "state": word(&one.how),
                    "locked": one.wanted,
                    "installed": one.there,
                })
            })
            .collect();
        let mut files: Vec<Value> = seen
            .faulty
            .iter()
            .map(|faulty| {
                let (state, why) = fault(&faulty.fault);
                json!({"path": faulty.path, "package": faulty.package, "state": state, "why": why})
            })
            .collect();
        let code = seen
            .code
            .iter()
            .map(|path| json!({"path": path, "package": null, "state": "unrecorded", "why": null}));
        files.extend(code);
        files.extend(seen.pip_files.iter().map(|(dist, path, altered)| {
            let state = if *altered { "altered" } else { "missing" };
            json!({"path": path, "package": dist, "state": state, "why": null})
        }));
        let overlay: Vec<Value> = seen
            .overlay
            .iter()
            .map(|dist| {
                json!({
                    "name": dist.name,
                    "version": dist.version,
                    "installer": dist.installer,
                    "from": dist.origin,
                    "editable": dist.editable,
                })
            })
            .collect();
        let lock = self.lock.map(|lock| {
            json!({
                "name": lock.label(),
                "platform": lock.platform.name.to_string(),
                "digest": lock.stamp.as_ref().map(|stamp| stamp.digest.to_string()),
            })
        });
        let findings: Vec<Value> = self.report.judged.iter().map(judged_view).collect();
        let waived: Vec<Value> = self
            .waived
            .iter()
            .map(|one| waived_view(one, self.waivers))
            .collect();
        json!({
            "prefix": {
                "path": self.place,
                "python": seen.python,
                "packages": seen.installed.len(),
                "files": seen.files,
                "bytes": seen.bytes,
                "bytecode": seen.bytecode,
                "unrecorded": seen.code.len() + seen.rest.count,
                "quick": self.quick,
            },
            "lock": lock,
            "packages": packages,
            "files": files,
            "pip": overlay,
            "findings": findings,
            "waived": waived,
        })
    }
}

fn word(how: &Difference) -> &'static str {
    match how {
        Difference::Missing => "missing",
        Difference::Extra => "extra",
        Difference::OtherBuild => "other-build",
        Difference::OtherArchive => "other-archive",
        Difference::OtherChannel => "other-channel",
        Difference::Unproven => "unproven",
        Difference::Twice => "twice",
    }
}

fn fault(fault: &Fault) -> (&'static str, Option<&str>) {
    match fault {
        Fault::Missing => ("missing", None),
        Fault::Altered => ("altered", None),
        Fault::OtherKind(why) => ("other-kind", Some(why)),
        Fault::LinkElsewhere(why) => ("link-elsewhere", Some(why)),
        Fault::Escapes(why) => ("escapes", Some(why)),
        Fault::Unreadable(why) => ("unreadable", Some(why)),
    }
}
