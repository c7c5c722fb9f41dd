// Runs inside the JavaScript engine, once per context; its value is the pair of functions the evaluator calls.
// Everything it needs later is taken now: an expression may replace any global afterwards.
(function () {
  "use strict";
  const { parse, stringify } = JSON;
  const { is, keys, defineProperty, freeze, getPrototypeOf } = Object;
  const { isArray } = Array;
  const { ownKeys, deleteProperty, apply } = Reflect;
  const Compile = Function, Text = String, Table = Map, Failure = Error;
  const globals = globalThis;
  const get = Map.prototype.get, set = Map.prototype.set, has = Map.prototype.has;
  const boxes = [Number, String, Boolean, BigInt];
  const numberOf = Number.prototype.valueOf, textOf = String.prototype.valueOf;
  const truthOf = Boolean.prototype.valueOf;

  for (const name of ["Atomics", "SharedArrayBuffer", "WeakRef", "FinalizationRegistry", "performance"])
    delete globals[name];
  const known = new Set(ownKeys(globals));
  const isKnown = Set.prototype.has;

  const compiled = [];
  const put = (target, key, value) => {
    if (key === "__proto__")
      defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
    else target[key] = value;
  };

  // --- data coming in -------------------------------------------------------------------------------------------

  // The containers of plain JSON data, in the order in which the evaluator numbered them.
  function number(value, numbers, containers) {
    apply(set, numbers, [value, containers.length]);
    containers[containers.length] = value;
    if (isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        const item = value[i];
        if (typeof item === "object" && item !== null) number(item, numbers, containers);
      }
    } else {
      const names = keys(value);
      for (let i = 0; i < names.length; i++) {
        const item = value[names[i]];
        if (typeof item === "object" && item !== null) number(item, numbers, containers);
      }
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
      let place = apply(get, numbers(), [value]);
      if (place !== undefined) return ["r", place];
      place = apply(get, fresh, [value]);
      if (place !== undefined) return ["f", place];
      if (typeof value.toJSON === "function") {
        const plain = value.toJSON("");
        if (plain !== value) return encode(plain);
      }
      const kind = getPrototypeOf(value);
      if (kind === boxes[0].prototype) return encode(apply(numberOf, value, []));
      if (kind === boxes[1].prototype) return encode(apply(textOf, value, []));
      if (kind === boxes[2].prototype) return encode(apply(truthOf, value, []));
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
    const same = (a, b) => {
      if (typeof b === "object" && b !== null)
        return typeof a === "object" && a !== null
          && apply(get, numbers, [a]) === apply(get, numbersBefore, [b]);
      return is(a, b);
    };
    if (isArray(before)) {
      if (now.length !== before.length) return false;
      for (let i = 0; i < before.length; i++) if (!same(now[i], before[i])) return false;
      return true;
    }
    const names = keys(now), namesBefore = keys(before);
    if (names.length !== namesBefore.length) return false;
    for (let i = 0; i < names.length; i++)
      if (names[i] !== namesBefore[i] || !same(now[names[i]], before[names[i]])) return false;
    return true;
  }

  // --- text of a value inside a template -------------------------------------------------------------------------

  function templateText(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "object" || typeof value === "function") {
      let text;
      try { text = stringify(value); } catch { text = undefined; }
      return text === undefined ? Text(value) : text;
    }
    return Text(value);
  }

  function describe(error) {
    try {
      if (typeof error === "object" && error !== null) {
        const name = error.name === undefined ? "Error" : Text(error.name);
        return [name, error.message === undefined ? "" : Text(error.message)];
      }
      return ["Error", Text(error)];
    } catch {
      return ["Error", "the expression threw a value that cannot be shown"];
    }
  }

  function compile(request) {
    const parts = parse(request);
    try {
      parts[parts.length - 1] = '"use strict";return (' + parts[parts.length - 1] + ");";
      compiled[compiled.length] = apply(Compile, undefined, parts);
      return compiled.length - 1;
    } catch (error) {
      return stringify({ e: describe(error) });
    }
  }

  // asText: 0 the value itself, 1 its text in a v2 template, 2 its text in a v1 template.
  function run(which, asText, isTable, mayChange, text) {
    const effects = [];
    let numbers, containers, roots;
    const load = () => {
      if (isTable) {
        const made = fromTable(parse(text), effects);
        return { roots: made[0], containers: made };
      }
      return { roots: parse(text), containers: undefined };
    };
    const numbered = () => {
      if (numbers === undefined) {
        numbers = new Table();
        if (isTable) for (let i = 0; i < containers.length; i++) apply(set, numbers, [containers[i], i]);
        else number(roots, numbers, (containers = []));
      }
      return numbers;
    };
    let value, thrown;
    try {
      const loaded = load();
      roots = loaded.roots;
      containers = loaded.containers;
      if (mayChange) numbered();
      const given = [roots.ctx, roots.data, roots.func, roots.vars];
      if (roots.more !== undefined)
        for (let i = 0; i < roots.more.length; i++) given[4 + i] = roots.more[i];
      value = apply(compiled[which], undefined, given);
      if (asText === 1) value = templateText(value);
      else if (asText === 2) value = Text(value);
      if (!mayChange && effects.length === 0) {
        const simple = typeof value;
        if (simple === "string" || simple === "boolean" || value === null
            || (simple === "number" && value - value === 0 && !is(value, -0))) return stringify(value);
        if (value === undefined) return "u";
      }
    } catch (error) {
      thrown = describe(error);
      if (!mayChange && effects.length === 0) return stringify({ e: thrown });
    }
    try {
      const out = encoder(numbered);
      const answer = thrown ? { e: thrown } : { v: out.encode(value) };
      if (mayChange) {
        const untouched = load(), numbersBefore = new Table();
        let before = untouched.containers;
        if (isTable) for (let i = 0; i < before.length; i++) apply(set, numbersBefore, [before[i], i]);
        else number(untouched.roots, numbersBefore, (before = []));
        answer.c = [];
        for (let i = 0; i < before.length; i++)
          if (typeof before[i] !== "function" && !sameContents(containers[i], before[i], numbers, numbersBefore))
            answer.c[answer.c.length] = [i, out.contents(containers[i])];
        const left = ownKeys(globals);
        for (let i = 0; i < left.length; i++)
          if (!apply(isKnown, known, [left[i]])) deleteProperty(globals, left[i]);
      }
      if (effects.length) {
        answer.x = [];
        for (let i = 0; i < effects.length; i++) answer.x[i] = [effects[i][0], out.encode(effects[i][1])];
      }
      answer.t = out.rows;
      return stringify(answer);
    } catch (error) {
      return stringify({ e: describe(error) });
    }
  }

  return { compile, run };
})()
