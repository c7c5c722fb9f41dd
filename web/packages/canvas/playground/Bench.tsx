import { FlowCanvas } from "@blok/canvas";
import { mapTrace, readFlow, type TraceStep, walk } from "@blok/graph";
import { useEffect, useMemo, useState } from "react";
import { bigDefinition } from "../../graph/bench/big.ts";
import css from "./playground.module.css";

const ROUNDS = 7;

/** Draws a big workflow again and again, and says how long it took from the definition to the painted picture. */
export function Bench({ count }: { count: number }) {
  const [times, setTimes] = useState<number[]>([]);
  const [started, setStarted] = useState<number | null>(null);
  const done = times.length >= ROUNDS;
  useEffect(() => {
    if (done) return;
    if (started === null) {
      const pause = setTimeout(() => setStarted(performance.now()), 200);
      return () => clearTimeout(pause);
    }
    return afterPaint(() => {
      setTimes([...times, performance.now() - started]);
      setStarted(null);
    });
  }, [started, times, done]);
  const result = done ? sayTimes(count, times) : "";
  useEffect(() => {
    // Whoever started the page may be listening for the result.
    if (result) void fetch(`/result?${encodeURIComponent(result)}`);
  }, [result]);
  return (
    <div className={css.page}>
      <p className={css.result}>{result}</p>
      {(started !== null || done) && <Big count={count} />}
    </div>
  );
}

function sayTimes(count: number, times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `${count} steps drawn in ${median.toFixed(0)} ms (median of ${times.map(time => time.toFixed(0)).join(" ")})`;
}

function Big({ count }: { count: number }) {
  const flow = useMemo(() => readFlow(bigDefinition(count)), [count]);
  const run = useMemo(() => {
    const records = [...walk(flow.steps)].map(
      ({ id, use, path }): TraceStep => ({
        step: id,
        node: use,
        path,
        status: "completed",
        duration_ms: 1,
        depth: 0,
      }),
    );
    return mapTrace(flow, records);
  }, [flow]);
  return <FlowCanvas flow={flow} run={run} />;
}

/** Calls back once what was committed has been painted. */
function afterPaint(then: () => void): () => void {
  const channel = new MessageChannel();
  channel.port1.onmessage = then;
  const frame = requestAnimationFrame(() => channel.port2.postMessage(null));
  return () => {
    cancelAnimationFrame(frame);
    channel.port1.onmessage = null;
  };
}
