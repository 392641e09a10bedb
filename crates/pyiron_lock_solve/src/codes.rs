//! The codes of what a solve can find wrong with requests.

pyiron_lock_core::codes! {
    PACKAGE_NOT_FOUND = "package-not-found", Error, "no record of the requested package exists",
    "The channels hold no record of that name on this platform. Either the name is misspelt, or it is the name that \
     the package has on PyPI: `torch` is `pytorch` on conda-forge, `tables` is `pytables`, and `-` and `_` are not the \
     same there. The message names what the channels have, where that is known. Or the package is not built for this \
     platform: put a selector on the line.";
    VERSION_NOT_FOUND = "version-not-found", Error, "no record matches the requested version or build",
    "The package exists on this platform, but no record of it satisfies the version or build on the line. The \
     message lists the versions that exist.";
    ALL_NEWER = "all-newer", Error, "every record of a package is newer than the cut-off",
    "`exclude-newer` leaves out what was built later, and of this package nothing is left. Move the cut-off, or do not \
     ask for the package.";
    VIRTUAL_PACKAGE_MISSING = "virtual-package-missing", Error, "the platform does not promise what a package needs",
    "Every candidate needs a virtual package, such as `__cuda` or a newer `__glibc`, that the platform in \
     `specs/tiers.yml` does not promise. Locks are solved for named platforms, never for the machine at hand: \
     raise the promise only if every machine that installs the lock keeps it.";
    DEPENDENCY_NOT_FOUND = "dependency-not-found", Error, "a dependency of a request has no candidate",
    "The requested package exists, but something it depends on has no record in the channels, or none in the \
     version that is needed. The chain shows which.";
    REQUESTS_CONFLICT = "requests-conflict", Error, "requests exclude each other",
    "No set of records satisfies these lines together; without any one of them, the others could be satisfied. \
     The chains show where they meet. Loosen or drop one of the lines.";
}
