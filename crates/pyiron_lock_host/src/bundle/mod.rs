//! Bundles: the archives of one lock in one file, for places without a network. A bundle has one encoding only, so that
//! every byte of it is checked. Knows no network and reads no lock: what one holds is handed in.
//!
//! A bundle is a plain tar archive, not compressed, because archives are. Its members, in this order and no others:
//!
//! | Member | What it is |
//! |---|---|
//! | `bundle.json` | what the bundle is for, and each other member with size and sha256 |
//! | `lockfile` | the lock, to the byte |
//! | `SHA256SUMS` | the sums of all other members, as `sha256sum -c` reads them |
//! | `packages/SUBDIR/NAME` | archives, and a `repodata.json` a subdir that lists them: a conda channel once unpacked |
//!
//! Whoever installs opens a bundle with [`Bundle::open`], holds it against the lock with [`Bundle::is_of`], and takes the
//! archives out with [`Bundle::copy`], which checks each of them.
//!
//! Members of `packages` are sorted by path, bytewise. Every header has mode 0644, user and group 0, and the time of
//! the release; the archive ends with two blocks of zeros and nothing behind them.

mod channel;
mod content;
mod error;
mod header;
mod image;
mod manifest;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use self::{
    error::{BundleError, Fault},
    image::{Image, write_image},
    manifest::{Manifest, Member},
    read::{Bundle, looks_like_bundle},
    write::{Written, write_bundle},
};

/// Is told how many more bytes were worked on, and returns whether to go on.
pub type Watch<'w> = &'w dyn Fn(u64) -> bool;

/// How many bytes are moved at once.
const PIECE: usize = 128 << 10;
