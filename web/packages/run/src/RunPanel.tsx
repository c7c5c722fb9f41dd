import type { Example } from "@blok/api";
import type { Flow } from "@blok/graph";
import { useShortcuts } from "@blok/state";
import { Badge, Button, classes, icons, Kbd, Notice, Select } from "@blok/ui";
import { type RefObject, useEffect, useRef, useState } from "react";
import { Outcome } from "./Outcome.tsx";
import { RequestForm } from "./RequestForm.tsx";
import css from "./RunPanel.module.css";
import { type DraftProblems, draftOf, type RequestDraft, requestOf } from "./request.ts";
import type { Runner } from "./useRun.ts";

type Props = {
  flow: Flow;
  examples: Example[];
  runner: Runner;
  /** What the run may reach, in a few words. */
  limits: string;
  /** Replaces the button while a run is not possible, and says why. */
  refusal?: string | undefined;
  /** The examples are not published yet, so the hub knows none of them by name. */
  byDefinition?: boolean;
};

const OWN = "";

/** Choose an example or write a request, run it, and see what every step did. */
export function RunPanel({ flow, examples, runner, limits, refusal, byDefinition = false }: Props) {
  const [chosen, setChosen] = useState(examples[0]?.name ?? OWN);
  const [draft, setDraft] = useState<RequestDraft>(() => draftOf(examples[0], flow.trigger));
  const [problems, setProblems] = useState<DraftProblems>({});
  const example = examples.find(each => each.name === chosen);
  const recorded = draftOf(example, flow.trigger);
  const edited = JSON.stringify(recorded) !== JSON.stringify(draft);
  const running = runner.state.kind === "running";

  function choose(name: string) {
    setChosen(name);
    setProblems({});
    setDraft(
      draftOf(
        examples.find(each => each.name === name),
        flow.trigger,
      ),
    );
  }

  function run() {
    if (refusal) return;
    const outcome = requestOf(draft);
    if ("problems" in outcome) {
      setProblems(outcome.problems);
      return;
    }
    setProblems({});
    runner.start({ ...(example && !byDefinition && { example: example.name }), request: outcome.request });
  }

  const place = useRef<HTMLDivElement>(null);
  const away = useAway(place);
  useShortcuts("This workflow", [{ keys: "Mod+Enter", does: "Run", run }]);

  return (
    <section className={css.panel} aria-label="Run it here">
      <header className={css.header}>
        <h2>Run it here</h2>
        <Badge icon={icons.ShieldCheck}>{limits}</Badge>
      </header>
      <div className={css.form}>
        {examples.length > 0 && (
          <Select label="Example" hideLabel value={chosen} onChange={event => choose(event.target.value)}>
            {examples.map(({ name }) => (
              <option key={name} value={name}>
                {sentence(name)}
              </option>
            ))}
            <option value={OWN}>A request of my own</option>
          </Select>
        )}
        <RequestForm draft={draft} problems={problems} onChange={setDraft} />
        <div ref={place} className={css.place}>
          <div className={classes(css.actions, away && css.away)}>
            <Button
              variant="primary"
              icon={icons.Play}
              busy={running}
              onClick={run}
              disabled={Boolean(refusal)}
            >
              {running ? "Running" : "Run"}
              {!running && (
                <span className={css.keys}>
                  <Kbd keys="Mod+Enter" />
                </span>
              )}
            </Button>
            {edited && example && (
              <Button
                icon={icons.RotateCcw}
                onClick={() => choose(chosen)}
                title="Back to the recorded request"
              >
                Reset
              </Button>
            )}
          </div>
        </div>
        {refusal && <Notice>{refusal}</Notice>}
      </div>
      <Outcome runner={runner} expected={example && !edited ? example.response : null} />
    </section>
  );
}

/** The bars at the top and at the bottom of a phone cover what is behind them. */
const BARS = "-60px 0px -64px 0px";

/** Whether an element is scrolled out of sight. */
function useAway(element: RefObject<HTMLElement | null>): boolean {
  const [away, setAway] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const watch = new IntersectionObserver(([seen]) => setAway(seen?.isIntersecting === false), {
      rootMargin: BARS,
    });
    watch.observe(element.current);
    return () => watch.disconnect();
  }, [element]);
  return away;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
