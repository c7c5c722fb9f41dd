import { json } from "@codemirror/lang-json";
import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import { placeAt } from "../src/code/place.ts";
import { Knowledge } from "../src/code/schema.ts";

const knowledge = new Knowledge(
  {
    required: ["name"],
    properties: {
      name: { type: "string", description: "What it is called." },
      steps: { type: "array", items: { $ref: "#/$defs/step" } },
      method: { enum: ["GET", "POST"] },
    },
    $defs: {
      loop: { properties: { loop: {} } },
      step: {
        anyOf: [
          { properties: { id: {}, use: {}, inputs: {} } },
          { properties: { branch: { properties: { when: {} } } } },
        ],
        if: { required: ["wait"] },
        // biome-ignore lint/suspicious/noThenProperty: it is the word of JSON Schema
        then: { properties: { wait: {} } },
        else: { $ref: "#/$defs/loop" },
      },
    },
  },
  [
    {
      name: "@blokjs/hash",
      description: "A hash of a text.",
      input: {
        required: ["text"],
        properties: { text: { type: "string" }, algorithm: { enum: ["sha256", "md5"] } },
      },
      output: {},
    },
  ],
);

/** The place at the `|` of a text. */
function at(marked: string) {
  const position = marked.indexOf("|");
  return placeAt(EditorState.create({ doc: marked.replace("|", ""), extensions: [json()] }), position);
}

test("the keys of the format are known, the required ones first", () => {
  expect(knowledge.keysAt([], {}).map(each => each.label)).toEqual(["name", "steps", "method"]);
});

test("a step may be any of its kinds", () => {
  expect(knowledge.keysAt(["steps", 0], {}).map(each => each.label)).toEqual([
    "id",
    "use",
    "inputs",
    "branch",
    "wait",
    "loop",
  ]);
});

test("the inputs of a step are those of its node", () => {
  const document = { steps: [{ use: "@blokjs/hash", inputs: {} }] };
  expect(knowledge.keysAt(["steps", 0, "inputs"], document).map(each => each.label)).toEqual([
    "text",
    "algorithm",
  ]);
  expect(knowledge.valuesAt(["steps", 0, "inputs", "algorithm"], document).map(each => each.label)).toEqual([
    '"sha256"',
    '"md5"',
  ]);
});

test("where a node is named every node is proposed", () => {
  expect(knowledge.valuesAt(["steps", 0, "use"], {}).map(each => each.label)).toEqual(['"@blokjs/hash"']);
});

test("the meaning of a key and of a node can be asked for", () => {
  expect(knowledge.aboutAt(["name"], {})).toBe("What it is called.");
  expect(knowledge.aboutAt(["steps", 0, "use"], { steps: [{ use: "@blokjs/hash" }] })).toBe(
    "A hash of a text.",
  );
});

test("the place of the cursor is a key or a value with the way that leads there", () => {
  expect(at('{"steps": [{"id": "a"}, {"u|"}]}')).toMatchObject({ role: "key", path: ["steps", 1] });
  expect(at('{"steps": [{"id": "a", "use": "@b|"}]}')).toMatchObject({
    role: "value",
    path: ["steps", 0, "use"],
  });
  expect(at('{"method": |}')).toMatchObject({ role: "value", path: ["method"] });
  expect(at('{"name": "x", |}')).toMatchObject({ role: "key", path: [], keys: ["name"] });
});
