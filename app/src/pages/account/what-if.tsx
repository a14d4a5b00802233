import { Slider } from 'radix-ui';
import { useState } from 'react';
import { useAsk, useNow, useOverview } from '../../state';
import type { AccountView } from '../../risk/types';
import { price, signedPercent } from '../../ui/format';
import { Field, Notice, Panel, Waiting } from '../../ui/kit';
import { movedPrice } from '../trade/lots';
import { WhatIfChart } from './what-if-chart';
import { whatIfSentence } from './what-if-words';

const MOST_PERMILLE = 600;
const STEP_PERMILLE = 20;
const STEPS = Array.from(
  { length: (2 * MOST_PERMILLE) / STEP_PERMILLE + 1 },
  (_, at) => at * STEP_PERMILLE - MOST_PERMILLE,
);
const START_PERMILLE = -100;

// Most of what is worth seeing happens close to where a liquidation begins.
const NEAR = Array.from({ length: 41 }, (_, at) => at * 2 - 40);

/** Prices of the whole range, and more of them around the one at which a liquidation begins. */
export function pricesOf(present: string, begins: string | null): string[] {
  const range = STEPS.map((it) => movedPrice(present, it));
  const [low, high] = [Number(range[0]), Number(range.at(-1))];
  const near = begins === null ? [] : NEAR.map((it) => movedPrice(begins, it));
  const within = near.filter((it) => Number(it) > low && Number(it) < high);
  return [...range, ...within].sort((a, b) => Number(a) - Number(b));
}

/** Thousandths of a typed percentage within the range; null when it is no number. */
export function permilleOf(text: string): number | null {
  const typed = text.trim().replace(',', '.');
  if (!/^[+-]?\d+(\.\d+)?$/.test(typed)) return null;
  const value = Math.round(Number(typed) * 10);
  return Math.abs(value) > MOST_PERMILLE ? null : value;
}

/** What a move of one price would do to the account. */
export function WhatIf(props: { view: AccountView }) {
  const { view } = props;
  const markets = useOverview()?.markets ?? [];
  const [chosen, setChosen] = useState<number | null>(null);
  const open = view.positions.filter((it) => it.lots !== '0');
  const position = open.find((it) => it.market === chosen) ?? open[0];
  const market = markets.find((it) => it.index === position?.market);
  if (position === undefined)
    return (
      <Panel title="What if the price moves?">
        <p className="empty">
          Nothing is open, so no price can hurt. With a position this shows what would be closed.
        </p>
      </Panel>
    );
  return (
    <Panel
      title="What if the price moves?"
      actions={
        <select
          className="select"
          aria-label="Which price moves"
          value={position.market}
          onChange={(event) => {
            setChosen(Number(event.target.value));
          }}
        >
          {open.map((it) => (
            <option key={it.market} value={it.market}>
              {it.symbol}
            </option>
          ))}
        </select>
      }
    >
      {market === undefined || market.price === null ? (
        <Notice tone="warn">The exchange has no price of {position.symbol} yet.</Notice>
      ) : (
        <Moves
          account={view.address}
          market={market.index}
          symbol={market.symbol}
          present={market.price}
          begins={position.liquidationPrice}
        />
      )}
    </Panel>
  );
}

function Moves(props: {
  account: string;
  market: number;
  symbol: string;
  present: string;
  begins: string | null;
}) {
  const { account, market, present, begins } = props;
  const now = useNow();
  const [permille, setPermille] = useState(START_PERMILLE);
  const [text, setText] = useState(String(START_PERMILLE / 10));
  const range = useAsk('whatIf', {
    account,
    market,
    prices: pricesOf(present, begins),
    now,
  });
  const one = useAsk('whatIf', { account, market, prices: [movedPrice(present, permille)], now });
  const point = one.answer?.[0] ?? null;
  const typed = permilleOf(text);
  const move = (to: number) => {
    setPermille(to);
    setText(String(to / 10));
  };
  const problem = range.problem ?? one.problem;
  if (problem !== null) return <Notice tone="warn">{problem.message}</Notice>;
  if (range.answer === null || point === null) return <Waiting what="Trying prices" />;
  return (
    <div className="stack">
      <div className="what-if-inputs">
        <Slider.Root
          className="slider"
          min={-MOST_PERMILLE}
          max={MOST_PERMILLE}
          step={5}
          value={[permille]}
          onValueChange={([to]) => {
            if (to !== undefined) move(to);
          }}
        >
          <Slider.Track className="slider-track">
            <Slider.Range className="slider-range" />
          </Slider.Track>
          <Slider.Thumb
            className="slider-thumb"
            aria-label={`Change of the price of ${props.symbol}`}
            aria-valuetext={`${signedPercent(point.change)}, ${price(point.price)}`}
          />
        </Slider.Root>
        <Field
          label="Change"
          inputMode="text"
          unit="%"
          value={text}
          error={
            typed === null ? `Write a number from -${MOST_PERMILLE / 10} to ${MOST_PERMILLE / 10}` : null
          }
          onChange={(event) => {
            setText(event.target.value);
            const to = permilleOf(event.target.value);
            if (to !== null) setPermille(to);
          }}
        />
      </div>
      <p className="what-if-sentence" role="status">
        {whatIfSentence(point, begins)}
      </p>
      <WhatIfChart points={range.answer} chosen={point} />
    </div>
  );
}
