/** `reserve-stock` and `reserveStock` as a title: `Reserve stock`. */
export function humanise(id: string): string {
  const words = id
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .replaceAll(/[-_.\s]+/g, " ")
    .trim();
  const lower = words.replaceAll(/\b[A-Z][a-z]/g, found => found.toLowerCase());
  return lower ? lower.charAt(0).toUpperCase() + lower.slice(1) : id;
}

/** An expression or a literal as its author would say it: without marks of the format, on one line. */
export function sayValue(value: unknown): string {
  if (typeof value === "string") return sayExpression(value);
  if (Array.isArray(value)) return value.map(sayValue).join(" or ");
  if (isRecord(value)) return sayReference(value) ?? JSON.stringify(value);
  return String(value);
}

function sayExpression(text: string): string {
  return text
    .replace(/^js\//, "")
    .replace(/^`([^`]*)`$/, "$1")
    .replace(/^\$\{([^{}]*)\}$/, "$1")
    .replaceAll(/\bctx\.(?:state|vars|request|prev|response)\./g, "")
    .replaceAll(/\bctx\./g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function sayReference(value: Record<string, unknown>): string | undefined {
  const target = value.$ref;
  if (!isRecord(target) || typeof target.step !== "string") return undefined;
  const path = Array.isArray(target.path) ? target.path : [];
  return [target.step, ...path].join(".");
}

/** Whether a value is an object with keys, and neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
