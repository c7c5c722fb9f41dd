// Runs first in every JavaScript context. Its value is a function that is given the source of sandbox_data.js (read
// only when it is needed, because reading costs more than running) and gives back the function the evaluator calls.
// What is needed here later is taken now: an expression may replace any global, to its own run's harm only.
(function (dataSource) {
  "use strict";
  const { parse, stringify } = JSON;
  const { ownKeys, apply } = Reflect;
  const { isArray } = Array, { is, keys } = Object;
  const Compile = Function, Text = String, evaluate = eval, globals = globalThis;

  for (const name of ["Atomics", "SharedArrayBuffer", "WeakRef", "FinalizationRegistry", "performance"])
    delete globals[name];

  // The engine looks at the clock while it runs JavaScript and regular expressions, but not inside its own loops.
  // The ones that a short expression could keep busy for minutes refuse to start. No array that fits in memory is
  // longer than LONGEST; no honest search compares more than MOST_STEPS characters.
  const LONGEST = 4e6, MOST_STEPS = 2e8, MOST_CONTAINERS = 2e5;
  const guard = (owner, names, tooMuch) => {
    for (const name of names.split(" ")) {
      const original = owner[name];
      owner[name] = function () {
        if (this !== null && this !== undefined && tooMuch(this, arguments))
          throw new RangeError("too much work for one expression");
        return apply(original, this, arguments);
      };
    }
  };
  guard(Array.prototype, "join indexOf lastIndexOf includes fill reverse sort slice splice copyWithin flat flatMap forEach map filter find findIndex findLast findLastIndex some every reduce reduceRight toSorted toReversed toSpliced with shift unshift toString toLocaleString",
    (array) => array.length > LONGEST);
  guard(Array.prototype, "concat", (array, given) => {
    let length = array.length;
    for (let i = 0; i < given.length; i++) length += isArray(given[i]) ? given[i].length : 1;
    return length > LONGEST;
  });
  guard(String.prototype, "indexOf lastIndexOf includes split replace replaceAll",
    (text, given) => typeof given[0] === "string" && text.length * given[0].length > MOST_STEPS);
  guard(String.prototype, "normalize", (text) => text.length > 1e5);
  // The same array held in many places is written out once for each: a few hundred bytes could become gigabytes.
  const countContainers = (value, seen) => {
    if (typeof value !== "object" || value === null || seen > MOST_CONTAINERS) return seen;
    const names = isArray(value) ? undefined : keys(value);
    for (let i = 0; i < (names || value).length; i++)
      seen = countContainers(value[names === undefined ? i : names[i]], seen);
    return seen + 1;
  };
  guard(JSON, "stringify", (_, given) => countContainers(given[0], 0) > MOST_CONTAINERS);
  const show = JSON.stringify;
  guard(String, "raw", (_, given) => given[0] && given[0].raw && given[0].raw.length > 1e5);
  for (const name of ownKeys(Iterator.prototype))
    if (typeof name === "string" && name !== "constructor") delete Iterator.prototype[name];

  const known = ownKeys(globals);
  let tools;
  const data = () => tools === undefined ? (tools = evaluate(dataSource)(known)) : tools;

  function templateText(value) {
    if (value === null || value === undefined) return "";
    if (typeof value !== "object" && typeof value !== "function") return Text(value);
    let text;
    try { text = show(value); } catch { text = undefined; }
    return text === undefined ? Text(value) : text;
  }

  function describe(error) {
    try {
      if (typeof error !== "object" || error === null) return ["Error", Text(error)];
      const name = error.name, message = error.message;
      return [name === undefined ? "Error" : Text(name), message === undefined ? "" : Text(message)];
    } catch {
      return ["Error", "the expression threw a value that cannot be shown"];
    }
  }

  const compiled = [];
  function compile(request) {
    try {
      const parts = parse(request), last = parts.length - 1;
      parts[last] = '"use strict";return (' + parts[last] + ");";
      compiled[compiled.length] = apply(Compile, undefined, parts);
      return compiled.length - 1;
    } catch (error) {
      return stringify({ e: describe(error) });
    }
  }

  // asText: 0 the value itself, 1 its text in a v2 template, 2 its text in a v1 template.
  function call(which, asText, roots) {
    const given = [roots.ctx, roots.data, roots.func, roots.vars], more = roots.more;
    if (more !== undefined) for (let i = 0; i < more.length; i++) given[4 + i] = more[i];
    const value = apply(compiled[which], undefined, given);
    return asText === 0 ? value : asText === 1 ? templateText(value) : Text(value);
  }

  // With one argument: compile a request. Otherwise: evaluate.
  return function (which, asText, isTable, mayChange, text) {
    if (asText === undefined) return compile(which);
    try {
      if (isTable || mayChange) return data().run(call, describe, which, asText, isTable, mayChange, text);
      const roots = parse(text), value = call(which, asText, roots), kind = typeof value;
      if (kind === "string" || kind === "boolean" || value === null
          || (kind === "number" && value - value === 0 && !is(value, -0))) return stringify(value);
      return value === undefined ? "u" : data().answer(value, roots);
    } catch (error) {
      return stringify({ e: describe(error) });
    }
  };
})
