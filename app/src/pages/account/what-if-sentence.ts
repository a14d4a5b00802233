// What would be at another price, said in full sentences.
import type { PlanView, PositionView, WhatIfPoint } from '../../risk/types';
import { percent, price, signedPercent, usd } from '../../ui/format';

type Position = Pick<PositionView, 'symbol' | 'liquidationPrice'>;

export function whatIfSentence(point: WhatIfPoint, position: Position): string {
  const { health } = point;
  const there = `At ${price(point.price)} (${signedPercent(point.change, 1)})`;
  switch (health.state) {
    case 'healthy':
      return `${there} the account would be healthy, with equity of ${usd(health.equity)}. ${begins(position)}`;
    case 'marginCall':
      return `${there} the account would be in margin call: equity of ${usd(health.equity)} is under ${usd(health.call)}, and only orders that reduce are filled. ${begins(position)}`;
    case 'liquidatable':
      return `${there} the account would be under maintenance. ${closing(point)}`;
    case 'emergency':
      return `${there} the account would be in an emergency, far under maintenance. ${closing(point)}`;
    case 'insolvent':
      return `${there} nothing would be left: equity of ${usd(health.equity)}. ${closing(point)}`;
    case 'bankrupt':
      return `${there} the account would have no positions and a loss of ${usd(health.equity)}.`;
  }
}

function begins(position: Position): string {
  return position.liquidationPrice === null
    ? `No price of ${position.symbol} alone brings it to a liquidation while all else stays.`
    : `A liquidation would begin at ${price(position.liquidationPrice)}.`;
}

function closing(point: WhatIfPoint): string {
  const { plan, heldBack, closeAll } = point;
  if (plan === null)
    return heldBack === null
      ? 'Nothing would be closed.'
      : `Nothing would be closed yet. ${heldBack.message}`;
  const whole = isWhole(plan);
  const part = whole
    ? `All ${usd(plan.notional)} would be closed`
    : `${usd(plan.closed)} of ${usd(plan.notional)} (${percent(plan.share, 1)}) would be closed`;
  const first = `${part}, costing ${usd(plan.cost)}`;
  if (closeAll === null || whole) return `${first}.`;
  return `${first}; closing all would cost ${usd(closeAll.cost)} and leave nothing open.`;
}

/** A share is rounded for reading; the amounts are exact. */
function isWhole(plan: PlanView): boolean {
  return plan.closed === plan.notional;
}
