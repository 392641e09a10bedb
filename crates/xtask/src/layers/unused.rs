//! Dependencies that a manifest asks for and no source of the member names.
//!
//! It looks for words, not for uses: a name in a comment counts, so nothing that is used is ever reported.

use std::{fs, path::Path};

use super::arrows::Member;
use crate::workspace;

/// Names every dependency of a member that its sources never mention.
pub(crate) fn scan(root: &Path, members: &[Member]) -> Result<Vec<String>, String> {
    let files = workspace::rust_files(root)?;
    let mut problems = Vec::new();
    for member in members {
        let folder = Path::new(&member.manifest).parent().unwrap_or(Path::new(""));
        let mut sources = String::new();
        for file in files.iter().filter(|file| file.starts_with(folder)) {
            let text = fs::read_to_string(root.join(file))
                .map_err(|error| format!("{}: {error}", file.display()))?;
            sources.push_str(&text);
        }
        problems.extend(unused(member, &sources));
    }
    Ok(problems)
}

fn unused(member: &Member, sources: &str) -> Vec<String> {
    member
        .dependencies
        .iter()
        .filter(|dependency| !mentions(sources, &dependency.library()))
        .map(|dependency| {
            format!(
                "{}: `{}` is not used; take the line out",
                member.manifest, dependency.name
            )
        })
        .collect()
}

fn mentions(sources: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    sources.match_indices(word).any(|(start, _)| {
        !sources[..start].ends_with(part) && !sources[start + word.len()..].starts_with(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::arrows::Dependency;

    #[test]
    fn a_dependency_that_no_source_names_is_reported() {
        let member = Member {
            name: "room".to_owned(),
            manifest: "crates/room/Cargo.toml".to_owned(),
            dependencies: ["serde", "serde_json", "pyiron-lock"]
                .map(|name| Dependency {
                    name: name.to_owned(),
                    rename: None,
                    dev: false,
                })
                .into(),
        };
        let problems = unused(&member, "use serde_json::Value; pyiron_lock_cli::main();");
        assert_eq!(
            problems,
            ["crates/room/Cargo.toml: `serde` is not used; take the line out"]
        );
    }
}
