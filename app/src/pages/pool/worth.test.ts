import { expect, it } from 'vitest';
import { worthOf } from './worth';

it('is the share of the lower value, rounded down to the atom', () => {
  expect(worthOf('1', '3', '100')).toBe('33.333333');
  expect(worthOf('3', '3', '100.000001')).toBe('100.000001');
});

it('stays exact where floating point would not', () => {
  expect(worthOf('9007199254740993.000001', '9007199254740993.000001', '9007199254740993.000001')).toBe(
    '9007199254740993.000001',
  );
});

it('is nothing when the pool owes more than it has', () => {
  expect(worthOf('1', '2', '-5.5')).toBe('0.000000');
});

it('is unknown without shares', () => {
  expect(worthOf('0', '0', '10')).toBeNull();
});
