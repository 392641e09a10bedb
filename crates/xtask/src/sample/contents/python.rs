//! Python packages: a module that knows its version, and the metadata by which Python's tools find it.

use std::fmt::Write as _;

use pyiron_lock_core::index::dependency_name;
use pyiron_lock_testkit::{Contents, PREFIX};

use super::{super::recipe::Recipe, Build};

/// A `noarch: python` package; its commands are the installer's to write.
pub(super) fn pure(build: &Build) -> Contents {
    let contents = metadata(
        build,
        modules(build, Contents::new(), "site-packages"),
        "site-packages",
    );
    let module = main_module(build.recipe);
    commands(build.recipe).iter().fold(contents, |contents, command| {
        contents.entry_point(format!("{command} = {module}:main"))
    })
}

/// Adds the modules of a package below `packages`.
pub(super) fn modules(build: &Build, contents: Contents, packages: &str) -> Contents {
    let text = module(build);
    folders(build.recipe)
        .into_iter()
        .fold(contents, |contents, folder| {
            contents.file(format!("{packages}/{folder}/__init__.py"), text.clone())
        })
}

/// The folders of the modules, relative to where modules go.
pub(super) fn folders(recipe: &Recipe) -> Vec<String> {
    let modules = recipe.imports.iter().map(|module| module.replace('.', "/"));
    modules.collect()
}

fn main_module(recipe: &Recipe) -> &str {
    recipe.imports.first().map_or("", String::as_str)
}

fn commands(recipe: &Recipe) -> &[String] {
    recipe.commands.as_deref().unwrap_or_default()
}

fn module(build: &Build) -> String {
    let (banner, version) = (build.banner(), build.version);
    let mut text = format!("\"\"\"{banner}.\"\"\"\n\n__version__ = \"{version}\"\n");
    if !commands(build.recipe).is_empty() {
        let _ = write!(
            text,
            "\n\ndef main():\n    \"\"\"Run as one of the package's commands.\"\"\"\n    import sys\n\n    \
             print(__version__ if \"--version\" in sys.argv else \"{banner}\")\n"
        );
    }
    text
}

/// Adds what a distribution says of itself: name, version, what it needs, its commands and its files. The list of
/// files states no digests, which an installer knows better.
pub(super) fn metadata(build: &Build, contents: Contents, packages: &str) -> Contents {
    let (name, version) = (build.name(), build.version);
    let folder = format!("{}-{version}.dist-info", name.replace(['-', '.'], "_"));
    let mut text = format!(
        "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: sample channel\nLicense: {}\n",
        build.recipe.license
    );
    for needed in build.depends.iter().filter_map(|spec| requirement(build, spec)) {
        let _ = writeln!(text, "{needed}");
    }
    let mut contents = contents
        .file(format!("{packages}/{folder}/METADATA"), text)
        .file(format!("{packages}/{folder}/INSTALLER"), "conda\n");
    let commands = commands(build.recipe);
    if !commands.is_empty() {
        let module = main_module(build.recipe);
        let mut text = String::from("[console_scripts]\n");
        for command in commands {
            let _ = writeln!(text, "{command} = {module}:main");
        }
        contents = contents.file(format!("{packages}/{folder}/entry_points.txt"), text);
    }
    let below = format!("{packages}/");
    let own = contents.paths().filter_map(|path| path.strip_prefix(&below));
    let mut record: Vec<String> = own.map(|path| format!("{path},,\n")).collect();
    record.push(format!("{folder}/RECORD,,\n"));
    record.sort();
    contents.file(format!("{packages}/{folder}/RECORD"), record.concat())
}

/// Writes a dependency as Python's tools read it. A spec that says more than versions, or a package that is no
/// distribution, has no counterpart there.
fn requirement(build: &Build, spec: &str) -> Option<String> {
    let name = dependency_name(spec);
    let versions = spec.strip_prefix(&*name)?.trim();
    if name == "python" {
        return plain(versions).then(|| format!("Requires-Python: {versions}"));
    }
    if !build.distributions.contains(&*name) || !(versions.is_empty() || plain(versions)) {
        return None;
    }
    Some(format!("Requires-Dist: {name}{versions}"))
}

/// Tells whether both worlds read a list of versions alike.
fn plain(versions: &str) -> bool {
    let comparison = |part: &str| {
        let version = ["==", "!=", ">=", "<=", ">", "<"]
            .iter()
            .find_map(|operator| part.strip_prefix(operator));
        version.is_some_and(|version| {
            version.starts_with(|c: char| c.is_ascii_digit())
                && version
                    .chars()
                    .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'a' | '*'))
                && (!version.contains('*') || part.starts_with('!') && version.ends_with(".*"))
        })
    };
    versions.split(',').all(comparison)
}

/// Adds the commands of a package that is compiled for one Python version.
pub(super) fn launchers(build: &Build, contents: Contents) -> Contents {
    let python = build.python.unwrap_or_default();
    let module = main_module(build.recipe);
    commands(build.recipe).iter().fold(contents, |contents, command| {
        if build.subdir.is_windows() {
            contents.file(
                format!("Scripts/{command}.bat"),
                format!("@\"%~dp0..\\python.bat\" -c \"import {module}; {module}.main()\" %*\r\n"),
            )
        } else {
            contents.program(
                format!("bin/{command}"),
                format!("#!{PREFIX}/bin/python{python}\nimport sys\n\nfrom {module} import main\n\nsys.exit(main())\n"),
            )
        }
    })
}
