//! The link `current`: to what it points, and how it is made to point elsewhere by one rename.

use std::{fs, path::Path};

use super::{error::RootError, generation::Generation, held::Held, place::TierRoot};

/// Returns the release that `current` points to, whether or not it is there.
pub fn current(root: &TierRoot) -> Option<String> {
    let target = fs::read_link(root.current()).ok()?;
    Some(target.to_string_lossy().trim_end_matches('/').to_owned())
}

/// Returns the generation before the one that is used.
pub fn previous<'g>(generations: &'g [Generation], current: &str) -> Option<&'g Generation> {
    let at = generations
        .iter()
        .position(|generation| generation.release() == current)?;
    generations.get(at.checked_sub(1)?)
}

/// Makes `current` point to a finished release; at every moment it points to the old or to the new one.
pub fn switch_to(root: &TierRoot, held: &Held, generation: &Generation) -> Result<(), RootError> {
    let link = root.current();
    if let Ok(found) = fs::symlink_metadata(&link)
        && !found.is_symlink()
    {
        return Err(RootError::InTheWay {
            path: link,
            what: "it is no symbolic link",
        });
    }
    if current(root).as_deref() == Some(generation.release()) {
        return Ok(());
    }
    let fresh = root.fresh("link", held.token());
    symlink(Path::new(generation.release()), &fresh).map_err(RootError::io(&fresh, "made"))?;
    held.check()?;
    fs::rename(&fresh, &link).map_err(RootError::io(&link, "switched"))?;
    if let Ok(folder) = fs::File::open(root.base()) {
        drop(folder.sync_all());
    }
    Ok(())
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
