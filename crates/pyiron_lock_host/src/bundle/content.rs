//! The contents of a bundle's members: checked while they pass, never held whole unless they are short texts.

use std::{
    fs,
    io::{self, Read, Seek, SeekFrom, Write},
    path::PathBuf,
};

use pyiron_lock_core::digest::hex;
use rattler_digest::{Sha256, Sha256Hash, digest::Digest as _};

use super::{
    Bundle, BundleError, Fault, Member, PIECE, Watch,
    header::{BLOCK, header, padding},
};

/// Takes a piece of a content.
type Sink<'s> = &'s mut dyn FnMut(&[u8]) -> Result<(), BundleError>;

impl Bundle {
    /// Writes the archive with a sum to a file, checked while it passes; an error leaves there what is not to be used.
    pub fn copy(&mut self, sum: &Sha256Hash, to: &mut fs::File, watch: Watch<'_>) -> Result<(), BundleError> {
        let sum = hex(sum);
        let found = self.packages.iter().find(|(_, member)| member.sha256 == sum);
        let Some((at, member)) = found.filter(|(_, member)| member.is_archive()).cloned() else {
            return Err(self.refuse(Fault::Missing(format!("an archive with sha256 {sum}"))));
        };
        let path = PathBuf::from(&member.path);
        let mut write = |piece: &[u8]| {
            to.write_all(piece).map_err(|source| BundleError::Write {
                path: path.clone(),
                source,
            })
        };
        self.content(at, &member, &mut write, watch)
    }

    /// Reads a member that is a short text.
    pub(super) fn text(&self, at: u64, member: &Member) -> Result<Vec<u8>, BundleError> {
        let mut text = Vec::new();
        let mut add = |piece: &[u8]| {
            text.extend_from_slice(piece);
            Ok(())
        };
        self.content(at, member, &mut add, &|_| true)?;
        Ok(text)
    }

    /// Passes the content of a member on, and checks its header, its sum, and the zeros behind it.
    pub(super) fn content(
        &self,
        at: u64,
        member: &Member,
        sink: Sink<'_>,
        watch: Watch<'_>,
    ) -> Result<(), BundleError> {
        let mut block = [0; BLOCK];
        self.fill(at, &mut block)?;
        if header(&member.path, member.size, self.manifest.epoch) != Some(block) {
            return Err(self.refuse(Fault::Header(member.path.clone())));
        }
        let mut sum = Sha256::new();
        let mut piece = vec![0; PIECE.min(member.size as usize)];
        let mut left = member.size;
        while left > 0 {
            let next = left.min(PIECE as u64) as usize;
            let piece = &mut piece[..next];
            (&self.file)
                .read_exact(piece)
                .map_err(|error| self.unread(error))?;
            sum.update(&*piece);
            sink(piece)?;
            left -= next as u64;
            if !watch(next as u64) {
                return Err(BundleError::Stopped);
            }
        }
        if hex(&sum.finalize()) != member.sha256 {
            return Err(self.refuse(Fault::Sum(member.path.clone())));
        }
        self.zeros(
            at + BLOCK as u64 + member.size,
            padding(member.size),
            &member.path,
        )
    }

    /// Checks that there are only zeros; at most two blocks of them are ever looked at.
    pub(super) fn zeros(&self, at: u64, count: u64, behind: &str) -> Result<(), BundleError> {
        let mut bytes = vec![0; count as usize];
        self.fill(at, &mut bytes)?;
        if bytes.iter().any(|byte| *byte != 0) {
            return Err(self.refuse(Fault::Padding(behind.to_owned())));
        }
        Ok(())
    }

    fn fill(&self, at: u64, bytes: &mut [u8]) -> Result<(), BundleError> {
        let mut file = &self.file;
        let read = file
            .seek(SeekFrom::Start(at))
            .and_then(|_| file.read_exact(bytes));
        read.map_err(|error| self.unread(error))
    }

    pub(super) fn refuse(&self, fault: Fault) -> BundleError {
        BundleError::Refused {
            path: self.path.clone(),
            fault,
        }
    }

    pub(super) fn other(&self, what: String) -> BundleError {
        self.refuse(Fault::OtherLock(what))
    }

    fn unread(&self, source: io::Error) -> BundleError {
        BundleError::Read {
            path: self.path.clone(),
            source,
        }
    }
}
