//! MPI libraries that do not work with what a site has.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::{
    fit::{name, title},
    rule::{Check, Rule, Seen, TargetCase},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "mpi-of-another-flavour",
        severity: Severity::Warning,
        title: "the MPI of a lock is not one that the site works with",
        docs: "Programs of one node run with any MPI. Across nodes, the MPI of the environment has to agree with the \
               launcher and the network of the site, which are built for one flavour. Choose the builds for that \
               flavour, as `lammps=*=*mpich*`, or an external MPI.",
    }),
    source: "NCI page on its environment; pyiron/executorlib docs/installation.md",
    example: "openmpi 5.0.10 at a site with Cray MPI, which wants mpich >=4",
    checks: &[Check::Target(check)],
};

const FLAVOURS: [&str; 4] = ["openmpi", "mpich", "impi_rt", "mvapich"];

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    let mut found = FLAVOURS.iter().filter_map(|flavour| case.view.closure.record(flavour)).peekable();
    if found.peek().is_none() {
        return;
    }
    let Some(works) = seen.fact("mpi", case.target.specs("mpi")) else { return };
    if works.iter().any(|spec| case.view.satisfying(spec).is_some()) {
        return;
    }
    let wanted: Vec<&str> = works.iter().map(|spec| spec.text.as_str()).collect();
    for entry in found {
        let record = &entry.record;
        let message = format!(
            "{}: {} is locked, the site works with {}",
            case.who(),
            title(record),
            wanted.join(" or ")
        );
        let fact = Some(("mpi", "the MPI of the site"));
        seen.push(case.finding(Finding::new(RULE.code, message), Some(name(record)), fact));
    }
}
