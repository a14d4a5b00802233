// Where all of this is on chain, and which node tells it.
import type { ExchangeView, Overview } from '../../risk/types';
import { useConfig } from '../../state';
import { count, duration } from '../../ui/format';
import { Addr, Facts, Panel } from '../../ui/kit';
import { useSlot } from './slot';

// The key that nobody can sign with.
const NOBODY = '11111111111111111111111111111111';

export function AddressesPanel(props: { exchange: ExchangeView; overview: Overview }) {
  const { exchange, overview } = props;
  const config = useConfig();
  const slot = useSlot();
  const shown = (address: string | undefined) => (address === undefined ? '–' : <Addr address={address} />);
  const guardian = exchange.guardian === NOBODY ? 'none' : shown(exchange.guardian);
  return (
    <div className="columns-even">
      <Panel title="Addresses">
        <Facts
          rows={[
            ['Program', shown(config.programId)],
            ['Exchange', shown(exchange.address)],
            ['Pool', shown(overview.pool?.address)],
            ['Insurance fund', shown(overview.insurance?.address)],
            ['Authority', shown(exchange.authority)],
            exchange.nextAuthority !== null && ['Offered to', shown(exchange.nextAuthority)],
            ['Guardian', guardian],
            ['Changes wait', duration(exchange.timelockSecs)],
          ]}
        />
      </Panel>
      <Panel title="Node">
        <Facts
          rows={[
            ['Network', config.name],
            ['Node', config.rpcUrl],
            ['Notifications', config.wsUrl],
            ['Slot', slot === null ? 'unknown' : count(slot)],
            config.genesisHash !== null && ['Genesis', <Addr key="genesis" address={config.genesisHash} />],
          ]}
        />
      </Panel>
    </div>
  );
}
