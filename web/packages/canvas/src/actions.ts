import { createContext } from "react";

/** What the parts of a canvas can ask of it. */
export interface Actions {
  select(key: string): void;
  /** Folds and unfolds; a still picture has none. */
  fold?: (key: string) => void;
}

export const CanvasActions = createContext<Actions>({ select: () => {} });
