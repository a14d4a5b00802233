//! The authority goes to another key in two steps.

use super::exchange_of;
use anchor_lang::prelude::Pubkey;
use whittle::error::WhittleError;
use whittle::event::{AuthorityOffered, AuthorityTransferred};
use whittle_client::instruction;
use whittle_tests::{assert_only_changed, World};

#[test]
fn the_authority_is_offered_and_accepted() {
    let mut world = World::new();
    let (old, new) = (world.authority.clone(), world.actor("new authority"));
    let offer = instruction::transfer_authority(old.address(), new.address());
    let event: AuthorityOffered = world.send_as(&old, offer).ok().event();
    assert_eq!(event.next_authority, new.address());
    assert_eq!(exchange_of(&world).authority, old.address());

    let before = world.picture();
    let accept = instruction::accept_authority(new.address());
    let event: AuthorityTransferred = world.send_as(&new, accept).ok().event();
    assert_eq!(
        (event.before, event.authority),
        (old.address(), new.address())
    );
    let exchange = exchange_of(&world);
    assert_eq!(exchange.authority, new.address());
    assert_eq!(exchange.next_authority, Pubkey::default());
    let place = whittle_client::address::exchange();
    assert_only_changed!(before, world.picture(), [place]);

    let offer = instruction::transfer_authority(old.address(), old.address());
    let sent = world.send_as(&old, offer);
    sent.refused(WhittleError::NotAuthority);
}

#[test]
fn nobody_takes_an_authority_that_was_not_offered_to_him() {
    let mut world = World::new();
    let mallory = world.actor("mallory");
    let accept = instruction::accept_authority(mallory.address());
    let sent = world.send_as(&mallory, accept.clone());
    sent.refused(WhittleError::NotNextAuthority);
    // An offer that was taken back.
    let authority = world.authority.clone();
    for next in [mallory.address(), Pubkey::default()] {
        let offer = instruction::transfer_authority(authority.address(), next);
        world.send_as(&authority, offer).ok();
    }
    let sent = world.send_as(&mallory, accept);
    sent.refused(WhittleError::NotNextAuthority);
}
