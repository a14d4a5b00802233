import { expect, it } from 'vitest';
import type { Rung } from '../../risk/types';
import { area, ladderOf, polyline, type Box } from './ladder-geometry';

const BOX: Box = { width: 120, height: 70, left: 10, right: 10, top: 10, bottom: 10 };

function rung(change: string, part: Partial<Rung> = {}): Rung {
  return {
    change,
    price: '100',
    under: 0,
    insolvent: 0,
    heldBack: 0,
    closed: '0',
    whole: '0',
    missing: '0',
    ...part,
  };
}

it('spans the box from the lowest price to the highest, with the present one where it belongs', () => {
  const ladder = ladderOf([rung('-0.5'), rung('0'), rung('0.5')], BOX, BOX);
  expect(ladder.closed.map((it) => it.x)).toEqual([10, 60, 110]);
  expect(ladder.present).toBe(60);
});

it('draws both amounts on one scale, and accounts on another', () => {
  const ladder = ladderOf(
    [rung('-0.5', { closed: '25', whole: '100', under: 4, insolvent: 1 }), rung('0')],
    BOX,
    BOX,
  );
  expect(ladder.mostUsd).toBe(100);
  expect(ladder.whole[0]?.y).toBe(10);
  expect(ladder.closed[0]?.y).toBe(47.5);
  expect(ladder.mostAccounts).toBe(4);
  expect(ladder.insolvent[0]?.y).toBe(47.5);
});

it('lies on the foot of the box when nothing would happen', () => {
  const ladder = ladderOf([rung('-0.1'), rung('0.1')], BOX, BOX);
  expect(ladder.closed.map((it) => it.y)).toEqual([60, 60]);
  expect(area(ladder.closed, BOX)).toBe('10.0,60.0 10.0,60.0 110.0,60.0 110.0,60.0');
});

it('draws nothing of nothing', () => {
  const ladder = ladderOf([], BOX, BOX);
  expect(polyline(ladder.closed)).toBe('');
  expect(area(ladder.closed, BOX)).toBe('');
});
