//! What a keeper of Whittle knows and decides. Nothing in the library talks to a network.
