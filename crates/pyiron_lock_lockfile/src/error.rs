//! Why a text is not a lock we can use.

/// Why a text is not a lock we can use.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// No block `pyiron-lock:`; some other program wrote it, or it is no lock at all.
    #[error("there is no `pyiron-lock:` block at its end")]
    Foreign,
    /// A checkout rewrote the line ends.
    #[error(
        "its line ends were changed to CRLF; tell git to keep them with `*.lock -text` in .gitattributes"
    )]
    LineEnds,
    /// The block cannot be read.
    #[error("its `pyiron-lock:` block cannot be read: {0}")]
    Block(String),
    /// It does not say how far the channels count.
    #[error("it cannot be read: {0}")]
    Pins(String),
    /// Nothing in it tells a format that is known here.
    #[error("it is no lock of a known format: a rattler or pixi lock, a conda-lock.yml or an explicit list")]
    Unknown,
    /// A newer program wrote it.
    #[error("it has format {found}, this program reads up to {known}")]
    Newer {
        /// The format of the file.
        found: u32,
        /// The newest format this program reads.
        known: u32,
    },
    /// The bytes are not those that were written.
    #[error("its digest does not match its content: it was edited or cut off")]
    Damaged,
    /// The rattler part cannot be read.
    #[error("its records cannot be read: {0}")]
    Records(String),
    /// The two parts contradict each other.
    #[error("its parts contradict each other: {0}")]
    Contradiction(String),
}
