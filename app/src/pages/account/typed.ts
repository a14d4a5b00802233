// What is typed in a field, as the engine reads it.
import type { Failure } from '../../chain/send';
import type { Problem } from '../../risk/types';
import { useAsk } from '../../state';

/** Asks nothing while the field is empty: that is no mistake yet. */
export function useTypedAmount(text: string, bank: number, most: string | null) {
  return useAsk('parseAmount', text.trim() === '' ? null : { field: 'amount', text, bank, most });
}

/** What belongs at this field: what the engine found, or else what the chain refused. */
export function wrongAt(field: string, problem: Problem | null, failure: Failure | null): string | null {
  if (problem !== null && (problem.field === null || problem.field === field)) return problem.message;
  return failure?.field === field ? failure.message : null;
}
