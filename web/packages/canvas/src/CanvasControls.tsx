import { ListTree, Maximize2, Minimize2, Scan, Workflow, ZoomIn, ZoomOut } from "lucide-react";
import type { ReactNode } from "react";
import css from "./canvas.module.css";

interface CanvasControlsProps {
  listed: boolean;
  full: boolean;
  onList: () => void;
  onFull: () => void;
  onFit: () => void;
  onZoom: (way: "in" | "out") => void;
}

/** Zoom, fit, the whole screen, and the switch between the picture and the list. */
export function CanvasControls({ listed, full, onList, onFull, onFit, onZoom }: CanvasControlsProps) {
  return (
    <div className={css.controls} role="toolbar" aria-label="Canvas">
      {!listed && (
        <>
          <Control label="Zoom in" keys="+" onClick={() => onZoom("in")}>
            <ZoomIn size={16} />
          </Control>
          <Control label="Zoom out" keys="-" onClick={() => onZoom("out")}>
            <ZoomOut size={16} />
          </Control>
          <Control label="Fit to view" keys="0" onClick={onFit}>
            <Scan size={16} />
          </Control>
        </>
      )}
      <Control label={full ? "Leave full screen" : "Full screen"} onClick={onFull}>
        {full ? <Minimize2 size={16} /> : <Maximize2 size={16} />}
      </Control>
      <Control label={listed ? "Show as a picture" : "Show as a list"} onClick={onList}>
        {listed ? <Workflow size={16} /> : <ListTree size={16} />}
      </Control>
    </div>
  );
}

interface ControlProps {
  label: string;
  keys?: string;
  onClick: () => void;
  children: ReactNode;
}

function Control({ label, keys, onClick, children }: ControlProps) {
  return (
    <button type="button" aria-label={label} title={keys ? `${label} (${keys})` : label} onClick={onClick}>
      {children}
    </button>
  );
}
