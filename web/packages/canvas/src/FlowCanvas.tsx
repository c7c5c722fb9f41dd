import "@xyflow/react/dist/base.css";
import { type Flow, type FlowRun, TRIGGER_KEY } from "@blok/graph";
import { ReactFlow, type ReactFlowInstance } from "@xyflow/react";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { CanvasActions } from "./actions.ts";
import { CanvasControls } from "./CanvasControls.tsx";
import css from "./canvas.module.css";
import { FlowOutline } from "./FlowOutline.tsx";
import { ArmFrame, GroupFrame, StepCard } from "./StepCard.tsx";
import { makeScene, type SceneNode } from "./scene.ts";
import { useSize } from "./useSize.ts";
import { fitViewport } from "./viewport.ts";
import { WayLayer } from "./WayLayer.tsx";

export interface FlowCanvasProps {
  flow: Flow;
  /** What a run did, from `mapTrace`. */
  run?: FlowRun;
  /** The key of the selected step, or `trigger`. */
  selected?: string | null;
  onSelect?: (key: string) => void;
  minimap?: boolean;
  /** False for a still picture: no panning, no zooming, no controls. */
  interactive?: boolean;
  /** Let a new run land step by step. */
  playing?: boolean;
  className?: string;
}

const nodeTypes = { card: StepCard, group: GroupFrame, arm: ArmFrame };

/** A workflow as a picture that can be read, walked through and looked into; nothing in it can be changed. */
export function FlowCanvas(props: FlowCanvasProps) {
  const { flow, run, selected = null, onSelect, interactive = true, playing = false, className } = props;
  const [frame, size] = useSize();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState(TRIGGER_KEY);
  const [listed, setListed] = useState(false);
  const instance = useRef<ReactFlowInstance<SceneNode> | null>(null);
  const scene = useMemo(() => size && makeScene(flow, folded, size, run), [flow, folded, size, run]);
  const tabbable = scene?.order.includes(cursor) ? cursor : TRIGGER_KEY;
  const nodes = useMemo(
    () => scene?.nodes.map(node => marked(node, node.id === selected, node.id === tabbable)) ?? [],
    [scene, selected, tabbable],
  );
  const fit = useCallback(() => {
    if (scene && size) void instance.current?.setViewport(fitViewport(scene, size));
  }, [scene, size]);
  const place = size && `${size.width} ${size.height}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: folding must not move the view
  useEffect(fit, [place, flow]);
  const actions = useMemo(
    () => ({
      select: (key: string) => {
        setCursor(key);
        onSelect?.(key);
      },
      fold: (key: string) => setFolded(known => toggled(known, key)),
    }),
    [onSelect],
  );
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const order = scene?.order ?? [];
    const at = order.indexOf(tabbable);
    const moves: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: order.length - 1,
    };
    const next = moves[event.key];
    if (next !== undefined) {
      const key = order[Math.max(0, Math.min(order.length - 1, next))];
      if (key !== undefined) {
        setCursor(key);
        frame.current
          ?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
          ?.focus({ preventScroll: true });
      }
    } else if (event.key === "+" || event.key === "=") void instance.current?.zoomIn();
    else if (event.key === "-") void instance.current?.zoomOut();
    else if (event.key === "0") fit();
    else if (event.key === " ") actions.fold(tabbable);
    else return;
    event.preventDefault();
  };
  const names = [css.canvas, playing && css.playing, className];
  return (
    <section ref={frame} className={names.filter(Boolean).join(" ")} aria-label={`Canvas of ${flow.name}`}>
      {scene && !listed && (
        // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the steps inside
        <div className={css.stage} onKeyDown={walk}>
          <CanvasActions value={actions}>
            <ReactFlow<SceneNode>
              nodes={nodes}
              nodeTypes={nodeTypes}
              onInit={found => {
                instance.current = found;
                fit();
              }}
              minZoom={0.2}
              maxZoom={2}
              nodesDraggable={false}
              nodesConnectable={false}
              nodesFocusable={false}
              edgesFocusable={false}
              elementsSelectable={false}
              disableKeyboardA11y
              panOnDrag={interactive}
              zoomOnPinch={interactive}
              zoomOnScroll={false}
              zoomOnDoubleClick={false}
              preventScrolling={false}
              zIndexMode="manual"
              proOptions={{ hideAttribution: true }}
            >
              <WayLayer ways={scene.ways} />
            </ReactFlow>
          </CanvasActions>
        </div>
      )}
      {listed && (
        <FlowOutline
          flow={flow}
          run={run}
          selected={selected}
          onSelect={actions.select}
          className={css.list}
        />
      )}
      {interactive && (
        <CanvasControls
          listed={listed}
          onList={() => setListed(!listed)}
          onFit={fit}
          onZoom={way => void (way === "in" ? instance.current?.zoomIn() : instance.current?.zoomOut())}
        />
      )}
    </section>
  );
}

function marked(node: SceneNode, selected: boolean, tabbable: boolean): SceneNode {
  if (!selected && !tabbable) return node;
  if (node.type === "arm") return node;
  return { ...node, selected, data: { ...node.data, tabbable } } as SceneNode;
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}
