// What is typed into an order ticket, and what the engine is asked with it.
import type { Problem, TicketRequest } from '../../risk/types';

export interface TicketForm {
  side: 'buy' | 'sell';
  size: string;
  unit: 'asset' | 'usd';
  limit: string;
  reduceOnly: boolean;
  kind: 'next' | 'trigger';
  trigger: string;
  life: string;
}

export const EMPTY_FORM: TicketForm = {
  side: 'buy',
  size: '',
  unit: 'asset',
  limit: '',
  reduceOnly: false,
  kind: 'next',
  trigger: '',
  life: '',
};

/** Nothing is asked before there is a size, and a price to wait for where one is wanted. */
export function requestOf(
  form: TicketForm,
  at: { account: string | null; market: number; now: number },
): TicketRequest | null {
  const size = form.size.trim();
  const trigger = form.kind === 'trigger' ? form.trigger.trim() : '';
  if (size === '' || (form.kind === 'trigger' && trigger === '')) return null;
  return {
    ...at,
    side: form.side,
    size: form.unit === 'usd' && !size.startsWith('$') ? `$${size}` : size,
    limit: form.limit.trim(),
    reduceOnly: form.reduceOnly,
    trigger,
    life: form.life.trim(),
  };
}

export type TicketField = 'size' | 'limit' | 'trigger' | 'life' | 'reduceOnly';
const FIELDS: readonly string[] = ['size', 'limit', 'trigger', 'life', 'reduceOnly'];

interface Said {
  field: string | null;
  message: string;
}

/** A message at the input that it belongs to; one without an input stands over the button. */
export function placed(said: Said | null): { at: Partial<Record<TicketField, string>>; rest: string | null } {
  if (said === null) return { at: {}, rest: null };
  if (said.field !== null && FIELDS.includes(said.field))
    return { at: { [said.field]: said.message }, rest: null };
  return { at: {}, rest: said.message };
}

/**
 * Whether an order with this problem is worth its fee. One that its limit or the price of the moment
 * would end may still be filled at the next price.
 */
export function hinders(problem: Problem | null): boolean {
  return problem !== null && problem.field !== null && problem.field !== 'limit';
}
