//! `export` through the program: what every format makes, which lock is taken, and what it does not do to a folder.

mod choice;
mod golden;
mod release;
mod services;
mod unharmed;

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::support::{program, repository, run};

/// A format as `export --list --json` gives it.
#[derive(Debug)]
struct Listed {
    name: String,
    /// The target that a test names, where the format needs one.
    target: Option<&'static str>,
}

/// Returns every format, so that one that is added is tested without being named here.
fn listed() -> Vec<Listed> {
    let list = run(program().args(["export", "--list", "--json"]))
        .exits(0)
        .json();
    let text = |format: &Value, key: &str| format[key].as_str().unwrap().to_owned();
    let formats = list["formats"].as_array().unwrap().iter();
    formats
        .map(|format| Listed {
            name: text(format, "name"),
            target: (text(format, "needs") == "linux-and-target").then(|| {
                match text(format, "group").as_str() {
                    "containers" => "docker",
                    "jupyter" => "pmd-s",
                    _ => "slurm-rhel-8",
                }
            }),
        })
        .collect()
}

/// Exports a tier of this repository on linux-64.
fn export(format: &Listed, tier: &str, folder: &Path) -> Command {
    let mut command = program();
    command
        .current_dir(repository())
        .args(["export", &format.name, "--tier", tier, "--platform", "linux-64"])
        .args(format.target.map(|target| ["--target", target]).iter().flatten())
        .arg("-o")
        .arg(folder);
    command
}
