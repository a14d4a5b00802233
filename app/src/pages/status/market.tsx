// One market: its oracle, its volatility and what protects its traders at present.
import type { MarketView } from '../../risk/types';
import { useNow } from '../../state';
import { duration, percent, price, times, usd } from '../../ui/format';
import { Ago, Badge, Facts, Panel, Term, Until } from '../../ui/kit';
import { Meter } from './meter';

const REGIMES = {
  calm: { tone: 'good', title: 'calm' },
  elevated: { tone: 'warn', title: 'elevated' },
  extreme: { tone: 'bad', title: 'extreme' },
} as const;

const EMA =
  'The oracle’s moving average. Settlements and shocks are judged against averages, not single prices.';
const SHOCK =
  'A price far from the average: the market takes no new risk and closes nothing until a later price confirms it.';
const GRACE = 'After a gap in prices, owners get this time to deposit or reduce before anything is closed.';
const ROOM =
  'What liquidations may still close now before the circuit breaker holds them back. It refills by itself.';
const RAMP =
  'What maintenance requirements are multiplied with. It moves along a line, so nobody is caught at once.';

export function MarketPanel({ market }: { market: MarketView }) {
  return (
    <Panel title={market.symbol} actions={<State market={market} />}>
      <Oracle market={market} />
      <h3 className="status-part">Volatility</h3>
      <Volatility market={market} />
      <h3 className="status-part">Protection</h3>
      <Protection market={market} />
      <h3 className="status-part">Money</h3>
      <Facts
        rows={[
          ['Pool’s line', usd(market.poolLine)],
          ['Insurance’s line', usd(market.insuranceLine)],
          ['Profits that wait for cash', usd(market.claimsUnpaid)],
          ['Losses nobody has borne yet', usd(market.deficit)],
        ]}
      />
    </Panel>
  );
}

function State({ market }: { market: MarketView }) {
  if (market.windDown !== null) return <Badge tone="warn">winding down</Badge>;
  if (market.price === null) return <Badge tone="bad">no price</Badge>;
  if (market.stale) return <Badge tone="bad">stale price</Badge>;
  if (market.reduceOnly) return <Badge tone="warn">reduce only</Badge>;
  return <Badge tone="good">open</Badge>;
}

function Oracle({ market }: { market: MarketView }) {
  const now = useNow();
  const age =
    market.publishTime > 0 ? (
      <Meter
        label={`Age of the price of ${market.symbol} of what is accepted`}
        part={market.maxAgeSecs === 0 ? 0 : market.ageSecs / market.maxAgeSecs}
        words={`${duration(market.ageSecs)} of at most ${duration(market.maxAgeSecs)}`}
      />
    ) : (
      'none yet'
    );
  return (
    <Facts
      rows={[
        ['Price', market.price === null ? '–' : price(market.price)],
        ['Oracle age', age],
        market.publishTime > 0 && ['Published', <Ago key="published" at={market.publishTime} now={now} />],
        [
          'Confidence',
          <span key="confidence">
            {market.confidence === null ? '–' : `± ${price(market.confidence)}`}{' '}
            {market.uncertain && <Badge tone="warn">too wide to trade</Badge>}
          </span>,
        ],
        [
          <Term key="ema" meaning={EMA}>
            EMA
          </Term>,
          market.ema === null ? '–' : price(market.ema),
        ],
      ]}
    />
  );
}

function Volatility({ market }: { market: MarketView }) {
  const now = useNow();
  const regime = REGIMES[market.regime];
  const ramps = market.rampEndsAt !== null && market.rampEndsAt > now;
  return (
    <Facts
      rows={[
        ['In a day', percent(market.volatilityDay)],
        [
          'Regime',
          <Badge key="regime" tone={regime.tone}>
            {regime.title}
          </Badge>,
        ],
        [
          <Term key="ramp" meaning={RAMP}>
            Maintenance
          </Term>,
          <span key="multiplier">
            {times(market.multiplier)}
            {ramps && market.rampEndsAt !== null && (
              <>
                {' '}
                on the way to {times(market.multiplierTarget)} <Until at={market.rampEndsAt} now={now} />
              </>
            )}
          </span>,
        ],
      ]}
    />
  );
}

function Protection({ market }: { market: MarketView }) {
  const now = useNow();
  const grace = market.graceUntil !== null && market.graceUntil > now ? market.graceUntil : null;
  return (
    <Facts
      rows={[
        [
          <Term key="shock" meaning={SHOCK}>
            Price shock
          </Term>,
          market.shockSince === null ? (
            'none'
          ) : (
            <span>
              since <Ago at={market.shockSince} now={now} />
            </span>
          ),
        ],
        [
          <Term key="grace" meaning={GRACE}>
            Grace
          </Term>,
          grace === null ? (
            'none'
          ) : (
            <span>
              ends <Until at={grace} now={now} />
            </span>
          ),
        ],
        [
          <Term key="room" meaning={ROOM}>
            Breaker’s room
          </Term>,
          <Room key="meter" market={market} />,
        ],
        ['Guard', market.reduceOnly ? 'only reductions' : 'none'],
        market.windDown !== null && [
          'Ends',
          market.windDown.settledAt === null ? (
            <Until at={market.windDown.settlesAt} now={now} />
          ) : (
            `ended at ${price(market.windDown.settledAt)}`
          ),
        ],
      ]}
    />
  );
}

function Room({ market }: { market: MarketView }) {
  const { breakerRoom, breakerCapacity } = market;
  if (breakerRoom === null || breakerCapacity === null) return <>no breaker</>;
  return (
    <Meter
      label={`Room of the circuit breaker of ${market.symbol}`}
      part={Number(breakerRoom) / (Number(breakerCapacity) || 1)}
      words={`${usd(breakerRoom)} of ${usd(breakerCapacity)}`}
    />
  );
}
