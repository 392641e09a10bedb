//! What the packages of the sample channel put into a prefix: small files that say where they come from. A kind
//! has a shape; Python itself has its own.

mod compiled;
mod interpreter;
mod python;

use std::collections::BTreeSet;

use pyiron_lock_testkit::{Contents, PREFIX};
use rattler_conda_types::Subdir;

use super::recipe::{Kind, Recipe};

/// One build of a recipe.
pub(crate) struct Build<'b> {
    pub(crate) recipe: &'b Recipe,
    pub(crate) version: &'b str,
    pub(crate) subdir: Subdir,
    /// The Python version of an extension, such as `3.12`.
    pub(crate) python: Option<&'b str>,
    pub(crate) depends: &'b [String],
    /// The names that are Python distributions, as opposed to programs and data.
    pub(crate) distributions: &'b BTreeSet<&'b str>,
}

/// Makes the files of a build.
pub(crate) fn of(build: &Build) -> Contents {
    let recipe = build.recipe;
    let contents = match recipe.kind {
        Kind::Pure => python::pure(build),
        Kind::Data => data(build),
        Kind::Native if recipe.name == "python" => interpreter::contents(build),
        Kind::Native => compiled::native(build),
        Kind::Extension => compiled::extension(build),
    };
    if recipe.link_scripts {
        link_scripts(build, contents)
    } else {
        contents
    }
}

impl Build<'_> {
    fn name(&self) -> &str {
        &self.recipe.name
    }

    /// What every file of a build says of itself.
    fn banner(&self) -> String {
        format!(
            "{} {}, a stand-in from the pyiron-lock sample channel",
            self.name(),
            self.version
        )
    }
}

fn data(build: &Build) -> Contents {
    let name = build.name();
    let contents = Contents::new().file(
        format!("share/{name}/{name}.txt"),
        format!("{}\n", build.banner()),
    );
    shell_commands(
        build,
        contents,
        build.recipe.commands.as_deref().unwrap_or_default(),
    )
}

/// Adds programs that say what they stand in for.
fn shell_commands(build: &Build, contents: Contents, commands: &[String]) -> Contents {
    let banner = build.banner();
    commands.iter().fold(contents, |contents, command| {
        if build.subdir.is_windows() {
            contents.file(
                format!("Library/bin/{command}.bat"),
                format!("@echo {command} of {banner}, in {PREFIX}\r\n"),
            )
        } else {
            contents.program(
                format!("bin/{command}"),
                format!("#!/bin/sh\nprintf '%s\\n' '{command} of {banner}, in {PREFIX}'\n"),
            )
        }
    })
}

/// Adds scripts for an installer to run after linking and before unlinking; what they leave behind shows
/// whether they ran.
fn link_scripts(build: &Build, contents: Contents) -> Contents {
    let (name, banner) = (build.name(), build.banner());
    let mut contents = contents;
    if !build.subdir.is_windows() {
        let trace = format!("\"$PREFIX/share/{name}-linked.txt\"");
        contents = contents
            .program(
                format!("bin/.{name}-post-link.sh"),
                format!("#!/bin/sh\nmkdir -p \"$PREFIX/share\"\nprintf '%s\\n' '{banner}' >{trace}\n"),
            )
            .program(
                format!("bin/.{name}-pre-unlink.sh"),
                format!("#!/bin/sh\nrm -f {trace}\n"),
            );
    }
    if build.subdir.is_windows() || build.subdir == Subdir::NoArch {
        let trace = format!("\"%PREFIX%\\{name}-linked.txt\"");
        contents = contents
            .file(
                format!("Scripts/.{name}-post-link.bat"),
                format!("@echo {banner}>{trace}\r\n"),
            )
            .file(
                format!("Scripts/.{name}-pre-unlink.bat"),
                format!("@del {trace}\r\n"),
            );
    }
    contents
}
