// An editor as a part of the page.
import { useEffect, useRef } from "preact/hooks";
import { type Editor, editor, type Options } from "./editor";

interface Props extends Options {
  /** Told of the editor once it is there; null when it goes. */
  made(editor: Editor | null): void;
}

export function CodePane(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (!host.current) return;
    // The keys of the page, such as "/", are letters here.
    host.current.addEventListener("keydown", (event) => event.stopPropagation());
    const { language, label, text } = props;
    const made = editor(host.current, {
      language,
      label,
      text,
      changed: (next) => latest.current.changed(next),
      run: () => latest.current.run(),
      leave: () => latest.current.leave(),
    });
    props.made(made);
    return () => {
      latest.current.made(null);
      made.destroy();
    };
  }, []);
  return <div class="code" ref={host} />;
}
