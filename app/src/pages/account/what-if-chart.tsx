import type { WhatIfPoint } from '../../risk/types';
import { percent, price, shortUsd } from '../../ui/format';

const WIDTH = 720;
const HEIGHT = 200;
const LEFT = 58;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 24;

type Read = (point: WhatIfPoint) => number;

interface Plot {
  title: string;
  read: Read;
  other: { title: string; read: Read } | null;
  shown: (value: string) => string;
  lowest: number | null;
  highest: number | null;
}

const PLOTS: Plot[] = [
  {
    title: 'Equity after the liquidation',
    read: (it) => Number(it.plan?.equityAfter ?? it.health.equity),
    other: {
      title: 'Equity after closing all',
      read: (it) => Number(it.closeAll?.equityAfter ?? it.health.equity),
    },
    shown: shortUsd,
    lowest: null,
    highest: null,
  },
  {
    title: 'Share that a liquidation closes',
    read: (it) => Number(it.plan?.share ?? 0),
    other: {
      title: 'Closing all under maintenance',
      read: (it) => (it.plan === null ? 0 : 1),
    },
    shown: (value) => percent(value, 0),
    lowest: 0,
    highest: 1,
  },
  {
    title: 'Cost of the liquidation',
    read: (it) => Number(it.plan?.cost ?? 0),
    other: {
      title: 'Cost of closing all',
      read: (it) => (it.plan === null ? 0 : Number(it.closeAll?.cost ?? 0)),
    },
    shown: shortUsd,
    lowest: 0,
    highest: null,
  },
];

/** The whole range of prices: what would be left, how much would be closed, and what it would cost. */
export function WhatIfChart(props: { points: readonly WhatIfPoint[]; chosen: WhatIfPoint | null }) {
  return (
    <div className="what-if-charts">
      {PLOTS.map((plot) => (
        <Figure key={plot.title} plot={plot} points={props.points} chosen={props.chosen} />
      ))}
    </div>
  );
}

function Figure(props: { plot: Plot; points: readonly WhatIfPoint[]; chosen: WhatIfPoint | null }) {
  const { plot, points, chosen } = props;
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const values = points.flatMap((it) => [plot.read(it), ...(plot.other ? [plot.other.read(it)] : [])]);
  const low = plot.lowest ?? Math.min(0, ...values);
  const high = plot.highest ?? Math.max(...values, low + 1e-9);
  const [from, to] = [Number(first.price), Number(last.price)];
  const x = (value: number) => LEFT + ((value - from) / (to - from || 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + ((high - value) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM);
  const line = (read: Read) =>
    points
      .map((it, at) => `${at === 0 ? 'M' : 'L'}${x(Number(it.price)).toFixed(1)} ${y(read(it)).toFixed(1)}`)
      .join('');
  const spoken = `${plot.title} over prices from ${price(first.price)} to ${price(last.price)}.${
    chosen === null ? '' : ` At ${price(chosen.price)}: ${plot.shown(plot.read(chosen).toString())}.`
  }`;
  return (
    <figure className="what-if-figure">
      <figcaption>
        <span className="level-key" style={{ borderColor: 'var(--accent)' }} aria-hidden="true" />{' '}
        {plot.title}
        {plot.other && (
          <>
            {' '}
            <span
              className="level-key"
              style={{ borderColor: 'var(--muted)', borderTopStyle: 'dashed' }}
              aria-hidden="true"
            />{' '}
            {plot.other.title}
          </>
        )}
      </figcaption>
      <svg className="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={spoken}>
        {[low, (low + high) / 2, high].map((value) => (
          <g key={value}>
            <line className="axis" x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 6} y={y(value) + 4} textAnchor="end">
              {plot.shown(value.toFixed(4))}
            </text>
          </g>
        ))}
        {plot.other && <path className="what-if-all" d={line(plot.other.read)} />}
        <path className="what-if-line" d={line(plot.read)} />
        {chosen !== null && (
          <>
            <line
              className="what-if-chosen"
              x1={x(Number(chosen.price))}
              x2={x(Number(chosen.price))}
              y1={TOP}
              y2={HEIGHT - BOTTOM}
            />
            <circle className="what-if-dot" cx={x(Number(chosen.price))} cy={y(plot.read(chosen))} r="4.5" />
          </>
        )}
        <text x={LEFT} y={HEIGHT - 6}>
          {price(first.price)}
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 6} textAnchor="end">
          {price(last.price)}
        </text>
      </svg>
    </figure>
  );
}
