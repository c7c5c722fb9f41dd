// How containers travel between the evaluator and the engine; see wire.py for the other end.
(function (knownGlobals) {
  "use strict";
  const { parse, stringify } = JSON;
  const { is, keys, defineProperty, freeze, getPrototypeOf } = Object;
  const { isArray } = Array;
  const { ownKeys, deleteProperty, apply } = Reflect;
  const Text = String, Table = Map;
  const get = Map.prototype.get, set = Map.prototype.set, has = Set.prototype.has;
  const known = new Set(knownGlobals);
  const boxes = [Number.prototype, String.prototype, Boolean.prototype];
  const unboxed = [boxes[0].valueOf, boxes[1].valueOf, boxes[2].valueOf];

  const put = (target, key, value) => {
    if (key === "__proto__")
      defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
    else target[key] = value;
  };

  // --- data coming in -------------------------------------------------------------------------------------------

  // Numbers the containers of plain JSON data in the order in which the evaluator numbered them.
  function number(value, numbers, containers) {
    apply(set, numbers, [value, containers.length]);
    containers[containers.length] = value;
    const names = isArray(value) ? undefined : keys(value);
    const length = names === undefined ? value.length : names.length;
    for (let i = 0; i < length; i++) {
      const item = value[names === undefined ? i : names[i]];
      if (typeof item === "object" && item !== null) number(item, numbers, containers);
    }
  }

  // Data that JSON cannot say (shared or circular containers, NaN, opaque values, callbacks) comes as a table.
  function fromTable(table, effects) {
    const containers = [];
    for (let i = 0; i < table.length; i++) {
      const kind = table[i][0];
      containers[i] =
        kind === "a" ? [] : kind === "o" ? {}
        : kind === "f" ? (...given) => { effects[effects.length] = [i, given]; }
        : freeze({});
    }
    const decode = (value) =>
      !isArray(value) ? value
      : value[0] === "r" ? containers[value[1]]
      : value[0] === "n" ? +value[1]
      : undefined;
    for (let i = 0; i < table.length; i++) {
      const row = table[i];
      if (row[0] === "a") for (let j = 1; j < row.length; j++) containers[i][j - 1] = decode(row[j]);
      if (row[0] === "o") for (let j = 1; j < row.length; j += 2) put(containers[i], row[j], decode(row[j + 1]));
    }
    return containers;
  }

  // Data as the evaluator sent it: its root, its containers by number, and the number of each.
  function load(text, isTable, effects) {
    const numbers = new Table();
    if (!isTable) return numbered(parse(text));
    const containers = fromTable(parse(text), effects);
    for (let i = 0; i < containers.length; i++) apply(set, numbers, [containers[i], i]);
    return { roots: containers[0], containers, numbers };
  }

  function numbered(roots) {
    const numbers = new Table(), containers = [];
    number(roots, numbers, containers);
    return { roots, containers, numbers };
  }

  // --- values going out -----------------------------------------------------------------------------------------

  function encoder(numbers) {
    const fresh = new Table(), rows = [];
    function encode(value) {
      switch (typeof value) {
        case "string": case "boolean": return value;
        case "number":
          return value - value === 0 && !is(value, -0) ? value : ["n", is(value, -0) ? "-0" : Text(value)];
        case "bigint": return ["b", Text(value)];
        case "object": break;
        default: return ["u"];
      }
      if (value === null) return null;
      let place = apply(get, numbers, [value]);
      if (place !== undefined) return ["r", place];
      place = apply(get, fresh, [value]);
      if (place !== undefined) return ["f", place];
      if (typeof value.toJSON === "function") {
        const plain = value.toJSON("");
        if (plain !== value) return encode(plain);
      }
      const box = boxes.indexOf(getPrototypeOf(value));
      if (box >= 0) return encode(apply(unboxed[box], value, []));
      place = rows.length;
      rows[place] = null;
      apply(set, fresh, [value, place]);
      rows[place] = contents(value);
      return ["f", place];
    }
    function contents(value) {
      if (isArray(value)) {
        const row = ["a"];
        for (let i = 0; i < value.length; i++) row[i + 1] = encode(value[i]);
        return row;
      }
      const row = ["o"], names = keys(value);
      for (let i = 0; i < names.length; i++) {
        row[row.length] = names[i];
        row[row.length] = encode(value[names[i]]);
      }
      return row;
    }
    return { encode, contents, rows };
  }

  function sameContents(now, before, numbers, numbersBefore) {
    const names = isArray(before) ? undefined : keys(before), namesNow = names && keys(now);
    const length = names === undefined ? before.length : names.length;
    if ((names === undefined ? now : namesNow).length !== length) return false;
    for (let i = 0; i < length; i++) {
      const key = names === undefined ? i : names[i], a = now[key], b = before[key];
      if (names !== undefined && namesNow[i] !== key) return false;
      if (typeof b !== "object" || b === null) { if (!is(a, b)) return false; continue; }
      if (typeof a !== "object" || a === null) return false;
      if (apply(get, numbers, [a]) !== apply(get, numbersBefore, [b])) return false;
    }
    return true;
  }

  // --- evaluations that plain text cannot answer ------------------------------------------------------------------

  function answer(value, roots) {
    const out = encoder(numbered(roots).numbers), v = out.encode(value);
    return stringify({ v, t: out.rows });
  }

  function run(call, describe, which, asText, isTable, mayChange, text) {
    const effects = [], given = load(text, isTable, effects), out = encoder(given.numbers);
    let reply;
    try {
      reply = { v: out.encode(call(which, asText, given.roots)) };
    } catch (error) {
      reply = { e: describe(error) };
    }
    if (mayChange) {
      const before = load(text, isTable, []);
      reply.c = [];
      for (let i = 0; i < before.containers.length; i++)
        if (typeof before.containers[i] !== "function"
            && !sameContents(given.containers[i], before.containers[i], given.numbers, before.numbers))
          reply.c[reply.c.length] = [i, out.contents(given.containers[i])];
      const left = ownKeys(globalThis);
      for (let i = 0; i < left.length; i++)
        if (!apply(has, known, [left[i]])) deleteProperty(globalThis, left[i]);
    }
    if (effects.length > 0) {
      reply.x = [];
      for (let i = 0; i < effects.length; i++) reply.x[i] = [effects[i][0], out.encode(effects[i][1])];
    }
    reply.t = out.rows;
    return stringify(reply);
  }

  return { answer, run };
})
