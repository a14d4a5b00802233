//! What Solana's command line is configured to, for options that were not given.

use core::fmt;
use solana_keypair::{read_keypair_file, Keypair};
use std::path::{Path, PathBuf};

/// Where Solana's command line keeps its configuration.
const FILE: &str = ".config/solana/cli/config.yml";

/// Why an option has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotConfigured(String);

impl fmt::Display for NotConfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotConfigured {}

/// The address of a node: as given (Solana's names for the public clusters are understood), else as
/// configured in `file` or where Solana's command line looks.
///
/// Errors: [`NotConfigured`].
pub fn url(given: Option<&str>, file: Option<&Path>) -> Result<String, NotConfigured> {
    match given {
        Some(name) => Ok(address_of(name).to_owned()),
        None => Ok(address_of(&configured(file, "json_rpc_url", "--url")?).to_owned()),
    }
}

/// A keypair: from the file given, else from the one configured.
///
/// Errors: [`NotConfigured`], with the file that cannot be read.
pub fn keypair(given: Option<&Path>, file: Option<&Path>) -> Result<Keypair, NotConfigured> {
    let file = match given {
        Some(given) => given.to_owned(),
        None => configured(file, "keypair_path", "--keypair")?.into(),
    };
    let file = expand(&file);
    read_keypair_file(&file)
        .map_err(|error| NotConfigured(format!("reading the keypair {}: {error}", file.display())))
}

/// The value of `key` in a configuration of Solana's; without a file, in the one that Solana's command
/// line uses.
fn configured(file: Option<&Path>, key: &str, option: &str) -> Result<String, NotConfigured> {
    let file = match file {
        Some(file) => expand(file),
        None => {
            let home = std::env::var_os("HOME").map(PathBuf::from);
            home.unwrap_or_default().join(FILE)
        }
    };
    let without = |why: String| NotConfigured(format!("{option} was not given, and {why}"));
    let text = std::fs::read_to_string(&file)
        .map_err(|error| without(format!("{} cannot be read: {error}", file.display())))?;
    lookup(&text, key).ok_or_else(|| without(format!("{} has no {key}", file.display())))
}

/// The file is YAML, but all its values are plain texts at the top.
fn lookup(text: &str, key: &str) -> Option<String> {
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    let value = value.trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

/// A path with a leading `~` replaced.
fn expand(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path.to_owned(),
    }
}

/// Solana's names for the public clusters, and anything else as it is.
fn address_of(name: &str) -> &str {
    match name {
        "l" | "localhost" => "http://127.0.0.1:8899",
        "d" | "devnet" => "https://api.devnet.solana.com",
        "t" | "testnet" => "https://api.testnet.solana.com",
        "m" | "mainnet-beta" => "https://api.mainnet-beta.solana.com",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "---\njson_rpc_url: \"http://localhost:8899\"\nwebsocket_url: ''\n\
                        keypair_path: /home/me/id.json\n";

    #[test]
    fn solanas_configuration_is_read() {
        let url = lookup(TEXT, "json_rpc_url");
        assert_eq!(url.as_deref(), Some("http://localhost:8899"));
        let keypair = lookup(TEXT, "keypair_path");
        assert_eq!(keypair.as_deref(), Some("/home/me/id.json"));
    }

    #[test]
    fn a_given_address_is_taken_as_it_is_and_a_name_is_looked_up() {
        assert_eq!(
            url(Some("http://node:1"), None).as_deref(),
            Ok("http://node:1")
        );
        assert_eq!(url(Some("l"), None).as_deref(), Ok("http://127.0.0.1:8899"));
    }

    #[test]
    fn an_empty_or_absent_value_is_none() {
        assert_eq!(lookup(TEXT, "websocket_url"), None);
        assert_eq!(lookup(TEXT, "commitment"), None);
    }
}
