// One price of "what if" in a sentence.
import type { WhatIfPoint } from '../../risk/types';
import { price, signedPercent, usd, percent } from '../../ui/format';

const STATES = {
  healthy: 'healthy',
  marginCall: 'in margin call: only orders that reduce would be accepted',
  liquidatable: 'under maintenance',
  emergency: 'in an emergency',
  insolvent: 'insolvent',
  bankrupt: 'bankrupt',
} as const;

/** "At $11,200 (-20 %) the account would be under maintenance. $1,240 of $8,000 (15.5 %) would be closed…" */
export function whatIfSentence(point: WhatIfPoint, begins: string | null): string {
  const at = `At ${price(point.price)} (${signedPercent(point.change)}) the account would be ${STATES[point.health.state]}.`;
  const { plan } = point;
  if (plan === null) {
    if (point.heldBack !== null) return `${at} Nothing would be closed: ${lowered(point.heldBack.message)}`;
    const where =
      begins === null
        ? 'No price of this market alone leads to a liquidation.'
        : `A liquidation begins at ${price(begins)}.`;
    return `${at} Nothing would be closed. ${where}`;
  }
  const closes = `${usd(plan.closed)} of ${usd(plan.notional)} (${percent(plan.share, 1)}) would be closed, costing ${usd(plan.cost)}`;
  const all = point.closeAll;
  const held = point.heldBack === null ? '' : ` The rest is held back: ${lowered(point.heldBack.message)}`;
  if (all === null) return `${at} ${closes}.${held}`;
  return `${at} ${closes}; closing all would cost ${usd(all.cost)} and leave nothing open.${held}`;
}

/** A message inside a sentence; names and abbreviations keep their capitals. */
function lowered(message: string): string {
  const text = /^[A-Z][a-z]/.test(message) ? message.charAt(0).toLowerCase() + message.slice(1) : message;
  return text.endsWith('.') ? text : `${text}.`;
}
