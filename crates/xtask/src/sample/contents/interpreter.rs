//! Python itself: a script that hands over to a Python of the machine and gives it the modules of the prefix.

use pyiron_lock_testkit::{Contents, PREFIX};

use super::{
    Build,
    compiled::{site_packages, with_library},
};

const UNIX: &str = include_str!("interpreter.sh");

/// The interpreter under its three names, its library, and the folder that modules go to.
pub(super) fn contents(build: &Build) -> Contents {
    let short = minor(build.version);
    let packages = site_packages(build.subdir, &short);
    let contents = Contents::new().file(
        format!("{packages}/README.txt"),
        format!("Modules of {}.\n", build.banner()),
    );
    if build.subdir.is_windows() {
        // Without a copy of Python for Windows to test it with, this is as much as can be promised.
        return contents.file(
            "python.bat",
            "@setlocal\r\n@set \"PYTHONPATH=%~dp0Lib\\site-packages\"\r\n@python.exe -s -S %*\r\n",
        );
    }
    let name = format!("python{short}");
    let script = UNIX.replace("@PREFIX@", PREFIX).replace("@SHORT@", &short);
    let contents = contents
        .program(format!("bin/{name}"), script)
        .link("bin/python3", &name)
        .link("bin/python", &name);
    with_library(build, contents, &name)
}

/// `3.12.10` gives `3.12`.
fn minor(version: &str) -> String {
    version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}
