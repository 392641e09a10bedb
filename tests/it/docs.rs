//! The documentation keeps its word: commands it shows work, links lead somewhere, CI runs what the README says.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    book::{book_folder, shell, steps},
    support::{SampleMirror, copy_tree, program, repository, run, tree},
};

/// Returns the lines of code blocks of a kind.
fn blocks<'t>(text: &'t str, kind: &str) -> Vec<&'t str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == format!("```{kind}");
        } else if inside {
            lines.push(line);
        }
    }
    lines
}

/// Runs every `$ pyiron-lock ..` line in `folder`, in order, with the sample channel in the place of conda-forge: over
/// the network, and as the folder `/srv/conda-forge`.
fn run_commands(text: &str, folder: &Path) -> usize {
    let mirror = SampleMirror::of(&["conda-forge"]);
    let sample = repository().join("tests/sample-channel");
    let mut count = 0;
    for line in blocks(text, "console") {
        let command = line
            .strip_prefix("$ pyiron-lock ")
            .unwrap_or_else(|| panic!("`{line}` is not a command of ours"));
        let command = command
            .replace("/tmp/", &format!("{}/", folder.display()))
            .replace("/srv/conda-forge", &sample.to_string_lossy());
        run(mirror
            .program()
            .current_dir(folder)
            .args(command.split_whitespace()))
        .exits(0);
        count += 1;
    }
    assert!(mirror.was_asked(), "no command read conda-forge over the network");
    count
}

/// Writes the files that a page shows after `<!-- file: NAME -->`.
pub(crate) fn write_files(text: &str, folder: &Path) {
    for part in text.split("<!-- file: ").skip(1) {
        let (name, rest) = part.split_once(" -->").unwrap();
        // The first line says what kind of text it is.
        let (_, body) = rest.split("```").nth(1).unwrap().split_once('\n').unwrap();
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, body).unwrap();
    }
}

#[test]
fn the_commands_of_the_readme_work() {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    for part in ["specs", "lockfiles", "tests/sample-channel"] {
        copy_tree(&root.join(part), &folder.path().join(part));
    }
    fs::write(
        folder.path().join("environment.yml"),
        "channels: [conda-forge, nodefaults]\ndependencies:\n  - python =3.12\n",
    )
    .unwrap();
    assert!(
        run_commands(
            &fs::read_to_string(root.join("README.md")).unwrap(),
            folder.path()
        ) >= 3
    );
}

#[test]
fn the_guide_works_from_nothing() {
    let root = repository();
    let text = fs::read_to_string(root.join("docs/guide/first-project.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    write_files(&text, folder.path());
    assert!(run_commands(&text, folder.path()) >= 4);
    assert!(folder.path().join("lockfiles/advanced/linux-64.lock").is_file());
}

#[test]
fn the_guide_to_channels_works_from_top_to_bottom() {
    let text = fs::read_to_string(repository().join("docs/guide/channels.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    write_files(&text, folder.path());
    assert!(run_commands(&text, folder.path()) >= 8);
    let locks = |name: &str| tree(&folder.path().join(name));
    let made = locks("lockfiles");
    assert_eq!(made.len(), 1);
    assert!(made[0].1.contains("/conda-forge/linux-64/"), "{}", made[0].1);
    assert!(!made[0].1.contains("127.0.0.1"));
    assert_eq!(locks("frozen"), made);
    assert_eq!(locks("from-folder"), made);
    assert!(folder.path().join("specs/channels.lock").is_file());

    copy_tree(
        &repository().join("tests/sample-channel"),
        &folder.path().join("conda-forge"),
    );
    let manifest = folder.path().join("specs/tiers.yml");
    for part in text.split("```yaml\nchannel-sources:").skip(1) {
        let sources = part.split("```").next().unwrap();
        let known = fs::read_to_string(&manifest).unwrap();
        fs::write(&manifest, format!("{known}channel-sources:{sources}")).unwrap();
        run(program().current_dir(folder.path()).arg("validate")).exits(0);
        fs::write(&manifest, known).unwrap();
    }
}

#[test]
fn the_guide_to_verify_works_on_the_reference_tiers() {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    for part in ["specs", "lockfiles", "tests/sample-channel", "conformance"] {
        copy_tree(&root.join(part), &folder.path().join(part));
    }
    let text = fs::read_to_string(root.join("docs/guide/verify.md")).unwrap();
    write_files(&text, folder.path());
    for line in blocks(&text, "console") {
        let command = line.strip_prefix("$ pyiron-lock ").unwrap();
        run(program()
            .current_dir(folder.path())
            .args(command.split_whitespace()))
        .exits(0);
    }
}

#[test]
fn the_guide_to_export_works_on_the_reference_tiers() {
    let root = repository();
    let folder = book_folder();
    let text = fs::read_to_string(root.join("docs/guide/export.md")).unwrap();
    let steps = steps(&text);
    assert!(steps.len() >= 5);
    for step in steps {
        shell(&step.command, folder.path()).exits(step.exits);
    }
    for made in [
        "out/image/Dockerfile",
        "out/binder/binder/environment.yml",
        "out/rdm/explicit.txt",
        "out/kernels/pyiron-md/kernel.json",
        "out/hub/jupyterhub_config.py",
    ] {
        assert!(folder.path().join(made).is_file(), "{made}");
    }
}

#[test]
fn the_guide_to_install_says_what_speaks_against_it() {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    for part in ["specs", "lockfiles"] {
        copy_tree(&root.join(part), &folder.path().join(part));
    }
    let text = fs::read_to_string(root.join("docs/guide/install.md")).unwrap();
    let lines = blocks(&text, "console");
    assert!(!lines.is_empty());
    for line in lines {
        let command = line.strip_prefix("$ pyiron-lock ").unwrap();
        let command = command.replace("/tmp/", &format!("{}/", folder.path().display()));
        run(program()
            .current_dir(folder.path())
            .args(command.split_whitespace()))
        .exits(0);
    }
    assert!(!folder.path().join("software").exists());
}

#[test]
fn ci_runs_both_commands_of_the_readme() {
    let root = repository();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let gate = fs::read_to_string(root.join(".ci/run")).unwrap();
    let commands = blocks(&readme, "sh");
    assert_eq!(commands.len(), 2);
    for command in commands {
        assert!(
            gate.lines().any(|line| line == format!("step {command}")),
            ".ci/run does not run `{command}`"
        );
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let root = repository();
    let mut pages: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "crates/README.md"]
        .map(|page| root.join(page))
        .into();
    pages.extend(
        tree(&root.join("docs"))
            .into_iter()
            .filter(|(name, _)| name.ends_with(".md"))
            .map(|(name, _)| root.join("docs").join(name)),
    );
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if !file.contains("://") && !file.is_empty() {
                let target = page.parent().unwrap().join(file);
                assert!(target.exists(), "{} links to {link}", page.display());
            }
        }
    }
}
