//! All targets that are known: those of the program, and over them those of a project.

use std::collections::BTreeMap;

use pyiron_lock_core::{Finding, SourceFile, SourceRef};

use super::{codes, embedded::TARGETS, policy::Policy, target::Target};

/// The targets that are known, by id.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    by_id: BTreeMap<String, Target>,
}

impl Targets {
    /// Reads those of the program, and over them those of a project, as (name, text); a target of the project
    /// replaces one of the program that has the same id.
    pub fn read(project: &[(String, String)]) -> (Self, Vec<Finding>) {
        let mut targets = Self::default();
        let mut findings = Vec::new();
        for (name, text) in TARGETS {
            let source = SourceFile::new(*name, *text);
            targets.add(&source, &mut findings);
        }
        let mut own = Self::default();
        for (name, text) in project {
            let source = SourceFile::new(name.clone(), text.clone());
            own.add(&source, &mut findings);
        }
        targets.by_id.extend(own.by_id);
        (targets, findings)
    }

    /// Reads the given files only.
    pub fn only(files: &[(String, String)]) -> (Self, Vec<Finding>) {
        let mut targets = Self::default();
        let mut findings = Vec::new();
        for (name, text) in files {
            let source = SourceFile::new(name.clone(), text.clone());
            targets.add(&source, &mut findings);
        }
        (targets, findings)
    }

    fn add(&mut self, source: &SourceRef, findings: &mut Vec<Finding>) {
        let (target, found) = Target::read(source);
        findings.extend(found);
        let Some(target) = target else { return };
        if let Some(first) = self.by_id.get(&target.id) {
            let message = format!("the target `{}` has two files", target.id);
            findings.push(
                Finding::new(codes::DATA_DUPLICATE, message)
                    .at(source, source.line(1), "here")
                    .at(&first.source, first.source.line(1), "and here"),
            );
            return;
        }
        self.by_id.insert(target.id.clone(), target);
    }

    /// Reports words of targets that no policy explains: operating systems, CPUs, channel policies and needs.
    pub fn check(&self, policy: &Policy) -> Vec<Finding> {
        self.by_id
            .values()
            .flat_map(|target| target.check(policy))
            .collect()
    }

    /// Returns a target.
    pub fn get(&self, id: &str) -> Option<&Target> {
        self.by_id.get(id)
    }

    /// Returns all of them, by kind and then id.
    pub fn all(&self) -> Vec<&Target> {
        let mut all: Vec<&Target> = self.by_id.values().collect();
        all.sort_by_key(|target| (target.kind, target.id.as_str()));
        all
    }
}
