import { create } from "zustand";

export type Message = { id: number; text: string; tone: "success" | "error" };
type Interface = { messages: Message[]; shortcuts: boolean; layout: "grid" | "list" };
const LAYOUT = "blok-layout";

/** What the frame shows beside the page: messages, the list of shortcuts, the layout of lists. */
export const useInterface = create<Interface>(() => ({
  messages: [],
  shortcuts: false,
  layout: localStorage.getItem(LAYOUT) === "list" ? "list" : "grid",
}));

let last = 0;

/** Tell the visitor, for some seconds, what was just done or went wrong. */
export function tell(text: string, tone: Message["tone"] = "success") {
  const id = ++last;
  useInterface.setState(({ messages }) => ({ messages: [...messages.slice(-2), { id, text, tone }] }));
  setTimeout(() => dismiss(id), tone === "error" ? 9000 : 4500);
}

/** Take a message away. */
export function dismiss(id: number) {
  useInterface.setState(({ messages }) => ({ messages: messages.filter(each => each.id !== id) }));
}

/** Open or close the list of shortcuts. */
export function showShortcuts(shortcuts: boolean) {
  useInterface.setState({ shortcuts });
}

/** Show lists of packages as cards or as rows; remembered in this browser. */
export function setLayout(layout: Interface["layout"]) {
  localStorage.setItem(LAYOUT, layout);
  useInterface.setState({ layout });
}
