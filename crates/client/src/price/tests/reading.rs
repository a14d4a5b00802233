use super::fixture::{feed, update_of, vaa, GUARDIAN_SET, QUORUM};
use crate::price::pyth::{Accumulator, Vaa};
use crate::price::{parse_hermes, PriceError};
use base64::prelude::{Engine, BASE64_STANDARD};

#[test]
fn an_accumulator_update_is_read_with_its_root_and_its_proofs() {
    let read = Accumulator::parse(&update_of(&[3, 700], 1_791_360_258, QUORUM)).unwrap();
    // The size of real ones: 6 bytes, 13 signatures of 66, a body of 51 and a payload of 37.
    assert_eq!(read.vaa.bytes.len(), 952);
    assert_eq!(read.vaa.guardian_set, GUARDIAN_SET);
    assert_eq!(read.vaa.signatures, QUORUM);
    let feeds: Vec<_> = read.updates.iter().map(|update| update.feed).collect();
    assert_eq!(feeds, [feed(3), feed(700)]);
    for update in &read.updates {
        assert_eq!(update.reading.publish_time, 1_791_360_258);
        assert_eq!(update.message.len(), 85);
        assert_eq!(update.proof.len(), 11);
        assert_eq!(read.vaa.check(update), Ok(()));
    }
}

#[test]
fn a_changed_price_does_not_lead_to_the_root() {
    let mut read = Accumulator::parse(&update_of(&[3], 5, QUORUM)).unwrap();
    read.updates[0].message[40] ^= 1;
    let error = read.vaa.check(&read.updates[0]).unwrap_err();
    assert_eq!(error, PriceError::ProofMismatch(feed(3)));
}

#[test]
fn bytes_that_are_no_accumulator_update_are_named_by_how_they_begin() {
    let error = Accumulator::parse(b"AUWV and more").unwrap_err();
    assert_eq!(error, PriceError::NotAccumulator(b"AUWV".to_vec()));
    let text = "not an accumulator update: it starts with 41555756, not with PNAU";
    assert_eq!(error.to_string(), text);
    let error = Accumulator::parse(b"").unwrap_err();
    assert_eq!(error, PriceError::NotAccumulator(vec![]));
}

#[test]
fn an_update_cut_off_anywhere_is_called_cut_off() {
    let whole = update_of(&[3], 5, QUORUM);
    for length in 4..whole.len() {
        let error = Accumulator::parse(&whole[..length]).unwrap_err();
        assert_eq!(error, PriceError::Truncated(length));
    }
}

#[test]
fn other_versions_and_other_proofs_are_refused() {
    let mut bytes = update_of(&[3], 5, QUORUM);
    bytes[4] = 2;
    let error = Accumulator::parse(&bytes).unwrap_err();
    assert_eq!(error, PriceError::AccumulatorVersion(2));
    bytes[4] = 1;
    bytes[7] = 9; // Which kind of proof follows.
    let error = Accumulator::parse(&bytes).unwrap_err();
    assert!(matches!(error, PriceError::Malformed(_)), "{error}");
}

#[test]
fn a_vaa_shorter_than_its_signatures_say_is_refused() {
    let whole = vaa(QUORUM, &[]);
    let (have, need) = (700, whole.len());
    let error = Vaa::parse(whole[..have].to_vec()).unwrap_err();
    assert_eq!(error, PriceError::VaaTooShort { have, need });
    assert_eq!(
        error.to_string(),
        "the VAA has 700 bytes and needs at least 915"
    );
    let error = Vaa::parse(vec![1, 0, 0]).unwrap_err();
    assert_eq!(error, PriceError::VaaTooShort { have: 3, need: 6 });
}

#[test]
fn a_vaa_of_another_version_or_about_something_else_is_refused() {
    let mut bytes = vaa(1, b"governance");
    let error = Vaa::parse(bytes.clone()).unwrap_err();
    assert_eq!(error, PriceError::NotMerkleRoot);
    bytes[0] = 2;
    assert_eq!(Vaa::parse(bytes).unwrap_err(), PriceError::VaaVersion(2));
}

#[test]
fn an_answer_of_hermes_is_read_in_both_encodings() {
    let update = update_of(&[3], 5, QUORUM);
    let encoded = [
        ("base64", BASE64_STANDARD.encode(&update)),
        ("hex", hex::encode(&update)),
    ];
    for (encoding, data) in encoded {
        let binary = serde_json::json!({"encoding": encoding, "data": [data]});
        let answer = serde_json::json!({"binary": binary, "parsed": null});
        let read = parse_hermes(&answer.to_string());
        assert_eq!(read, Ok(vec![update.clone()]));
    }
}

#[test]
fn an_answer_that_is_not_of_hermes_is_refused_with_a_reason() {
    let cases = [
        (
            r#"{"error": "Price ids not found"}"#,
            "there is no binary.data",
        ),
        (
            r#"{"binary": {"encoding": "zip", "data": ["00"]}}"#,
            r#"the encoding is Some("zip"), not base64 or hex"#,
        ),
        (
            r#"{"binary": {"encoding": "hex", "data": [5]}}"#,
            "binary.data holds something else than text",
        ),
    ];
    for (answer, reason) in cases {
        let error = parse_hermes(answer).unwrap_err();
        assert_eq!(error, PriceError::Answer(reason.into()));
    }
    let error = parse_hermes("<html>").unwrap_err();
    assert!(matches!(error, PriceError::Answer(_)), "{error}");
}
