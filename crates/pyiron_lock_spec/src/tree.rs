//! The reader of files that people wrote, set up for those of this room.

pub(crate) use pyiron_lock_core::yaml::tree::{Field, Reader, did_you_mean, helped};

use pyiron_lock_core::SourceRef;

use crate::{codes, yaml_trouble};

/// Starts to read a file; knows the usual slips in requests, and which findings are about secrets.
pub(crate) fn reader(source: &SourceRef) -> Reader<'_> {
    Reader::new(source)
        .explaining(yaml_trouble::explain)
        .hiding(codes::is_about_a_secret)
}
