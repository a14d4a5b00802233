// The ladder as a picture. A table with the same numbers stands under it.
import { useEffect, useRef, useState } from 'react';
import type { Rung } from '../../risk/types';
import { count, percent, price, shortUsd, signedPercent, usd } from '../../ui/format';
import { area, ladderOf, polyline, type Box } from './ladder-geometry';

const HEIGHT = 330;
const SIDES = { left: 58, right: 8 };
// Until it is measured.
const WIDTH = 720;

/** Amounts above, accounts below, over one axis of prices. */
function boxes(width: number): { money: Box; counts: Box } {
  return {
    money: { ...SIDES, width, height: 220, top: 16, bottom: 8 },
    counts: { ...SIDES, width, height: HEIGHT, top: 246, bottom: 44 },
  };
}

/** Drawn as wide as it is shown, so that its text has the size of the page's. */
function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(WIDTH);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new ResizeObserver(([seen]) => {
      if (seen !== undefined && seen.contentRect.width > 0) setWidth(Math.round(seen.contentRect.width));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  return { place, width };
}

export function LadderChart(props: { symbol: string; rungs: readonly Rung[] }) {
  const { rungs, symbol } = props;
  const { place, width } = useWidth();
  const { money, counts } = boxes(width);
  const drawn = ladderOf(rungs, money, counts);
  const foot = HEIGHT - counts.bottom;
  return (
    <div ref={place}>
      <svg
        className="chart ladder"
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={spoken(symbol, rungs)}
      >
        <Scale box={money} most={shortUsd(String(drawn.mostUsd))} none={shortUsd('0')} />
        <Scale box={counts} most={count(drawn.mostAccounts)} none={count(0)} />
        <polygon className="ladder-closed-area" points={area(drawn.closed, money)} />
        <polyline className="ladder-whole" points={polyline(drawn.whole)} />
        <polyline className="ladder-closed" points={polyline(drawn.closed)} />
        <polyline className="ladder-under" points={polyline(drawn.under)} />
        <polyline className="ladder-insolvent" points={polyline(drawn.insolvent)} />
        <line className="ladder-present" x1={drawn.present} x2={drawn.present} y1={money.top} y2={foot} />
        {drawn.ticks.map((it, place) => (
          <g
            key={it.x}
            textAnchor={place === 0 ? 'start' : place === drawn.ticks.length - 1 ? 'end' : 'middle'}
          >
            <line className="axis" x1={it.x} x2={it.x} y1={foot} y2={foot + 5} />
            <text x={it.x} y={foot + 19}>
              {price(it.price)}
            </text>
            <text x={it.x} y={foot + 34}>
              {signedPercent(String(it.change), 0)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function Scale(props: { box: Box; most: string; none: string }) {
  const { box } = props;
  const foot = box.height - box.bottom;
  return (
    <g textAnchor="end">
      <line className="axis" x1={box.left} x2={box.width - box.right} y1={foot} y2={foot} />
      <text x={box.left - 6} y={box.top + 4}>
        {props.most}
      </text>
      <text x={box.left - 6} y={foot + 4}>
        {props.none}
      </text>
    </g>
  );
}

function spoken(symbol: string, rungs: readonly Rung[]): string {
  const ends = [rungs[0], rungs.at(-1)].filter((it) => it !== undefined);
  const parts = ends.map(
    (it) =>
      `at ${signedPercent(it.change, 0)} ${count(it.under)} accounts under maintenance, ${usd(it.closed)} closed instead of ${usd(it.whole)}, ${count(it.insolvent)} insolvent`,
  );
  return `Ladder of ${symbol}: ${parts.join('; ')}. A table with all numbers follows.`;
}

/** The picture in words, for the table's caption. */
export function ladderSpan(rungs: readonly Rung[]): string {
  const most = Math.max(...rungs.map((it) => Math.abs(Number(it.change))), 0);
  return `up to ${percent(String(most), 0)} from the present price`;
}
