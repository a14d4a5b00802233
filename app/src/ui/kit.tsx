// What every page is made of. Behaviour that a keyboard and a screen reader need comes from Radix.
import { Dialog as RadixDialog, Tabs as RadixTabs, Tooltip as RadixTooltip } from 'radix-ui';
import { useId, type ButtonHTMLAttributes, type InputHTMLAttributes, type ReactNode } from 'react';
import { duration, moment, shortAddress } from './format';

/** A part of a page with a title. */
export function Panel(props: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const id = useId();
  return (
    <section className={`panel ${props.className ?? ''}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{props.title}</h2>
        {props.actions && <div className="panel-actions">{props.actions}</div>}
      </header>
      {props.children}
    </section>
  );
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  tone?: 'primary' | 'quiet' | 'danger' | 'buy' | 'sell';
  busy?: boolean;
};

/** A button; while busy it stays where it is and cannot be pressed again. */
export function Button({
  tone = 'quiet',
  busy = false,
  disabled,
  children,
  className,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${tone} ${className ?? ''}`}
      disabled={disabled === true || busy}
      aria-busy={busy}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}

type FieldProps = InputHTMLAttributes<HTMLInputElement> & {
  label: string;
  /** What stands behind the value: "USD", "BTC". */
  unit?: string;
  hint?: ReactNode;
  /** What is wrong with the value and what to do. */
  error?: string | null;
  /** A button beside the label, such as "max". */
  action?: ReactNode;
};

/** A labelled input that says what is wrong with it. */
export function Field({ label, unit, hint, error, action, ...rest }: FieldProps) {
  const id = useId();
  const said = error ?? hint;
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
        {action}
      </div>
      <div className={`field-box ${error ? 'field-wrong' : ''}`}>
        <input
          autoComplete="off"
          spellCheck={false}
          {...rest}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={said ? `${id}-said` : undefined}
        />
        {unit && <span className="unit">{unit}</span>}
      </div>
      {said && (
        <p
          id={`${id}-said`}
          className={error ? 'said said-error' : 'said'}
          role={error ? 'alert' : undefined}
        >
          {said}
        </p>
      )}
    </div>
  );
}

/** Names and values, one under the other. */
export function Facts(props: {
  rows: readonly (readonly [name: ReactNode, value: ReactNode] | null | false)[];
}) {
  return (
    <dl className="facts">
      {props.rows.map((row, place) =>
        row ? (
          <div key={place}>
            <dt>{row[0]}</dt>
            <dd>{row[1]}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand right. */
  numeric?: boolean;
}

/** A table that becomes a list of cards where it does not fit. */
export function Table<Row>(props: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  empty: ReactNode;
}) {
  if (props.rows.length === 0) return <p className="empty">{props.empty}</p>;
  return (
    <div className="table-wrap">
      <table>
        <caption className="sr-only">{props.caption}</caption>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th key={column.title} scope="col" className={column.numeric ? 'numeric' : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={props.rowKey(row)}>
              {props.columns.map((column) => (
                <td
                  key={column.title}
                  data-title={column.title}
                  className={column.numeric ? 'numeric' : undefined}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Something that a person should know before going on. */
export function Notice(props: { tone: 'info' | 'warn' | 'bad' | 'good'; children: ReactNode }) {
  return (
    <div className={`notice notice-${props.tone}`} role={props.tone === 'bad' ? 'alert' : 'status'}>
      {props.children}
    </div>
  );
}

/** A word with a colour and a meaning that does not rest on the colour. */
export function Badge(props: { tone: 'info' | 'warn' | 'bad' | 'good' | 'plain'; children: ReactNode }) {
  return <span className={`badge badge-${props.tone}`}>{props.children}</span>;
}

/** A word that explains itself when it is pointed at or focused. */
export function Term(props: { children: ReactNode; meaning: string }) {
  return (
    <RadixTooltip.Provider delayDuration={150}>
      <RadixTooltip.Root>
        <RadixTooltip.Trigger asChild>
          <button type="button" className="term">
            {props.children}
          </button>
        </RadixTooltip.Trigger>
        <RadixTooltip.Portal>
          <RadixTooltip.Content className="tooltip" sideOffset={6} collisionPadding={12}>
            {props.meaning}
          </RadixTooltip.Content>
        </RadixTooltip.Portal>
      </RadixTooltip.Root>
    </RadixTooltip.Provider>
  );
}

/** A window over the page. */
export function Dialog(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  children: ReactNode;
}) {
  return (
    <RadixDialog.Root open={props.open} onOpenChange={props.onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="overlay" />
        <RadixDialog.Content
          className="dialog"
          {...(props.description ? {} : { 'aria-describedby': undefined })}
        >
          <RadixDialog.Title>{props.title}</RadixDialog.Title>
          {props.description && <RadixDialog.Description>{props.description}</RadixDialog.Description>}
          {props.children}
          <RadixDialog.Close className="dialog-close" aria-label="Close">
            ×
          </RadixDialog.Close>
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

/** Views of which one is shown. */
export function Tabs<Name extends string>(props: {
  label: string;
  tabs: readonly { name: Name; title: ReactNode; body: ReactNode }[];
  value: Name;
  onChange: (name: Name) => void;
}) {
  return (
    <RadixTabs.Root
      value={props.value}
      onValueChange={(value) => {
        const found = props.tabs.find((tab) => tab.name === value);
        if (found) props.onChange(found.name);
      }}
    >
      <RadixTabs.List className="tabs" aria-label={props.label}>
        {props.tabs.map((tab) => (
          <RadixTabs.Trigger key={tab.name} value={tab.name}>
            {tab.title}
          </RadixTabs.Trigger>
        ))}
      </RadixTabs.List>
      {props.tabs.map((tab) => (
        <RadixTabs.Content key={tab.name} value={tab.name} className="tab-body">
          {tab.body}
        </RadixTabs.Content>
      ))}
    </RadixTabs.Root>
  );
}

/** One of a few. */
export function Choice<Name extends string>(props: {
  label: string;
  value: Name;
  options: readonly { name: Name; title: ReactNode; tone?: 'buy' | 'sell' }[];
  onChange: (name: Name) => void;
}) {
  const id = useId();
  return (
    <fieldset className="choice">
      <legend className="sr-only">{props.label}</legend>
      {props.options.map((option) => (
        <label key={option.name} className={option.tone ? `choice-${option.tone}` : undefined}>
          <input
            type="radio"
            name={id}
            checked={props.value === option.name}
            onChange={() => {
              props.onChange(option.name);
            }}
          />
          <span>{option.title}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** An address, short; the whole is its title and is copied by a click. */
export function Addr(props: { address: string; name?: string }) {
  const shown = props.name ?? shortAddress(props.address);
  return (
    <button
      type="button"
      className="addr"
      title={`${props.address} (click to copy)`}
      aria-label={`${shown}: copy address ${props.address}`}
      onClick={() => {
        void navigator.clipboard.writeText(props.address);
      }}
    >
      {shown}
    </button>
  );
}

/** "3 s ago" with the moment as its title. */
export function Ago(props: { at: number; now: number }) {
  const past = props.now - props.at;
  return (
    <time dateTime={new Date(props.at * 1000).toISOString()} title={moment(props.at)}>
      {past < 1 ? 'now' : `${duration(past)} ago`}
    </time>
  );
}

/** "in 3 min" with the moment as its title. */
export function Until(props: { at: number; now: number }) {
  const left = props.at - props.now;
  return (
    <time dateTime={new Date(props.at * 1000).toISOString()} title={moment(props.at)}>
      {left <= 0 ? 'now' : `in ${duration(left)}`}
    </time>
  );
}

/** Signed text in the colour of its sign. */
export function Signed(props: { value: string; children: ReactNode }) {
  const value = Number(props.value);
  return <span className={value > 0 ? 'up' : value < 0 ? 'down' : undefined}>{props.children}</span>;
}

/** What is shown until there is something. */
export function Waiting(props: { what: string }) {
  return (
    <p className="waiting" role="status">
      <span className="spinner" aria-hidden="true" /> {props.what}
    </p>
  );
}
