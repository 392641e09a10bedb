//! The codes of what the program finds before it can read anything, and of locks that are not what is asked for.

pyiron_lock_core::codes! {
    FILE_UNREADABLE = "file-unreadable", Error, "a file cannot be read",
        "The file does not exist, is a folder, is not UTF-8 text, is larger than any such file needs to be, or may not \
         be read. Other files are checked all the same.";
    LOCK_STALE = "lock-stale", Error, "a lock is missing or does not satisfy its specs any more",
        "The specs, the platform or the channels changed since the lock was made. The reasons are listed for each item; \
         nothing is solved to find them. Run `resolve` and commit the locks. `verify` and `resolve --check` exit with 4.";
    INSTALL_TEST_FAILED = "install-test-failed", Error, "an installed environment does not work",
        "A module of the tier cannot be imported, or a command fails. The release was taken away again and the current \
         one is what it was. The message holds the last lines of the test. Tests run in an environment of their own: \
         variables of the user who installs have no part in it. `--no-smoke` installs without.";
    INSTALL_WITHOUT = "install-without", Note, "a release has no kernelspec or no modulefile",
        "An install lays a kernelspec and modulefiles into the release, where they follow the link `current`. One of them          could not be made, for the reason in the message: the lock has no `ipykernel`, or the path of the root has          letters that kernels and shells read as something else. The release works without.";
}
