import { expect, it } from 'vitest';
import { decimal, inPercent, movedPrice } from './decimal';

it('gives atoms their point', () => {
  expect(decimal(1_500_000n, 6)).toBe('1.5');
  expect(decimal(-1n, 6)).toBe('-0.000001');
  expect(decimal(0n, 9)).toBe('0');
});

it('says a fraction in percent', () => {
  expect(inPercent('0.003')).toBe('0.3');
  expect(inPercent('1')).toBe('100');
  expect(inPercent('-0.125')).toBe('-12.5');
});

it('moves a price by thousandths exactly', () => {
  expect(movedPrice('14000', -200)).toBe('11200');
  expect(movedPrice('0.00012345', 5)).toBe('0.00012406725');
  expect(movedPrice('60123.45', 0)).toBe('60123.45');
});

it('gives a moved price no more digits than the engine reads', () => {
  expect(movedPrice('60123.123456789012', 1)).toBe('60183.2465802458');
});
