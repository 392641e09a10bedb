//! The exit codes of the program, documented constants that scripts rely on.

/// How a run ended. When several apply, the one [`Exit::worst`] picks is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// Everything asked for was done and nothing was found.
    Clean,
    /// Findings at deny level.
    Findings,
    /// The input is wrong: an option, a spec, a lock.
    BadInput,
    /// No set of records satisfies the requests.
    NoSolution,
    /// A lock no longer fits its specs.
    StaleLock,
    /// An installed environment differs from its lock.
    Drifted,
    /// Data or a place to write is not available: an index, a folder, disk space.
    Unavailable,
    /// Interrupted by the user.
    Interrupted,
    /// A defect of the program.
    Bug,
}

impl Exit {
    /// Every exit, in the order of their codes.
    pub const ALL: [Self; 9] = [
        Self::Clean,
        Self::Findings,
        Self::BadInput,
        Self::NoSolution,
        Self::StaleLock,
        Self::Drifted,
        Self::Unavailable,
        Self::Bug,
        Self::Interrupted,
    ];

    /// Returns the process exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::BadInput => 2,
            Self::NoSolution => 3,
            Self::StaleLock => 4,
            Self::Drifted => 5,
            Self::Unavailable => 6,
            Self::Bug => 101,
            Self::Interrupted => 130,
        }
    }

    /// Returns what the code means, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Findings => "findings at deny level",
            Self::BadInput => "bad input",
            Self::NoSolution => "no solution",
            Self::StaleLock => "lock is stale",
            Self::Drifted => "environment drifted",
            Self::Unavailable => "data unavailable",
            Self::Bug => "bug",
            Self::Interrupted => "interrupted",
        }
    }

    /// Returns the more urgent of two exits: interrupted and bug first, then 2 > 6 > 3 > 5 > 4 > 1 > 0.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        if self.rank() >= other.rank() { self } else { other }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::StaleLock => 2,
            Self::Drifted => 3,
            Self::NoSolution => 4,
            Self::Unavailable => 5,
            Self::BadInput => 6,
            Self::Interrupted => 7,
            Self::Bug => 8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn precedence_follows_the_design() {
        let order = [2, 6, 3, 5, 4, 1, 0];
        for pair in order.windows(2) {
            let find = |code| Exit::ALL.into_iter().find(|exit| exit.code() == code).unwrap();
            assert_eq!(find(pair[0]).worst(find(pair[1])).code(), pair[0]);
            assert_eq!(find(pair[1]).worst(find(pair[0])).code(), pair[0]);
        }
    }
}
