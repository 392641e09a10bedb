//! What `init` refuses, and that it leaves alone what was there.

use std::{fs, path::Path};

use tempfile::tempdir;

use super::{manifest_of, run_in, validates, with};
use crate::support::{program, repository, tree};

/// Fails unless `init` is refused with that message and leaves the folder as it was.
#[track_caller]
fn refused(folder: &Path, arguments: &[&str], code: i32, told: &[&str]) {
    let before = tree(folder);
    let ran = run_in(folder, &[&["init"], arguments].concat()).exits(code);
    for text in told {
        assert!(ran.stderr.contains(text), "{ran:?}");
    }
    assert!(tree(folder) == before, "{arguments:?} changed the folder");
}

#[test]
fn names_that_do_not_exist_are_refused_with_those_that_do() {
    let folder = tempdir().unwrap();
    refused(
        folder.path(),
        &["--tier", "minimol"],
        2,
        &[
            "there is no reference tier `minimol`",
            "did you mean `minimal`?",
            "choose among: minimal",
        ],
    );
    refused(
        folder.path(),
        &["--tier", "zzzzzz"],
        2,
        &["help: choose among: minimal"],
    );
    refused(
        folder.path(),
        &["--platform", "linux_64"],
        2,
        &[
            "there is no reference platform `linux_64`",
            "did you mean `linux-64`?",
            "osx-arm64",
        ],
    );
    refused(
        folder.path(),
        &["-c", "https://me:hunter2@example.org/c"],
        2,
        &["holds a user name or password"],
    );
    refused(folder.path(), &["-c", "nodefaults"], 2, &["not a channel"]);
    refused(
        folder.path(),
        &["-c", "../folder"],
        2,
        &["is a folder of this machine"],
    );
    refused(folder.path(), &["--project", "a", "b"], 2, &["give one of them"]);
    let ran = run_in(folder.path(), &["init", "-c", "https://me:hunter2@example.org/c"]);
    assert!(!ran.stderr.contains("hunter2"));
}

#[test]
fn a_tier_and_a_platform_that_do_not_meet_are_told() {
    let reference = manifest_of(&repository());
    let all: Vec<&str> = reference
        .platforms
        .iter()
        .map(|entry| entry.platform.name.as_str())
        .collect();
    let apart = reference.tiers.iter().find_map(|tier| {
        let has = |name: &str| tier.platforms.iter().any(|platform| platform.as_str() == name);
        let missing = all.iter().find(|name| !has(name))?;
        Some((tier.name.as_str(), *missing, tier.platforms[0].as_str()))
    });
    let Some((tier, missing, has)) = apart else { return };
    let folder = tempdir().unwrap();
    let told = format!("the tier `{tier}` is not on {missing}");
    refused(folder.path(), &["-t", tier, "-p", missing], 2, &[&told, has]);
    refused(
        folder.path(),
        &["-t", tier, "-p", missing, "-p", has],
        2,
        &[&told, has],
    );
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let folder = with(&[
        ("specs/minimal/environment.yml", "name: mine\n"),
        (".github/workflows/locks.yml", "mine\n"),
    ]);
    refused(
        folder.path(),
        &[],
        2,
        &[
            "2 files would be overwritten: .github/workflows/locks.yml, specs/minimal/environment.yml",
            "nothing was written",
        ],
    );
    let folder = with(&[(".gitlab-ci.yml", "mine\n")]);
    refused(
        folder.path(),
        &["--ci", "gitlab"],
        2,
        &["leave it out with `--ci none`"],
    );
    run_in(folder.path(), &["init", "--ci", "none"]).exits(0);
    refused(
        folder.path(),
        &[],
        2,
        &["there is a project already: specs/tiers.yml"],
    );
    let folder = with(&[("specs", "a file\n"), ("other", "")]);
    refused(
        folder.path(),
        &[],
        2,
        &["specs is a file, and a folder is needed there"],
    );
    refused(folder.path(), &["other"], 2, &["other is not a folder"]);
}

#[test]
fn a_readme_and_attributes_that_are_there_stay() {
    let folder = with(&[
        ("README.md", "# Mine\n"),
        (".gitattributes", "*.png binary\n"),
        ("src/x.py", ""),
    ]);
    let ran = run_in(folder.path(), &["init"]).exits(0);
    assert!(
        ran.stdout.contains("kept  README.md, which was there already\n"),
        "{ran:?}"
    );
    assert!(
        ran.stderr
            .contains("add the line `lockfiles/** -text linguist-generated=true` to .gitattributes"),
        "{ran:?}"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("README.md")).unwrap(),
        "# Mine\n"
    );
    validates(folder.path());
    let folder = with(&[(".gitattributes", "*.lock -text\n")]);
    assert_eq!(run_in(folder.path(), &["init"]).exits(0).stderr, "");
}

#[test]
fn what_a_killed_run_left_is_gone_on_with() {
    let folder = tempdir().unwrap();
    run_in(folder.path(), &["init"]).exits(0);
    fs::remove_file(folder.path().join("specs/tiers.yml")).unwrap();
    fs::remove_file(folder.path().join("specs/minimal/environment.yml")).unwrap();
    let ran = run_in(folder.path(), &["init", "--json"]).exits(0).json();
    let status = |path: &str| {
        let files = ran["files"].as_array().unwrap();
        let file = files.iter().find(|file| file["path"] == path).unwrap();
        file["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status("README.md"), "same");
    assert_eq!(status("specs/tiers.yml"), "written");
    validates(folder.path());
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_out_of_the_folder() {
    use std::os::unix::fs::symlink;
    let outside = tempdir().unwrap();
    for link in ["specs", ".github", "specs/minimal"] {
        let folder = tempdir().unwrap();
        fs::create_dir_all(folder.path().join(link).parent().unwrap()).unwrap();
        symlink(outside.path(), folder.path().join(link)).unwrap();
        refused(folder.path(), &[], 2, &[&format!("{link} is a symbolic link")]);
        assert!(tree(outside.path()).is_empty());
    }
    let folder = tempdir().unwrap();
    symlink(outside.path().join("nowhere"), folder.path().join("README.md")).unwrap();
    fs::create_dir(folder.path().join("specs")).unwrap();
    symlink(
        outside.path().join("tiers.yml"),
        folder.path().join("specs/tiers.yml"),
    )
    .unwrap();
    let ran = run_in(folder.path(), &["init"]).exits(2);
    assert!(ran.stderr.contains("there is a project already"), "{ran:?}");
    fs::remove_file(folder.path().join("specs/tiers.yml")).unwrap();
    run_in(folder.path(), &["init"]).exits(0);
    assert!(
        fs::symlink_metadata(folder.path().join("README.md"))
            .unwrap()
            .is_symlink()
    );
    assert!(tree(outside.path()).is_empty());
}

/// A path may have 4095 bytes: the first files fit, the temporary one beside the environment file does not.
#[cfg(target_os = "linux")]
#[test]
fn when_one_file_cannot_be_written_none_is_left() {
    let top = tempdir().unwrap();
    let mut folder = top.path().to_owned();
    while folder.as_os_str().len() + 200 < 4062 {
        folder.push("x".repeat(100));
    }
    let rest = 4062 - folder.as_os_str().len() - 1;
    folder.push("x".repeat(rest / 2));
    fs::create_dir_all(&folder).unwrap();
    let inner = folder.join("x".repeat(rest - rest / 2 - 1));
    for there in [false, true] {
        if there {
            fs::create_dir(&inner).unwrap();
            fs::write(inner.join("mine"), "").unwrap();
        }
        let ran = run_in(top.path(), &["init", "--ci", "none", &inner.to_string_lossy()]).exits(6);
        assert!(
            ran.stderr
                .contains("specs/minimal/environment.yml cannot be written"),
            "{ran:?}"
        );
        assert!(ran.stderr.contains("help: nothing was left behind"), "{ran:?}");
        let left: Vec<std::path::PathBuf> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(left, if there { vec![inner.clone()] } else { vec![] });
        if there {
            assert_eq!(fs::read_dir(&inner).unwrap().count(), 1);
        }
    }
}

#[test]
fn of_several_runs_at_once_one_writes_the_project() {
    for _ in 0..5 {
        let folder = tempdir().unwrap();
        let children: Vec<_> = (0..4)
            .map(|_| {
                let mut command = program();
                command
                    .current_dir(folder.path())
                    .args(["init", "--quiet", "a/b"]);
                command.stderr(std::process::Stdio::null()).spawn().unwrap()
            })
            .collect();
        let codes: Vec<i32> = children
            .into_iter()
            .map(|mut child| child.wait().unwrap().code().unwrap())
            .collect();
        assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
        validates(&folder.path().join("a/b"));
        assert!(!tree(folder.path()).iter().any(|(name, _)| name.ends_with(".tmp")));
    }
}
