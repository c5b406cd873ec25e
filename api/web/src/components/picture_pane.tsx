// The picture on the page, with its tools and its legend.
import "./picture_pane.css";
import { useEffect, useRef } from "preact/hooks";
import { picture } from "../picture/picture";
import type { Handlers, Picture, Scene } from "../picture/scene";
import { Legend } from "./picture_legend";
import { PictureTools } from "./picture_tools";

interface Props extends Handlers {
  scene: Scene | null;
  /** The spot that keeps its place when the scene changes; none for a new picture. */
  anchor?: string | undefined;
  /** The id of the spot or the line that is picked. */
  picked?: string | undefined;
  /** The sentence in place of a picture in which nothing is. */
  empty?: string;
  /** The name of a saved file, without its ending. */
  file?: string;
}

export function PicturePane(props: Props) {
  const { scene, anchor, picked, pick, unfold, empty = "There is nothing to draw.", file } = props;
  const host = useRef<HTMLDivElement>(null);
  const shown = useRef<Picture | null>(null);
  const handlers = useRef<Handlers>({ pick, unfold });
  handlers.current = { pick, unfold };

  useEffect(() => {
    if (!host.current) return;
    const made = picture(host.current, {
      pick: (what) => handlers.current.pick(what),
      unfold: (spot, all) => handlers.current.unfold(spot, all),
    });
    shown.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => {
    if (scene) shown.current?.show(scene, anchor);
  }, [scene]);
  useEffect(() => shown.current?.pick(picked ?? null), [scene, picked]);

  const drawn = scene && scene.spots.length > 0 ? scene : null;
  return (
    <section class="picture" aria-label="Picture">
      <div class="host" ref={host} hidden={!drawn} />
      {scene && !drawn && <p class="nothing">{empty}</p>}
      {drawn && (
        <footer class="under">
          <Legend scene={drawn} />
          <PictureTools shown={shown} file={file ?? "inroads"} />
        </footer>
      )}
    </section>
  );
}
