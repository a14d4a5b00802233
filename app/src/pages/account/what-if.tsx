// A slider over the price of one market, and what follows from it.
import { Slider } from 'radix-ui';
import { useMemo, useState } from 'react';
import type { PositionView, Price } from '../../risk/types';
import { useAsk, useNow } from '../../state';
import { Button, Field, Notice, Waiting } from '../../ui/kit';
import { movedPrice } from '../../decimal';
import { WhatIfChart } from './what-if-chart';
import { whatIfSentence } from './what-if-sentence';
import { WhatIfTable } from './what-if-table';

// In percent.
const REACH = 60;
const STEP = 2;
const ROW = 10;
const FIRST = -20;

export function WhatIf(props: { account: string; position: PositionView; asset: string; present: Price }) {
  const { account, position, asset, present } = props;
  const now = useNow();
  const [percent, setPercent] = useState(FIRST);
  // A price that was typed, until the slider is moved.
  const [typed, setTyped] = useState<string | null>(null);
  const all = useMemo(() => {
    const count = (2 * REACH) / STEP + 1;
    return Array.from({ length: count }, (_, at) => movedPrice(present, (at * STEP - REACH) * 10));
  }, [present]);
  const ask = { account, market: position.market, now };
  const range = useAsk('whatIf', { ...ask, prices: all });
  const wanted = typed ?? movedPrice(present, percent * 10);
  const one = useAsk('whatIf', wanted.trim() === '' ? null : { ...ask, prices: [wanted] });
  const point = one.answer?.[0] ?? null;
  const change = point === null ? percent / 100 : Number(point.change);
  // While a typed price is no number the slider stays where it was.
  const place = typed === null ? percent : Math.max(-REACH, Math.min(REACH, Math.round(change * 100)));
  const sentence =
    point === null
      ? (one.problem?.message ?? `Type a price of one ${asset}.`)
      : whatIfSentence(point, position);
  if (range.problem !== null) return <Notice tone="warn">{range.problem.message}</Notice>;
  if (range.answer === null) return <Waiting what="Looking at other prices" />;
  return (
    <div className="stack">
      <p className="what-if-sentence">{sentence}</p>
      <div className="what-if-controls">
        <Slider.Root
          className="what-if-slider"
          min={-REACH}
          max={REACH}
          step={1}
          value={[place]}
          onValueChange={([value]) => {
            setPercent(value ?? 0);
            setTyped(null);
          }}
        >
          <Slider.Track className="what-if-track">
            <Slider.Range className="what-if-range" />
          </Slider.Track>
          <Slider.Thumb
            className="what-if-thumb"
            aria-label={`Price of ${position.symbol}`}
            aria-valuetext={sentence}
          />
        </Slider.Root>
        <Field
          label={`Price of one ${asset}`}
          unit="USD"
          inputMode="decimal"
          value={typed ?? wanted}
          error={typed === null || typed.trim() === '' ? null : (one.problem?.message ?? null)}
          action={
            <Button
              className="button-small"
              onClick={() => {
                setPercent(0);
                setTyped(null);
              }}
            >
              Present price
            </Button>
          }
          onChange={(event) => {
            setTyped(event.target.value);
          }}
        />
      </div>
      <WhatIfChart
        symbol={position.symbol}
        points={range.answer}
        chosen={point === null ? null : change}
        reach={REACH / 100}
      />
      <WhatIfTable
        symbol={position.symbol}
        points={range.answer.filter((_, at) => (at * STEP) % ROW === 0)}
      />
      <p className="said">
        All else stays: other prices, funding, collateral. Confirmation and the bonus of that moment are taken
        as if the account were flagged now.
      </p>
    </div>
  );
}
