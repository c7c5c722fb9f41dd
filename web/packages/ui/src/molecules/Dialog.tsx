import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "../atoms/Button.tsx";
import css from "./Dialog.module.css";

/** A modal dialog on the browser's own <dialog>: focus is kept inside, Escape closes it. */
export function Dialog({
  open,
  title,
  onClose,
  children,
}: {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (open && dialog && !dialog.open) dialog.showModal();
    if (!open && dialog?.open) dialog.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside it closes it; by keyboard Escape does
    <dialog
      ref={element}
      className={css.dialog}
      aria-labelledby={id}
      onClose={onClose}
      onClick={event => event.target === element.current && onClose()}
    >
      {open && (
        <div className={css.inner}>
          <header className={css.header}>
            <h2 id={id}>{title}</h2>
            <IconButton icon={X} label="Close" onClick={onClose} />
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}
