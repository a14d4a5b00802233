// Which token.
import { useId } from 'react';
import type { BankView } from '../../risk/types';

export function BankSelect(props: {
  label: string;
  banks: readonly BankView[];
  value: number;
  onChange: (index: number) => void;
}) {
  const id = useId();
  return (
    <div className="account-select">
      <label htmlFor={id}>{props.label}</label>
      <select
        id={id}
        className="select"
        value={props.value}
        onChange={(event) => {
          props.onChange(Number(event.target.value));
        }}
      >
        {props.banks.map((it) => (
          <option key={it.index} value={it.index}>
            {it.symbol}
          </option>
        ))}
      </select>
    </div>
  );
}
