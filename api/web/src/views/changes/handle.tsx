// A handle of the time line: a slider for the mouse and the keyboard.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { dayText, dayWords } from "./days";
import { dayAt, held, moved, placeOf, type Scale } from "./slider";

/** Milliseconds of rest after which a day that was chosen by keys is asked about. */
const REST = 500;

interface Props {
  name: string;
  day: number;
  least: number;
  most: number;
  scale: Scale;
  /** 1 for a handle that stands at the end of its day. */
  shift: 0 | 1;
  height: number;
  choose(day: number): void;
}

export function Handle({ name, day, least, most, scale, shift, height, choose }: Props) {
  const draft = useSignal<number | null>(null);
  const dragging = useSignal(false);
  const shown = draft.value ?? day;
  useEffect(() => {
    if (draft.value === null || dragging.value) return;
    const rest = setTimeout(commit, REST);
    return () => clearTimeout(rest);
  }, [draft.value, dragging.value]);
  const commit = () => {
    const chosen = draft.peek();
    draft.value = null;
    if (chosen !== null && chosen !== day) choose(chosen);
  };
  const drag = (event: PointerEvent) => {
    const svg = (event.currentTarget as SVGElement).ownerSVGElement;
    if (!dragging.value || !svg) return;
    const place = event.clientX - svg.getBoundingClientRect().left;
    draft.value = held(dayAt(scale, place) - shift, least, most);
  };
  const x = placeOf(scale, shown + shift);
  return (
    <g
      class="handle"
      role="slider"
      tabIndex={0}
      aria-label={name}
      aria-orientation="horizontal"
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuenow={shown}
      aria-valuetext={dayWords(shown)}
      data-day={dayText(shown)}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        const next = moved(event.key, shown, least, most);
        if (next === null) return;
        event.preventDefault();
        draft.value = next;
      }}
      onBlur={commit}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.value = true;
      }}
      onPointerMove={drag}
      onPointerUp={() => {
        dragging.value = false;
        commit();
      }}
      onPointerCancel={() => {
        dragging.value = false;
        draft.value = null;
      }}
    >
      <rect class="reach" x={x - 12} y={0} width={24} height={height} />
      <line x1={x} x2={x} y1={0} y2={height} />
      <rect class="grip" x={x - 5} y={height / 2 - 12} width={10} height={24} rx={4} />
    </g>
  );
}
