//! Where the repository is and what cargo and git know about it.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// Finds the repository: the nearest parent of the current folder that holds `crates/xtask`.
pub(crate) fn root() -> Result<PathBuf, String> {
    let here = env::current_dir().map_err(|error| format!("cannot tell the current folder: {error}"))?;
    here.ancestors()
        .find(|folder| folder.join("crates/xtask/Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .ok_or_else(|| format!("{} is not inside the repository", here.display()))
}

/// Returns the Rust files that git tracks or would track, relative to the root and sorted.
pub(crate) fn rust_files(root: &Path) -> Result<Vec<PathBuf>, String> {
    let arguments = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "*.rs",
    ];
    let text = output(root, "git", &arguments)?;
    let mut files: Vec<PathBuf> = text
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        .collect();
    files.retain(|file| root.join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

/// Returns what cargo says of the members of the workspace.
pub(crate) fn metadata(root: &Path) -> Result<serde_json::Value, String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let text = output(root, &cargo, &arguments)?;
    serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))
}

fn output(root: &Path, program: &str, arguments: &[&str]) -> Result<String, String> {
    let told = format!("{program} {}", arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .output()
        .map_err(|error| format!("`{told}` did not start: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{told}` failed: {}", said.trim()));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{told}` did not answer in UTF-8"))
}
