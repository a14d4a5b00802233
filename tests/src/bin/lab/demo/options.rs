//! What the demo was asked for.

use std::path::PathBuf;

use anyhow::{bail, Context, Result};

/// What `demo --help` prints.
pub const HELP: &str = "\
cargo xtask demo [--prices FILE] [--accounts N] [--out FILE] [--picture FILE]

Replays prices against the program in an embedded virtual machine.

  --prices FILE   hourly prices: a header timestamp,open,high,low,close and one row an hour,
                  oldest first (default: BTC-USD in the week of 2017-12-22)
  --accounts N    accounts that trade, 1 to 200 (default 40)
  --out FILE      where the page goes (default out/demo.html)
  --picture FILE  also write an SVG picture of the run";

const MOST_ACCOUNTS: usize = 200;

/// The options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// A file of prices other than the recorded week.
    pub prices: Option<PathBuf>,
    /// Accounts that trade.
    pub accounts: usize,
    /// Where the page goes.
    pub out: PathBuf,
    /// Where the picture goes.
    pub picture: Option<PathBuf>,
    /// Only say what the options are.
    pub help: bool,
}

impl Options {
    /// From the command line.
    pub fn parse(args: &[String]) -> Result<Self> {
        let mut options = Self {
            prices: None,
            accounts: 40,
            out: "out/demo.html".into(),
            picture: None,
            help: false,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || {
                let value = args.next();
                value.with_context(|| format!("{arg} needs a value"))
            };
            match arg.as_str() {
                "--prices" => options.prices = Some(value()?.into()),
                "--accounts" => options.accounts = accounts(value()?)?,
                "--out" => options.out = value()?.into(),
                "--picture" => options.picture = Some(value()?.into()),
                "--help" | "-h" => options.help = true,
                other => bail!("unknown option {other}\n\n{HELP}"),
            }
        }
        Ok(options)
    }
}

fn accounts(text: &str) -> Result<usize> {
    match text.parse() {
        Ok(number) if (1..=MOST_ACCOUNTS).contains(&number) => Ok(number),
        _ => bail!("--accounts: expected a number from 1 to {MOST_ACCOUNTS}, found {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Options> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        Options::parse(&args)
    }

    #[test]
    fn options_come_in_any_order() {
        let options = parse(&["--out", "a.html", "--accounts", "7", "--prices", "p.csv"]).unwrap();
        assert_eq!(
            (options.accounts, options.out),
            (7, PathBuf::from("a.html"))
        );
        assert_eq!(options.prices, Some(PathBuf::from("p.csv")));
        assert_eq!(parse(&[]).unwrap().accounts, 40);
    }

    #[test]
    fn bad_options_are_named() {
        let message = |args: &[&str]| parse(args).unwrap_err().to_string();
        assert_eq!(message(&["--out"]), "--out needs a value");
        assert_eq!(
            message(&["--accounts", "0"]),
            "--accounts: expected a number from 1 to 200, found 0"
        );
        assert!(message(&["--speed", "9"]).starts_with("unknown option --speed"));
    }
}
