// How much of a whole is there, as a bar that is read out too.
export function Meter(props: { label: string; part: number; words: string }) {
  const share = Math.max(0, Math.min(1, props.part));
  return (
    <span className="meter">
      <span>{props.words}</span>
      <span
        className="meter-track"
        role="meter"
        aria-label={props.label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={props.words}
      >
        <span className="meter-fill" style={{ width: `${(share * 100).toFixed(1)}%` }} />
      </span>
    </span>
  );
}
