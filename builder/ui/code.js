// The script beside the canvas. Lines that did not change stay the very elements they were, so that a selection of
// text, the place one has scrolled to and what one reads are kept while the script changes around them.

const KEYWORDS = new Set(
  "and as assert break class continue def del elif else except False finally for from if import in is lambda None not or pass raise return True try while with yield".split(
    " ",
  ),
);
const TOKEN =
  /(?<comment>#.*$)|(?<text>[fr]?"""|[fr]?"(?:[^"\\]|\\.)*"|[fr]?'(?:[^'\\]|\\.)*')|(?<number>\b\d[\d_.]*(?:e[+-]?\d+)?\b)|(?<call>\b[A-Za-z_]\w*(?=\())|(?<argument>\b[A-Za-z_]\w*(?==[^=]))|(?<word>\b[A-Za-z_]\w*\b)/g;

const instances = new WeakMap();

export default function (component) {
  const { data, parentElement } = component;
  let view = instances.get(parentElement);
  if (!view?.root.isConnected) {
    view = mount(parentElement);
    instances.set(parentElement, view);
  }
  view.update(data, component.setTriggerValue);
  return () => {
    if (!parentElement.isConnected) instances.delete(parentElement);
  };
}

function mount(parent) {
  const root = parent.querySelector(".code");
  const body = root.querySelector(".lines");
  const note = root.querySelector(".note");
  const view = { root, data: null, send: null, entries: [], chosen: "", cursor: -1 };

  body.onclick = (event) => {
    const line = event.target.closest("[data-about]");
    if (line && String(getSelection()) === "") choose(view, body, line.dataset.about);
  };
  body.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      move(view, body, step);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      const about = body.children[view.cursor]?.dataset.about;
      if (about) choose(view, body, about);
    } else return;
    const about = body.children[view.cursor]?.dataset.about;
    note.textContent = about ? `${about}: Enter selects it` : "";
  };
  body.onblur = () => {
    mark(view, body, -1);
    note.textContent = "";
  };
  root.querySelector(".copy").onclick = async () => {
    const done = await copy(text(view));
    note.textContent = done ? "Copied" : "The browser does not allow copying; select the text instead.";
    setTimeout(() => (note.textContent = ""), 2000);
  };
  root.querySelector(".download").onclick = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text(view)], { type: "text/x-python" }));
    link.download = view.data.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  view.update = (data, send) => {
    const first = view.data === null;
    view.data = data;
    view.send = send;
    replace(view, body, data.lines, first);
    const chosen = JSON.stringify(data.selected);
    const selected = new Set(data.selected);
    for (const line of body.children) line.classList.toggle("chosen", selected.has(line.dataset.about));
    if (chosen !== view.chosen) show(body, body.querySelector(".chosen"));
    view.chosen = chosen;
  };
  return view;
}

const text = (view) => view.data.lines.map(([, line]) => line + "\n").join("");

/** Ask for a node to be selected, and show at once that it will be. */
function choose(view, body, about) {
  for (const line of body.children) line.classList.toggle("chosen", line.dataset.about === about);
  view.send("clicked", about);
}

/** Put the lines in place: what is the same at the start and at the end is left alone. */
function replace(view, body, lines, first) {
  const old = view.entries;
  const same = (one, other) => one[0] === other[0] && one[1] === other[1];
  let start = 0;
  while (start < old.length && start < lines.length && same(old[start], lines[start])) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < lines.length - start &&
    same(old[old.length - 1 - end], lines[lines.length - 1 - end])
  )
    end += 1;
  const gone = [...body.children].slice(start, old.length - end);
  const before = body.children[old.length - end] ?? null;
  const made = lines.slice(start, lines.length - end).map(([about, line]) => element(about, line, !first));
  gone.forEach((line) => line.remove());
  for (const line of made) body.insertBefore(line, before);
  view.entries = lines;
}

function element(about, line, changed) {
  const made = document.createElement("div");
  made.className = changed ? "line changed" : "line";
  if (about !== null) {
    made.dataset.about = about;
    made.title = `Select ${about} on the canvas`;
  }
  let at = 0;
  for (const found of line.matchAll(TOKEN)) {
    made.append(line.slice(at, found.index));
    const [[kind, word]] = Object.entries(found.groups).filter(([, value]) => value !== undefined);
    const name = KEYWORDS.has(word) ? "keyword" : kind;
    if (name === "word") made.append(word);
    else {
      const part = document.createElement("span");
      part.className = name;
      part.textContent = word;
      made.append(part);
    }
    at = found.index + found[0].length;
  }
  made.append(line.slice(at) || (line ? "" : "\u200b"));
  return made;
}

function move(view, body, step) {
  const lines = [...body.children];
  let from = view.cursor >= 0 ? view.cursor : lines.findIndex((line) => line.classList.contains("chosen"));
  const about = lines[from]?.dataset.about;
  for (let at = from + step; at >= 0 && at < lines.length; at += step) {
    const other = lines[at].dataset.about;
    if (other === undefined || other === about) continue;
    while (step < 0 && lines[at - 1]?.dataset.about === other) at -= 1;
    mark(view, body, at);
    show(body, lines[at]);
    return;
  }
}

function mark(view, body, at) {
  body.children[view.cursor]?.classList.remove("cursor");
  view.cursor = at;
  body.children[at]?.classList.add("cursor");
}

/** Scroll the script, and only it, until the line is seen. */
function show(body, line) {
  if (!line) return;
  const top = line.offsetTop - body.offsetTop;
  if (top < body.scrollTop || top + line.offsetHeight * 3 > body.scrollTop + body.clientHeight)
    body.scrollTop = top - body.clientHeight / 3;
}

async function copy(content) {
  try {
    await navigator.clipboard.writeText(content);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = content;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
