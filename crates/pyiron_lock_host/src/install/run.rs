//! Runs a program of a prefix in an environment of its own, for a bounded time; what it says last is kept.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How often is looked whether a program ended.
const LOOK: Duration = Duration::from_millis(20);

/// The most of what a program says that is kept, from its end.
const SAID: u64 = 4096;

/// How a program ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// Well.
    Well,
    /// Not well: how, and what it said last.
    Badly(String),
    /// It was ended, because the user stopped everything.
    Stopped,
}

/// Runs a program to its end, in the folder `apart`, which is its home as well. Nothing of the environment of whoever
/// installs is passed on: neither a user's modules nor another environment has a part in it.
pub(super) fn run(
    prefix: &Path,
    apart: &Path,
    words: &[&str],
    limit: Duration,
    stopped: &dyn Fn() -> bool,
) -> std::io::Result<Ended> {
    let said = apart.join("said");
    let output = File::options()
        .create(true)
        .truncate(true)
        .read(true)
        .write(true)
        .open(&said)?;
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .env_clear()
        .env("PATH", format!("{}/bin:/usr/bin:/bin", prefix.display()))
        .env("CONDA_PREFIX", prefix)
        .env("HOME", apart)
        .env("TMPDIR", apart)
        .env("LC_ALL", "C.UTF-8")
        .env("PYTHONNOUSERSITE", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(apart)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    let mut child = command.spawn()?;
    let began = Instant::now();
    let how = loop {
        if let Some(status) = child.try_wait()? {
            if status.success() {
                return Ok(Ended::Well);
            }
            break status.to_string();
        }
        let late = began.elapsed() > limit;
        if late || stopped() {
            end(&mut child);
            if !late {
                return Ok(Ended::Stopped);
            }
            break format!("it did not end within {} s", limit.as_secs());
        }
        thread::sleep(LOOK);
    };
    Ok(Ended::Badly(format!("{how}{}", last_lines(&said))))
}

/// Ends a program and all that it started.
fn end(child: &mut std::process::Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    drop(child.kill());
    drop(child.wait());
}

fn last_lines(path: &Path) -> String {
    let mut bytes = Vec::new();
    if let Ok(mut file) = File::open(path) {
        let length = file.metadata().map_or(0, |found| found.len());
        drop(file.seek(SeekFrom::Start(length.saturating_sub(SAID))));
        drop(file.take(SAID).read_to_end(&mut bytes));
    }
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(3)..];
    let shown: String = last
        .join("; ")
        .chars()
        .filter(|letter| !letter.is_control())
        .collect();
    if shown.is_empty() {
        shown
    } else {
        format!(": {shown}")
    }
}
