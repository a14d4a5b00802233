import type { ReactNode } from 'react';
import type { MarketView } from '../risk/types';

/** One of the exchange's markets, by its number. */
export function MarketSelect(props: {
  label: ReactNode;
  markets: readonly MarketView[];
  value: number;
  onChange: (market: number) => void;
}) {
  return (
    <label className="row">
      {props.label}
      <select
        className="select"
        value={props.value}
        onChange={(event) => {
          props.onChange(Number(event.target.value));
        }}
      >
        {props.markets.map((it) => (
          <option key={it.index} value={it.index}>
            {it.symbol}
          </option>
        ))}
      </select>
    </label>
  );
}
