//! Every rule, one file each: what it is beside the function that looks for it.

use pyiron_lock_core::Code;

use crate::Rule;

mod floor;

/// Declares the modules of rules and gathers them in a table.
macro_rules! rules {
    ($($module:ident)+) => {
        $(pub(crate) mod $module;)+

        /// Every rule, in the order they are applied and listed.
        pub const ALL: &[Rule] = &[$($module::RULE),+];

        /// The codes of every rule, in the same order.
        pub const CODES: &[Code] = &[$($module::RULE.code),+];
    };
}

rules! {
    target_unknown
    target_subdir
    target_unserved
    target_glibc_too_old
    target_kernel_too_old
    target_cpu_unmet
    target_cuda_unmet
    channel_not_allowed
    package_banned
    security_floor
    licence_denied
    licence_unknown
    need_unmet
    hub_major_differs
    companion_unmet
    mpi_of_another_flavour
    download_too_large
    environment_too_large
    files_too_many
    prefix_too_long
    prefix_breaks_scripts
    archive_format_unread
    cpu_record_refused
    binder_python_unread
    pip_needs_internet
    contains_broken
    versions_differ
    lock_too_old
    waiver_expired
    waiver_unused
    waiver_too_broad
    waiver_unknown_code
}

/// The kind of finding that `resolve` shares with this room.
pub const CONTAINS_BROKEN: Code = contains_broken::RULE.code;

/// Returns the rule of a code.
pub fn rule(word: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.code.as_str() == word)
}
