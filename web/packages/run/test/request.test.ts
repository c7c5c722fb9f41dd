import type { Example } from "@blok/api";
import { expect, test } from "vitest";
import { draftOf, firstPart, requestOf, sameJson } from "../src/request.ts";

const example: Example = {
  name: "a paid order",
  request: { method: "post", path: "/orders", query: { dry: "1" }, headers: {}, body: { id: 7 } },
  response: null,
  fixtures: [],
};

test("an example fills the form, and the form gives the same request back", () => {
  const draft = draftOf(example, {});
  expect(draft.method).toBe("POST");
  expect(requestOf(draft)).toEqual({
    request: { method: "POST", path: "/orders", query: { dry: "1" }, headers: {}, body: { id: 7 } },
  });
});

test("without an example the trigger says what to send", () => {
  expect(draftOf(undefined, { method: "GET", path: "/greeting" })).toMatchObject({
    method: "GET",
    path: "/greeting",
    body: "",
  });
  expect(draftOf(undefined, { method: "POST" }).body).toBe("{}");
});

test("what is not JSON is told where it stands", () => {
  const outcome = requestOf({ ...draftOf(example, {}), body: "{", query: "[1]" });
  expect(outcome).toMatchObject({
    problems: { body: expect.stringContaining("not JSON"), query: expect.stringContaining("object") },
  });
});

test("a request without a body shows its query first", () => {
  expect(firstPart(draftOf(undefined, { method: "GET" }))).toBe("query");
  expect(firstPart(draftOf(example, {}))).toBe("body");
});

test("values are compared without regard to the order of keys", () => {
  expect(sameJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
  expect(sameJson({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  expect(sameJson([1, 2], [2, 1])).toBe(false);
});
