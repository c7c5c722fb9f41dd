import { Button, EmptyState, icons, Page, Skeleton } from "@blok/ui";
import { Component, type ComponentType, type ReactNode, useEffect, useState } from "react";

export type ModuleName = "discovery" | "editor" | "profile" | "gallery";
type Manifest = { entry: string; styles: string[] };
type Loaded = { default: ComponentType };

const TITLES: Record<ModuleName, string> = {
  discovery: "Discover",
  editor: "The editor",
  profile: "Profiles",
  gallery: "The gallery",
};
const loaded = new Map<ModuleName, Promise<Loaded>>();

/** Fetch a module once: it is built and deployed apart, and says in its manifest where it lies. */
function load(name: ModuleName): Promise<Loaded> {
  const known = loaded.get(name);
  if (known) return known;
  const loading = import.meta.env.DEV ? fromSource(name) : fromManifest(name);
  loaded.set(name, loading);
  loading.catch(() => loaded.delete(name));
  return loading;
}

async function fromSource(name: ModuleName): Promise<Loaded> {
  if (name === "discovery") return import("@blok/module-discovery");
  if (name === "editor") return import("@blok/module-editor");
  if (name === "profile") return import("@blok/module-profile");
  return import("@blok/module-gallery");
}

async function fromManifest(name: ModuleName): Promise<Loaded> {
  const answer = await fetch(`/modules/${name}/manifest.json`);
  if (!answer.ok) throw new Error(`there is no module ${name}`);
  const manifest = (await answer.json()) as Manifest;
  const [module] = await Promise.all([
    import(/* @vite-ignore */ manifest.entry) as Promise<Loaded>,
    ...manifest.styles.map(addStyles),
  ]);
  return module;
}

function addStyles(address: string): Promise<void> {
  if (document.querySelector(`link[href="${address}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = () => resolve();
    link.onerror = () => reject(new Error(`${address} cannot be loaded`));
    document.head.append(link);
  });
}

/** Shows a module; while it comes a skeleton, and a page that says so when it cannot be had. */
export function ModulePage({ name }: { name: ModuleName }) {
  const [state, setState] = useState<{ name: ModuleName; module: Loaded | "missing" } | null>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt loads again
  useEffect(() => {
    let current = true;
    load(name).then(
      module => current && setState({ name, module }),
      () => current && setState({ name, module: "missing" }),
    );
    return () => {
      current = false;
    };
  }, [name, attempt]);
  const retry = () => {
    setState(null);
    setAttempt(attempt + 1);
  };
  if (state === null || state.name !== name) return <Waiting />;
  if (state.module === "missing") return <Missing name={name} onRetry={retry} />;
  const Module = state.module.default;
  return (
    <Guard key={`${name}-${attempt}`} fallback={<Missing name={name} onRetry={retry} />}>
      <Module />
    </Guard>
  );
}

function Waiting() {
  return (
    <Page title="Blok">
      <div aria-busy role="status">
        <span className="visually-hidden">Loading</span>
        <Skeleton width={240} height={32} />
        <br />
        <Skeleton height={240} />
      </div>
    </Page>
  );
}

function Missing({ name, onRetry }: { name: ModuleName; onRetry: () => void }) {
  return (
    <Page title={TITLES[name]}>
      <div role="alert">
        <EmptyState
          rank={1}
          icon={icons.Unplug}
          title={`${TITLES[name]} cannot be shown right now`}
          actions={
            <Button icon={icons.RotateCw} onClick={onRetry}>
              Try again
            </Button>
          }
        >
          This part of the hub is missing or failed. Everything else works: use the navigation to go on.
        </EmptyState>
      </div>
    </Page>
  );
}

/** A module that fails takes only its own page with it. */
class Guard extends Component<{ children: ReactNode; fallback: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}
