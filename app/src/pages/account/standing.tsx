// A notice whose numbers change with every price. A screen reader is told when it comes, not each
// time that a number in it moves.
import type { ReactNode } from 'react';

export function Standing(props: { tone: 'info' | 'warn' | 'bad'; said: string; children: ReactNode }) {
  return (
    <div className={`notice notice-${props.tone}`}>
      <span className="sr-only" role={props.tone === 'bad' ? 'alert' : 'status'}>
        {props.said}
      </span>
      {props.children}
    </div>
  );
}
