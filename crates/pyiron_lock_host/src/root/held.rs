//! One run at a time works on a tier, on any file system, whether or not it knows locks of files.
//!
//! Whoever works holds the folder `.lock`, which is moved into place with the name of its holder already in it: a rename
//! succeeds for one of those who try, on NFS and Lustre as well. The holder shows that it lives by writing a number
//! every few seconds. Who waits takes over from a process that it can see is gone, and from one it cannot see when
//! the number stood still for minutes of its own clock; no two clocks are compared. Taking over is itself done by one at
//! a time. Before each step that others would see, a holder looks whether it still is one.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    error::RootError,
    identity::Identity,
    place::{TierRoot, remove_all},
};

/// How long others are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long a holder that cannot be seen may give no sign of life.
    pub silent: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            silent: Duration::from_secs(300),
        }
    }
}

/// How often a holder shows that it lives.
const BEAT: Duration = Duration::from_secs(15);

/// How often who waits looks again.
const LOOK: Duration = Duration::from_millis(200);

/// The right to change the folder of a tier.
#[derive(Debug)]
pub struct Held {
    lock: PathBuf,
    base: PathBuf,
    made: Vec<PathBuf>,
    me: Identity,
    words: String,
    token: String,
    beat: Option<(Arc<Stop>, JoinHandle<()>)>,
}

#[derive(Debug, Default)]
struct Stop {
    asked: Mutex<bool>,
    bell: Condvar,
}

impl Held {
    /// Waits for the right to change the folder of a tier; `wait` is told of whom is waited for, once each, and ends the
    /// waiting by returning false.
    pub fn acquire(
        root: &TierRoot,
        me: &Identity,
        patience: Patience,
        mut wait: impl FnMut(Option<&str>) -> bool,
    ) -> Result<Option<Self>, RootError> {
        let made = root.make()?;
        let base = root.base().to_owned();
        let lock = base.join(".lock");
        let token = token(me);
        let words = me.words(&token);
        let own = base.join(format!(".lock.{token}"));
        let mut seen = Silence::default();
        let mut told = String::new();
        loop {
            let holder = holder(&lock);
            if holder.is_none() && take(&lock, &own, &words)? {
                let beat = beat(&lock, &words);
                return Ok(Some(Self {
                    lock,
                    base,
                    made,
                    me: me.clone(),
                    words,
                    token,
                    beat: Some(beat),
                }));
            }
            let Some(holder) = holder else { continue };
            if me.is_gone(&holder.words) || seen.lasts(&holder) > patience.silent {
                take_over(&base, &lock, &holder, &token)?;
                continue;
            }
            let news = (told != holder.words).then_some(holder.words.as_str());
            if !wait(news) {
                return Ok(None);
            }
            told = holder.words;
            thread::sleep(LOOK);
        }
    }

    /// Returns the folders above that of the tier which were made for it.
    pub(crate) fn made(&self) -> &[PathBuf] {
        &self.made
    }

    /// Fails if another run took over.
    pub(crate) fn check(&self) -> Result<(), RootError> {
        if fs::read_to_string(self.lock.join("holder")).is_ok_and(|words| words == self.words) {
            return Ok(());
        }
        Err(RootError::TakenOver {
            path: self.base.clone(),
        })
    }

    /// Removes what runs left behind that were killed while they took hold or let go.
    pub(crate) fn sweep(&self) {
        for entry in fs::read_dir(&self.base).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(token) = name.strip_prefix(".lock.") else {
                continue;
            };
            let words = fs::read_to_string(entry.path().join("holder")).unwrap_or_default();
            // Killed before it could write its name, a run is known by that of the folder.
            let gone = if words.is_empty() {
                let mut parts = token.split('-');
                let (host, pid) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                host == plain(&self.me.host) && self.me.is_gone(&format!("{} {pid}", self.me.host))
            } else {
                self.me.is_gone(&words)
            };
            if gone || is_old(&entry.path()) {
                drop(remove_all(&entry.path()));
            }
        }
    }

    /// Returns a word that no other run has.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some((stop, beat)) = self.beat.take() {
            *stop.asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
            stop.bell.notify_all();
            drop(beat.join());
        }
        if self.check().is_ok() {
            let gone = self.base.join(format!(".lock.{}.gone", self.token));
            if fs::rename(&self.lock, &gone).is_ok() {
                drop(remove_all(&gone));
            }
        }
    }
}

/// Whoever holds the folder, and the last sign of life.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Holder {
    words: String,
    sign: String,
}

fn holder(lock: &Path) -> Option<Holder> {
    if fs::symlink_metadata(lock).is_err() {
        return None;
    }
    Some(Holder {
        words: fs::read_to_string(lock.join("holder"))
            .unwrap_or_default()
            .trim()
            .to_owned(),
        sign: fs::read_to_string(lock.join("alive")).unwrap_or_default(),
    })
}

/// How long a holder gave no sign of life.
#[derive(Default)]
struct Silence {
    last: Option<(Holder, Instant)>,
}

impl Silence {
    fn lasts(&mut self, holder: &Holder) -> Duration {
        match &self.last {
            Some((last, since)) if last == holder => since.elapsed(),
            _ => {
                self.last = Some((holder.clone(), Instant::now()));
                Duration::ZERO
            }
        }
    }
}

/// Moves a folder with the name of its holder into place; false if another was faster.
fn take(lock: &Path, own: &Path, words: &str) -> Result<bool, RootError> {
    let made = fs::create_dir_all(own)
        .and_then(|()| fs::write(own.join("holder"), words))
        .and_then(|()| fs::rename(own, lock));
    match made {
        Ok(()) => Ok(true),
        Err(_) if fs::symlink_metadata(lock).is_ok() => {
            drop(remove_all(own));
            Ok(false)
        }
        // Taken and let go of in between, or swept by one that did not see this one.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotFound
            ) =>
        {
            drop(remove_all(own));
            Ok(false)
        }
        Err(error) => {
            drop(remove_all(own));
            Err(RootError::io(lock, "made")(error))
        }
    }
}

/// Takes the folder away from a holder that is gone; done by one at a time, and only from that holder.
fn take_over(base: &Path, lock: &Path, gone: &Holder, token: &str) -> Result<(), RootError> {
    let breaker = base.join(".lock.breaker");
    if fs::create_dir(&breaker).is_err() {
        // Whoever died in these few steps left it behind; a minute is far more than they take.
        let old = fs::metadata(&breaker)
            .and_then(|found| found.modified())
            .is_ok_and(|made| made.elapsed().is_ok_and(|age| age > Duration::from_secs(60)));
        if old {
            drop(fs::remove_dir(&breaker));
        }
        thread::sleep(LOOK);
        return Ok(());
    }
    let still = holder(lock).is_some_and(|now| now == *gone);
    let moved = base.join(format!(".lock.{token}.gone"));
    let done = if still {
        fs::rename(lock, &moved).map_err(RootError::io(lock, "taken over"))
    } else {
        Ok(())
    };
    drop(fs::remove_dir(&breaker));
    done?;
    drop(remove_all(&moved));
    Ok(())
}

/// Writes a number every few seconds, as long as the folder is held.
fn beat(lock: &Path, words: &str) -> (Arc<Stop>, JoinHandle<()>) {
    let stop = Arc::new(Stop::default());
    let (asked, lock, words) = (stop.clone(), lock.to_owned(), words.to_owned());
    let handle = thread::spawn(move || {
        let mut count = 0_u64;
        let mut ended = asked.asked.lock().unwrap_or_else(PoisonError::into_inner);
        while !*ended {
            if fs::read_to_string(lock.join("holder")).is_ok_and(|now| now == words) {
                count += 1;
                drop(fs::write(lock.join("alive"), count.to_string()));
            }
            let waited = asked.bell.wait_timeout(ended, BEAT);
            ended = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    });
    (stop, handle)
}

fn token(me: &Identity) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let host = plain(&me.host);
    format!("{host}-{}-{:x}", me.pid, now.unwrap_or_default().as_nanos())
}

/// Returns a name as far as it can be a part of a file name.
fn plain(host: &str) -> String {
    let letters = host.chars().filter(char::is_ascii_alphanumeric);
    letters.take(20).collect()
}

/// Returns whether a folder is a day old, as far as this machine can tell.
fn is_old(path: &Path) -> bool {
    let age = fs::symlink_metadata(path)
        .and_then(|found| found.modified())
        .map(|made| made.elapsed());
    age.is_ok_and(|age| age.is_ok_and(|age| age.as_secs() > 86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_not(_: Option<&str>) -> bool {
        false
    }

    #[test]
    fn one_holds_and_the_next_comes_after() {
        let folder = tempfile::tempdir().unwrap();
        let root = TierRoot::new(folder.path(), "md").unwrap();
        let me = Identity::of_this_process();
        let held = Held::acquire(&root, &me, Patience::default(), wait_not)
            .unwrap()
            .unwrap();
        held.check().unwrap();
        assert!(
            Held::acquire(&root, &me, Patience::default(), wait_not)
                .unwrap()
                .is_none()
        );
        drop(held);
        assert!(
            Held::acquire(&root, &me, Patience::default(), wait_not)
                .unwrap()
                .is_some()
        );
        let left: Vec<_> = fs::read_dir(root.base())
            .unwrap()
            .flatten()
            .map(|e| e.file_name())
            .collect();
        assert!(
            left.iter()
                .all(|name| !name.to_string_lossy().starts_with(".lock")),
            "{left:?}"
        );
    }

    #[test]
    fn a_holder_that_cannot_be_seen_is_taken_over_once_it_is_silent_and_notices() {
        let folder = tempfile::tempdir().unwrap();
        let root = TierRoot::new(folder.path(), "md").unwrap();
        let me = Identity::of_this_process();
        let held = Held::acquire(&root, &me, Patience::default(), wait_not)
            .unwrap()
            .unwrap();
        fs::write(root.base().join(".lock/holder"), "elsewhere boot ns 1 token 7").unwrap();
        assert!(held.check().is_err());
        let patience = Patience {
            silent: Duration::from_millis(500),
        };
        let mut told = 0;
        let next = Held::acquire(&root, &me, patience, |news| {
            told += usize::from(news.is_some());
            true
        });
        assert!(next.unwrap().is_some());
        assert_eq!(told, 1);
    }

    #[test]
    fn many_at_once_are_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let root = TierRoot::new(folder.path(), "md").unwrap();
        let inside = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let me = Identity::of_this_process();
                    let held = Held::acquire(&root, &me, Patience::default(), |_| true)
                        .unwrap()
                        .unwrap();
                    let mut alone = inside.try_lock().expect("two hold it");
                    *alone += 1;
                    drop(alone);
                    drop(held);
                });
            }
        });
        assert_eq!(*inside.lock().unwrap(), 8);
    }
}
