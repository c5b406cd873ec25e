// The picture: a scene drawn into a host element.
import type { Handlers, Picture, Scene } from "./scene";

export function picture(host: HTMLElement, handlers: Handlers): Picture {
  const list = document.createElement("ul");
  host.append(list);
  return {
    show(scene: Scene) {
      list.replaceChildren(
        ...scene.lines.map((line) => {
          const item = document.createElement("li");
          item.textContent = `${line.from} ${line.label} ${line.to}`;
          item.addEventListener("click", () => handlers.pick({ line }));
          return item;
        }),
      );
    },
    pick() {},
    focus() {},
    fit() {},
    zoom() {},
    svg: () => "",
    destroy: () => list.remove(),
  };
}
