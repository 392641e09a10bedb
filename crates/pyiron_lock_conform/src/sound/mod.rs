//! Whether a lock is sound in itself: whole, complete, free of contradictions. Asks no index and no target.

mod channels;
pub mod codes;
mod digest;
mod hashes;
mod needs;
mod urls;
mod view;

#[cfg(test)]
mod tests;

use pyiron_lock_lockfile::AnyLock;

use crate::judged::Judged;
use view::{View, titled};

/// Checks a lock of any format.
///
/// Findings of one code are folded into one where there are many. A format that leaves something open gives a note, never a pass.
pub fn sound(lock: &AnyLock) -> Vec<Judged> {
    let view = View::new(lock);
    let mut judged = Vec::new();
    view.judge(digest::check(&view), &mut judged);
    view.judge(hashes::check(&view), &mut judged);
    view.judge(urls::check(&view), &mut judged);
    view.judge(channels::check(&view), &mut judged);
    view.judge(needs::check(&view), &mut judged);
    view.judge(left_open(&view), &mut judged);
    judged
}

/// What the format or the text leaves unchecked.
fn left_open<'a>(view: &View<'a>) -> Vec<view::Case<'a>> {
    let lock = view.lock;
    let mut cases: Vec<view::Case<'_>> = Vec::new();
    for unread in &lock.unread {
        let message = format!("cannot be checked: {}", unread.what);
        let mut case = view.at(codes::LOCK_UNREAD, unread.span, &message, "not checked");
        let written = lock.source.slice(unread.span);
        case.finding.hides_source = pyiron_lock_lockfile::secret::is_secret(written);
        case.package.clone_from(&unread.name);
        cases.push(case);
    }
    if !lock.pip.is_empty() {
        let count = lock.pip.len();
        let s = if count == 1 { "" } else { "s" };
        let message = format!("{count} pip package{s} are not checked").replace("package are", "package is");
        cases.push(view.at(codes::LOCK_PIP_UNCHECKED, Default::default(), &message, ""));
    }
    let open = lock.entries.iter().filter(|entry| !entry.knows_depends).count();
    if open > 0 {
        let message = format!(
            "what {open} of {} records depend on is not in the lock",
            lock.entries.len()
        );
        cases.push(view.at(codes::LOCK_DEPENDS_UNKNOWN, Default::default(), &message, ""));
    }
    cases
}
