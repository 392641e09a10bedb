//! The sample channel as a whole: what its recipes give, and that it can be installed and run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use rattler_conda_types::{MatchSpec, ParseMatchSpecOptions};
use rattler_package_streaming::read;

use super::*;
use crate::workspace;

const RECIPES: &str = "\
defaults: {subdirs: [linux-64, win-64], python: ['3.12'], python-min: '3.10', license: MIT, date: 2026-07-01}
packages:
  python: {kind: native, version: 3.12.10, build: h_0_cpython}
  python_abi: {kind: data, version: 3.12, build: 8_cp312}
  libgcc: {kind: native, version: 16.2.0, subdirs: linux-64}
  libstdcxx: {kind: native, version: 16.2.0, subdirs: linux-64, link-scripts: true}
  ucrt: {kind: native, version: 10, subdirs: win, commands: []}
  tzdata: {kind: data, version: 2025c, format: tar.bz2}
  numpy: {kind: extension, version: 2.4.3, commands: f2py, depends: [python-dateutil >=2.8.2]}
  python-dateutil:
    - {version: 2.9.0, imports: [dateutil], commands: [when], depends: ['numpy >=1.23,<3', tzdata]}
    - {version: 2.9.1, imports: [dateutil], broken: true}
";

fn channel() -> Channel {
    Channel::new("sample").packages(packages("recipes.yml", RECIPES).unwrap())
}

fn paths(subdir: Subdir, name: &str) -> String {
    let channel = channel();
    let (package, _) = channel
        .archives()
        .find(|(package, _)| package.home() == subdir && package.name() == name)
        .unwrap();
    package.files().unwrap().paths().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_committed_index_is_what_the_recipes_give() {
    let root = workspace::root().unwrap();
    assert_eq!(run(&root, Mode::Check, None), Report::default());
}

#[test]
fn every_generated_record_is_valid() {
    let root = workspace::root().unwrap();
    let text = fs::read_to_string(root.join(FOLDER).join("recipes.yml")).unwrap();
    let packages = packages("recipes.yml", &text).unwrap();
    let records = Channel::new("sample").packages(packages).records();
    let mut urls: Vec<&str> = records.iter().map(|record| record.url.as_str()).collect();
    urls.sort_unstable();
    urls.dedup();
    assert_eq!(urls.len(), records.len());
    for record in &records {
        for spec in record
            .package_record
            .depends
            .iter()
            .chain(&record.package_record.constrains)
        {
            let parsed = MatchSpec::from_str(spec, ParseMatchSpecOptions::lenient());
            assert!(parsed.is_ok(), "{}: {spec}", record.url);
        }
    }
}

#[test]
fn a_kind_and_a_subdir_decide_where_files_go() {
    let cases = [
        (
            Subdir::Linux64,
            "libgcc",
            "bin/libgcc lib/liblibgcc.so lib/liblibgcc.so.1",
        ),
        (
            Subdir::Linux64,
            "libstdcxx",
            "bin/.libstdcxx-post-link.sh bin/.libstdcxx-pre-unlink.sh bin/libstdcxx lib/liblibstdcxx.so \
             lib/liblibstdcxx.so.1",
        ),
        (Subdir::Win64, "ucrt", "Library/bin/ucrt.dll"),
        (Subdir::NoArch, "tzdata", "share/tzdata/tzdata.txt"),
        (
            Subdir::NoArch,
            "python-dateutil",
            "site-packages/dateutil/__init__.py site-packages/python_dateutil-2.9.0.dist-info/INSTALLER \
             site-packages/python_dateutil-2.9.0.dist-info/METADATA \
             site-packages/python_dateutil-2.9.0.dist-info/RECORD \
             site-packages/python_dateutil-2.9.0.dist-info/entry_points.txt",
        ),
        (
            Subdir::Win64,
            "numpy",
            "Lib/site-packages/numpy-2.4.3.dist-info/INSTALLER Lib/site-packages/numpy-2.4.3.dist-info/METADATA \
             Lib/site-packages/numpy-2.4.3.dist-info/RECORD Lib/site-packages/numpy-2.4.3.dist-info/entry_points.txt \
             Lib/site-packages/numpy/__init__.py Lib/site-packages/numpy/_core.cp312-win_amd64.pyd Scripts/f2py.bat",
        ),
        (
            Subdir::Linux64,
            "python",
            "bin/python bin/python3 bin/python3.12 lib/libpython3.12.so lib/libpython3.12.so.1 \
             lib/python3.12/site-packages/README.txt",
        ),
    ];
    for (subdir, name, expected) in cases {
        assert_eq!(paths(subdir, name), expected);
    }
}

#[test]
fn a_check_names_the_archive_in_which_a_byte_changed() {
    let root = workspace::root().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let written = run(&root, Mode::Write, Some(dir.path()));
    assert_eq!(written.problems, [""; 0]);
    assert_eq!(run(&root, Mode::Check, Some(dir.path())), Report::default());

    let folder = dir.path().join("noarch");
    let archive = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "conda"))
        .unwrap();
    let mut bytes = fs::read(&archive).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&archive, bytes).unwrap();
    let found = run(&root, Mode::Check, Some(dir.path())).problems;
    let name = archive.strip_prefix(dir.path()).unwrap().display().to_string();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(&format!("{name} is not what")), "{found:?}");
}

/// A prefix laid out by hand with the packages of linux-64. Programs are copied by another process: one that this
/// process wrote may still count as open for writing when it is run.
fn install(dir: &Path) -> PathBuf {
    let prefix = dir.join("prefix");
    let modules = prefix.join("lib/python3.12/site-packages");
    let channel = channel();
    for (package, archive) in channel.archives() {
        let here = matches!(package.home(), Subdir::Linux64 | Subdir::NoArch);
        if !here || package.is_broken() {
            continue;
        }
        let extracted = dir.join(package.file_name());
        if package.file_name().ends_with(".conda") {
            read::extract_conda_via_streaming(archive.bytes(), &extracted).unwrap();
        } else {
            read::extract_tar_bz2(archive.bytes(), &extracted).unwrap();
        }
        fs::create_dir_all(&modules).unwrap();
        let noarch = extracted.join("site-packages");
        let (from, to) = if noarch.exists() {
            (noarch, &modules)
        } else {
            (extracted, &prefix)
        };
        let copied = Command::new("cp").arg("-R").arg(from.join(".")).arg(to).status();
        assert!(copied.unwrap().success());
    }
    prefix
}

/// Runs one of the interpreter's names, with folders before the usual ones on PATH.
fn python(program: &Path, before: &[&Path], code: &str) -> Output {
    let usual = std::env::var_os("PATH").unwrap_or_default();
    let folders = before
        .iter()
        .map(|folder| folder.to_path_buf())
        .chain(std::env::split_paths(&usual));
    Command::new(program)
        .args(["-c", code])
        .env("PATH", std::env::join_paths(folders).unwrap())
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[cfg(unix)]
#[test]
fn the_stand_in_for_python_imports_what_is_installed() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("not run: there is no python3");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let prefix = install(dir.path());
    let bin = prefix.join("bin");
    let code = "import dateutil, numpy; print(dateutil.__version__, numpy.__version__)";
    let far = dir.path().join("far");
    fs::create_dir(&far).unwrap();
    std::os::unix::fs::symlink(bin.join("python"), far.join("py")).unwrap();
    for program in [bin.join("python3.12"), bin.join("python"), far.join("py")] {
        let output = python(&program, &[&bin], code);
        assert_eq!(text(&output), "2.9.0 2.4.3\n", "{}", program.display());
    }

    let code = "import importlib.metadata as m; print(m.requires('python-dateutil'), m.version('numpy'))";
    let output = python(&bin.join("python"), &[], code);
    assert_eq!(text(&output), "['numpy>=1.23,<3'] 2.4.3\n");
    let output = python(&bin.join("python"), &[], "import yaml_that_nobody_has");
    assert!(text(&output).contains("ModuleNotFoundError"), "{output:?}");
}

#[cfg(unix)]
#[test]
fn the_stand_in_passes_over_what_would_lead_back_to_it() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("not run: there is no python3");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let prefix = install(dir.path());
    let bin = prefix.join("bin");
    let made = Command::new("sh")
        .args([
            "-euc",
            "cd \"$0\"; mkdir shims; cp -R prefix other; \
             printf '#!/bin/sh\\nexec %s/prefix/bin/python3 \"$@\"\\n' \"$0\" >shims/python3; chmod +x shims/python3",
        ])
        .arg(dir.path())
        .status();
    assert!(made.unwrap().success());
    let (shims, other) = (dir.path().join("shims"), dir.path().join("other/bin"));
    let code = "import numpy; print(numpy.__file__)";
    for before in [
        [&bin, &shims, &other],
        [&shims, &other, &bin],
        [&other, &bin, &shims],
    ] {
        let before: Vec<&Path> = before.map(PathBuf::as_path).to_vec();
        let output = python(&bin.join("python"), &before, code);
        let found = text(&output);
        assert!(found.contains("/prefix/lib/python3.12/"), "{found}");
    }

    let output = Command::new(bin.join("python3.12"))
        .env("PATH", &bin)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(127));
    assert!(
        text(&output).contains("no python3 on PATH can stand in for it"),
        "{output:?}"
    );
}
