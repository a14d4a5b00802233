// Where the numbers of "what if" lie on the picture. Binary numbers serve here for drawing alone.
import type { WhatIfPoint } from '../../risk/types';

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export type Line = { x: number; y: number }[];

export interface Drawn {
  equity: { part: Line; all: Line; maintenance: Line; zero: number; most: number; least: number };
  share: { part: Line; all: Line };
  cost: { part: Line; all: Line; most: number };
  /** Across the whole range. */
  x: (change: number) => number;
}

export interface Boxes {
  equity: Box;
  share: Box;
  cost: Box;
}

export function drawWhatIf(points: readonly WhatIfPoint[], boxes: Boxes, reach: number): Drawn {
  const x = (change: number) =>
    boxes.equity.left + ((change + reach) / (2 * reach)) * (boxes.equity.right - boxes.equity.left);
  const rows = points.map((it) => {
    const equity = Number(it.health.equity);
    // Closing all is only compared where a liquidation would close something.
    const all = it.plan === null ? null : it.closeAll;
    return {
      x: x(Number(it.change)),
      part: Number(it.plan?.equityAfter ?? equity),
      all: Number(all?.equityAfter ?? equity),
      maintenance: Number(it.health.maintenance),
      share: Number(it.plan?.share ?? 0),
      whole: all === null ? 0 : 1,
      cost: Number(it.plan?.cost ?? 0),
      wholeCost: Number(all?.cost ?? 0),
    };
  });
  type Row = (typeof rows)[number];
  const values = rows.flatMap((it) => [it.part, it.all, it.maintenance]);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const mostCost = Math.max(0, ...rows.flatMap((it) => [it.cost, it.wholeCost]));
  const scaled = (box: Box, from: number, to: number) => (value: number) =>
    box.bottom - ((value - from) / (to - from || 1)) * (box.bottom - box.top);
  const yEquity = scaled(boxes.equity, least, most);
  const yShare = scaled(boxes.share, 0, 1);
  const yCost = scaled(boxes.cost, 0, mostCost);
  const line = (y: (value: number) => number, of: (row: Row) => number): Line =>
    rows.map((it) => ({ x: it.x, y: y(of(it)) }));
  return {
    equity: {
      part: line(yEquity, (it) => it.part),
      all: line(yEquity, (it) => it.all),
      maintenance: line(yEquity, (it) => it.maintenance),
      zero: yEquity(0),
      most,
      least,
    },
    share: { part: line(yShare, (it) => it.share), all: line(yShare, (it) => it.whole) },
    cost: { part: line(yCost, (it) => it.cost), all: line(yCost, (it) => it.wholeCost), most: mostCost },
    x,
  };
}

export function polyline(line: Line): string {
  return line.map((it) => `${it.x.toFixed(1)},${it.y.toFixed(1)}`).join(' ');
}

/** The line, closed down to a floor. */
export function area(line: Line, floor: number): string {
  const [first, last] = [line[0], line.at(-1)];
  if (first === undefined || last === undefined) return '';
  return `${first.x.toFixed(1)},${floor} ${polyline(line)} ${last.x.toFixed(1)},${floor}`;
}
