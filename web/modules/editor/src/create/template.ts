/** A small workflow to begin with: it greets whoever asks. */
export const TEMPLATE = `${JSON.stringify(
  {
    name: "Greeting",
    version: "1.0.0",
    description: "Greets whoever asks, by name.",
    trigger: { http: { method: "GET", path: "/greeting" } },
    steps: [
      { id: "who", use: "@blokjs/expr", inputs: { expression: "ctx.request.query.name ?? 'stranger'" } },
      {
        id: "greeting",
        use: "@blokjs/expr",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is JavaScript for the workflow
        inputs: { expression: "({ message: `Hello, ${ctx.state.who}!` })" },
      },
    ],
  },
  null,
  2,
)}\n`;
