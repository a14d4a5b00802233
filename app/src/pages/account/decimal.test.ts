import { describe, expect, it } from 'vitest';
import { movedBy, shifted } from './decimal';

describe('decimal text', () => {
  it('becomes percent by moving its point', () => {
    expect(shifted('0.001', 2)).toBe('0.1');
    expect(shifted('0.003', 2)).toBe('0.3');
    expect(shifted('1', 2)).toBe('100');
    expect(shifted('-0.125', 2)).toBe('-12.5');
    expect(shifted('0', 2)).toBe('0');
  });

  it('moves a price by tenths of a percent without rounding it', () => {
    expect(movedBy('14000', -200)).toBe('11200');
    expect(movedBy('0.00012345', 5)).toBe('0.00012406725');
    expect(movedBy('9007199254740993.01', 0)).toBe('9007199254740993.01');
    expect(movedBy('0.5', -600)).toBe('0.2');
  });
});
