// A part of the grid at its place, set through the CSSOM: a style attribute would need 'unsafe-inline'.
import type { ComponentChildren, ComponentProps } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props extends Omit<ComponentProps<"div">, "ref"> {
  /** In pixels; what is not given stays the style sheet's. */
  box: { top?: number; left?: number; width?: number; height?: number };
  children?: ComponentChildren;
}

export function Placed({ box, children, ...rest }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const { top, left, width, height } = box;
  useLayoutEffect(() => {
    const style = host.current?.style;
    if (!style) return;
    for (const [name, value] of Object.entries({ top, left, width, height }))
      if (value !== undefined) style.setProperty(name, `${value}px`);
  }, [top, left, width, height]);
  return (
    <div ref={host} {...rest}>
      {children}
    </div>
  );
}
