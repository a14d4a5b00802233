import { beforeEach, describe, expect, it } from 'vitest';
import { amount, duration, percent, price, setLocale, shortAddress, signedUsd, usd } from './format';

describe('numbers for people', () => {
  beforeEach(() => {
    setLocale('en-US');
  });

  it('shows dollars exactly, however many there are', () => {
    expect(usd('9007199254740993.25')).toBe('$9,007,199,254,740,993.25');
    expect(usd('-0.5')).toBe('-$0.50');
  });

  it('does not show what exists as zero', () => {
    expect(usd('0.000001')).toBe('$0.000001');
    expect(usd('0')).toBe('$0.00');
  });

  it('marks what comes in with a plus', () => {
    expect(signedUsd('3')).toBe('+$3.00');
    expect(signedUsd('-3')).toBe('-$3.00');
  });

  it('gives small prices more digits', () => {
    expect(price('14831.1')).toBe('$14,831.10');
    expect(price('0.00012345')).toBe('$0.00012345');
  });

  it('follows the locale', () => {
    setLocale('de-DE');
    expect(usd('1234.5')).toBe('1.234,50\u00a0$');
    expect(percent('0.125')).toBe('12,5\u00a0%');
  });

  it('tells units, shares, spans and addresses', () => {
    expect(amount('0.10000', 'BTC')).toBe('0.1 BTC');
    expect(percent('0.125')).toBe('12.5%');
    expect(duration(185)).toBe('3 min 5 s');
    expect(duration(-4)).toBe('0 s');
    expect(shortAddress('4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T')).toBe('4Nd1…DB4T');
  });
});
