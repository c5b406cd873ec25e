// The picture on the page, with its tools and its legend.
import { useEffect, useRef } from "preact/hooks";
import { picture } from "../picture/picture";
import type { Handlers, Picture, Scene } from "../picture/scene";

interface Props extends Handlers {
  scene: Scene | null;
  /** The spot that keeps its place when the scene changes; none for a new picture. */
  anchor?: string | undefined;
  /** The id of the spot or the line that is picked. */
  picked?: string | undefined;
}

export function PicturePane({ scene, anchor, picked, pick, unfold }: Props) {
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

  return (
    <section class="picture" aria-label="Picture">
      <div class="host" ref={host} />
    </section>
  );
}
