//! Who may depend on whom ([`arrows`]), what pure rooms may not call ([`pure`]), and what is asked for in vain
//! ([`unused`]).

mod arrows;
mod pure;
mod unused;

use std::path::Path;

use crate::{Report, workspace};

/// Checks every dependency arrow of the workspace and the sources of the pure rooms.
pub(crate) fn run(root: &Path) -> Report {
    let members = match workspace::metadata(root).and_then(|metadata| arrows::members(root, &metadata)) {
        Ok(members) => members,
        Err(error) => return Report::problem(error),
    };
    let mut report = Report::default();
    report.problems.extend(arrows::check(&members));
    for found in [pure::scan(root), unused::scan(root, &members)] {
        match found {
            Ok(problems) => report.problems.extend(problems),
            Err(error) => report.problems.push(error),
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_keeps_its_layers() {
        assert_eq!(run(&workspace::root().unwrap()).problems, [""; 0]);
    }
}
