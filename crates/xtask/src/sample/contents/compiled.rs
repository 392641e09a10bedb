//! Compiled packages: what stands in for programs and libraries, in the places of each system.

use pyiron_lock_testkit::{Contents, PREFIX};
use rattler_conda_types::Subdir;

use super::{Build, python, shell_commands};

/// A program that names its prefix, and a library with the prefix among its bytes.
pub(super) fn native(build: &Build) -> Contents {
    let own_name = [build.name().to_owned()];
    let commands = build.recipe.commands.as_deref().unwrap_or(&own_name);
    let contents = shell_commands(build, Contents::new(), commands);
    with_library(build, contents, build.name())
}

/// A Python module with a compiled part, for one Python version.
pub(super) fn extension(build: &Build) -> Contents {
    let packages = site_packages(build.subdir, build.python.unwrap_or_default());
    let core = core_name(build.subdir, build.python.unwrap_or_default());
    let mut contents = python::modules(build, Contents::new(), &packages);
    for folder in python::folders(build.recipe) {
        let path = format!("{packages}/{folder}/{core}");
        let bytes = binary(build, &path);
        contents = contents.file(path, bytes);
    }
    python::launchers(build, python::metadata(build, contents, &packages))
}

/// Adds a library under the name that linkers look for, and the link by which programs find it.
pub(super) fn with_library(build: &Build, contents: Contents, name: &str) -> Contents {
    let stem = format!("lib{name}");
    let (path, link) = if build.subdir.is_windows() {
        (format!("Library/bin/{name}.dll"), None)
    } else if build.subdir.is_osx() {
        (
            format!("lib/{stem}.dylib"),
            Some((format!("lib/{stem}.1.dylib"), format!("{stem}.dylib"))),
        )
    } else {
        (
            format!("lib/{stem}.so"),
            Some((format!("lib/{stem}.so.1"), format!("{stem}.so"))),
        )
    };
    let bytes = binary(build, &path);
    let contents = contents.file(path, bytes);
    match link {
        Some((path, target)) => contents.link(path, target),
        None => contents,
    }
}

/// Where Python of a version looks for modules.
pub(super) fn site_packages(subdir: Subdir, python: &str) -> String {
    if subdir.is_windows() {
        "Lib/site-packages".to_owned()
    } else {
        format!("lib/python{python}/site-packages")
    }
}

fn core_name(subdir: Subdir, python: &str) -> String {
    let python = python.replace('.', "");
    match subdir {
        Subdir::Win64 => format!("_core.cp{python}-win_amd64.pyd"),
        Subdir::OsxArm64 => format!("_core.cpython-{python}-darwin.so"),
        Subdir::LinuxAarch64 => format!("_core.cpython-{python}-aarch64-linux-gnu.so"),
        _ => format!("_core.cpython-{python}-x86_64-linux-gnu.so"),
    }
}

/// Bytes as a compiler leaves them: no text, and the prefix in a field that keeps its length. Packages for Windows
/// do not carry one.
fn binary(build: &Build, path: &str) -> Vec<u8> {
    let banner = build.banner();
    if build.subdir.is_windows() {
        format!("\0{banner}\0{path}\0").into_bytes()
    } else {
        format!("\0{banner}\0{PREFIX}/{path}\0\0").into_bytes()
    }
}
