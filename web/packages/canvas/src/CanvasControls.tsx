import { ListTree, Maximize, Workflow, ZoomIn, ZoomOut } from "lucide-react";
import css from "./canvas.module.css";

interface CanvasControlsProps {
  listed: boolean;
  onList: () => void;
  onFit: () => void;
  onZoom: (way: "in" | "out") => void;
}

/** Zoom, fit, and the switch between the picture and the list. */
export function CanvasControls({ listed, onList, onFit, onZoom }: CanvasControlsProps) {
  return (
    <div className={css.controls} role="toolbar" aria-label="Canvas">
      {!listed && (
        <>
          <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => onZoom("in")}>
            <ZoomIn size={16} />
          </button>
          <button type="button" aria-label="Zoom out" title="Zoom out (-)" onClick={() => onZoom("out")}>
            <ZoomOut size={16} />
          </button>
          <button type="button" aria-label="Fit to view" title="Fit to view (0)" onClick={onFit}>
            <Maximize size={16} />
          </button>
        </>
      )}
      <button
        type="button"
        aria-label={listed ? "Show as a picture" : "Show as a list"}
        title={listed ? "Show as a picture" : "Show as a list"}
        onClick={onList}
      >
        {listed ? <Workflow size={16} /> : <ListTree size={16} />}
      </button>
    </div>
  );
}
