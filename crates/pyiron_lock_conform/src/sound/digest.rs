//! The block of our own locks: does it describe the text and the records.

use pyiron_lock_core::{Span, records_digest};
use rattler_conda_types::RepoDataRecord;

use super::{
    codes::{LOCK_CONTRADICTION, LOCK_DIGEST},
    view::{Case, View},
};

/// Checks the block, where there is one.
pub(super) fn check<'a>(view: &View<'a>) -> Vec<Case<'a>> {
    let lock = view.lock;
    let mut cases = Vec::new();
    if lock.digest_holds == Some(false) {
        let message = "the lock was changed after it was written: its digest is not that of its text";
        cases.push(view.at(
            LOCK_DIGEST,
            line(view, "  digest: "),
            message,
            "the digest of another text",
        ));
    }
    let Some(stamp) = &lock.stamp else {
        return cases;
    };
    if stamp.platform != lock.platform.name.as_str() {
        let message = format!(
            "the block is about the platform `{}`, the records are for `{}`",
            stamp.platform, lock.platform.name
        );
        let span = line(view, "  platform: ");
        cases.push(view.at(LOCK_CONTRADICTION, span, &message, "said here"));
    }
    let mut records: Vec<&RepoDataRecord> = lock.entries.iter().map(|entry| &entry.record).collect();
    records.sort_by(|a, b| a.package_record.name.cmp(&b.package_record.name));
    if records_digest(records) != stamp.records_digest {
        let message =
            "the block describes other records: URLs or hashes were changed after the lock was written";
        let span = line(view, "  records-digest: ");
        cases.push(view.at(LOCK_CONTRADICTION, span, message, "the digest of other records"));
    }
    cases
}

/// Returns the place of a line of the block, which is the last part of the text.
fn line(view: &View<'_>, key: &str) -> Span {
    let text = view.source().text();
    text.rfind(&format!("\n{key}"))
        .map_or_else(Span::default, |newline| {
            let mut span = view.source().line_span(newline + 1);
            span.start += 2;
            span
        })
}
