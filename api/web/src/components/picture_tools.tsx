// The tools of the picture: closer, farther, all of it, and the picture as a file.
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { bitmap } from "../picture/bitmap";
import type { Picture } from "../picture/scene";
import { save, saveBlob } from "../save";

/** One press of a zoom button. */
const ZOOM = 1.25;

export function PictureTools({ shown, file }: { shown: RefObject<Picture | null>; file: string }) {
  const bar = useRef<HTMLDivElement>(null);
  const tools: { name: string; hint: string; use(picture: Picture): unknown }[] = [
    { name: "Closer", hint: "Zoom in", use: (each) => each.zoom(ZOOM) },
    { name: "Farther", hint: "Zoom out", use: (each) => each.zoom(1 / ZOOM) },
    { name: "Fit", hint: "Show all of the picture", use: (each) => each.fit() },
    {
      name: "SVG",
      hint: "Save as SVG",
      use: (each) => save(`${file}.svg`, "image/svg+xml", each.svg()),
    },
    {
      name: "PNG",
      hint: "Save as PNG",
      use: async (each) => saveBlob(`${file}.png`, await bitmap(each.svg())),
    },
  ];
  /** Arrows move within the bar, which is one stop of the tab key. */
  const walk = (event: KeyboardEvent) => {
    const buttons = [...(bar.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    const next = to === undefined ? undefined : buttons.at(to % buttons.length);
    if (!next) return;
    event.preventDefault();
    for (const each of buttons) each.tabIndex = each === next ? 0 : -1;
    next.focus();
  };
  return (
    <div ref={bar} class="tools" role="toolbar" aria-label="Picture tools" onKeyDown={walk}>
      {tools.map(({ name, hint, use }, place) => (
        <button
          key={name}
          type="button"
          title={hint}
          tabIndex={place ? -1 : 0}
          onClick={() => shown.current && use(shown.current)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
