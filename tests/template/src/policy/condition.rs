//! Conditions of a statement.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use anyhow::{Context as _, bail, ensure};

use super::{Facts, matches};

/// Keys that are filled in here wherever a request has them; for any other it is not known whether it holds.
const KNOWN: [&str; 15] = [
    "aws:PrincipalArn",
    "aws:TagKeys",
    "dynamodb:LeadingKeys",
    "events:detail-type",
    "events:source",
    "kms:CallerAccount",
    "kms:DataKeyPairSpec",
    "kms:EncryptionContextKeys",
    "kms:KeySpec",
    "kms:KeyUsage",
    "kms:MessageType",
    "kms:ScheduleKeyDeletionPendingWindowInDays",
    "kms:SigningAlgorithm",
    "kms:ViaService",
    "ses:FromAddress",
];

/// The same for those that end with a name of the caller's.
const FAMILIES: [&str; 4] = [
    "aws:PrincipalTag/",
    "aws:ResourceTag/",
    "aws:RequestTag/",
    "kms:EncryptionContext:",
];

/// How many of a key's values must fit.
#[derive(Clone, Copy, Debug)]
enum Of {
    One,
    AllValues,
    AnyValue,
}

/// How one value is compared with one of the statement.
#[derive(Clone, Copy, Debug)]
enum Compare {
    Equal,
    EqualIgnoringCase,
    Like,
    AtMost,
    AtLeast,
    Less,
    Greater,
    Absent,
}

/// One key of one operator.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    key: String,
    of: Of,
    compare: Compare,
    negated: bool,
    if_exists: bool,
    values: Vec<String>,
}

impl Condition {
    /// # Errors
    /// Names an operator or a key that is not known here.
    pub(super) fn read(operator: &str, key: &str, values: Vec<String>) -> anyhow::Result<Self> {
        let known = KNOWN.iter().any(|it| it.eq_ignore_ascii_case(key))
            || FAMILIES.iter().any(|family| begins(key, family));
        ensure!(known, "condition key {key} is not known here");
        let (of, name) = match operator.split_once(':') {
            Some(("ForAllValues", rest)) => (Of::AllValues, rest),
            Some(("ForAnyValue", rest)) => (Of::AnyValue, rest),
            Some(_) => bail!("operator {operator} is not known here"),
            None => (Of::One, operator),
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (compare, negated) = match name {
            "StringEquals" => (Compare::Equal, false),
            "StringNotEquals" => (Compare::Equal, true),
            "StringEqualsIgnoreCase" => (Compare::EqualIgnoringCase, false),
            "StringLike" | "ArnLike" | "ArnEquals" => (Compare::Like, false),
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (Compare::Like, true),
            "Bool" => (Compare::EqualIgnoringCase, false),
            "NumericEquals" => (Compare::Equal, false),
            "NumericLessThan" => (Compare::Less, false),
            "NumericLessThanEquals" => (Compare::AtMost, false),
            "NumericGreaterThan" => (Compare::Greater, false),
            "NumericGreaterThanEquals" => (Compare::AtLeast, false),
            "Null" => (Compare::Absent, false),
            _ => bail!("operator {operator} is not known here"),
        };
        ensure!(
            !values.is_empty(),
            "{operator} of {key} compares with nothing"
        );
        Ok(Self {
            key: key.to_owned(),
            of,
            compare,
            negated,
            if_exists,
            values,
        })
    }

    /// Whether it holds of a request with these facts.
    ///
    /// # Errors
    /// Where a number is compared with what is none.
    pub(super) fn holds(&self, facts: &Facts) -> anyhow::Result<bool> {
        let found = facts
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(&self.key));
        let found = found.map(|(_, values)| values.as_slice());
        if matches!(self.compare, Compare::Absent) {
            let absent = found.is_none().to_string();
            return Ok(self.values.contains(&absent));
        }
        let Some(found) = found else {
            // A key that is not there fits no value; of a comparison that is negated that is what is wanted.
            return Ok(self.if_exists || self.negated || matches!(self.of, Of::AllValues));
        };
        let fits = found.iter().map(|value| self.fits(value));
        let fits = fits.collect::<anyhow::Result<Vec<_>>>()?;
        Ok(match self.of {
            Of::One | Of::AnyValue => fits.contains(&true),
            Of::AllValues => !fits.contains(&false),
        })
    }

    fn fits(&self, value: &str) -> anyhow::Result<bool> {
        for wanted in &self.values {
            if self.equals(value, wanted)? {
                return Ok(!self.negated);
            }
        }
        Ok(self.negated)
    }

    fn equals(&self, value: &str, wanted: &str) -> anyhow::Result<bool> {
        let number = |text: &str| {
            text.parse::<f64>()
                .with_context(|| format!("{text} is no number"))
        };
        Ok(match self.compare {
            Compare::Equal => value == wanted,
            Compare::EqualIgnoringCase => value.eq_ignore_ascii_case(wanted),
            Compare::Like => matches(wanted, value),
            Compare::Less => number(value)? < number(wanted)?,
            Compare::AtMost => number(value)? <= number(wanted)?,
            Compare::Greater => number(value)? > number(wanted)?,
            Compare::AtLeast => number(value)? >= number(wanted)?,
            Compare::Absent => false,
        })
    }
}

fn begins(key: &str, family: &str) -> bool {
    let start = key.get(..family.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(family))
}
