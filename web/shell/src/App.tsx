import { queries } from "@blok/api";
import {
  dismiss,
  isDark,
  setTheme,
  showShortcuts,
  signOut,
  tell,
  useInterface,
  useSession,
  useShortcuts,
  useTheme,
} from "@blok/state";
import {
  AppShell,
  Avatar,
  ButtonLink,
  EmptyState,
  icons,
  Menu,
  type NavItem,
  Page,
  SearchField,
  Toasts,
} from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useLocation, useSearchParams } from "wouter";
import css from "./App.module.css";
import { ModulePage } from "./modules.tsx";
import { moduleFor } from "./routes.ts";
import { Shortcuts } from "./Shortcuts.tsx";

/** The shell: navigation around whatever page is shown. It works with every module missing. */
export function App() {
  const [path] = useLocation();
  const module = moduleFor(path);
  const { messages } = useInterface();
  const theme = useTheme(state => state.theme);
  const dark = isDark(theme);
  useNewPage(path);
  return (
    <AppShell
      main={useMainNavigation(path)}
      own={useOwnNavigation(path)}
      bottom={useBottomNavigation(path)}
      actions={[
        {
          label: dark ? "Light theme" : "Dark theme",
          icon: dark ? icons.Sun : icons.Moon,
          onSelect: () => setTheme(dark ? "light" : "dark"),
        },
        { label: "Shortcuts", icon: icons.Keyboard, hint: "?", onSelect: () => showShortcuts(true) },
      ]}
      search={<Search />}
      account={<Account />}
    >
      {module ? <ModulePage name={module} /> : <NotFound />}
      <Toasts toasts={messages} onClose={dismiss} />
      <Shortcuts />
    </AppShell>
  );
}

/** A new page begins at its top, and with the focus at its beginning. */
function useNewPage(path: string) {
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is about the change of the path
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    document.getElementById("page")?.focus({ preventScroll: true });
  }, [path]);
}

function useMainNavigation(path: string): NavItem[] {
  const { data } = useQuery({ ...queries.search({ per_page: 1, kind: "workflow" }), staleTime: 60_000 });
  const at = (prefix: string) => path === prefix || path.startsWith(`${prefix}/`);
  return [
    { label: "Home", icon: icons.House, href: "/", active: path === "/" },
    {
      label: "Discover",
      icon: icons.Compass,
      href: "/workflows",
      count: data?.total,
      active: at("/workflows") && !isEditor(path),
    },
    { label: "Nodes", icon: icons.Blocks, href: "/nodes", active: at("/nodes") },
  ];
}

/** Whether a page has a button of its own to publish. */
function isEditor(path: string): boolean {
  return moduleFor(path) === "editor";
}

function useOwnNavigation(path: string): NavItem[] {
  const user = useSession(state => state.user);
  if (!user) return [];
  return [
    {
      label: "My packages",
      icon: icons.PackageIcon,
      href: "/dashboard",
      active: path === "/dashboard" || path.endsWith("/edit"),
    },
    {
      label: "New workflow",
      icon: icons.SquarePen,
      href: "/workflows/create",
      active: path === "/workflows/create",
    },
  ];
}

function useBottomNavigation(path: string): NavItem[] {
  const user = useSession(state => state.user);
  const me = user ? "/dashboard" : "/login";
  return [
    { label: "Home", icon: icons.House, href: "/", active: path === "/" },
    {
      label: "Discover",
      icon: icons.Compass,
      href: "/workflows",
      active: path.startsWith("/workflows") && !isEditor(path),
    },
    { label: "New", icon: icons.Plus, href: "/workflows/create", active: path === "/workflows/create" },
    { label: "Nodes", icon: icons.Blocks, href: "/nodes", active: path.startsWith("/nodes") },
    { label: user ? "Me" : "Sign in", icon: icons.User, href: me, active: path === me },
  ];
}

function Search() {
  const [path, go] = useLocation();
  const [parameters] = useSearchParams();
  const input = useRef<HTMLInputElement>(null);
  const focus = () => {
    input.current?.focus();
    input.current?.select();
  };
  useShortcuts("Everywhere", [
    { keys: "Mod+k", does: "Search", run: focus },
    { keys: "/", does: "Search", run: focus },
    { keys: "n", does: "New workflow", run: () => go("/workflows/create") },
    { keys: "h", does: "Home", run: () => go("/") },
  ]);
  const here = path === "/workflows";
  const find = (words: string, replace: boolean) => {
    const next = new URLSearchParams(here ? parameters : undefined);
    if (words) next.set("q", words);
    else next.delete("q");
    next.delete("page");
    go(`/workflows${next.size ? `?${next}` : ""}`, { replace });
  };
  return (
    <SearchField
      value={here ? (parameters.get("q") ?? "") : ""}
      inputRef={input}
      shortcut="Mod+K"
      onSearch={words => find(words, false)}
      onType={words => here && find(words, true)}
    />
  );
}

function Account() {
  const { status, user } = useSession();
  const [path, go] = useLocation();
  if (status === "unknown") return <span className={css.placeholder} />;
  if (!user) {
    return (
      <>
        <ButtonLink href="/login" variant="quiet" className={css.wide}>
          Sign in
        </ButtonLink>
        <ButtonLink href="/register" variant="primary">
          Sign up
        </ButtonLink>
      </>
    );
  }
  const leave = () =>
    signOut().then(
      () => {
        tell("You are signed out.");
        go("/");
      },
      (problem: Error) => tell(problem.message, "error"),
    );
  return (
    <>
      {!isEditor(path) && (
        <ButtonLink href="/workflows/create" variant="primary" icon={icons.Upload} className={css.wide}>
          Publish
        </ButtonLink>
      )}
      <Menu
        label="Your account"
        trigger={<Avatar handle={user.handle} size={32} />}
        header={
          <>
            <strong>{user.display_name || user.handle}</strong>
            <br />
            {user.email}
          </>
        }
        items={[
          { label: "My packages", icon: icons.PackageIcon, href: "/dashboard" },
          { label: "Profile", icon: icons.User, href: `/profile/${user.handle}` },
          { label: "Settings", icon: icons.Settings, href: "/settings" },
          { label: "Sign out", icon: icons.LogOut, onSelect: leave },
        ]}
      />
    </>
  );
}

function NotFound() {
  return (
    <Page title="Not found">
      <EmptyState
        rank={1}
        icon={icons.SearchX}
        title="There is no such page"
        actions={
          <ButtonLink href="/workflows" variant="primary">
            Discover workflows
          </ButtonLink>
        }
      >
        The address may be mistyped, or what was here has moved.
      </EmptyState>
    </Page>
  );
}
