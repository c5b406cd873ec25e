// Lines of JSON of which only those in sight are drawn, so that millions of characters stay quick.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Copy } from "../../../components/copy";
import { useSight } from "../../../components/sight";
import { save } from "../../../save";
import { count } from "../../../words";
import { deeper, lineText, type Sheet, shown } from "./lines";

/** The height of a line, in pixels. */
const HEIGHT = 18;

/** The most characters of a line that are drawn. */
const LONGEST = 5_000;

export function SheetPane({ sheet }: { sheet: Sheet }) {
  const folded = useSignal<ReadonlySet<number>>(new Set());
  const known = useRef(sheet);
  if (known.current !== sheet) {
    known.current = sheet;
    folded.value = new Set();
  }
  const box = useRef<HTMLDivElement>(null);
  const lines = shown(sheet, folded.value);
  const { first, last } = useSight(box, "vertical", HEIGHT, lines.length);
  const turn = (index: number) => {
    const next = new Set(folded.value);
    if (!next.delete(index)) next.add(index);
    folded.value = next;
  };
  const whole = () => sheet.lines.join("\n");
  return (
    <>
      <div class="tools">
        <button
          type="button"
          class="quiet"
          onClick={() => {
            folded.value = deeper(sheet, 3);
          }}
        >
          Fold
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            folded.value = new Set();
          }}
        >
          Unfold
        </button>
        <Copy text={whole}>Copy</Copy>
        <button
          type="button"
          class="quiet"
          onClick={() => save("answer.json", "application/json", whole())}
        >
          Download
        </button>
        <span class="soft">{count(sheet.lines.length)} lines</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard */}
      <section class="lines" ref={box} aria-label="Answer as JSON" tabIndex={0}>
        <svg width="1" height={lines.length * HEIGHT} aria-hidden="true" />
        <Lines top={first * HEIGHT}>
          {Array.from(lines.subarray(first, last), (index) => (
            <Line
              key={index}
              text={lineText(sheet, index, folded.value.has(index))}
              folds={Boolean(sheet.closes[index])}
              folded={folded.value.has(index)}
              turn={() => turn(index)}
            />
          ))}
        </Lines>
      </section>
    </>
  );
}

/** The lines in sight, at their place. */
function Lines({ top, children }: { top: number; children: ComponentChildren }) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (host.current) host.current.style.transform = `translateY(${top}px)`;
  }, [top]);
  return (
    <div class="drawn" ref={host}>
      {children}
    </div>
  );
}

interface LineProps {
  text: string;
  folds: boolean;
  folded: boolean;
  turn(): void;
}

function Line({ text, folds, folded, turn }: LineProps) {
  const key = /^\s*"[^"\\]*(?:\\.[^"\\]*)*": /.exec(text)?.[0] ?? "";
  const rest = text.slice(key.length);
  const more = rest.length - LONGEST;
  return (
    <div class="line">
      {folds ? (
        <button
          type="button"
          class="fold"
          aria-expanded={!folded}
          aria-label={folded ? "Unfold" : "Fold"}
          onClick={turn}
        >
          {folded ? "▸" : "▾"}
        </button>
      ) : (
        <i />
      )}
      <span class="key">{key}</span>
      <span class={kind(rest)}>{more > 0 ? rest.slice(0, LONGEST) : rest}</span>
      {more > 0 && <em> … {count(more)} more characters, in the copy</em>}
    </div>
  );
}

/** The kind of value that a line shows, for its colour. */
function kind(value: string): string {
  const first = value.trimStart()[0] ?? "";
  if (first === '"') return "string";
  return "{}[]".includes(first) ? "bracket" : "number";
}
