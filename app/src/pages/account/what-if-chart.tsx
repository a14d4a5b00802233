// One account over a range of prices, as a picture. A table with the same numbers stands under it.
import type { WhatIfPoint } from '../../risk/types';
import { percent, shortUsd, signedPercent, usd } from '../../ui/format';
import { area, drawWhatIf, polyline, type Box, type Boxes } from './what-if-geometry';

const WIDTH = 640;
const HEIGHT = 400;
const [LEFT, RIGHT] = [80, WIDTH - 12];
const BOXES: Boxes = {
  equity: { left: LEFT, right: RIGHT, top: 24, bottom: 168 },
  share: { left: LEFT, right: RIGHT, top: 206, bottom: 270 },
  cost: { left: LEFT, right: RIGHT, top: 308, bottom: 368 },
};
const TICKS = [-0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6];

export function WhatIfChart(props: {
  symbol: string;
  points: readonly WhatIfPoint[];
  /** Of the price looked at, as a fraction; drawn when it lies in the range. */
  chosen: number | null;
  /** How far the range goes to each side, as a fraction. */
  reach: number;
}) {
  const { points, chosen, reach, symbol } = props;
  const drawn = drawWhatIf(points, BOXES, reach);
  const cursor = chosen === null || Math.abs(chosen) > reach ? null : drawn.x(chosen);
  return (
    <figure className="what-if-figure">
      <svg
        className="chart what-if-chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={spoken(symbol, points)}
      >
        <Pane
          box={BOXES.equity}
          title="Equity after"
          most={shortUsd(String(drawn.equity.most))}
          least={shortUsd(String(drawn.equity.least))}
        />
        <line className="axis" x1={LEFT} x2={RIGHT} y1={drawn.equity.zero} y2={drawn.equity.zero} />
        <polyline className="what-if-maintenance" points={polyline(drawn.equity.maintenance)} />
        <polyline className="what-if-all" points={polyline(drawn.equity.all)} />
        <polyline className="what-if-part" points={polyline(drawn.equity.part)} />
        <Pane box={BOXES.share} title="Share closed" most={percent('1', 0)} least={percent('0', 0)} />
        <polygon className="what-if-area" points={area(drawn.share.part, BOXES.share.bottom)} />
        <polyline className="what-if-all" points={polyline(drawn.share.all)} />
        <polyline className="what-if-part" points={polyline(drawn.share.part)} />
        <Pane box={BOXES.cost} title="Cost" most={shortUsd(String(drawn.cost.most))} least={shortUsd('0')} />
        <polyline className="what-if-all" points={polyline(drawn.cost.all)} />
        <polyline className="what-if-part" points={polyline(drawn.cost.part)} />
        {TICKS.map((it) => (
          <text key={it} x={drawn.x(it)} y={HEIGHT - 8} textAnchor={anchor(it)}>
            {signedPercent(String(it), 0)}
          </text>
        ))}
        {cursor !== null && (
          <line
            className="what-if-cursor"
            x1={cursor}
            x2={cursor}
            y1={BOXES.equity.top}
            y2={BOXES.cost.bottom}
          />
        )}
      </svg>
      <figcaption className="what-if-legend">
        <span>
          <span className="what-if-key what-if-key-part" aria-hidden="true" /> just enough, as here
        </span>
        <span>
          <span className="what-if-key what-if-key-all" aria-hidden="true" /> closing everything
        </span>
        <span>
          <span className="what-if-key what-if-key-maintenance" aria-hidden="true" /> maintenance margin
        </span>
      </figcaption>
    </figure>
  );
}

function anchor(change: number): 'start' | 'middle' | 'end' {
  if (change === TICKS[0]) return 'start';
  return change === TICKS.at(-1) ? 'end' : 'middle';
}

function Pane(props: { box: Box; title: string; most: string; least: string }) {
  const { box } = props;
  return (
    <g>
      <line className="axis" x1={box.left} x2={box.right} y1={box.bottom} y2={box.bottom} />
      <text className="what-if-title" x={box.left} y={box.top - 9}>
        {props.title}
      </text>
      <g textAnchor="end">
        <text x={box.left - 6} y={box.top + 5}>
          {props.most}
        </text>
        <text x={box.left - 6} y={box.bottom + 4}>
          {props.least}
        </text>
      </g>
    </g>
  );
}

function spoken(symbol: string, points: readonly WhatIfPoint[]): string {
  const ends = [points[0], points.at(-1)].filter((it) => it !== undefined);
  const parts = ends.map((it) => {
    const closed = it.plan === null ? 'nothing' : usd(it.plan.closed);
    return `at ${signedPercent(it.change, 0)} equity ${usd(it.health.equity)}, ${closed} closed`;
  });
  return `Your account over prices of ${symbol}: ${parts.join('; ')}. A table follows.`;
}
