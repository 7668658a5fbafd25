//! What can become of a call, and how often it does.

use load::proxy::{Call, Service};

use crate::dice::Dice;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// It takes 20 to 400 ms longer.
    Latency,
    /// It takes nearly as long as is waited for it.
    Slow,
    /// It is refused as too much, in each of the ways there are.
    Throttled,
    /// It is refused as another transaction is under way.
    Conflict,
    /// 500 or 503, and nothing was done.
    Broken,
    /// The connection ends before it is done.
    Cut,
    /// It is done, and 500 is answered.
    Lost,
    /// It is done, and the connection ends without an answer.
    LostCut,
    /// It is done, and the connection ends in the middle of the answer.
    Torn,
    /// It is done, and answered when nobody waits any more.
    Late,
    /// It is done when nobody waits any more.
    Held,
    /// A batch is answered in part.
    Unprocessed,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 12] = [
        Self::Latency,
        Self::Slow,
        Self::Throttled,
        Self::Conflict,
        Self::Broken,
        Self::Cut,
        Self::Lost,
        Self::LostCut,
        Self::Torn,
        Self::Late,
        Self::Held,
        Self::Unprocessed,
    ];

    /// As the tables and the options have it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Slow => "slow",
            Self::Throttled => "throttled",
            Self::Conflict => "conflict",
            Self::Broken => "broken",
            Self::Cut => "cut",
            Self::Lost => "lost",
            Self::LostCut => "lost-cut",
            Self::Torn => "torn",
            Self::Late => "late",
            Self::Held => "held",
            Self::Unprocessed => "unprocessed",
        }
    }

    /// What it is, for people.
    pub(crate) const fn what(self) -> &'static str {
        match self {
            Self::Latency => "20 to 400 ms more",
            Self::Slow => "1.2 to 1.8 s more",
            Self::Throttled => "throttled",
            Self::Conflict => "transaction conflict",
            Self::Broken => "500 or 503, nothing done",
            Self::Cut => "cut before it is done",
            Self::Lost => "done, 500 answered",
            Self::LostCut => "done, cut without an answer",
            Self::Torn => "done, cut in the answer",
            Self::Late => "done, answered after the client's time-out",
            Self::Held => "done after the client's time-out",
            Self::Unprocessed => "batch answered in part",
        }
    }

    /// Whether it can happen to such a call.
    pub(crate) fn suits(self, service: Service, action: &str) -> bool {
        let writes = matches!(
            action,
            "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems"
        );
        match self {
            Self::Conflict => writes && service == Service::DynamoDb,
            Self::Unprocessed => action == "BatchGetItem",
            Self::Latency
            | Self::Slow
            | Self::Throttled
            | Self::Broken
            | Self::Cut
            | Self::Lost
            | Self::LostCut
            | Self::Torn
            | Self::Late
            | Self::Held => true,
        }
    }
}

/// How many of ten thousand calls fail in each way, in usual weather.
#[derive(Clone, Debug)]
pub(crate) struct Rates([u64; Kind::ALL.len()]);

impl Default for Rates {
    fn default() -> Self {
        Self([300, 10, 200, 150, 150, 80, 120, 80, 60, 12, 12, 100])
    }
}

impl Rates {
    /// With these in place of some, each `kind=of ten thousand`.
    ///
    /// # Errors
    /// Where there is no such kind, or what is said is no number.
    pub(crate) fn with(mut self, changes: &[String]) -> anyhow::Result<Self> {
        for change in changes {
            let pair = change.split_once('=').and_then(|(name, rate)| {
                let at = Kind::ALL.iter().position(|kind| kind.name() == name)?;
                Some((self.0.get_mut(at)?, rate.parse().ok()?))
            });
            let (place, rate) = pair.ok_or_else(|| {
                let names = Kind::ALL.map(Kind::name).join(", ");
                anyhow::anyhow!("{change}: say KIND=OF_TEN_THOUSAND; kinds are {names}")
            })?;
            *place = rate;
        }
        Ok(self)
    }

    /// How many of ten thousand calls fail so in usual weather.
    pub(crate) fn of(&self, kind: Kind) -> u64 {
        let all = Kind::ALL.iter().zip(self.0);
        let mut its = all.filter(|(its, _)| **its == kind).map(|(_, rate)| rate);
        its.next().unwrap_or_default()
    }

    /// What becomes of a call in this weather.
    pub(super) fn roll(&self, dice: &mut Dice, weather: u64, call: &Call) -> Option<Kind> {
        let mut rest = dice.next() % 10_000;
        for (kind, rate) in Kind::ALL.iter().zip(self.0) {
            // These take seconds: in bad weather everything would stand still.
            let slow = matches!(kind, Kind::Slow | Kind::Late | Kind::Held);
            let worse = if slow { weather.min(4) } else { weather };
            let rate = rate * worse;
            if rest < rate {
                return kind.suits(call.service, &call.action).then_some(*kind);
            }
            rest -= rate;
        }
        None
    }
}
