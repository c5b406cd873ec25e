// The picture as a widget of a notebook: its scene comes from Python, and what is picked goes back.
import "./theme.css";
import "./widget.css";
import { picture } from "./picture/picture";
import type { Scene } from "./picture/scene";

/** What Python and the picture share. */
interface Shared {
  scene: Scene & { note: string };
  picked: string;
  unfold: string;
  height: number;
}

/** The part of a widget's model that is used here. */
export interface Model {
  get<Name extends keyof Shared>(name: Name): Shared[Name];
  set<Name extends keyof Shared>(name: Name, value: Shared[Name]): void;
  save_changes(): void;
  on(event: `change:${keyof Shared}`, told: () => void): void;
  off(event: `change:${keyof Shared}`, told: () => void): void;
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const host = document.createElement("div");
  const note = document.createElement("p");
  el.classList.add("ir-host");
  el.append(host, note);

  const tell = (name: "picked" | "unfold", id: string) => {
    model.set(name, id);
    model.save_changes();
  };
  const shown = picture(host, {
    pick: (what) =>
      tell("picked", what === null ? "" : "spot" in what ? what.spot.id : what.line.id),
    unfold: (spot) => tell("unfold", spot.id),
  });
  let drawn = false;
  const told = {
    scene: () => {
      const scene = model.get("scene");
      note.textContent = scene.note;
      shown.show(scene, drawn ? scene.root : undefined);
      drawn = true;
    },
    picked: () => shown.pick(model.get("picked") || null),
    height: () => {
      host.style.height = `${model.get("height")}px`;
    },
  };
  const names = ["height", "scene", "picked"] as const;
  for (const name of names) {
    told[name]();
    model.on(`change:${name}`, told[name]);
  }
  const unfollow = followTheme(el);
  return () => {
    for (const name of names) model.off(`change:${name}`, told[name]);
    unfollow();
    shown.destroy();
  };
}

/** The theme that a notebook's page says it has; null where the system's is to be taken. */
export function themeOf(body: HTMLElement): "light" | "dark" | null {
  const { jpThemeLight } = body.dataset; // JupyterLab
  if (jpThemeLight) return jpThemeLight === "false" ? "dark" : "light";
  const has = (name: string) => body.classList.contains(name); // VS Code
  if (has("vscode-light") || has("vscode-high-contrast-light")) return "light";
  return has("vscode-dark") || has("vscode-high-contrast") ? "dark" : null;
}

function followTheme(el: HTMLElement): () => void {
  const follow = () => {
    const theme = themeOf(document.body);
    if (theme) el.dataset.theme = theme;
    else delete el.dataset.theme;
  };
  const observer = new MutationObserver(follow);
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ["class", "data-jp-theme-light"],
  });
  follow();
  return () => observer.disconnect();
}

export default { render };
