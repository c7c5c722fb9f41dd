/** Where something stands in a document: keys and positions from the root. */
export type Place = readonly (string | number)[];

/** A place as records of a run write it: `steps[1].branch.else[0]`. */
export function pathText(place: Place): string {
  return place
    .map((part, index) => (typeof part === "number" ? `[${part}]` : index ? `.${part}` : part))
    .join("");
}

/** A place as a JSON Pointer (RFC 6901). */
export function pointerText(place: Place): string {
  return place.map(part => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
