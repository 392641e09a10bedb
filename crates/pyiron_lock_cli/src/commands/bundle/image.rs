//! Makes a squashfs image of an installed environment. It has to be mounted where the environment was installed, since
//! files in it name that folder.

use std::{fs::File, io::Read, path::Path, time::Duration};

use indicatif::{HumanBytes, ProgressBar};
use pyiron_lock_core::Exit;
use pyiron_lock_export::Subject;
use pyiron_lock_host::bundle::write_image;
use serde_json::json;

use super::output::Output;
use crate::{failure::Failure, files::shown, interrupt, render::counted, streams::Streams, wanted::wanted};

/// What squashfs images begin with.
const MAGIC: [u8; 4] = *b"hsqs";

/// Makes an image of an environment that holds what a lock lists.
pub(super) fn make(
    file: &Path,
    prefix: &Path,
    subject: &Subject<'_>,
    json: bool,
    streams: &Streams,
) -> Result<Exit, Failure> {
    let output = Output::at(file, "squashfs image", looks_like_image)?;
    let cancel = interrupt::token();
    let out = output.temporary()?;
    let bar = if streams.progress() {
        ProgressBar::new_spinner()
    } else {
        ProgressBar::hidden()
    };
    bar.set_message("writing the image");
    bar.enable_steady_tick(Duration::from_millis(100));
    let image = write_image(out.path(), prefix, &wanted(subject), &|_| !cancel.is_cancelled());
    bar.finish_and_clear();
    let image = match image {
        // The program is told of Ctrl-C too, and may be the first to end.
        Err(_) if cancel.is_cancelled() => return Err(Failure::interrupted()),
        image => image?,
    };
    let prefix = std::fs::canonicalize(prefix).unwrap_or_else(|_| prefix.to_owned());
    output.put(out)?;
    streams.talk(&format!(
        "wrote `{}` on {} as an image: {} in one file of {}, {}; mount it at {}",
        subject.tier.name,
        subject.platform().name,
        counted(image.entries as usize, "file"),
        HumanBytes(image.bytes),
        shown(file),
        prefix.display()
    ));
    if json {
        let view = json!({
            "file": shown(file),
            "bytes": image.bytes,
            "entries": image.entries,
            "prefix": prefix,
            "tier": subject.tier.name,
            "platform": subject.platform().name.to_string(),
            "release": subject.release.id,
            "digest": subject.release.digest,
        });
        streams.json(view);
    }
    Ok(Exit::Clean)
}

fn looks_like_image(path: &Path) -> bool {
    let mut beginning = [0; MAGIC.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut beginning));
    read.is_ok() && beginning == MAGIC
}
