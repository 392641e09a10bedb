//! The codes of what can be wrong with a machine.

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
}
