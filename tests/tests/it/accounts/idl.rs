//! The accounts that the program's interface names.

use serde_json::Value;

const IDL: &str = include_str!("../../../../idl/whittle.json");

/// An instruction.
pub struct Described {
    pub name: String,
    pub discriminator: Vec<u8>,
    pub accounts: Vec<Named>,
}

/// One of its accounts.
pub struct Named {
    pub name: String,
    pub writable: bool,
    pub signer: bool,
    pub optional: bool,
}

/// What the interface describes.
pub struct Idl {
    pub instructions: Vec<Described>,
    /// Discriminators and names of the program's account types.
    pub types: Vec<(Vec<u8>, String)>,
}

impl Idl {
    /// As it is committed.
    pub fn read() -> Self {
        let idl: Value = serde_json::from_str(IDL).expect("a JSON file");
        let list = |key: &str| idl[key].as_array().expect("a list").clone();
        Self {
            instructions: list("instructions").iter().map(described).collect(),
            types: list("accounts")
                .iter()
                .map(|it| (bytes(&it["discriminator"]), text(&it["name"])))
                .collect(),
        }
    }

    /// The instruction with this data.
    pub fn of(&self, data: &[u8]) -> &Described {
        let mut all = self.instructions.iter();
        let found = all.find(|it| data.starts_with(&it.discriminator));
        found.expect("an instruction of the interface")
    }

    /// The account type of this data.
    pub fn type_of(&self, data: &[u8]) -> Option<&str> {
        let mut all = self.types.iter();
        let found = all.find(|(discriminator, _)| data.starts_with(discriminator));
        found.map(|(_, name)| name.as_str())
    }
}

fn described(value: &Value) -> Described {
    let accounts = value["accounts"].as_array().expect("a list");
    Described {
        name: text(&value["name"]),
        discriminator: bytes(&value["discriminator"]),
        accounts: accounts
            .iter()
            .map(|it| Named {
                name: text(&it["name"]),
                writable: it["writable"] == true,
                signer: it["signer"] == true,
                optional: it["optional"] == true,
            })
            .collect(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn bytes(value: &Value) -> Vec<u8> {
    let numbers = value.as_array().expect("a list").iter();
    let bytes = numbers.map(|it| it.as_u64().and_then(|it| u8::try_from(it).ok()));
    bytes.map(|it| it.expect("a byte")).collect()
}
