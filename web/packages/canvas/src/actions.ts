import { createContext } from "react";

/** What the parts of a canvas can ask of it. */
export interface Actions {
  select(key: string): void;
  fold(key: string): void;
}

export const CanvasActions = createContext<Actions>({ select: () => {}, fold: () => {} });
