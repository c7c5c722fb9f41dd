/** A workflow of about so many steps: guards, a switch, a forEach with a tryCatch, again and again. */
export function bigDefinition(count: number): Record<string, unknown> {
  const steps = Array.from({ length: Math.ceil(count / 11) }, (_, index) => block(index)).flat();
  return {
    name: `${count} steps`,
    version: "1.0.0",
    trigger: { http: { method: "POST", path: "/" } },
    steps,
  };
}

function block(n: number): Record<string, unknown>[] {
  const attempt = { try: [step(`call-${n}`), step(`keep-${n}`)], catch: [step(`miss-${n}`)] };
  const each = [{ id: `try-${n}`, tryCatch: attempt }];
  const cases = [{ when: 1, do: [step(`one-${n}`)] }];
  return [
    step(`in-${n}`),
    // biome-ignore lint/suspicious/noThenProperty: the format calls this arm so
    { id: `guard-${n}`, branch: { when: "true", then: [step(`refuse-${n}`)] } },
    { id: `each-${n}`, forEach: { in: "js/ctx.request.body", as: `item${n}`, do: each } },
    { id: `kind-${n}`, switch: { on: "js/1", cases, default: [step(`any-${n}`)] } },
  ];
}

function step(id: string): Record<string, unknown> {
  return { id, use: "@blokjs/expr", inputs: { expression: "ctx.request.body" } };
}
