//! Texts made from locks by chance, from fixed seeds: every reader ends in a lock or one error, and soon.
//!
//! A short run is part of the tests. `PYIRON_LOCK_FUZZ_SECONDS` makes each reader run that long instead, on from
//! `PYIRON_LOCK_FUZZ_SEED`; the input at hand is then kept in the folder `PYIRON_LOCK_FUZZ_KEEP`.

use std::{
    fmt::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    time::{Duration, Instant},
};

use pyiron_lock_conform::{Closure, sound};
use pyiron_lock_core::{Digest, SourceFile};
use pyiron_lock_lockfile::{open, read};

use crate::support::repository;

/// Inputs for each reader in the short run.
const SHORT: u64 = 500;
/// The largest input.
const LARGEST: usize = 1 << 20;
/// What one input may take in a debug build; the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Words that mean something to one of the readers.
const WORDS: [&str; 44] = [
    "version: 6\n",
    "version: 7\n",
    "version: 4\n",
    "version: 1\n",
    "version: 99999999999999999999\n",
    "packages:\n",
    "package:\n",
    "environments:\n",
    "metadata:\n",
    "- conda: ",
    "- conda_source: x[1] @ .\n",
    "  - ",
    "- ",
    "? ",
    ": ",
    "&a ",
    "*a",
    "!!str ",
    "|\n",
    ">-\n",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "#",
    "\t",
    "\r\n",
    "\u{feff}",
    "\u{0}",
    "---\n",
    "<<: *a\n",
    "~",
    "null",
    "sha256: ",
    "md5: ",
    "depends:\n",
    "@EXPLICIT\n",
    "# platform: linux-64\n",
    "https://a.invalid/c/noarch/x-1-0.conda",
    "\npyiron-lock:\n",
    "  format: 1\n",
    "(",
];

/// A lock of version 6, of a source package and of an archive.
const RATTLER: &str = "\
version: 6
environments:
  default:
    channels:
    - url: https://a.invalid/c/
    packages:
      linux-64:
      - conda: https://a.invalid/c/noarch/x-1.0-py_0.conda
      - conda: https://a.invalid/c/linux-64/y-2.0-h1_3.tar.bz2
      - pypi: https://b.invalid/z-1.0-py3-none-any.whl
packages:
- conda: https://a.invalid/c/noarch/x-1.0-py_0.conda
  sha256: 663e752ba19bebb97b32ca541cfdeebedfc50664d9423637eda4c9c47343fdbb
  depends:
  - y >=1.0,<3.0a0
  - __glibc >=2.17
- conda: https://a.invalid/c/linux-64/y-2.0-h1_3.tar.bz2
  md5: 25cf5df2adcc9b411c8c791325f1e8c3
  constrains:
  - x !=0.9
- pypi: https://b.invalid/z-1.0-py3-none-any.whl
  name: z
  version: '1.0'
";

/// A lock of version 4, where names and versions are spelt out.
const OLDER: &str = "\
version: 4
environments:
  default:
    channels:
    - url: https://a.invalid/c/
    packages:
      win-64:
      - conda: https://a.invalid/c/win-64/x-1.0-h2_0.conda
packages:
- kind: conda
  name: x
  version: '1.0'
  build: h2_0
  subdir: win-64
  url: https://a.invalid/c/win-64/x-1.0-h2_0.conda
  sha256: 663e752ba19bebb97b32ca541cfdeebedfc50664d9423637eda4c9c47343fdbb
  depends:
  - x >=1
";

/// A `conda-lock.yml` of two platforms.
const CONDA_LOCK: &str = "\
version: 1
metadata:
  content_hash: {linux-64: '12'}
  channels:
  - url: conda-forge
    used_env_vars: []
  platforms: [linux-64, win-64]
  sources: [environment.yml]
package:
- name: x
  version: '1.0'
  manager: conda
  platform: linux-64
  dependencies:
    y: '>=2'
    __glibc: '>=2.17'
  url: https://conda.anaconda.org/conda-forge/linux-64/x-1.0-py_0.conda
  hash:
    md5: 25cf5df2adcc9b411c8c791325f1e8c3
    sha256: 663e752ba19bebb97b32ca541cfdeebedfc50664d9423637eda4c9c47343fdbb
  category: main
  optional: false
- name: y
  version: '2.0'
  manager: pip
  platform: linux-64
  url: https://b.invalid/y-2.0.tar.gz
";

/// An explicit list with both kinds of hashes.
const EXPLICIT: &str = "\
# platform: linux-64
@EXPLICIT
https://a.invalid/c/linux-64/x-1.0-h1_0.conda#25cf5df2adcc9b411c8c791325f1e8c3
https://a.invalid/c/noarch/y-2.0-py_1.tar.bz2#sha256:663e752ba19bebb97b32ca541cfdeebedfc50664d9423637eda4c9c47343fdbb
https://me:pass@a.invalid/t/token/c/noarch/z-2.0-py_1.conda
";

/// A source of chance that is the same everywhere.
struct Chance(u64);

impl Chance {
    /// Returns a number below `end`, 0 where that is 0.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % (end.max(1) as u64)).unwrap()
    }

    /// Returns a part of a text, often a line and sometimes all of the rest.
    fn part(&mut self, text: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(text.len() + 1);
        let rest = text.len() - start;
        let line = text[start..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(rest, |at| at + 1);
        let length = match self.below(4) {
            0 => line,
            1 => self.below(rest + 1),
            _ => self.below(rest.min(24) + 1),
        };
        start..start + length
    }
}

/// Changes a text in one to four places.
fn mutated(seeds: &[String], chance: &mut Chance) -> String {
    let mut text = seeds[chance.below(seeds.len())].clone().into_bytes();
    for _ in 0..=chance.below(4) {
        let at = chance.below(text.len() + 1);
        match chance.below(7) {
            0 if at < text.len() => text[at] = u8::try_from(chance.below(128)).unwrap(),
            1 => drop(text.drain(chance.part(&text))),
            2 => {
                let word = WORDS[chance.below(WORDS.len())];
                let often = if chance.below(8) == 0 {
                    chance.below(3_000)
                } else {
                    1
                };
                text.splice(at..at, word.repeat(often).into_bytes());
            }
            3 => {
                let part = text[chance.part(&text)].to_vec();
                let often = if chance.below(8) == 0 {
                    chance.below(3_000)
                } else {
                    1 + chance.below(3)
                };
                let often = often.min(LARGEST / (part.len() + 1));
                text.splice(at..at, part.repeat(often));
            }
            4 => {
                let other = seeds[chance.below(seeds.len())].as_bytes();
                let part = other[chance.part(other)].to_vec();
                text.splice(at..at, part);
            }
            5 => {
                let (from, part) = (chance.part(&text), chance.part(&text));
                let part = text[part].to_vec();
                text.splice(from, part);
            }
            _ => text.truncate(at),
        }
        text.truncate(LARGEST);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Puts the digest of a text into its last line, as somebody who forges a lock would.
fn signed(text: &str) -> String {
    let line = text.trim_end().rfind('\n').map_or(0, |newline| newline + 1);
    let mut signed = text[..line].to_owned();
    let digest = Digest::of(signed.as_bytes());
    let _ = writeln!(signed, "  digest: {digest}");
    signed
}

/// Takes a text apart with every reader and judges what comes out.
fn look(text: &str) {
    let source = SourceFile::new("mutated.lock", text);
    if let Ok(locks) = open(&source) {
        for lock in &locks {
            for judged in sound(lock) {
                for origin in &judged.finding.origins {
                    assert!(
                        text.get(origin.span.start..origin.span.end).is_some(),
                        "{judged:#?}"
                    );
                }
            }
            let closure = Closure::new(lock);
            let roots = closure.roots();
            for entry in lock.entries.iter().take(3) {
                closure.path(&roots, entry.record.package_record.name.as_normalized());
            }
        }
    }
    drop(read(text));
}

/// Mutates seeds until the count or the time is over.
fn run(reader: &str, seeds: &[String], forged: bool) {
    let variable = |name: &str| std::env::var(name).ok();
    let seconds: Option<u64> = variable("PYIRON_LOCK_FUZZ_SECONDS").map(|text| text.parse().unwrap());
    let keep = variable("PYIRON_LOCK_FUZZ_KEEP").map(PathBuf::from);
    let first: u64 = variable("PYIRON_LOCK_FUZZ_SEED").map_or(0, |text| text.parse().unwrap());
    let start = Instant::now();
    let (mut done, mut slowest) = (0, (Duration::ZERO, 0));
    while seconds.map_or(done < SHORT, |seconds| start.elapsed().as_secs() < seconds) {
        let mut text = mutated(seeds, &mut Chance((first + done) << 20));
        if forged {
            text = signed(&text);
        }
        if let Some(folder) = &keep {
            // A text that takes the process down is found here.
            std::fs::write(folder.join(reader), &text).unwrap();
        }
        let before = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| look(&text)));
        let took = before.elapsed();
        slowest = slowest.max((took, first + done));
        assert!(
            ended.is_ok(),
            "{reader}: the input of seed {} panics",
            first + done
        );
        assert!(
            took < PATIENCE,
            "{reader}: the input of seed {} takes {took:?}",
            first + done
        );
        done += 1;
    }
    if seconds.is_some() {
        let (took, seed) = slowest;
        eprintln!("{reader}: {done} inputs, the slowest, of seed {seed}, took {took:?}");
    }
}

/// Returns a committed lock, which is small enough to be changed everywhere.
fn committed() -> String {
    std::fs::read_to_string(repository().join("lockfiles/minimal/win-64.lock")).unwrap()
}

#[test]
fn rattler_locks() {
    let ours = committed();
    let (records, _) = ours.split_at(ours.find("\npyiron-lock:\n").unwrap() + 1);
    run(
        "rattler",
        &[RATTLER.to_owned(), OLDER.to_owned(), records.to_owned()],
        false,
    );
}

#[test]
fn our_locks() {
    run("ours", &[committed()], true);
}

#[test]
fn conda_locks() {
    run("conda-lock", &[CONDA_LOCK.to_owned()], false);
}

#[test]
fn explicit_lists() {
    run("explicit", &[EXPLICIT.to_owned()], false);
}

#[test]
fn texts_of_all_kinds_in_one() {
    let seeds = [RATTLER, OLDER, CONDA_LOCK, EXPLICIT].map(str::to_owned);
    run("mixed", &seeds, false);
}

#[test]
fn the_seeds_are_locks() {
    for text in [RATTLER, OLDER, CONDA_LOCK, EXPLICIT, &committed()] {
        let locks = open(&SourceFile::new("seed.lock", text)).unwrap();
        assert!(!locks.is_empty() && !locks[0].entries.is_empty());
    }
}
