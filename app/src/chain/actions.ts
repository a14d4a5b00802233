// Builders of instructions, bound to the connected wallet, the engine and the live exchange.
import { use, useMemo } from 'react';
import { keeperActions } from './actions/keeper';
import { Desk, type DeskMeans } from './actions/desk';
import { providerActions } from './actions/provider';
import { traderActions } from './actions/trader';
import { WorldContext } from '../world';

export type Actions = ReturnType<typeof actionsOf>;

export function actionsOf(means: DeskMeans) {
  const desk = new Desk(means);
  return { ...traderActions(desk), ...providerActions(desk), ...keeperActions(desk) };
}

/** Each reads the wallet and the exchange when it is called, not when it is made. */
export function useActions(): Actions {
  const world = use(WorldContext);
  return useMemo(() => {
    const { config, connection, engine, clock, book, session, selection } = world;
    return actionsOf({
      config,
      connection,
      engine,
      get owner() {
        return session.snapshot().connected?.address ?? null;
      },
      get subId() {
        const owner = session.snapshot().connected?.address;
        return owner === undefined ? 0 : selection.of(owner);
      },
      now: () => clock.now(),
      requests: () => book.requests(),
    });
  }, [world]);
}
