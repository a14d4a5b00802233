import { describe, expect, it } from 'vitest';
import { halfSize, sizeOfLots, wholeSize } from './lots';

describe('sizes in lots', () => {
  it('half of a position is exact and a whole number of lots', () => {
    expect(halfSize('1000', '0.0001')).toBe('0.05');
    expect(halfSize('-12345678901234567', '0.0001')).toBe('617283945061.7284');
    expect(halfSize('3', '0.1')).toBe('0.2');
  });

  it('half of one lot is the lot, because nothing less can be closed', () => {
    expect(halfSize('1', '0.0001')).toBe('0.0001');
    expect(halfSize('-1', '1000')).toBe('1000');
  });

  it('the whole of a short has no sign', () => {
    expect(wholeSize('-30', '0.01')).toBe('0.3');
    expect(sizeOfLots(7n, '1000')).toBe('7000');
  });
});
