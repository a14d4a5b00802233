//! What Solana's command line is configured to, for options that were not given.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Where Solana's command line keeps its configuration.
const FILE: &str = ".config/solana/cli/config.yml";

/// The value of `key` there.
pub fn configured(key: &str, option: &str) -> Result<String> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let file = home.unwrap_or_default().join(FILE);
    let without = || format!("{option} was not given");
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("reading {}", file.display()))
        .with_context(without)?;
    lookup(&text, key)
        .with_context(|| format!("{} has no {key}", file.display()))
        .with_context(without)
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
pub fn expand(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path.to_owned(),
    }
}

/// Solana's names for the public clusters, and anything else as it is.
pub fn url(name: &str) -> &str {
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
    fn an_empty_or_absent_value_is_none() {
        assert_eq!(lookup(TEXT, "websocket_url"), None);
        assert_eq!(lookup(TEXT, "commitment"), None);
    }
}
