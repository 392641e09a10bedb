//! `specs/channels.lock` on disk: how far the index of each channel counts.

use std::path::Path;

use pyiron_lock_core::Pins;
use pyiron_lock_lockfile::{read_pins, write_pins};
use pyiron_lock_spec::MAX_FILE_BYTES;

use crate::{
    failure::Failure,
    files::{read_source, shown, write_atomically},
};

/// The file, below the folder of the manifest.
pub(crate) const FILE: &str = "channels.lock";

/// Reads pins; without a file nothing is pinned.
pub(crate) fn read(path: &Path) -> Result<Pins, Failure> {
    if !path.exists() {
        return Ok(Pins::default());
    }
    let source = read_source(path, MAX_FILE_BYTES)?;
    read_pins(source.text()).map_err(|error| {
        Failure::bad_input(format!("{}: {error}", shown(path)))
            .help("take it from your version control, or remove it and run `pyiron-lock update`")
    })
}

/// Moves pins to where the index is now. None moves back: a run that reads a part of a channel sees less of it.
pub(crate) fn write(path: &Path, known: &Pins, newest: &Pins) -> Result<(), Failure> {
    let mut pins = known.clone();
    for (channel, subdir, cut_off) in newest.iter() {
        let known = pins.get(channel, subdir);
        pins.set(channel, subdir, known.map_or(cut_off, |known| known.max(cut_off)));
    }
    if pins == *known {
        return Ok(());
    }
    let text = write_pins(&pins)
        .map_err(|error| Failure::unavailable(format!("{} cannot be written: {error}", shown(path))))?;
    write_atomically(path, &text)
}
