//! The moment after which builds do not count, so that a solve can be repeated as of a day. Reads no clock.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rattler_conda_types::RepoDataRecord;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The last moment whose builds count, in milliseconds since 1970 UTC.
///
/// Written as a date, which stands for the whole of that day in UTC, or as an RFC 3339 timestamp. A record is as old as
/// its `timestamp`, the time of its build; records without one count as old, since nobody can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CutOff(i64);

/// A text that is neither a date nor a timestamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a date such as 2026-07-01 nor a timestamp such as 2026-07-01T12:00:00Z")]
pub struct ParseCutOffError(String);

impl CutOff {
    /// Returns the moment at which a record was built, if it says so.
    pub fn built(record: &RepoDataRecord) -> Option<Self> {
        let built = record.package_record.timestamp.as_ref();
        built.map(|built| Self(built.timestamp_millis()))
    }

    /// Returns whether a record was built later.
    pub fn excludes(self, record: &RepoDataRecord) -> bool {
        Self::built(record).is_some_and(|built| built > self)
    }
}

impl FromStr for CutOff {
    type Err = ParseCutOffError;

    fn from_str(text: &str) -> Result<Self, ParseCutOffError> {
        let refused = || ParseCutOffError(text.chars().take(60).collect());
        let is_date = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if is_date {
            let date: Date = text.parse().map_err(|_| refused())?;
            let start = date.to_zoned(TimeZone::UTC).map_err(|_| refused())?.timestamp();
            return Ok(Self(start.as_millisecond() + DAY - 1));
        }
        let moment: Timestamp = text.parse().map_err(|_| refused())?;
        Ok(Self(moment.as_millisecond()))
    }
}

impl fmt::Display for CutOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::MAX);
        if (self.0 + 1).rem_euclid(DAY) == 0 {
            write!(f, "{}", moment.to_zoned(TimeZone::UTC).date())
        } else {
            write!(f, "{moment}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_whole_day_in_utc() {
        let day: CutOff = "2026-07-01".parse().unwrap();
        assert_eq!(day.to_string(), "2026-07-01");
        assert_eq!("2026-07-01T23:59:59.999Z".parse(), Ok(day));
        assert!(day < "2026-07-02T00:00:00Z".parse().unwrap());
        let moment: CutOff = "2026-07-01T14:00:00+02:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-07-01T12:00:00Z");
        assert_eq!(moment.to_string().parse(), Ok(moment));
    }

    #[test]
    fn what_depends_on_a_time_zone_or_is_no_date_is_refused() {
        for text in [
            "",
            "2026-07",
            "2026-7-1",
            "2026-07-32",
            "2026-07-01T12:00:00",
            "yesterday",
            "1782864000",
        ] {
            assert!(text.parse::<CutOff>().is_err(), "{text}");
        }
    }
}
