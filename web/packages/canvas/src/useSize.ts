import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import type { Size } from "./viewport.ts";

/** The inner size of an element, kept up to date; null until it is known. */
export function useSize(): [RefObject<HTMLElement | null>, Size | null] {
  const element = useRef<HTMLElement | null>(null);
  const [size, setSize] = useState<Size | null>(null);
  useLayoutEffect(() => {
    const found = element.current;
    if (!found) return;
    const read = () => {
      const { clientWidth: width, clientHeight: height } = found;
      if (width && height)
        setSize(known => (known?.width === width && known.height === height ? known : { width, height }));
    };
    read();
    const observer = new ResizeObserver(read);
    observer.observe(found);
    return () => observer.disconnect();
  }, []);
  return [element, size];
}
