// The drawer that shows every call the bot makes, and what is wrong with it.

import * as api from "./api.js";
import { h, icon, keep } from "./dom.js";
import { nameOf, timeOfDay } from "./format.js";
import { language, say } from "./language.js";
import { model, person } from "./model.js";

const LIMIT = 100;

/** Build the drawer; it reads the calls only while it is open. */
export function buildInspector(button) {
  const self = { open: false, button, problems: false, polls: false, text: "", rows: h("div", { class: "calls", tabindex: "0" }), head: h("header", { class: "drawer-head" }) };
  self.node = h("aside", { class: "drawer", id: "inspector", hidden: true }, self.head, self.rows);
  self.draw = () => drawHead(self);
  self.refresh = () => (self.open ? refresh(self) : null);
  button.setAttribute("aria-controls", "inspector");
  button.addEventListener("click", () => toggle(self, !self.open));
  self.node.addEventListener("keydown", (event) => event.key === "Escape" && toggle(self, false));
  return self;
}

function toggle(self, open) {
  self.open = open;
  self.node.hidden = !open;
  self.button.setAttribute("aria-expanded", String(open));
  document.body.classList.toggle("with-drawer", open);
  if (!open) return self.button.focus();
  refresh(self);
  self.head.querySelector("input").focus();
}

function drawHead(self) {
  self.node.setAttribute("aria-label", say("calls.title"));
  const search = h("input", { type: "search", value: self.text, placeholder: say("calls.search"), "aria-label": say("calls.search") });
  search.addEventListener("input", () => {
    self.text = search.value.toLowerCase();
    refresh(self);
  });
  const close = h("button", { class: "tool", type: "button", "aria-label": say("calls.close"), onclick: () => toggle(self, false) }, icon("close"));
  self.head.replaceChildren(
    h("div", { class: "drawer-title" }, h("h2", {}, say("calls.title")), close),
    h("label", { class: "search" }, icon("search"), search),
    h("div", { class: "checks" }, check(self, "problems", "calls.problems", false), check(self, "polls", "calls.hide_poll", true)),
  );
  refresh(self);
}

function check(self, name, key, inverted) {
  const box = h("input", { type: "checkbox", checked: self[name] !== inverted });
  box.addEventListener("change", () => {
    self[name] = box.checked !== inverted;
    refresh(self);
  });
  return h("label", { class: "check" }, box, say(key));
}

async function refresh(self) {
  if (!self.open) return;
  const answer = await api.calls(LIMIT).catch(() => null);
  if (!answer) return;
  const calls = Array.isArray(answer) ? answer : answer.calls;
  const shown = calls.filter((call) => wanted(self, call));
  if (!shown.length) self.rows.replaceChildren(h("p", { class: "hint" }, say("calls.none")));
  else keep(self.rows, callRows(shown));
}

function wanted(self, call) {
  if (self.problems && !call.problems?.length) return false;
  if (!self.polls && call.method.toLowerCase() === "getupdates" && !call.problems?.length) return false;
  return `${call.method} ${call.params?.chat_id ?? ""}`.toLowerCase().includes(self.text);
}

/** Name each call by its moment; two calls of one moment get a number. */
function callRows(calls) {
  const times = new Map();
  return [...calls]
    .reverse()
    .map((call) => {
      const moment = `c${call.at}${call.method}`;
      times.set(moment, (times.get(moment) ?? 0) + 1);
      const mark = JSON.stringify([call, language()]);
      return { key: `${moment}/${times.get(moment)}`, mark, build: () => callDetails(call) };
    })
    .reverse();
}

function callDetails(call) {
  const bad = call.problems?.length > 0;
  const chat = call.params?.chat_id;
  const summary = h(
    "summary",
    {},
    h("span", { class: `status ${call.ok ? "good" : "fail"}` }, call.ok ? "OK" : (call.error.match(/\d{3}/)?.[0] ?? "✕")),
    h("b", {}, call.method),
    h("span", { class: "call-chat" }, chat ? nameOf(person(Number(chat)) ?? chatTitle(chat)) : ""),
    h("time", {}, timeOfDay(call.at, true)),
    call.ok ? null : h("span", { class: "call-error" }, call.error),
    bad ? h("ul", { class: "problems" }, call.problems.map((each) => h("li", {}, each))) : null,
  );
  return h("details", { class: `call ${bad ? "bad" : ""}` }, summary, h("div", { class: "json" }, h("pre", {}, JSON.stringify(call.params, null, 2))));
}

function chatTitle(id) {
  return { name: model.state?.chats.find((one) => one.id === Number(id))?.title ?? String(id) };
}
