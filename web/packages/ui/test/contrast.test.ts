import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("../src/tokens.css", import.meta.url), "utf8");

function tokensOf(selector: string): Record<string, string> {
  const block = css.split(`${selector} {`)[1]?.split("}")[0] ?? "";
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  );
}

/** Relative luminance of a colour such as #1e3a8a (WCAG 2.1). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ["bg", "surface", "sunken"];
const ON_GROUNDS = ["text", "muted", "faint", "link", "success", "warning", "error", "violet", "cyan"];
const ON_SOFT: [string, string][] = [
  ["link", "primary-soft"],
  ["success", "success-soft"],
  ["warning", "warning-soft"],
  ["error", "error-soft"],
  ["violet", "violet-soft"],
  ["cyan", "cyan-soft"],
  ["text", "primary-soft"],
  ["muted", "primary-soft"],
  ["muted", "success-soft"],
  ["muted", "warning-soft"],
  ["on-primary", "primary"],
  ["on-primary", "primary-hover"],
];
const THEMES = { light: tokensOf(":root"), dark: tokensOf(':root[data-theme="dark"]') };

describe.each(Object.entries(THEMES))("in the %s theme", (_, tokens) => {
  const pairs = [
    ...ON_GROUNDS.flatMap(text => GROUNDS.map((ground): [string, string] => [text, ground])),
    ...ON_SOFT,
  ];
  test.each(pairs)("%s can be read on %s", (text, ground) => {
    expect(contrast(tokens[text] ?? "", tokens[ground] ?? "")).toBeGreaterThanOrEqual(4.5);
  });

  test("both themes name the same tokens", () => {
    expect(Object.keys(tokens)).toEqual(Object.keys(THEMES.light));
  });
});
