import { CircleAlert, CircleCheck, X } from "lucide-react";
import { IconButton } from "../atoms/Button.tsx";
import { classes } from "../css.ts";
import css from "./Toasts.module.css";

export type Toast = { id: number; text: string; tone: "success" | "error" };

/** Short messages about what was just done, at the edge of the window. */
export function Toasts({ toasts, onClose }: { toasts: Toast[]; onClose: (id: number) => void }) {
  return (
    <div className={css.toasts} role="status" aria-live="polite">
      {toasts.map(toast => (
        <div key={toast.id} className={classes(css.toast, css[toast.tone])}>
          {toast.tone === "error" ? (
            <CircleAlert size={18} aria-hidden />
          ) : (
            <CircleCheck size={18} aria-hidden />
          )}
          <span>{toast.text}</span>
          <IconButton icon={X} label="Dismiss" onClick={() => onClose(toast.id)} />
        </div>
      ))}
    </div>
  );
}
