// One datum of the model to play with: the rules come from Python (srhm_book.play), the page draws
// data from them, exchanges synonyms, displaces, and reads the class back from the input alone.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const STEP = 34; // pixels from one input position to the next
  const ROW = 78; // and from one level to the next

  const draw = (n) => Math.floor(Math.random() * n);

  // ---- a datum: rules chosen at each level, and places inside each patch -----------------

  // Levels are numbered as in the book: 1 is the input, L the features below the class.
  const parents = (task, level) => task.s ** (task.L - level);

  function places(task) {
    const patch = task.s * (task.s0 + 1);
    if (task.sparsity === "A") {
      return Array.from({ length: task.s }, (_, j) => j * (task.s0 + 1) + draw(task.s0 + 1));
    }
    const all = Array.from({ length: patch }, (_, i) => i);
    for (let i = 0; i < task.s; i++) {
      const k = i + draw(patch - i);
      [all[i], all[k]] = [all[k], all[i]];
    }
    return all.slice(0, task.s).sort((a, b) => a - b);
  }

  const drawRules = (task, level) =>
    Array.from({ length: parents(task, level) }, () => draw(task.m));
  const drawPlaces = (task, level) =>
    Array.from({ length: parents(task, level) }, () => places(task));

  function sample(task) {
    const levels = Array.from({ length: task.L }, (_, i) => i + 1);
    return {
      label: draw(task.n_c),
      rules: levels.map((level) => drawRules(task, level)),
      places: levels.map((level) => drawPlaces(task, level)),
    };
  }

  // Another synonym for every tuple of a level; the rules chosen below stay.
  function exchange(task, datum, level) {
    const rules = datum.rules[level - 1].map((r) => (r + 1 + draw(task.m - 1)) % task.m);
    return { ...datum, rules: datum.rules.with(level - 1, rules) };
  }

  function displace(task, datum, level) {
    return { ...datum, places: datum.places.with(level - 1, drawPlaces(task, level)) };
  }

  // [{value, place}] of every level, from the class (index 0) down to the input (index L).
  function grow(task, datum) {
    const rows = [[{ value: datum.label, place: 0 }]];
    const patch = task.s * (task.s0 + 1);
    for (let level = task.L; level >= 1; level--) {
      rows.push(rows.at(-1).flatMap((parent, i) => {
        const tuple = task.rules[level - 1][parent.value][datum.rules[level - 1][i]];
        return tuple.map((value, j) =>
          ({ value, place: parent.place * patch + datum.places[level - 1][i][j] }));
      }));
    }
    return rows;
  }

  // The class by the rules, from the input features in their order alone.
  function decode(task, values) {
    for (let level = 1; level <= task.L; level++) {
      const above = [];
      for (let i = 0; i < values.length; i += task.s) {
        const tuple = values.slice(i, i + task.s).join();
        above.push(task.rules[level - 1].findIndex((own) => own.some((t) => t.join() === tuple)));
      }
      values = above;
    }
    return values[0];
  }

  // ---- the drawing ------------------------------------------------------------------------

  function add(parent, name, attributes, text) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    parent.append(node);
    return node;
  }

  function feature(task, svg, x, y, value, level) {
    const look = (level > task.L ? task.looks.label : level === 1 ? task.looks.input
      : task.looks.upper)[value];
    if (level > task.L) {
      add(svg, "rect", { x: x - 11, y: y - 11, width: 22, height: 22, fill: look.color });
    } else {
      add(svg, "circle", { cx: x, cy: y, r: 12, fill: look.color, stroke: "#444" });
    }
    add(svg, "text", { x, y: y + 4.5, fill: look.ink, "text-anchor": "middle",
      "font-size": 13 }, look.name);
  }

  function picture(task, datum, svg) {
    const rows = grow(task, datum);
    const patch = task.s * (task.s0 + 1);
    const width = STEP * patch ** task.L;
    svg.setAttribute("viewBox", `0 0 ${width} ${ROW * task.L + 44}`);
    svg.style.maxWidth = `${Math.max(width, 320)}px`;
    svg.replaceChildren();
    const centre = (depth, place) => ((place + 0.5) * width) / patch ** depth;
    rows.forEach((row, depth) => {
      const y = 20 + ROW * depth;
      if (depth < task.L) {
        const wide = width / patch ** depth;
        for (const { place } of row) {
          const left = place * wide;
          const points = [[centre(depth, place), y], [left + 0.04 * wide, y + ROW],
            [left + 0.96 * wide, y + ROW]];
          add(svg, "polygon", { points: points.join(" "), fill: "#eceff3" });
        }
      }
    });
    rows.forEach((row, depth) => {
      const y = 20 + ROW * depth;
      const taken = new Set(row.map(({ place }) => place));
      for (let place = 0; place < patch ** depth; place++) {
        if (!taken.has(place)) {
          add(svg, "circle", { cx: centre(depth, place), cy: y, r: 3.5, fill: "#fff",
            stroke: "#8a8a8a" });
        }
      }
      for (const { value, place } of row) {
        feature(task, svg, centre(depth, place), y, value, task.L + 1 - depth);
      }
    });
    return rows.at(-1).map(({ value }) => value);
  }

  // ---- the page ---------------------------------------------------------------------------

  function start(box) {
    const task = JSON.parse(box.querySelector("script").textContent);
    const svg = box.querySelector("svg");
    const words = box.querySelector(".play-words");
    let datum = sample(task);

    function show(what) {
      const values = picture(task, datum, svg);
      const letters = values.map((value) => task.looks.input[value].name).join(" ");
      const found = decode(task, values);
      const name = task.looks.label[found].name;
      const verdict = found === datum.label ? "as it should" : "which is wrong";
      words.textContent = `${what} The input reads ${letters}; by the rules that is class ${name}, ${verdict}.`;
      svg.setAttribute("aria-label",
        `A datum of class ${name}, its input features ${letters} among empty positions.`);
    }

    const acts = {
      draw() { datum = sample(task); show("A new datum."); },
      exchange(level) {
        datum = exchange(task, datum, level);
        show(`Other synonyms at level ${level}: same places, same class.`);
      },
      displace(level) {
        datum = displace(task, datum, level);
        show(`Displaced at level ${level}: same features, same class.`);
      },
    };
    box.addEventListener("click", ({ target }) => {
      const act = target.closest("button")?.dataset.act;
      if (act) acts[act](Number(target.closest("button").dataset.level));
    });
    box.addEventListener("change", ({ target }) => {
      if (target.name === "s0") task.s0 = Number(target.value);
      else if (target.name === "sparsity") task.sparsity = target.value;
      else return;
      datum = { ...datum, places: datum.places.map((_, i) => drawPlaces(task, i + 1)) };
      const places = task.s0 === 0 ? "No empty positions" : `Sparsity ${task.sparsity}, s₀ = ${task.s0}`;
      show(`${places}: same features, other places.`);
    });
    box.querySelector(".play-controls").hidden = false;
    show("A datum.");
  }

  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll(".play").forEach(start));
})();
