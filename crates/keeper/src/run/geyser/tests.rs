//! What updates mean, and a connection to a server of the test.

mod server;

use super::*;
use core::time::Duration;
use server::{Heard, Server};
use std::sync::Arc;
use tokio::sync::mpsc;
use yellowstone_grpc_proto::geyser::{
    SubscribeUpdateAccountInfo, SubscribeUpdatePing, SubscribeUpdatePong, SubscribeUpdateSlot,
};

const AT: Pubkey = Pubkey::new_from_array([1; 32]);
const ORACLE: Pubkey = Pubkey::new_from_array([2; 32]);

fn update(told: UpdateOneof) -> SubscribeUpdate {
    SubscribeUpdate {
        update_oneof: Some(told),
        ..SubscribeUpdate::default()
    }
}

fn slot(slot: u64, status: SlotStatus) -> SubscribeUpdate {
    update(UpdateOneof::Slot(SubscribeUpdateSlot {
        slot,
        status: status.into(),
        ..SubscribeUpdateSlot::default()
    }))
}

fn ping() -> SubscribeUpdate {
    update(UpdateOneof::Ping(SubscribeUpdatePing {}))
}

fn info(lamports: u64) -> SubscribeUpdateAccountInfo {
    SubscribeUpdateAccountInfo {
        pubkey: AT.to_bytes().to_vec(),
        lamports,
        owner: whittle::ID.to_bytes().to_vec(),
        data: vec![7, 8],
        write_version: 99,
        ..SubscribeUpdateAccountInfo::default()
    }
}

fn account(slot: u64, account: Option<SubscribeUpdateAccountInfo>) -> SubscribeUpdate {
    update(UpdateOneof::Account(SubscribeUpdateAccount {
        account,
        slot,
        ..SubscribeUpdateAccount::default()
    }))
}

/// Stamp, owner and data of a notice about `AT`.
fn written(notice: Notice) -> (Stamp, Pubkey, Vec<u8>) {
    match notice {
        Notice::Account {
            address,
            stamp,
            owner,
            data,
        } => {
            assert_eq!(address, AT);
            (stamp, owner, data)
        }
        other => panic!("{other:?}"),
    }
}

fn told(update: SubscribeUpdate) -> Notice {
    match meaning(update) {
        Ok(Meaning::Told(notice)) => notice,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_write_is_told_with_its_place_in_the_slot() {
    assert_eq!(
        written(told(account(5, Some(info(1))))),
        (Stamp::within(5, 99), whittle::ID, vec![7, 8])
    );
}

#[test]
fn an_account_without_lamports_is_closed_whatever_data_it_was_left_with() {
    assert_eq!(
        written(told(account(5, Some(info(0))))),
        (Stamp::within(5, 99), whittle::ID, vec![])
    );
}

#[test]
fn a_slot_is_told_once_when_it_is_processed() {
    let begun = told(slot(5, SlotStatus::SlotProcessed));
    assert!(matches!(begun, Notice::Slot(5)), "{begun:?}");
    for later in [SlotStatus::SlotConfirmed, SlotStatus::SlotDead] {
        assert!(matches!(meaning(slot(5, later)), Ok(Meaning::Nothing)));
    }
}

#[test]
fn a_ping_is_to_be_answered_and_what_is_not_known_is_nothing() {
    assert!(matches!(meaning(ping()), Ok(Meaning::Ping)));
    let pong = update(UpdateOneof::Pong(SubscribeUpdatePong { id: 1 }));
    for unknown in [pong, SubscribeUpdate::default()] {
        assert!(matches!(meaning(unknown), Ok(Meaning::Nothing)));
    }
}

#[test]
fn an_update_that_lacks_a_part_says_which() {
    let short = |part: fn(&mut SubscribeUpdateAccountInfo) -> &mut Vec<u8>| {
        let mut info = info(1);
        part(&mut info).pop();
        account(5, Some(info))
    };
    for (update, expected) in [
        (account(5, None), "no account"),
        (
            short(|it| &mut it.pubkey),
            "an address that is not 32 bytes",
        ),
        (short(|it| &mut it.owner), "an owner that is not 32 bytes"),
    ] {
        assert_eq!(meaning(update).unwrap_err(), expected);
    }
}

#[test]
fn without_oracles_no_filter_matches_the_whole_chain() {
    let filters = |oracles: &[Pubkey]| {
        let mut accounts = request(oracles).accounts;
        let program = accounts.remove("program").unwrap();
        assert_eq!(program.owner, [whittle::ID.to_string()]);
        accounts
    };
    assert_eq!(filters(&[]), HashMap::new());
    assert_eq!(filters(&[ORACLE])["oracles"].account, [ORACLE.to_string()]);
}

#[test]
fn a_token_is_never_shown() {
    let geyser = Geyser::new("http://a", Some("secret")).unwrap();
    assert!(!format!("{:?}", geyser.builder().unwrap()).contains("secret"));
    let error = Geyser::new("http://a", Some("sec\nret")).err().unwrap();
    assert_eq!(
        format!("{error:#}"),
        "WHITTLE_KEEPER_GEYSER_TOKEN has characters that a header cannot hold"
    );
}

#[test]
fn an_endpoint_with_tls_needs_nothing_else() {
    // Fails when two crates of the build bring different cryptography.
    assert!(Geyser::new("https://localhost:1", None).is_ok());
}

/// The next notice.
async fn next(inbox: &mut mpsc::Receiver<Notice>) -> Notice {
    let notice = timeout(Duration::from_secs(20), inbox.recv());
    notice.await.expect("nothing is told").unwrap()
}

async fn complete(inbox: &mut mpsc::Receiver<Notice>) {
    let notice = next(inbox).await;
    match &notice {
        Notice::Complete { slot, accounts } => assert_eq!((*slot, accounts.len()), (7, 0)),
        _ => panic!("{notice:?}"),
    }
}

#[tokio::test]
async fn after_a_lost_connection_everything_is_loaded_and_subscribed_anew() {
    let mut server = Server::start().await;
    let settings = Settings {
        oracles: vec![ORACLE],
        reload_every: Duration::from_secs(600),
        silence: Duration::from_secs(20),
        longest_pause: Duration::from_secs(1),
    };
    let cluster = Arc::new(Cluster::new(&server.rpc_url, Duration::from_secs(20)));
    let source = Geyser::new(&server.url, Some("secret")).unwrap();
    let (out, mut inbox) = mpsc::channel(16);
    let following = tokio::spawn(super::super::feed::follow(source, cluster, settings, out));

    let subscribed = |heard: Heard| {
        let expected = Heard::Subscribed {
            token: Some("secret".to_owned()),
            request: Box::new(request(&[ORACLE])),
        };
        assert_eq!(heard, expected);
    };
    subscribed(server.heard().await);
    complete(&mut inbox).await;
    server.tell(Ok(slot(8, SlotStatus::SlotProcessed))).await;
    assert!(matches!(next(&mut inbox).await, Notice::Slot(8)));

    server.tell(Err(Status::unavailable("restarting"))).await;
    match next(&mut inbox).await {
        Notice::Lost(why) => assert_eq!(why, "The service is currently unavailable: restarting"),
        other => panic!("{other:?}"),
    }
    subscribed(server.heard().await);
    complete(&mut inbox).await;
    server.tell(Ok(ping())).await;
    assert_eq!(server.heard().await, Heard::More(Box::new(pong())));
    server.tell(Ok(account(9, Some(info(1))))).await;
    let (stamp, ..) = written(next(&mut inbox).await);
    assert_eq!(stamp, Stamp::within(9, 99));

    server.hang_up();
    match next(&mut inbox).await {
        Notice::Lost(why) => assert_eq!(why, "the node closed the connection"),
        other => panic!("{other:?}"),
    }
    following.abort();
}

#[tokio::test]
async fn a_node_that_only_pings_is_lost() {
    let mut server = Server::start().await;
    let settings = Settings {
        oracles: Vec::new(),
        reload_every: Duration::from_secs(600),
        silence: Duration::from_secs(2),
        longest_pause: Duration::from_secs(1),
    };
    let cluster = Cluster::new(&server.rpc_url, Duration::from_secs(20));
    let source = Geyser::new(&server.url, None).unwrap();
    let (out, _inbox) = mpsc::channel(16);
    let listening = tokio::spawn(async move { source.listen(&cluster, &settings, &out).await });
    assert!(matches!(
        server.heard().await,
        Heard::Subscribed { token: None, .. }
    ));
    // As long as it listens: answered pings never end.
    let pings = async {
        while !listening.is_finished() {
            server.tell(Ok(ping())).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(Duration::from_secs(20), pings).await.unwrap();
    match listening.await.unwrap() {
        Err(End::Lost(why)) => assert_eq!(why, "nothing was told for 2 s"),
        other => panic!("{other:?}"),
    }
}
