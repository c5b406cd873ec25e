// The time line: gained above, lost below, and two handles for the days that are compared.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { count } from "../../words";
import type { Bin } from "./bins";
import { dayWords } from "./days";
import { Handle } from "./handle";
import type { Tally } from "./kinds";
import { placeOf, type Scale } from "./slider";

const HEIGHT = 150;
const MIDDLE = 65;
/** The most pixels of a bar. */
const TALL = 62;

interface Props {
  bins: readonly Bin[];
  tallies: ReadonlyMap<number, Tally>;
  /** True if what was only seen first, or no longer, is drawn too. */
  observed: boolean;
  since: number;
  /** The last day. */
  until: number;
  choose(since: number, until: number): void;
}

export function Timeline({ bins, tallies, observed, since, until, choose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(600);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) width.value = Math.max(200, entry.contentRect.width);
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const [first, last] = [bins[0]?.first ?? 0, bins.at(-1)?.last ?? 0];
  const scale: Scale = { first, last, width: width.value };
  const most = Math.max(1, ...[...tallies.values()].flatMap((each) => heights(each, observed)));
  const [left, right] = [placeOf(scale, since), placeOf(scale, until + 1)];
  return (
    <div class="timeline" ref={box}>
      {/* biome-ignore lint/a11y/useSemanticElements: a picture cannot be a fieldset */}
      <svg width={width.value} height={HEIGHT} role="group" aria-label="Time line">
        <rect
          class="chosen"
          x={left}
          y={0}
          width={Math.max(0, right - left)}
          height={HEIGHT - 20}
        />
        {bins.map((bin) => (
          <Bar
            key={bin.first}
            bin={bin}
            tally={tallies.get(bin.first)}
            scale={scale}
            most={most}
            observed={observed}
          />
        ))}
        <line class="axis" x1={0} x2={width.value} y1={MIDDLE} y2={MIDDLE} />
        <text class="axis-day" x={0} y={HEIGHT - 4}>
          {dayWords(first)}
        </text>
        <text class="axis-day end" x={width.value} y={HEIGHT - 4}>
          {dayWords(last)}
        </text>
        <Handle
          name="From"
          day={since}
          least={first}
          most={until}
          scale={scale}
          shift={0}
          height={HEIGHT - 20}
          choose={(day) => choose(day, until)}
        />
        <Handle
          name="Through"
          day={until}
          least={since}
          most={last}
          scale={scale}
          shift={1}
          height={HEIGHT - 20}
          choose={(day) => choose(since, day)}
        />
      </svg>
    </div>
  );
}

const heights = (tally: Tally, observed: boolean): [number, number] => [
  tally.gained + (observed ? tally.appeared : 0),
  tally.lost + (observed ? tally.vanished : 0),
];

interface BarProps {
  bin: Bin;
  tally: Tally | undefined;
  scale: Scale;
  most: number;
  observed: boolean;
}

function Bar({ bin, tally, scale, most, observed }: BarProps) {
  const x = placeOf(scale, bin.first) + 1;
  const width = Math.max(1, placeOf(scale, bin.last + 1) - x - 1);
  if (!tally) return <rect class="awaited" x={x} y={MIDDLE - 2} width={width} height={4} />;
  const tall = (number: number) => (number ? Math.max(2, (number / most) * TALL) : 0);
  const [up, down] = [tall(tally.gained), tall(tally.lost)];
  const [appeared, vanished] = observed ? [tall(tally.appeared), tall(tally.vanished)] : [0, 0];
  return (
    <g>
      <title>{told(bin, tally, observed)}</title>
      <rect class="space" x={x} y={0} width={width} height={HEIGHT - 20} />
      <rect class="gained" x={x} y={MIDDLE - up} width={width} height={up} />
      <rect class="lost" x={x} y={MIDDLE} width={width} height={down} />
      <rect class="seen" x={x} y={MIDDLE - up - appeared} width={width} height={appeared} />
      <rect class="seen" x={x} y={MIDDLE + down} width={width} height={vanished} />
    </g>
  );
}

/** A part in words: its days, and what became of accesses in it. */
export function told(bin: Bin, tally: Tally, observed: boolean): string {
  const days =
    bin.first === bin.last
      ? dayWords(bin.first)
      : `${dayWords(bin.first)} to ${dayWords(bin.last)}`;
  const seen = observed
    ? `, ${count(tally.appeared)} first observed, ${count(tally.vanished)} no longer observed`
    : "";
  return `${days}: ${count(tally.gained)} gained, ${count(tally.lost)} lost, ${count(tally.changed)} changed${seen}`;
}
