//! Chores of the repository: `cargo run -q -p xtask -- CHORE [--check]`. Each chore is a file; this one only
//! picks.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore talks to whoever runs it"
)]

mod book;
mod codes;
mod formats;
mod generate;
mod layers;
mod matrix;
mod sample;
mod schemas;
mod serve;
mod sizes;
mod standing;
mod workspace;

use std::{env, path::Path, process::ExitCode};

use generate::Mode;

/// What a chore has to say: lines for the reader, and how many of them are reasons to fail.
#[derive(Debug, Default, PartialEq, Eq)]
struct Report {
    problems: Vec<String>,
    remarks: Vec<String>,
}

impl Report {
    fn problem(text: impl Into<String>) -> Self {
        Self {
            problems: vec![text.into()],
            remarks: Vec::new(),
        }
    }

    fn join(&mut self, other: Self) {
        self.problems.extend(other.problems);
        self.remarks.extend(other.remarks);
    }
}

const USAGE: &str = "\
cargo run -q -p xtask -- CHORE

  layers            check who depends on whom, and that pure rooms stay pure
  sizes             check the length of every Rust file
  sample [--check]  write the index of tests/sample-channel from its recipes
  sample [--check] --archives DIR
                    write index and archives of the sample channel into DIR
  codes [--check]   write docs/reference/codes.md from the tables in the crates
  formats [--check] write docs/reference/formats.md from the table of exports
  matrix [--check]  write the matrix of tiers and targets into README.md
  serve DIR [--shards]
                    serve a channel index on 127.0.0.1 until standard input ends
  schemas [--check] write the schemas of conformance/ and of `verify --json`
  book [--check]    write the generated pages of docs/: commands, rules, targets,
                    tiers, support, hacks, schemas, packages, which tier
  check             layers, sizes, sample, codes, formats, schemas, matrix and
                    book, writing nothing";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let report = match workspace::root() {
        Ok(root) => run(&root, &words),
        Err(error) => Some(Report::problem(error)),
    };
    let Some(report) = report else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    for remark in &report.remarks {
        println!("{remark}");
    }
    for problem in &report.problems {
        eprintln!("error: {problem}");
    }
    ExitCode::from(u8::from(!report.problems.is_empty()))
}

fn run(root: &Path, words: &[&str]) -> Option<Report> {
    Some(match words {
        ["layers"] => layers::run(root),
        ["sizes"] => sizes::run(root),
        ["sample"] => sample::run(root, Mode::Write, None),
        ["sample", "--check"] => sample::run(root, Mode::Check, None),
        ["sample", "--archives", dir] => sample::run(root, Mode::Write, Some(Path::new(dir))),
        ["sample", "--check", "--archives", dir] => sample::run(root, Mode::Check, Some(Path::new(dir))),
        ["codes"] => codes::run(root, Mode::Write),
        ["codes", "--check"] => codes::run(root, Mode::Check),
        ["formats"] => formats::run(root, Mode::Write),
        ["formats", "--check"] => formats::run(root, Mode::Check),
        ["matrix"] => matrix::run(root, Mode::Write),
        ["matrix", "--check"] => matrix::run(root, Mode::Check),
        ["book"] => book::run(root, Mode::Write),
        ["book", "--check"] => book::run(root, Mode::Check),
        ["serve", dir] => serve::run(Path::new(dir), false),
        ["serve", dir, "--shards"] => serve::run(Path::new(dir), true),
        ["schemas"] => schemas::run(root, Mode::Write),
        ["schemas", "--check"] => schemas::run(root, Mode::Check),
        ["check"] => {
            let mut report = layers::run(root);
            report.join(sizes::run(root));
            report.join(sample::run(root, Mode::Check, None));
            report.join(codes::run(root, Mode::Check));
            report.join(formats::run(root, Mode::Check));
            report.join(schemas::run(root, Mode::Check));
            report.join(matrix::run(root, Mode::Check));
            report.join(book::run(root, Mode::Check));
            report
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_chore_is_no_chore() {
        for words in [&[][..], &["layer"], &["layers", "--check"], &["sample", "--chek"]] {
            assert_eq!(run(Path::new("nowhere"), words), None, "{words:?}");
        }
    }
}
