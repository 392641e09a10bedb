//! The codes of what can be wrong with a lock in itself.

pyiron_lock_core::codes! {
    LOCK_DIGEST = "lock-digest", Error, "the digest of a lock is not that of its text",
    "A lock ends with a digest over everything before it. This one was edited, cut off or merged after it was written, \
     or a checkout changed its line ends. Nothing in it can be relied on. Take it back from version control, or let \
     `resolve` write it again; `*.lock -text` in `.gitattributes` keeps git from touching it.";
    LOCK_CONTRADICTION = "lock-contradiction", Error, "the block of a lock does not describe its records",
    "The `pyiron-lock:` block holds the name of the platform and a digest of the URLs and hashes of the records. Here \
     they are those of another lock, although the text may have a digest that fits: somebody changed records and signed \
     the result. Find out who, and let `resolve` write the lock again.";
    LOCK_HASH_MISSING = "lock-hash-missing", Error, "a record has no hash",
    "Without a hash nobody can tell whether the archive that is downloaded is the one that was locked. CEP 23 leaves \
     hashes in explicit lists optional and CEP 37 wants one; every conda index has them. Lock again with a program that \
     keeps them.";
    LOCK_HASH_MALFORMED = "lock-hash-malformed", Error, "what stands for a hash is none",
    "A sha256 is 64 hexadecimal digits, an md5 32. Anything else was cut off or edited by hand, and installers refuse \
     it or, worse, skip the check. Lock again.";
    LOCK_HASH_WEAK = "lock-hash-weak", Warning, "a record has an md5 but no sha256",
    "md5 finds damage, but archives with the same md5 can be made on purpose. Explicit lists of older conda programs \
     have nothing else. CEP 23 takes `#sha256:` as well: write the list again with it.";
    LOCK_URL_MISMATCH = "lock-url-mismatch", Error, "the URL of a record is not that of its name, version and build",
    "What would be installed is the archive at the URL; what was judged is the record. The file name \
     `NAME-VERSION-BUILD`, as CEP 26 lays it down, or the channel before it says something else than the record. Lock \
     again.";
    LOCK_SUBDIR = "lock-subdir", Error, "a record is of another subdir than the platform",
    "An environment on `linux-64` takes records of `linux-64` and `noarch` and no others; the rest cannot run there. The \
     subdir also stands in the URL, and a record that says `noarch` comes from there. Lock again for this platform.";
    LOCK_CHANNEL_FOREIGN = "lock-channel-foreign", Error, "a record is from a channel that the lock does not name",
    "The lock lists the channels that it was solved from, and this URL is on none of them: the archive may be made by \
     anybody. Name the channel and lock again, or find out how the record came in.";
    LOCK_CREDENTIALS = "lock-credentials", Error, "an address in a lock holds a secret",
    "A password, a token (`/t/...`) or a query is copied with the lock into images, logs and commit histories. Treat it \
     as known to everybody: replace it, and lock again with the plain address. Installers take secrets from their own \
     settings.";
    LOCK_DUPLICATE = "lock-duplicate", Error, "a lock has several records of one name",
    "An environment holds one record of a name. Which of these is installed depends on the installer. Lock again.";
    LOCK_DEPENDENCY_MISSING = "lock-dependency-missing", Error, "what a record depends on is not in the lock",
    "A lock is complete: installers do not solve, so what is missing will be missing in the environment. A record was \
     removed, or the lock was merged from two. Lock again.";
    LOCK_DEPENDENCY_UNMET = "lock-dependency-unmet", Error, "a record does not satisfy what another depends on",
    "The package is there, in a version or build that the record does not work with. A record was exchanged after the \
     solve, or two locks were merged. Lock again.";
    LOCK_DEPENDENCY_UNREADABLE = "lock-dependency-unreadable", Warning, "a dependency cannot be read",
    "The text is not a constraint that conda knows, so nobody can say whether it is met. It comes from the package; tell \
     its makers.";
    LOCK_CONSTRAINS_BROKEN = "lock-constrains-broken", Error, "a record excludes what another one or the platform is",
    "`constrains` says which versions of a package a record can stand beside, without needing it; it may name a virtual \
     package as well. The lock holds, or its platform promises, one that is excluded. Some solvers dropped constraints \
     on virtual packages. Lock again with one that does not.";
    LOCK_VIRTUAL_PACKAGE = "lock-virtual-package", Error, "the platform does not promise what a record needs",
    "The record needs a virtual package, CEP 30, that the platform of the lock does not promise or promises too low: it \
     was locked on a machine that has it, for machines that may not. Lock for the platform, or promise more where every \
     machine keeps it.";
    LOCK_UNREAD = "lock-unread", Warning, "something in a lock cannot be checked",
    "Source packages are built where they are installed, archives in a folder are known to one machine only, and some \
     lines cannot be read at all. No check says anything about them. Publish the package on a channel and lock that.";
    LOCK_PIP_UNCHECKED = "lock-pip-unchecked", Note, "packages from PyPI are not checked",
    "The lock holds pip packages. Checks here are about conda records: hashes, dependencies and platforms of pip \
     packages are for other programs.";
    LOCK_PROMISES_UNKNOWN = "lock-promises-unknown", Note, "the lock does not say what its platform promises",
    "Records need virtual packages such as `__glibc`, and this format does not record which the solver was promised. So \
     whether they are met shows only where the lock is compared with a target.";
    LOCK_DEPENDS_UNKNOWN = "lock-depends-unknown", Note, "the lock does not say what its records depend on",
    "Explicit lists hold URLs and nothing else. Whether the list is complete cannot be seen without the index of the \
     channels.";
}
