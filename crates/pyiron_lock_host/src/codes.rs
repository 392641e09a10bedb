//! The codes of what can be wrong with a machine and with an environment that is installed.

use pyiron_lock_core::Code;

pyiron_lock_core::codes! {
    HOST_PROMISE_BROKEN = "host-promise-broken", Error, "this machine does not keep what is promised of it",
        "A target, or a lock for what it told the solver, promises something of the machines that environments run on, \
         and this machine has less. Programs may not start, or start and fail later: a glibc that is too old, a CPU \
         without instructions that were counted on, a file system that is full. The finding says what was promised and \
         what was seen. Correct the target if it promises too much, lock for a platform that promises less, or use \
         another machine. A variable such as `CONDA_OVERRIDE_GLIBC` speaks in the place of a measurement, and the \
         finding says so.";
    HOST_UNSERVED = "host-unserved", Error, "no lock of a tier runs on this machine",
        "Every lock of the tier promises something that this machine does not keep, or is for another kind of system. \
         The finding names for each lock the first promise that is broken. Lock the tier for a platform that this \
         machine keeps, or name the lock that is meant with `--platform` to see all of it.";
    PREFIX_PACKAGE_MISSING = "prefix-package-missing", Error, "a package of the lock is not installed",
        "The lock names the package, and `conda-meta` of the environment has no record of it. What needs it fails, or \
         finds another one elsewhere. Install the environment anew from the lock.";
    PREFIX_PACKAGE_EXTRA = "prefix-package-extra", Error, "a package is installed that the lock does not name",
        "Somebody installed it by hand, or the environment was made from another lock. It may shadow or hold back \
         others. Add it to the specs and resolve, or install the environment anew.";
    PREFIX_PACKAGE_DIFFERS = "prefix-package-differs", Error, "a package is installed in another build than the lock names",
        "Version, build string or the digest of the archive differ. A digest that differs where version and build are \
         the same means that the archive was another one: rebuilt, altered, or of another channel. Install the \
         environment anew from the lock.";
    PREFIX_PACKAGE_TWICE = "prefix-package-twice", Error, "a package has two records in one environment",
        "Two files of `conda-meta` name one package, as an update that was interrupted leaves behind. Nobody knows which \
         files belong to which. Install the environment anew.";
    PREFIX_PACKAGE_UNPROVEN = "prefix-package-unproven", Note, "nothing proves that a package is the one of the lock",
        "Name, version and build agree, but the lock or the record of the package has no digest, as locks and programs \
         of old do not. The files are held against the record all the same.";
    PREFIX_CHANNEL_DIFFERS = "prefix-channel-differs", Warning, "a package came from another channel than the lock names",
        "The archive has the digest of the lock, so it is the same, but its record names another address, as programs \
         leave it that install through a mirror by its own name. Updates may look in the wrong place.";
    PREFIX_RECORD_UNREADABLE = "prefix-record-unreadable", Error, "a record of an environment cannot be read",
        "A file in `conda-meta` is not the record of a package: damaged, cut off, not a regular file, or larger than \
         any record. What it installed cannot be told from what nobody installed.";
    PREFIX_PATH_ESCAPES = "prefix-path-escapes", Error, "a record or a link leads out of the environment",
        "The path of a file in a record is absolute, leads upwards, or goes through a link that leaves the environment. \
         Nothing outside was read. No package of a channel has such paths: somebody tampered with the record, or moved \
         a folder and left a link.";
    PREFIX_FILE_MISSING = "prefix-file-missing", Error, "a file that a package installed is gone",
        "The record of the package names it, and nothing lies there. Purges of scratch file systems do this, and so do \
         programs that tidy up. Install the environment anew.";
    PREFIX_FILE_ALTERED = "prefix-file-altered", Error, "a file is not what its package installed",
        "Its digest differs from that in the record, something else lies in its place, or a link leads elsewhere. \
         Somebody edited it, another package or pip wrote over it, or the disk fails. Bytecode that Python made anew \
         does not count: it lies in `__pycache__` beside its source, is of the source as it is now, and the source was \
         written by the installer, so that the bytecode of the package cannot have fitted.";
    PREFIX_FILE_UNREADABLE = "prefix-file-unreadable", Error, "a file or folder of an environment cannot be read",
        "Modes or the file system keep this user from reading it, so nobody can say whether it is what was installed. \
         Run as a user who may read it, and see whether those who are to use the environment may. Exit code 6 unless \
         something worse was found.";
    PREFIX_CODE_UNRECORDED = "prefix-code-unrecorded", Error, "code lies in an environment that nobody recorded",
        "A program, module or library lies where shells, Python or the loader look, and neither a package of conda nor \
         a distribution of pip recorded it. It may be run or imported in the place of what was locked. Other files \
         that nobody recorded, such as caches, are only counted. Bytecode in `__pycache__` beside a source that is \
         recorded is Python's own, unless its head says that Python never looks at the source again.";
    PREFIX_FILE_UNRECORDED = "prefix-file-unrecorded", Note, "files lie in an environment that nobody recorded",
        "They are no code: caches, logs, what scripts of packages wrote. They count against quotas and go when the \
         environment is removed.";
    PREFIX_PIP_OVERLAY = "prefix-pip-overlay", Error, "a distribution was installed over an environment, not by conda",
        "Its folder in `site-packages` names another installer, and the lock does not ask for it. It is imported in the \
         place of what was locked. The finding says who installed it and from where; code of an editable one lies \
         outside of the environment. Put it into the specs, or remove it with the program that installed it.";
    PREFIX_PIP_DIFFERS = "prefix-pip-differs", Error, "a pip package is missing or of another version than the lock says",
        "The lock names pip packages besides those of conda. Install them as the guide to installing says.";
    PREFIX_PIP_ALTERED = "prefix-pip-altered", Error, "a file is not what pip installed",
        "The distribution wrote down digests of its files, and this one differs or is gone.";
    PREFIX_REQUIRES_UNMET = "prefix-requires-unmet", Warning, "a Python distribution requires what is not there",
        "Metadata of a distribution ask for another distribution, or another version of it, as `pip check` tells. \
         Channels patch what conda packages need and rarely patch the metadata, so that it may work all the same; \
         programs that look at entry points and metadata complain. Waive it with the tier and the package once it is \
         understood.";
    PREFIX_USER_SITE = "prefix-user-site", Warning, "Python would import packages of this user in the place of those installed",
        "The folder of packages of the user comes before that of the environment. It differs from user to user, so that \
         one sees what others do not. Set `PYTHONNOUSERSITE=1`, which kernels and modules that are exported do.";
    PREFIX_PYTHON_PATH = "prefix-python-path", Warning, "a variable makes Python import from elsewhere",
        "`PYTHONPATH` or `PYTHONHOME` is set for whoever ran this. Modules there come before those of the environment. \
         Modules of a cluster often set it; unload them, or start Python with `-E`.";
    PREFIX_PTH_LEADS_OUT = "prefix-pth-leads-out", Error, "a file of an environment adds a folder elsewhere to Python",
        "A `.pth` file that no conda package brought names a folder outside of the environment, as editable installs do. \
         What is imported from there is in no lock and changes without notice.";
    PREFIX_HISTORY = "prefix-history", Warning, "another program changed an environment after it was made",
        "The history in `conda-meta` names more than one change. What it changed shows in other findings, if it is \
         not what the lock says. Environments that are shared are better made anew than changed.";
    PREFIX_MARKED = "prefix-marked", Note, "another program made an environment or keeps notes in it",
        "`conda-meta` holds a history or the notes of pixi or mamba. Such a program may change the environment the next \
         time somebody uses it there.";
    PREFIX_WORLD_WRITABLE = "prefix-world-writable", Error, "anybody may write into an environment",
        "Files or folders can be written by every user of the machine, so that anybody can place code there that \
         others run. `chmod -R o-w` takes it back.";
    PREFIX_GROUP_WRITABLE = "prefix-group-writable", Warning, "a group may write files of an environment whose folder it may not write",
        "The folder of the environment is for its owner alone to write, files inside are not: a umask of 002 when they \
         were made. `chmod -R g-w` takes it back.";
    PREFIX_GROUP_UNREADABLE = "prefix-group-unreadable", Warning, "a group may read an environment but not all of it",
        "The folder of the environment can be read by its group, and files or folders inside cannot: a umask of 077 \
         when they were made. Programs fail for the others only. `chmod -R g+rX` mends it.";
    PREFIX_OWNER_DIFFERS = "prefix-owner-differs", Warning, "files of an environment belong to another user than the environment",
        "Somebody else installed into it. The owner of the environment may not be able to change or remove these files.";
    PREFIX_SETUID = "prefix-setuid", Warning, "a file of an environment runs with the rights of its owner or group",
        "No package of a channel needs this. Take the bit away unless you know who set it.";
    PREFIX_SCRIPT_BROKEN = "prefix-script-broken", Error, "a script of an environment cannot be started",
        "Its first line names an interpreter that is not there, or is longer than the 127 characters that every kernel \
         reads. The environment was moved, removed in parts, or lies too deep.";
    PREFIX_MOVED = "prefix-moved", Error, "an environment is not where it was installed",
        "Its scripts or the notes of its installer name another place. Programs of conda packages hold the path of their \
         environment, so that a copy uses files of the first one while it is there, and fails once it is gone. Install it \
         anew at the place where it is to be.";
    PREFIX_CUT = "prefix-cut", Error, "an environment holds more than is looked at",
        "There are more than five million files and folders below it. What was seen is told; the rest may be anything.";
}

/// Returns whether findings of a code mean that an environment is not what was installed or locked.
pub fn is_drift(code: Code) -> bool {
    [
        PREFIX_PACKAGE_MISSING,
        PREFIX_PACKAGE_EXTRA,
        PREFIX_PACKAGE_DIFFERS,
        PREFIX_PACKAGE_TWICE,
        PREFIX_CHANNEL_DIFFERS,
        PREFIX_RECORD_UNREADABLE,
        PREFIX_PATH_ESCAPES,
        PREFIX_FILE_MISSING,
        PREFIX_FILE_ALTERED,
        PREFIX_CODE_UNRECORDED,
        PREFIX_FILE_UNRECORDED,
        PREFIX_PIP_OVERLAY,
        PREFIX_PIP_DIFFERS,
        PREFIX_PIP_ALTERED,
        PREFIX_PTH_LEADS_OUT,
        PREFIX_MOVED,
        PREFIX_SCRIPT_BROKEN,
    ]
    .contains(&code)
}
