// Where the ladder's lines lie. Numbers here are for drawing alone.
import type { Rung } from '../../risk/types';

export interface Box {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Ladder {
  closed: Point[];
  whole: Point[];
  under: Point[];
  insolvent: Point[];
  /** Where the present price is. */
  present: number;
  /** Largest value of each scale. */
  mostUsd: number;
  mostAccounts: number;
  ticks: { x: number; change: number; price: string }[];
}

// Each wants about so much room.
const TICK_WIDTH = 110;
const MOST_TICKS = 5;

export function ladderOf(rungs: readonly Rung[], money: Box, counts: Box): Ladder {
  const changes = rungs.map((it) => Number(it.change));
  const from = Math.min(...changes, 0);
  const to = Math.max(...changes, 0);
  const across = (box: Box, change: number) =>
    box.left + ((change - from) / (to - from || 1)) * (box.width - box.left - box.right);
  const up = (box: Box, value: number, most: number) =>
    box.height - box.bottom - (value / most) * (box.height - box.top - box.bottom);
  // At least one, so that an empty chart has a scale.
  const mostUsd = Math.max(1, ...rungs.map((it) => Math.max(Number(it.closed), Number(it.whole))));
  const mostAccounts = Math.max(1, ...rungs.map((it) => Math.max(it.under, it.insolvent)));
  const line = (box: Box, most: number, value: (rung: Rung) => number): Point[] =>
    rungs.map((it) => ({ x: across(box, Number(it.change)), y: up(box, value(it), most) }));
  const ticks = money.width < MOST_TICKS * TICK_WIDTH ? 3 : MOST_TICKS;
  const every = Math.max(1, Math.round((rungs.length - 1) / (ticks - 1)));
  return {
    closed: line(money, mostUsd, (it) => Number(it.closed)),
    whole: line(money, mostUsd, (it) => Number(it.whole)),
    under: line(counts, mostAccounts, (it) => it.under),
    insolvent: line(counts, mostAccounts, (it) => it.insolvent),
    present: across(money, 0),
    mostUsd,
    mostAccounts,
    ticks: rungs
      .filter((_, place) => place % every === 0)
      .map((it) => ({ x: across(money, Number(it.change)), change: Number(it.change), price: it.price })),
  };
}

export function polyline(points: readonly Point[]): string {
  return points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
}

/** The line closed along the foot of its box. */
export function area(points: readonly Point[], box: Box): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return '';
  const foot = box.height - box.bottom;
  return polyline([{ x: first.x, y: foot }, ...points, { x: last.x, y: foot }]);
}
