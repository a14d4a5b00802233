// The drawing of prices. A chunk of its own: the library is large and a page is of use without it.
import {
  ColorType,
  createChart,
  LineSeries,
  LineStyle,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useRef } from 'react';
import type { Level } from './levels';

interface Drawn {
  chart: IChartApi;
  series: ISeriesApi<'Line'>;
  lines: IPriceLine[];
}

/** A colour of the page as a plain one: the library does not read `light-dark()`. */
function colourOf(host: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  host.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function paint(host: HTMLElement, { chart, series }: Drawn): void {
  const line = colourOf(host, '--line');
  chart.applyOptions({
    layout: {
      background: { type: ColorType.Solid, color: colourOf(host, '--surface') },
      textColor: colourOf(host, '--muted'),
      attributionLogo: true,
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    rightPriceScale: { borderColor: line },
    timeScale: { borderColor: line },
  });
  series.applyOptions({ color: colourOf(host, '--accent') });
}

function drawLevels(host: HTMLElement, drawn: Drawn, levels: readonly Level[]): void {
  for (const line of drawn.lines) drawn.series.removePriceLine(line);
  drawn.lines = levels.map((it) =>
    drawn.series.createPriceLine({
      price: Number(it.price),
      title: it.title,
      color: colourOf(host, it.colour),
      lineWidth: 1,
      lineStyle: it.dashed ? LineStyle.Dashed : LineStyle.Solid,
      axisLabelVisible: true,
    }),
  );
}

// The library knows UTC alone: times are moved so that its labels read as local ones.
function localTime(unixSeconds: number): UTCTimestamp {
  return (unixSeconds - new Date(unixSeconds * 1000).getTimezoneOffset() * 60) as UTCTimestamp;
}

function decimalsOf(value: number): number {
  return value >= 100 ? 2 : value <= 0 ? 2 : Math.min(10, 5 - Math.floor(Math.log10(value)));
}

export default function Chart(props: {
  points: readonly { time: number; value: number }[];
  levels: readonly Level[];
  label: string;
}) {
  const { points, levels, label } = props;
  const host = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const shown = useRef(levels);
  const last = points.at(-1)?.value ?? 100;
  const decimals = decimalsOf(last);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const chart = createChart(element, {
      autoSize: true,
      timeScale: { timeVisible: true, secondsVisible: true },
      localization: { locale: navigator.language },
      handleScroll: { vertTouchDrag: false },
    });
    const made: Drawn = { chart, series: chart.addSeries(LineSeries, { lineWidth: 2 }), lines: [] };
    drawn.current = made;
    const repaint = () => {
      paint(element, made);
      drawLevels(element, made, shown.current);
    };
    repaint();
    const themes = new MutationObserver(repaint);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', repaint);
    return () => {
      themes.disconnect();
      system.removeEventListener('change', repaint);
      drawn.current = null;
      chart.remove();
    };
  }, []);

  useEffect(() => {
    drawn.current?.series.setData(points.map((it) => ({ time: localTime(it.time), value: it.value })));
  }, [points]);

  useEffect(() => {
    drawn.current?.series.applyOptions({
      priceFormat: { type: 'price', precision: decimals, minMove: 10 ** -decimals },
    });
  }, [decimals]);

  // Compared by what they say: the account is answered anew each second.
  const said = JSON.stringify(levels);
  useEffect(() => {
    const now = JSON.parse(said) as Level[];
    shown.current = now;
    if (host.current !== null && drawn.current !== null) drawLevels(host.current, drawn.current, now);
  }, [said]);

  return <div ref={host} className="price-chart" role="group" aria-label={label} />;
}
