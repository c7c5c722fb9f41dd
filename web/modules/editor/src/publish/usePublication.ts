import { answer, api, type Encoding, type Example, Problem, queries, type SagaView } from "@blok/api";
import type { ProgressStep, StepState } from "@blok/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

export type Submission = {
  owner: string;
  name: string;
  version: string;
  changelog: string;
  text: string;
  format: Encoding;
  examples: Example[];
};

const TITLES: Record<string, string> = {
  validate: "The definition keeps the rules",
  "dry-run": "It runs in the sandbox, and the examples answer as recorded",
  publish: "It is published",
  index: "It can be found",
};

export type Publication = {
  steps: ProgressStep[];
  state: "idle" | "sending" | "running" | "completed" | "failed";
  problem: Problem | null;
  submit: (submission: Submission, before?: () => Promise<void>) => Promise<void>;
  reset: () => void;
};

/** Publishes a version and follows its saga step by step. */
export function usePublication(): Publication {
  const [sagaId, setSagaId] = useState<string>();
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const client = useQueryClient();
  const { data, error } = useQuery({ ...queries.saga(sagaId ?? ""), enabled: sagaId !== undefined });
  const ended = data?.state === "completed";

  useEffect(() => {
    if (ended) void client.invalidateQueries();
  }, [ended, client]);

  async function submit(submission: Submission, before?: () => Promise<void>) {
    setSending(true);
    setProblem(null);
    setSagaId(undefined);
    const { owner, name, text, ...rest } = submission;
    try {
      await before?.();
      const accepted = await answer(
        api.POST("/api/packages/{owner}/{name}/versions", {
          params: { path: { owner, name } },
          body: { ...rest, definition: text },
        }),
      );
      setSagaId(accepted.saga_id);
    } catch (refused) {
      setProblem(refused instanceof Problem ? refused : Problem.unreachable());
    } finally {
      setSending(false);
    }
  }

  const failed = data && data.state !== "running" && data.state !== "completed";
  return {
    steps: data
      ? data.steps.map(step => ({
          name: step.name,
          title: TITLES[step.name] ?? step.name,
          ...progress(step),
        }))
      : [],
    state: sending
      ? "sending"
      : problem || failed
        ? "failed"
        : ended
          ? "completed"
          : sagaId
            ? "running"
            : "idle",
    problem:
      problem ?? (failed ? Problem.from(422, data.error ?? {}) : error instanceof Problem ? error : null),
    submit,
    reset: () => {
      setSagaId(undefined);
      setProblem(null);
    },
  };
}

const STATES: Record<string, StepState> = {
  running: "running",
  waiting: "waiting",
  completed: "done",
  done: "done",
  failed: "failed",
  compensated: "undone",
};

function progress(step: SagaView["steps"][number]): { state: StepState; detail?: string } {
  const detail = step.error?.detail;
  return {
    state: STATES[step.state ?? "waiting"] ?? "waiting",
    ...(typeof detail === "string" && { detail }),
  };
}
