//! Hashes: is there one, is it one, is it a strong one.

use super::{
    codes::{LOCK_HASH_MALFORMED, LOCK_HASH_MISSING, LOCK_HASH_WEAK},
    titled,
    view::{Case, View},
};

/// Checks the hashes of every record.
pub(super) fn check<'a>(view: &View<'a>) -> Vec<Case<'a>> {
    let mut cases = Vec::new();
    for entry in &view.lock.entries {
        let package = &entry.record.package_record;
        let title = titled(entry);
        if let Some(span) = entry.hash_fault {
            let message = format!("the hash of {title} is none");
            let mut case = view.at(LOCK_HASH_MALFORMED, span, &message, "not a hash");
            case.package = Some(package.name.as_normalized().to_owned());
            cases.push(case);
        } else if package.sha256.is_none() {
            let (code, message) = if package.md5.is_none() {
                (LOCK_HASH_MISSING, format!("{title} has no hash"))
            } else {
                (LOCK_HASH_WEAK, format!("{title} has an md5 and no sha256"))
            };
            cases.push(view.about(code, &[entry], &message, "no sha256"));
        }
    }
    cases
}
