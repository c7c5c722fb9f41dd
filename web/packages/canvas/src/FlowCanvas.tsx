import "@xyflow/react/dist/base.css";
import { ancestorsOf, type Flow, type FlowDiff, type FlowRun, TRIGGER_KEY } from "@blok/graph";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { CanvasControls } from "./CanvasControls.tsx";
import css from "./canvas.module.css";
import { FlowOutline } from "./FlowOutline.tsx";
import { walkTo } from "./keys.ts";
import motion from "./landing.module.css";
import { Stage } from "./Stage.tsx";
import { arrange, makeScene } from "./scene.ts";
import { useSize } from "./useSize.ts";
import { useView } from "./useView.ts";

export interface FlowCanvasProps {
  flow: Flow;
  /** What a run did, from `mapTrace`. */
  run?: FlowRun;
  /** The key of the selected step, or `trigger`. */
  selected?: string | null;
  onSelect?: (key: string) => void;
  /** What changed since an earlier version; what was removed is shown where it stood. */
  diff?: FlowDiff;
  minimap?: boolean;
  /** False for a still picture: no panning, no zooming, no controls. */
  interactive?: boolean;
  /** Let a new run land step by step. */
  playing?: boolean;
  /** Be as high as the workflow needs, up to this many pixels, instead of filling the parent. */
  maxHeight?: number;
  className?: string;
}

/** A workflow as a picture that can be read, walked through and looked into; nothing in it can be changed. */
export function FlowCanvas(props: FlowCanvasProps) {
  const { run, diff, selected = null, onSelect, interactive = true, playing = false, maxHeight } = props;
  const flow = diff?.flow ?? props.flow;
  const [frame, measured] = useSize();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState(TRIGGER_KEY);
  const [listed, setListed] = useState(false);
  const [full, setFull] = useState(false);
  const refocus = useRef<string | null>(null);
  const size = useMemo(
    () => measured && (maxHeight && !full ? { ...measured, height: maxHeight } : measured),
    [measured, maxHeight, full],
  );
  const arranged = useMemo(
    () => size && arrange(flow, folded, size, !interactive),
    [flow, folded, size, interactive],
  );
  const scene = useMemo(() => arranged && makeScene(arranged, run, diff), [arranged, run, diff]);
  const view = useView(scene, measured, flow, !interactive);
  const tabbable = scene?.order.includes(cursor) ? cursor : TRIGGER_KEY;
  const actions = useMemo(
    () => ({
      select: (key: string) => {
        setCursor(key);
        onSelect?.(key);
      },
      ...(interactive && {
        fold: (key: string) => {
          setCursor(key);
          setFolded(known => toggled(known, key));
          refocus.current = key;
        },
      }),
    }),
    [onSelect, interactive],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was folded in another workflow says nothing here
  useEffect(() => setFolded(known => (known.size > 0 ? new Set() : known)), [flow.name]);

  // Whoever selects a step elsewhere, in a list of records say, is shown it here.
  useEffect(() => {
    if (!selected) return;
    setCursor(selected);
    setFolded(known => without(known, ancestorsOf(flow, selected)));
    view.reveal(selected);
  }, [selected, flow, view]);

  // A step that folds becomes another element: whoever stood on it must not lose their place.
  useEffect(() => {
    const key = folded && refocus.current;
    refocus.current = null;
    if (!key) return;
    const shown = requestAnimationFrame(() => focusStep(frame.current, key));
    return () => cancelAnimationFrame(shown);
  }, [folded, frame]);

  useEffect(() => {
    if (!full) return;
    const leave = (event: globalThis.KeyboardEvent) => {
      if (event.key === "Escape") setFull(false);
    };
    document.addEventListener("keydown", leave);
    return () => document.removeEventListener("keydown", leave);
  }, [full]);

  const goTo = (key: string) => {
    setCursor(key);
    view.reveal(key);
    focusStep(frame.current, key);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const order = scene?.order ?? [];
    const next = order[walkTo(event.key, order.indexOf(tabbable), order.length) ?? -1];
    if (next !== undefined) goTo(next);
    else if (event.key === "+" || event.key === "=") view.zoom("in");
    else if (event.key === "-") view.zoom("out");
    else if (event.key === "0") view.fit();
    else if (event.key === " ") actions.fold?.(tabbable);
    else return;
    event.preventDefault();
  };

  const names = [css.canvas, playing && motion.playing, full && css.full, props.className];
  const height = maxHeight && !full && scene ? { height: Math.min(maxHeight, scene.height) } : undefined;
  return (
    <section
      ref={frame}
      className={names.filter(Boolean).join(" ")}
      style={height}
      aria-label={`Workflow ${flow.name}`}
    >
      {scene && !listed && (
        <Stage
          scene={scene}
          view={view}
          selected={selected}
          tabbable={tabbable}
          actions={actions}
          interactive={interactive}
          minimap={props.minimap ?? false}
          full={full}
          onKeyDown={onKeyDown}
        />
      )}
      {listed ? (
        <FlowOutline
          flow={flow}
          run={run}
          selected={selected}
          onSelect={actions.select}
          className={css.list}
        />
      ) : (
        <FlowOutline flow={flow} run={run} still className={css.unseen} />
      )}
      {interactive && (
        <CanvasControls
          listed={listed}
          full={full}
          onList={() => setListed(!listed)}
          onFull={() => setFull(!full)}
          onFit={view.fit}
          onZoom={view.zoom}
        />
      )}
    </section>
  );
}

function focusStep(canvas: HTMLElement | null, key: string): void {
  const step = canvas?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  step?.focus({ preventScroll: true });
}

function without(keys: ReadonlySet<string>, others: readonly string[]): ReadonlySet<string> {
  return others.some(key => keys.has(key)) ? new Set([...keys].filter(key => !others.includes(key))) : keys;
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}
