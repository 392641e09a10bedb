//! The formats, one file each, in folders by group.

mod clusters;
mod containers;
mod jupyter;
mod locks;
mod pipelines;
mod services;

pub use self::pipelines::release;
use crate::format::Format;

/// Returns every format, group by group.
pub fn formats() -> impl Iterator<Item = &'static Format> {
    [
        containers::FORMATS,
        jupyter::FORMATS,
        clusters::FORMATS,
        services::FORMATS,
        locks::FORMATS,
        pipelines::FORMATS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Returns the format of that name.
pub fn format_named(name: &str) -> Option<&'static Format> {
    formats().find(|format| format.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_format_says_who_reads_it() {
        let names: BTreeSet<&str> = formats().map(|format| format.name).collect();
        assert_eq!(names.len(), formats().count());
        for format in formats() {
            assert!(!format.proofs.is_empty(), "{}", format.name);
        }
    }

    #[test]
    fn formats_stand_in_the_folder_of_their_group() {
        let groups: Vec<_> = formats().map(|format| format.group).collect();
        let mut sorted = groups.clone();
        sorted.sort();
        assert_eq!(groups, sorted);
        sorted.dedup();
        assert_eq!(sorted, crate::format::Group::ALL);
    }
}
