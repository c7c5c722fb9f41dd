import { act, type ReactElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach } from "vitest";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

// The page of the tests has no layout: every element is as large as a canvas on a desk.
for (const [side, length] of [
  ["Width", 816],
  ["Height", 560],
] as const) {
  for (const name of [`client${side}`, `offset${side}`]) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => length });
  }
}

// Views that glide would still be on their way when a test looks.
window.matchMedia = query => ({ matches: query.includes("reduce") }) as MediaQueryList;

const roots: Root[] = [];

/** Put something on the page; what is on it is taken away after the test. */
export async function render(
  element: ReactElement,
): Promise<{ page: HTMLElement; again(next: ReactElement): Promise<void> }> {
  const page = document.body.appendChild(document.createElement("div"));
  const root = createRoot(page);
  roots.push(root);
  const again = (next: ReactElement) => act(async () => root.render(next));
  await again(element);
  return { page, again };
}

/** Press a key where the focus is. */
export async function press(key: string): Promise<void> {
  await act(async () => {
    document.activeElement?.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
    );
    await new Promise(resolve => requestAnimationFrame(resolve));
  });
}

export async function click(element: Element | null | undefined): Promise<void> {
  await act(async () => (element as HTMLElement).click());
}

afterEach(async () => {
  for (const root of roots.splice(0)) await act(async () => root.unmount());
  document.body.replaceChildren();
});
