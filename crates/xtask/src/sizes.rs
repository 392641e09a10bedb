//! How long Rust files are: a file over the wall fails, one near it is mentioned.

use std::{fs, path::Path};

use crate::{Report, workspace};

const WALL: usize = 600;
const SEAM: usize = 400;

/// Counts the lines of every Rust file that git tracks or would track.
pub(crate) fn run(root: &Path) -> Report {
    let files = match workspace::rust_files(root) {
        Ok(files) => files,
        Err(error) => return Report::problem(error),
    };
    let mut report = Report::default();
    for file in files {
        match fs::read_to_string(root.join(&file)) {
            Ok(text) => report.join(judge(&file, text.lines().count())),
            Err(error) => report.join(Report::problem(format!("{}: {error}", file.display()))),
        }
    }
    report
}

fn judge(file: &Path, lines: usize) -> Report {
    let file = file.display();
    let mut report = Report::default();
    if lines > WALL {
        report.problems.push(format!(
            "{file} has {lines} lines, {WALL} is the wall; split it by meaning"
        ));
    } else if lines > SEAM {
        report.remarks.push(format!(
            "warning: {file} has {lines} lines; look for a seam before it reaches {WALL}"
        ));
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_the_wall_fails_and_near_it_is_mentioned() {
        let judge = |lines| judge(Path::new("a.rs"), lines);
        assert_eq!(judge(400), Report::default());
        assert_eq!((judge(401).problems.len(), judge(401).remarks.len()), (0, 1));
        assert_eq!((judge(600).problems.len(), judge(600).remarks.len()), (0, 1));
        assert_eq!(
            judge(601).problems,
            ["a.rs has 601 lines, 600 is the wall; split it by meaning"]
        );
    }

    #[test]
    fn no_file_of_the_repository_is_over_the_wall() {
        assert_eq!(run(&workspace::root().unwrap()).problems, [""; 0]);
    }
}
