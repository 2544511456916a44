// The small panel that breaks things on purpose.

import * as api from "./api.js";
import { h, icon, isStale, popover } from "./dom.js";
import { nameOf } from "./format.js";
import { say } from "./language.js";
import { model, person } from "./model.js";

const KINDS = [
  { kind: "429", title: "faults.too_many", note: "faults.too_many_note", field: { name: "seconds", label: "faults.wait", value: 5 } },
  { kind: "500", title: "faults.server", note: "faults.server_note" },
  { kind: "drop_after", title: "faults.lost", note: "faults.lost_note" },
];

/** Let a button open the panel. */
export function wireFaults(button, changed) {
  let shown = null;
  button.addEventListener("click", () => {
    if (shown) return shown.close();
    const body = h("div", { class: "faults" });
    shown = { body, close: popover(button, body, say("faults.title"), () => (shown = null)) };
    draw(body, changed);
    body.parentElement.style.left = `${Math.max(8, Math.min(body.parentElement.offsetLeft, innerWidth - body.offsetWidth - 8))}px`;
    body.querySelector("button")?.focus();
  });
  return () => shown && draw(shown.body, changed);
}

function draw(body, changed) {
  if (!isStale(body, JSON.stringify([model.state.faults, model.state.limits, person(model.panes.customer.person)]))) return;
  const act = async (work) => {
    await api.attempt(work);
    await changed();
  };
  body.replaceChildren(
    h("h2", {}, say("faults.title")),
    h("p", { class: "hint" }, say("faults.lead")),
    ...KINDS.map((one) => kindRow(one, act)),
    blockRow(act),
    limitsRow(act),
    armed(act),
  );
}

function kindRow({ kind, title, note, field }, act) {
  const number = (name, label, value) => h("label", { class: "number" }, say(label), h("input", { type: "number", name, value, min: "1", max: "99" }));
  const form = h(
    "form",
    { class: "fault" },
    h("div", { class: "fault-text" }, h("b", {}, say(title)), h("small", {}, say(note))),
    field ? number(field.name, field.label, field.value) : null,
    number("times", "faults.times", 1),
    h("button", { class: "text-button", type: "submit" }, say("faults.arm")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, Number(value)]));
    act(() => api.addFault({ kind, ...values }));
  });
  return form;
}

function blockRow(act) {
  const one = person(model.panes.customer.person);
  if (!one) return null;
  const box = h("input", { type: "checkbox", role: "switch", checked: Boolean(one.blocked), onchange: (event) => act(() => api.block(one.id, event.target.checked)) });
  const words = h("span", { class: "fault-text" }, h("b", {}, say("faults.block", { name: nameOf(one) })), h("small", {}, say("faults.block_note")));
  return h("label", { class: "fault" }, words, box);
}

function limitsRow(act) {
  const mode = model.state.limits?.mode ?? model.state.limits;
  const choice = (name) =>
    h("button", { class: "choice", type: "button", "aria-pressed": String(mode === name), onclick: () => act(() => api.limits(name)) }, say(`faults.${name}`));
  const words = h("div", { class: "fault-text" }, h("b", {}, say("faults.limits")), h("small", {}, say("faults.limits_note")));
  return h("div", { class: "fault" }, words, h("div", { class: "choices" }, choice("strict"), choice("off")));
}

function armed(act) {
  const faults = model.state.faults ?? [];
  if (!faults.length) return h("p", { class: "hint armed" }, say("faults.none"));
  const label = (one) => [kindName(one.kind), one.method, one.kind === "429" ? `${one.seconds} s` : null, one.times > 1 ? `× ${one.times}` : null].filter(Boolean).join(" · ");
  return h(
    "div",
    { class: "armed" },
    h("span", { class: "hint" }, say("faults.armed")),
    faults.map((one) => h("span", { class: "fault-chip" }, icon("bolt"), label(one))),
    h("button", { class: "text-button", type: "button", onclick: () => act(api.clearFaults) }, say("faults.clear")),
  );
}

function kindName(kind) {
  const known = KINDS.find((one) => one.kind === kind);
  return known ? say(known.title) : kind;
}
