//! Who may depend on whom ([`arrows`]), and what pure rooms may not call ([`pure`]).

mod arrows;
mod pure;

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
    match pure::scan(root) {
        Ok(problems) => report.problems.extend(problems),
        Err(error) => report.problems.push(error),
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
