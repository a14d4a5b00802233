import { describe, expect, it } from 'vitest';
import { EMPTY_FORM, hinders, placed, requestOf } from './ticket-form';

const at = { account: 'account', market: 0, now: 5 };

describe('an order ticket', () => {
  it('asks nothing before there is a size', () => {
    expect(requestOf({ ...EMPTY_FORM, size: '  ' }, at)).toBeNull();
  });

  it('asks nothing before a stop has its trigger', () => {
    expect(requestOf({ ...EMPTY_FORM, size: '1', kind: 'trigger' }, at)).toBeNull();
  });

  it('writes a notional with its dollar sign', () => {
    expect(requestOf({ ...EMPTY_FORM, size: '500', unit: 'usd' }, at)?.size).toBe('$500');
    expect(requestOf({ ...EMPTY_FORM, size: '$500', unit: 'usd' }, at)?.size).toBe('$500');
  });

  it('forgets a typed trigger when the order is for the next price', () => {
    expect(requestOf({ ...EMPTY_FORM, size: '1', trigger: '9' }, at)?.trigger).toBe('');
  });

  it('places a message at its input, and one without an input over the button', () => {
    expect(placed({ field: 'limit', message: 'is passed' })).toEqual({
      at: { limit: 'is passed' },
      rest: null,
    });
    expect(placed({ field: null, message: 'No price' })).toEqual({ at: {}, rest: 'No price' });
    expect(placed({ field: 'account', message: 'is unknown' })).toEqual({ at: {}, rest: 'is unknown' });
  });

  it('an order whose limit is passed may still be placed, one that is too large may not', () => {
    const problem = { code: 6000, name: 'Some', message: '' };
    expect(hinders({ ...problem, field: 'limit' })).toBe(false);
    expect(hinders({ ...problem, field: null })).toBe(false);
    expect(hinders({ ...problem, field: 'size' })).toBe(true);
  });
});
