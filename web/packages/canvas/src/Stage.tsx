import { Background, MiniMap, ReactFlow } from "@xyflow/react";
import { type KeyboardEvent, useId, useMemo } from "react";
import { type Actions, CanvasActions } from "./actions.ts";
import css from "./canvas.module.css";
import { StepCard, StepFrame } from "./StepCard.tsx";
import type { Scene, SceneNode } from "./scene.ts";
import type { View } from "./useView.ts";
import { WayLayer } from "./WayLayer.tsx";

interface StageProps {
  scene: Scene;
  view: View;
  selected: string | null;
  /** The one step that Tab leads to; the arrow keys go on from there. */
  tabbable: string;
  actions: Actions;
  interactive: boolean;
  minimap: boolean;
  /** Whether the picture has the window to itself. */
  full: boolean;
  onKeyDown: (event: KeyboardEvent) => void;
}

const TOUCHED = globalThis.matchMedia?.("(pointer: coarse)").matches ?? false;
const nodeTypes = { card: StepCard, frame: StepFrame };

/** The picture itself: React Flow with everything in it that would change a workflow switched off. */
export function Stage({
  scene,
  view,
  selected,
  tabbable,
  actions,
  interactive,
  minimap,
  full,
  onKeyDown,
}: StageProps) {
  const nodes = useMemo(
    () => scene.nodes.map(node => marked(node, node.id === selected, node.id === tabbable)),
    [scene, selected, tabbable],
  );
  const hint = useId();
  // A finger that scrolls a page must not be caught by a picture on its way: there it pans in full size only.
  const pans = interactive && (full || !TOUCHED);
  return (
    <div
      className={pans ? css.stage : `${css.stage} ${css.passing}`}
      role="application"
      aria-roledescription="canvas"
      aria-label="Picture of the workflow"
      aria-describedby={hint}
      onKeyDown={onKeyDown}
    >
      <span id={hint} hidden>
        Arrow keys walk through the steps, Enter selects one, Space folds it. Plus, minus and zero zoom.
      </span>
      <CanvasActions value={actions}>
        <ReactFlow<SceneNode>
          nodes={nodes}
          nodeTypes={nodeTypes}
          onInit={view.attach}
          onMoveStart={event => event && view.taken()}
          minZoom={0.2}
          maxZoom={2}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          panOnDrag={pans}
          zoomOnPinch={interactive}
          zoomOnScroll={false}
          zoomOnDoubleClick={false}
          preventScrolling={false}
          zIndexMode="manual"
          attributionPosition={minimap ? "top-right" : "bottom-left"}
        >
          <Background gap={20} size={1.6} color="var(--dot)" />
          <WayLayer ways={scene.ways} />
          {minimap && interactive && (
            <MiniMap
              className={css.minimap}
              position="bottom-left"
              nodeClassName={node => (node.type === "card" ? css.miniCard : css.miniFrame) ?? ""}
              nodeBorderRadius={16}
              ariaLabel="Overview"
              pannable
              style={{ width: 160, height: 110 }}
            />
          )}
        </ReactFlow>
      </CanvasActions>
    </div>
  );
}

/** A node as it stands now; those that are neither selected nor tabbable stay the same object and are not redrawn. */
function marked(node: SceneNode, selected: boolean, tabbable: boolean): SceneNode {
  if (!selected && !tabbable) return node;
  return { ...node, selected, data: { ...node.data, tabbable } } as SceneNode;
}
