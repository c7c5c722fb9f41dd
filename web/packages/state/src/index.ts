export { dismiss, type Message, setLayout, showShortcuts, tell, useInterface } from "./interface.ts";
export { register, reloadUser, resume, signIn, signOut, useSession } from "./session.ts";
export { type Shortcut, useShortcutList, useShortcuts } from "./shortcuts.ts";
export { isDark, setTheme, type Theme, useTheme } from "./theme.ts";
