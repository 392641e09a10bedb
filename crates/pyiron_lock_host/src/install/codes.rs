//! The codes of what is found before and while an environment is installed.

pyiron_lock_core::codes! {
    INSTALL_WRONG_MACHINE = "install-wrong-machine", Error, "a lock is for another kind of machine",
        "The packages of the lock are made for another system or processor family than the machine that installs. Name \
         the platform with `--platform`, or install on a machine of that kind.";
    INSTALL_PROMISE_UNMET = "install-promise-unmet", Error, "this machine does not keep what the lock was promised",
        "Locks are solved for what a platform promises: a version of glibc, of the kernel, a level of the processor. Here \
         the machine has less, so that programs would not start. Choose a platform that promises less, or a newer \
         machine. Only the machine that installs is looked at: nodes where it is used may have less, which \
         `verify --target` tells.";
    INSTALL_PROMISE_UNSEEN = "install-promise-unseen", Note, "something a lock was promised cannot be seen on this machine",
        "A login node has no GPU, and a processor may be known by a name that says nothing of its level. Whether nodes \
         keep the promise is checked by `verify --target`.";
    INSTALL_NO_ROOM = "install-no-room", Error, "there is no room for an environment",
        "The file system of the root has less left than the archives alone have, once packed and once unpacked, or cannot \
         be written, or quotas leave no file. Make room, or choose another root.";
    INSTALL_LITTLE_ROOM = "install-little-room", Warning, "there may be too little room for an environment",
        "What is left may be less than the environment takes. How many files and bytes it has is an estimate from the \
         number of packages, because no lock says it; it can be several times too high. Before each package is unpacked \
         its true size is held against what is left, and nothing that was there before is touched if it does not fit.";
    INSTALL_PREFIX_TOO_LONG = "install-prefix-too-long", Error, "the path of an environment is too long",
        "The path is written into programs in the place of a placeholder of 255 letters, and a longer one does not fit. \
         Choose a shorter root.";
    INSTALL_PREFIX_LONG = "install-prefix-long", Warning, "the path of an environment is too long for first lines",
        "A first line of a script may have 127 letters on Linux, which a path of more than 109 exceeds with \
         `bin/python3.12`. Scripts then go through `/bin/sh` or `/usr/bin/env`, and some work only in an activated \
         environment. Choose a shorter root.";
    INSTALL_NOT_WRITABLE = "install-not-writable", Error, "the root cannot be written",
        "The user who installs may not make files there, or the file system is mounted read-only. Nothing was changed.";
    INSTALL_NO_PROGRAMS = "install-no-programs", Error, "programs below the root cannot be started",
        "The file system is mounted with `noexec`. Choose a root on another.";
    INSTALL_IN_MEMORY = "install-in-memory", Warning, "the root is in memory",
        "What is installed there is gone when the machine starts anew, and other machines do not see it.";
    INSTALL_GROUP = "install-group", Error, "the group cannot be given the files",
        "There is no group of that name, or the user who installs is not in it. Ask who runs the system, or leave \
         `--group` out: files then belong to the group of the user.";
    INSTALL_ROOT_CLOSED = "install-root-closed", Warning, "readers cannot get to the root",
        "A folder above the root lets only its owner or its group in, so that others cannot read what is installed. The \
         modes of folders above the root are not changed: open them, or choose another root.";
    INSTALL_SCRIPTS_LEFT_OUT = "install-scripts-left-out", Note, "scripts of packages were not run",
        "Some packages bring a script to be run once they are linked. It may do anything with the rights of the user who \
         installs, so it is run only with `--link-scripts`. Most packages work without.";
    INSTALL_SHARED_PATH = "install-shared-path", Note, "several packages bring the same file",
        "The file of the package that others depend on less is used; those of the others are kept in `__clobbers__` in \
         the prefix.";
    INSTALL_NOT_COMPILED = "install-not-compiled", Note, "some Python modules cannot be compiled",
        "This is common for tests and templates that are no valid Python. Such modules are compiled by nobody.";
}
