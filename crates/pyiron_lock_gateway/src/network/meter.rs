//! Looks at an answer while it passes: does it begin like what was asked for, and does it stay within its limit once
//! it is unpacked.

use std::io::{self, Write};

use flate2::write::GzDecoder;
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

use super::trouble::TroubleKind;

/// What an address stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The list of shards of a subdir, CEP 16.
    ShardIndex,
    /// The records of one name.
    Shard,
    /// A whole index, packed.
    Packed,
    /// A whole index.
    Plain,
    /// Nothing that is read here.
    Other,
}

impl Asked {
    pub(super) fn of(path: &str) -> Self {
        if path.ends_with("/repodata_shards.msgpack.zst") {
            Self::ShardIndex
        } else if path.ends_with(".msgpack.zst") {
            Self::Shard
        } else if path.ends_with("/repodata.json.zst") {
            Self::Packed
        } else if path.ends_with("/repodata.json") {
            Self::Plain
        } else {
            Self::Other
        }
    }

    /// Returns whether an answer is small enough to be kept in memory until it is complete.
    pub(super) fn is_small(self) -> bool {
        !matches!(self, Self::Packed | Self::Plain)
    }

    /// Returns the most bytes that an answer may hold, unpacked: well above what the largest channels have.
    fn limit(self) -> u64 {
        match self {
            Self::Packed | Self::Plain => crate::place::MAX_INDEX_BYTES,
            Self::ShardIndex => 256 << 20,
            Self::Shard => 64 << 20,
            Self::Other => 1 << 20,
        }
    }
}

/// Counts what an answer holds once it is unpacked.
pub(super) struct Meter {
    asked: Asked,
    count: Count,
    begun: bool,
}

enum Count {
    Plain(u64),
    Zstd {
        decoder: Decoder<'static>,
        scratch: Vec<u8>,
        held: u64,
    },
    Gzip(Box<GzDecoder<Counter>>),
}

#[derive(Default)]
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Meter {
    /// Starts to count; `gzip` says whether the server packed the answer for the way.
    pub(super) fn new(asked: Asked, gzip: bool) -> Result<Self, TroubleKind> {
        let packed = !matches!(asked, Asked::Plain | Asked::Other);
        let count = match (packed, gzip) {
            (true, true) => return Err(not_an_index("it is packed twice")),
            (true, false) => {
                let decoder = Decoder::new().map_err(|error| TroubleKind::Other(error.to_string()))?;
                Count::Zstd {
                    decoder,
                    scratch: vec![0; 128 << 10],
                    held: 0,
                }
            }
            (false, true) => Count::Gzip(Box::new(GzDecoder::new(Counter::default()))),
            (false, false) => Count::Plain(0),
        };
        Ok(Self {
            asked,
            count,
            begun: false,
        })
    }

    /// Takes the next bytes of the answer.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Result<(), TroubleKind> {
        if !self.begun && !bytes.is_empty() {
            self.begun = true;
            self.begins_well(bytes)?;
        }
        let damaged = |_| not_an_index("it cannot be unpacked");
        let held = match &mut self.count {
            Count::Plain(held) => {
                *held += bytes.len() as u64;
                *held
            }
            Count::Gzip(decoder) => {
                // Small steps, so that a bomb is noticed before it is large.
                for part in bytes.chunks(4096) {
                    decoder.write_all(part).map_err(damaged)?;
                    if decoder.get_ref().0 > self.asked.limit() {
                        break;
                    }
                }
                decoder.get_ref().0
            }
            Count::Zstd {
                decoder,
                scratch,
                held,
            } => {
                let mut input = InBuffer::around(bytes);
                while *held <= self.asked.limit() {
                    let mut output = OutBuffer::around(scratch.as_mut_slice());
                    decoder.run(&mut input, &mut output).map_err(damaged)?;
                    let full = output.pos() == output.capacity();
                    *held += output.pos() as u64;
                    if input.pos() == bytes.len() && !full {
                        break;
                    }
                }
                *held
            }
        };
        if held > self.asked.limit() {
            return Err(TroubleKind::TooLarge(self.asked.limit()));
        }
        Ok(())
    }

    fn begins_well(&self, bytes: &[u8]) -> Result<(), TroubleKind> {
        const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
        let begins = &bytes[..bytes.len().min(ZSTD.len())];
        match self.count {
            Count::Zstd { .. } if !ZSTD.starts_with(begins) => {
                Err(not_an_index("it is not packed with zstd"))
            }
            Count::Plain(_) if self.asked == Asked::Plain => {
                let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
                match first {
                    Some(b'{') | None => Ok(()),
                    Some(b'<') => Err(not_an_index("it is a web page")),
                    Some(_) => Err(not_an_index("it is not JSON")),
                }
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn not_an_index(why: &str) -> TroubleKind {
    TroubleKind::NotAnIndex(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(asked: Asked, gzip: bool, bytes: &[u8]) -> Result<(), TroubleKind> {
        let mut meter = Meter::new(asked, gzip)?;
        bytes.chunks(7000).try_for_each(|part| meter.pass(part))
    }

    #[test]
    fn what_begins_well_passes_and_what_does_not_is_named() {
        let packed = zstd::encode_all(&b"{}"[..], 3).unwrap();
        assert_eq!(measure(Asked::Packed, false, &packed), Ok(()));
        assert_eq!(measure(Asked::Plain, false, b"\n {\"info\": {}}"), Ok(()));
        let html = b"<!doctype html><title>Log in</title>";
        assert_eq!(
            measure(Asked::Plain, false, html),
            Err(not_an_index("it is a web page"))
        );
        assert_eq!(
            measure(Asked::Shard, false, html),
            Err(not_an_index("it is not packed with zstd"))
        );
        let mut damaged = packed;
        damaged[5] ^= 0xff;
        assert!(measure(Asked::Packed, false, &damaged).is_err());
    }

    #[test]
    fn frames_one_after_the_other_count_together() {
        let frame = zstd::encode_all(&vec![b'x'; 40 << 20][..], 3).unwrap();
        assert_eq!(measure(Asked::Shard, false, &frame), Ok(()));
        let twice = [frame.clone(), frame].concat();
        assert_eq!(
            measure(Asked::Shard, false, &twice),
            Err(TroubleKind::TooLarge(64 << 20))
        );
    }

    #[test]
    fn a_bomb_is_noticed_in_either_packing() {
        let zeros = vec![0; 300 << 20];
        let bomb = zstd::encode_all(&zeros[..], 3).unwrap();
        assert_eq!(
            measure(Asked::ShardIndex, false, &bomb),
            Err(TroubleKind::TooLarge(256 << 20))
        );
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&zeros[..4 << 20]).unwrap();
        let bomb = gzip.finish().unwrap();
        assert_eq!(
            measure(Asked::Other, true, &bomb),
            Err(TroubleKind::TooLarge(1 << 20))
        );
    }
}
