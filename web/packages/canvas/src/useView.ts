import type { Flow } from "@blok/graph";
import type { ReactFlowInstance } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { Scene, SceneNode } from "./scene.ts";
import { fitViewport, reveal, type Size } from "./viewport.ts";

export type FlowInstance = ReactFlowInstance<SceneNode>;

export interface View {
  attach(instance: FlowInstance): void;
  /** Somebody has panned or zoomed by hand. */
  taken(): void;
  fit(): void;
  zoom(way: "in" | "out"): void;
  /** Bring a step into view. */
  reveal(key: string): void;
}

/**
 * What part of a scene is seen. It fits on first show, for another workflow and when the size of the canvas changes;
 * while a workflow is edited, it fits as long as nobody has taken the view into their own hands.
 */
export function useView(scene: Scene | null, size: Size | null, flow: Flow, still: boolean): View {
  const instance = useRef<FlowInstance | null>(null);
  const taken = useRef(false);
  const latest = useRef({ scene, size });
  latest.current = { scene, size };

  const fit = useCallback(
    (duration = moves()) => {
      const { scene, size } = latest.current;
      if (!scene || !size) return;
      taken.current = false;
      void instance.current?.setViewport(fitViewport(scene, size, still), { duration });
    },
    [still],
  );

  const place = size && `${size.width} ${size.height}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what it answers to
  useEffect(() => fit(0), [place, flow.name, fit]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version of the flow is what it answers to
  useEffect(() => {
    if (!taken.current) fit(0);
  }, [flow, fit]);

  return useMemo(
    () => ({
      attach: found => {
        instance.current = found;
        fit(0);
      },
      taken: () => {
        taken.current = true;
      },
      fit: () => fit(),
      zoom: way => {
        const options = { duration: moves() };
        void (way === "in" ? instance.current?.zoomIn(options) : instance.current?.zoomOut(options));
      },
      reveal: key => {
        const { scene, size } = latest.current;
        const node = scene?.nodes.find(found => found.id === key);
        const view = instance.current?.getViewport();
        if (!node || !view || !size) return;
        const target = { ...node.position, width: node.width ?? 0, height: Math.min(node.height ?? 0, 120) };
        const next = reveal(view, target, size);
        if (next !== view) void instance.current?.setViewport(next, { duration: moves() });
      },
    }),
    [fit],
  );
}

/** How long a movement of the view takes, in milliseconds: none for who wants no motion. */
function moves(): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 160;
}
