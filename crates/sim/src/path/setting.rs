//! Settings `name=value` of models and scenarios, and what can be wrong with them.

use std::fmt;

/// What is wrong with a text. `of` is the model or the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecError {
    /// No model of this name.
    NoModel {
        /// The name.
        found: String,
    },
    /// No scenario of this name.
    NoScenario {
        /// The name.
        found: String,
    },
    /// No setting of this name.
    NoSetting {
        /// Where.
        of: &'static str,
        /// The name.
        found: String,
        /// Settings that there are.
        known: String,
    },
    /// A name without a value.
    NoValue {
        /// Where.
        of: &'static str,
        /// What stands there.
        found: String,
    },
    /// A setting that is needed and is not there.
    Missing {
        /// Where.
        of: &'static str,
        /// The setting.
        key: &'static str,
        /// What it means.
        meaning: &'static str,
    },
    /// A setting given twice.
    Twice {
        /// Where.
        of: &'static str,
        /// The setting.
        key: &'static str,
    },
    /// A value that is no number.
    NotANumber {
        /// Where.
        of: &'static str,
        /// The setting.
        key: &'static str,
        /// What stands there.
        text: String,
        /// Whether a percent sign may follow.
        is_share: bool,
    },
    /// A value too low or too high.
    Outside {
        /// Where.
        of: &'static str,
        /// The setting.
        key: &'static str,
        /// What stands there.
        text: String,
        /// From where to where it may go.
        range: String,
    },
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoModel { found } => {
                write!(f, "no model `{found}`; take gbm, jumps, heston or stable")
            }
            Self::NoScenario { found } => {
                write!(f, "no scenario `{found}`; take gap, crash or depeg")
            }
            Self::NoSetting { of, found, known } => {
                write!(f, "{of} has no setting `{found}`; it has {known}")
            }
            Self::NoValue { of, found } => {
                write!(
                    f,
                    "{of}: `{found}` has no value; write name=value, with commas between"
                )
            }
            Self::Missing { of, key, meaning } => {
                write!(f, "{of} needs `{key}`: {meaning}")
            }
            Self::Twice { of, key } => write!(f, "{of} has `{key}` twice; leave one out"),
            Self::NotANumber {
                of,
                key,
                text,
                is_share,
            } => {
                let example = if *is_share {
                    "0.25 or 25%"
                } else {
                    "2.5, without a unit"
                };
                write!(
                    f,
                    "{of}: {key} `{text}` is not a number; write it as in {example}"
                )
            }
            Self::Outside {
                of,
                key,
                text,
                range,
            } => write!(f, "{of}: {key} {text} is outside {range}"),
        }
    }
}

impl std::error::Error for SpecError {}

/// A setting.
pub(super) struct Key {
    name: &'static str,
    is_share: bool,
    low: f64,
    high: f64,
    /// Its value when it is left out; none if it may not be.
    default: Option<f64>,
    meaning: &'static str,
}

impl Key {
    pub const fn number(name: &'static str, low: f64, high: f64, meaning: &'static str) -> Self {
        Self {
            name,
            is_share: false,
            low,
            high,
            default: None,
            meaning,
        }
    }

    pub const fn share(name: &'static str, low: f64, high: f64, meaning: &'static str) -> Self {
        Self {
            is_share: true,
            ..Self::number(name, low, high, meaning)
        }
    }

    pub const fn or(self, default: f64) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }

    fn value(&self, of: &'static str, text: &str) -> Result<f64, SpecError> {
        let (key, is_share) = (self.name, self.is_share);
        let number = match text.strip_suffix('%') {
            Some(percent) if is_share => percent.trim().parse().map(|percent: f64| percent / 100.0),
            _ => text.parse(),
        };
        let text = || text.to_owned();
        match number {
            Ok(value) if (self.low..=self.high).contains(&value) => Ok(value),
            Ok(value) if !value.is_nan() => Err(SpecError::Outside {
                of,
                key,
                text: text(),
                range: if is_share {
                    format!("{}% to {}%", self.low * 100.0, self.high * 100.0)
                } else {
                    format!("{} to {}", self.low, self.high)
                },
            }),
            _ => Err(SpecError::NotANumber {
                of,
                key,
                text: text(),
                is_share,
            }),
        }
    }
}

/// The values of a model's or scenario's settings, in the order of its keys.
pub(super) fn read<const N: usize>(
    of: &'static str,
    text: &str,
    keys: &[Key; N],
) -> Result<[f64; N], SpecError> {
    let mut values = [None; N];
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let (name, value) = part.split_once('=').ok_or_else(|| SpecError::NoValue {
            of,
            found: part.to_owned(),
        })?;
        let (name, value) = (name.trim(), value.trim());
        let Some(place) = keys.iter().position(|key| key.name == name) else {
            return Err(SpecError::NoSetting {
                of,
                found: name.to_owned(),
                known: keys.each_ref().map(|key| key.name).join(", "),
            });
        };
        let key = &keys[place];
        let value = key.value(of, value)?;
        if values[place].replace(value).is_some() {
            return Err(SpecError::Twice { of, key: key.name });
        }
    }
    let mut all = [0.0; N];
    for ((value, given), key) in all.iter_mut().zip(values).zip(keys) {
        *value = given.or(key.default).ok_or(SpecError::Missing {
            of,
            key: key.name,
            meaning: key.meaning,
        })?;
    }
    Ok(all)
}
