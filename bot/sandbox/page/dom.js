// Small tools to build the page: elements, icons, and lists that change in place.

const ICONS = {
  send: "M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4",
  attach: "M19 11.5 12 18.5a4.5 4.5 0 0 1-6.4-6.4l7.2-7.2a3 3 0 0 1 4.3 4.3l-7.2 7.1a1.5 1.5 0 0 1-2.1-2.1l6.4-6.4",
  slash: "M5 5h14v14H5zM10.5 15.5l3-7",
  down: "M6 9l6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  reply: "M10 6 4 12l6 6M4 12h9a7 7 0 0 1 7 6",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 14.5a4 4 0 0 0 7 0M9 9.5v.5M15 9.5v.5",
  edit: "M5 19l1-4L16 5l3 3L9 18z",
  copy: "M9 9h11v11H9zM5 15V4h11",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 5M15 9.5v.1",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  pulse: "M3 12h4l3-7 4 14 3-7h4",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5",
  plus: "M12 5v14M5 12h14",
  more: "M12 5.5v.1M12 12v.1M12 18.5v.1",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  ban: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.7 5.7l12.6 12.6",
  link: "M9 15l6-6M10 7l2-2a4 4 0 0 1 6 6l-2 2M14 17l-2 2a4 4 0 0 1-6-6l2-2",
  check: "M5 13l4 4L19 7",
};

/** Build an element; `on…` keys are listeners, true/false switch an attribute. */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Draw one of our line icons. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Make `parent` hold exactly these rows, keeping every node whose key and mark did not change. */
export function keep(parent, rows) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  rows.forEach((row, index) => {
    const known = old.get(row.key);
    const node = known && known.dataset.mark === row.mark ? known : row.build();
    node.dataset.key = row.key;
    node.dataset.mark = row.mark;
    if (known && node !== known) swap(known, node);
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
    old.delete(row.key);
  });
  for (const node of old.values()) node.remove();
}

const STOPS = "button, a[href], input, summary";

/** Put a new node in place of an old one; the keyboard stays where it was. */
function swap(known, node) {
  const stops = [known, ...known.querySelectorAll(STOPS)];
  const place = stops.indexOf(document.activeElement);
  known.replaceWith(node);
  if (place >= 0) [node, ...node.querySelectorAll(STOPS)][place]?.focus({ preventScroll: true });
}

/** Say whether a part must be drawn anew, and note what it will show. */
export function isStale(node, mark) {
  if (node.dataset.mark === mark) return false;
  node.dataset.mark = mark;
  return true;
}

/** Open a small window beside its button; Escape or a click elsewhere closes it. */
export function popover(button, content, label, onclose = () => {}) {
  const box = h("div", { class: "popover", role: "dialog", "aria-label": label }, content);
  document.body.append(box);
  place(box, button);
  const close = () => {
    if (!box.isConnected) return;
    box.remove();
    document.removeEventListener("pointerdown", outside, true);
    button.setAttribute("aria-expanded", "false");
    onclose();
  };
  const outside = (event) => {
    if (!box.contains(event.target) && !button.contains(event.target)) close();
  };
  document.addEventListener("pointerdown", outside, true);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
    button.focus();
  });
  button.setAttribute("aria-expanded", "true");
  (box.querySelector("[data-first]") ?? box.querySelector("button, input"))?.focus();
  return close;
}

function place(box, button) {
  const at = button.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
  const below = at.bottom + 6 + size.height <= innerHeight - 8;
  const top = below ? at.bottom + 6 : Math.max(8, at.top - 6 - size.height);
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}

/** Show a passing notice, on the whole page unless a place for it is named; several stack. */
export function toast(text, kind = "", parent = document.getElementById("toasts")) {
  const note = h("div", { class: `toast ${kind}`, role: "status" }, text);
  parent.append(note);
  setTimeout(() => note.remove(), kind === "alert" ? 6000 : 3500);
}
