//! `specs/channels.lock`: how far the index of each channel counts. One canonical form.

use std::collections::BTreeMap;

use pyiron_lock_core::{Pins, yaml::data};
use rattler_conda_types::Subdir;
use serde::{Deserialize, Serialize};

use crate::error::LockError;

/// The format number that this program writes, and the newest that it reads.
const FORMAT: u32 = 1;

const HEAD: &str = "# Written by `pyiron-lock update`: builds that are newer than the cut-off of their channel and subdir do\n\
                    # not count, so that a resolve today chooses among what there was then.\n";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    format: u32,
    /// What becomes of records without a timestamp.
    undated: Undated,
    channels: Vec<Channel>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Undated {
    Kept,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Channel {
    url: String,
    cut_offs: BTreeMap<String, String>,
}

/// Writes pins; the same pins always give the same bytes.
pub fn write_pins(pins: &Pins) -> Result<String, LockError> {
    let mut channels: Vec<Channel> = Vec::new();
    for (url, subdir, cut_off) in pins.iter() {
        if channels.last().is_none_or(|channel| channel.url != url) {
            channels.push(Channel {
                url: url.to_owned(),
                cut_offs: BTreeMap::new(),
            });
        }
        if let Some(channel) = channels.last_mut() {
            channel.cut_offs.insert(subdir.to_string(), cut_off.to_string());
        }
    }
    let file = File {
        format: FORMAT,
        undated: Undated::Kept,
        channels,
    };
    let text = data::to_string(&file).map_err(|error| LockError::Block(error.to_string()))?;
    Ok(format!("{HEAD}{text}"))
}

/// Reads pins.
pub fn read_pins(text: &str) -> Result<Pins, LockError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let wrong = |error: &dyn std::fmt::Display| LockError::Pins(error.to_string());
    if let Ok(Format { format }) = data::from_str::<Format>(text)
        && format > FORMAT
    {
        return Err(LockError::Newer {
            found: format,
            known: FORMAT,
        });
    }
    let file: File = data::from_str(text).map_err(|error| wrong(&error))?;
    let mut pins = Pins::default();
    for channel in file.channels {
        for (subdir, cut_off) in channel.cut_offs {
            let subdir: Subdir = subdir
                .parse()
                .map_err(|_| wrong(&format!("`{subdir}` is not a subdir")))?;
            pins.set(
                &channel.url,
                subdir,
                cut_off.parse().map_err(|error| wrong(&error))?,
            );
        }
    }
    Ok(pins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_written_the_same() {
        let mut pins = Pins::default();
        let forge = "https://conda.anaconda.org/conda-forge/";
        pins.set(forge, Subdir::NoArch, "2026-10-15T08:12:33.123Z".parse().unwrap());
        pins.set(forge, Subdir::Linux64, "2026-10-14".parse().unwrap());
        pins.set(
            "https://a.invalid/",
            Subdir::NoArch,
            "2025-01-01".parse().unwrap(),
        );
        let text = write_pins(&pins).unwrap();
        assert_eq!(read_pins(&text).unwrap(), pins);
        assert_eq!(
            text.strip_prefix(HEAD).unwrap(),
            "format: 1\nundated: kept\nchannels:\n- url: https://a.invalid/\n  cut-offs:\n    noarch: 2025-01-01\n\
             - url: https://conda.anaconda.org/conda-forge/\n  cut-offs:\n    linux-64: 2026-10-14\n    \
             noarch: 2026-10-15T08:12:33.123Z\n"
        );
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        for (text, told) in [
            ("format: 2\n", "has format 2"),
            ("format: 1\nundated: dropped\nchannels: []\n", "unknown variant"),
            (
                "format: 1\nundated: kept\nchannels: []\nmore: 1\n",
                "unknown field",
            ),
            (
                "format: 1\nundated: kept\nchannels: [{ url: x, cut-offs: { linux-65: 2026-01-01 } }]\n",
                "`linux-65` is not a subdir",
            ),
            (
                "format: 1\nundated: kept\nchannels: [{ url: x, cut-offs: { noarch: soon } }]\n",
                "`soon` is neither a date",
            ),
        ] {
            let error = read_pins(text).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
