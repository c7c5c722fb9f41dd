import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { humanise, iconOf, kindOf, sayValue, shortName } from "../src/index.ts";

const reference = readFileSync(new URL("../../../../docs/reference/nodes.md", import.meta.url), "utf8");
const builtIn = [...reference.matchAll(/^## `(.+)`$/gm)].map(([, name]) => name ?? "");

test("every built-in node has a kind of its own choosing, not the one for the unknown", () => {
  const shaping = builtIn.filter(name => kindOf(name) === "data").map(shortName);
  expect(builtIn.length).toBeGreaterThan(40);
  expect(shaping.sort()).toEqual(
    [
      ...["array-map", "base64", "cron-next", "csv-format", "csv-parse", "ctx-publish", "ctx-publish-many"],
      ...["date-add", "date-format", "date-parts", "expr", "group-by", "hash", "hmac-sign", "html-to-text"],
      ...[
        "json-diff",
        "mapper",
        "merge-patch",
        "redact",
        "slug",
        "template-render",
        "text-chunks",
        "uuid",
        "xml-parse",
      ],
    ].sort(),
  );
});

test.each([
  ["trigger:http", "trigger", "webhook"],
  ["trigger:cron", "trigger", "clock"],
  ["branch", "control", "split"],
  ["@nanoservice-ts/if-else", "control", "split"],
  ["control-flow/if-else@1.0.0", "control", "split"],
  ["forEach", "control", "repeat"],
  ["subworkflow", "control", "workflow"],
  ["@blokjs/validate", "check", "shield-check"],
  ["@blokjs/jwt-verify", "check", "key-round"],
  ["@blokjs/expr", "data", "braces"],
  ["@blokjs/api-call", "io", "globe"],
  ["northwind/ledger@2.1", "io", "database"],
  ["@acme/send-mail", "io", "mail"],
  ["@blokjs/respond", "answer", "reply"],
  ["@blokjs/llm-stream", "ai", "sparkles"],
  ["@acme/gpt-summary", "ai", "sparkles"],
  ["something-nobody-knows", "data", "braces"],
])("%s is of the kind %s, with the icon %s", (use, kind, icon) => {
  expect([kindOf(use), iconOf(use)]).toEqual([kind, icon]);
});

test("an id becomes a title", () => {
  expect(["reserve-stock", "isAPIKeyGiven", "send_2", "OK", "---"].map(humanise)).toEqual([
    "Reserve stock",
    "Is API key given",
    "Send 2",
    "OK",
    "---",
  ]);
});

test("a value is said as its author would say it", () => {
  expect(sayValue("js/ctx.state.order.lines")).toBe("order.lines");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how the format writes it
  expect(sayValue("${ctx.request.body.name}")).toBe("body.name");
  expect(sayValue("js/`https://example.com/items`")).toBe("https://example.com/items");
  expect(sayValue(["a", 1])).toBe("a or 1");
  expect(sayValue({ $ref: { step: "order", path: ["lines", 0] } })).toBe("order.lines.0");
});
