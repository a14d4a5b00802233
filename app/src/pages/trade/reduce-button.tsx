import { useId } from 'react';
import { useActions } from '../../chain/actions';
import { useAsk, useNow } from '../../state';
import type { MarketView, PositionView } from '../../risk/types';
import { amount } from '../../ui/format';
import { Button } from '../../ui/kit';
import { halfSize, wholeSize } from './lots';
import { useRun } from './use-run';

/** Orders a reduction with the default limit. */
export function ReduceButton(props: {
  account: string;
  position: PositionView;
  market: MarketView;
  part: 'half' | 'all';
}) {
  const { account, position, market, part } = props;
  const now = useNow();
  const actions = useActions();
  const { start, pending, failure } = useRun();
  const said = useId();
  const size = (part === 'half' ? halfSize : wholeSize)(position.lots, market.lotSize);
  const { answer, problem } = useAsk('ticket', {
    account,
    market: market.index,
    side: position.lots.startsWith('-') ? 'buy' : 'sell',
    size,
    limit: '',
    reduceOnly: true,
    trigger: '',
    life: '',
    now,
  });
  const title = part === 'half' ? 'Reduce half' : 'Close';
  const words = part === 'half' ? 'Reduce' : 'Close';
  const wrong = failure?.message ?? problem?.message ?? null;
  return (
    <span>
      <Button
        className="button-small"
        busy={pending}
        disabled={answer === null}
        aria-label={`${title}: ${position.symbol}, ${amount(size, market.asset)}`}
        aria-describedby={wrong === null ? undefined : said}
        onClick={() => {
          if (answer === null) return;
          void start({
            title: `${words} ${amount(size, market.asset)} at the next price`,
            build: () => actions.placeOrder({ account, market: market.index, args: answer.args }),
            done: 'The reduction waits for the next price',
          });
        }}
      >
        {title}
      </Button>
      {wrong !== null && (
        <span id={said} className="said said-error reduce-problem">
          {wrong}
        </span>
      )}
    </span>
  );
}
