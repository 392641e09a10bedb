//! Tiers that name targets nobody knows.

use pyiron_lock_core::{Code, CodeInfo, Severity};

use crate::rule::Rule;

/// The rule, applied by the engine.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "target-unknown",
        severity: Severity::Error,
        title: "a tier names a target that nobody knows",
        docs: "The manifest lists the targets of a tier by id. There is no file for this id, neither in the program nor in \
               `conformance/targets` of the project. `targets` lists what there is; a file of your own adds to it.",
    }),
    source: "how this program finds targets: by the names of their files",
    example: "targets: [slurm-rhel8]",
    checks: &[],
};
