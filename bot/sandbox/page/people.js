// The people switcher of a pane: the cast first, everyone else by search, and new people.

import * as api from "./api.js";
import { h, icon, popover } from "./dom.js";
import { avatar, nameOf } from "./format.js";
import { language, say } from "./language.js";
import { hasNews, model, peopleFor } from "./model.js";

const LISTED = 40;

/** Open the switcher; `chosen` gets the id of whoever is to be played. */
export function openPeople(button, role, chosen) {
  let close = () => {};
  const pick = (id) => {
    close();
    chosen(id);
    button.focus();
  };
  const list = h("div", { class: "people-list" });
  const search = h("input", {
    type: "search", "data-first": true, placeholder: say("people.search", { count: peopleFor(role).length }),
    "aria-label": say("people.search", { count: peopleFor(role).length }), oninput: () => fillList(list, role, search.value, pick),
  });
  fillList(list, role, "", pick);
  const content = h("div", { class: "people" }, h("label", { class: "search" }, icon("search"), search), list, adder(role, pick));
  content.addEventListener("keydown", (event) => walk(event, content));
  close = popover(button, content, say("people.choose"));
}

function fillList(list, role, typed, pick) {
  const wanted = typed.trim().toLowerCase();
  const found = peopleFor(role).filter((one) => `${nameOf(one)} ${one.username ?? ""} ${one.id}`.toLowerCase().includes(wanted));
  const rows = found.slice(0, LISTED).map((one) => personRow(one, role, pick));
  if (found.length > LISTED) rows.push(h("p", { class: "hint" }, say("people.more", { count: found.length - LISTED })));
  if (!found.length) rows.push(h("p", { class: "hint" }, say("people.none")));
  list.replaceChildren(...rows);
}

function personRow(one, role, pick) {
  const current = model.panes[role].person === one.id;
  const hint = one.role_hint ? say(`role.${one.role_hint}`) : one.username ? `@${one.username}` : "";
  return h(
    "button",
    { class: "person", type: "button", "aria-current": current ? "true" : null, onclick: () => pick(one.id) },
    avatar(one),
    h("span", { class: "person-name" }, h("b", {}, nameOf(one)), h("small", {}, hint)),
    one.blocked ? h("span", { class: "blocked", title: say("people.blocked") }, icon("ban")) : null,
    !current && hasNews(one.id) ? h("span", { class: "dot", title: say("people.news") }) : null,
    h("span", { class: "tag" }, one.language_code ?? "–"),
  );
}

function adder(role, pick) {
  const name = h("input", { name: "name", required: true, maxlength: "64", placeholder: say("people.name"), "aria-label": say("people.name") });
  const code = h(
    "select",
    { name: "language", "aria-label": say("people.language") },
    ["en", "zh"].map((each) => h("option", { value: each, selected: each === language() }, each)),
  );
  const add = async (event) => {
    event.preventDefault();
    const made = await api.attempt(() => api.addPerson(name.value.trim(), code.value, role));
    const id = made?.id ?? made?.person?.id;
    if (id) pick(id);
  };
  const form = h("form", { class: "adder", onsubmit: add }, name, code, h("button", { class: "text-button", type: "submit" }, say("people.create")));
  return h("details", { class: "add" }, h("summary", {}, icon("plus"), say("people.add")), form);
}

function walk(event, content) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.tagName === "SELECT") return;
  event.preventDefault();
  const stops = [...content.querySelectorAll("input[type=search], .person")];
  const next = stops[stops.indexOf(document.activeElement) + step];
  next?.focus();
}
