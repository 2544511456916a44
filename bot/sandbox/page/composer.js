// Where a person writes: the text, the command menu, samples to attach, a reply or an edit.

import * as api from "./api.js";
import { h, icon, isStale, popover } from "./dom.js";
import { nameOf } from "./format.js";
import { language, say } from "./language.js";
import { brief } from "./message.js";
import { chat, commandsFor, model, person, placeKey } from "./model.js";

/** Build the composer of a pane; `moved` is called after something was sent. */
export function composer(pane, moved) {
  const parts = {
    context: h("div", { class: "context", hidden: true }),
    keys: h("div", { class: "reply-keys", hidden: true }),
    menu: h("ul", { class: "menu", role: "listbox", hidden: true }),
    input: h("textarea", { rows: "1", autocomplete: "off", maxlength: "4096" }),
    attach: h("button", { class: "round", type: "button", "aria-haspopup": "dialog" }, icon("attach")),
    slash: h("button", { class: "round", type: "button" }, icon("slash")),
    send: h("button", { class: "round send", type: "submit" }, icon("send")),
    note: h("div", { class: "closed-note", hidden: true }),
  };
  const bar = h("div", { class: "bar" }, parts.attach, parts.slash, parts.input, parts.send);
  const form = h("form", { class: "composer" }, parts.menu, parts.keys, parts.context, parts.note, bar);
  const self = { pane, parts, form, bar, moved, place: null, picked: 0 };
  wire(self);
  return { form, refresh: () => refresh(self), fill: (text) => fill(self, text), focus: () => parts.input.focus(), say: (text) => post(self, { text }) };
}

function wire(self) {
  const { form, parts } = self;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(self);
  });
  parts.input.addEventListener("input", () => {
    model.drafts.set(placeKey(self.pane), parts.input.value);
    self.picked = 0;
    grow(parts.input);
    showMenu(self);
  });
  parts.input.addEventListener("keydown", (event) => keydown(self, event));
  parts.input.addEventListener("blur", () => setTimeout(() => (parts.menu.hidden = true), 150));
  parts.attach.addEventListener("click", () => attach(self));
  parts.slash.addEventListener("click", () => fill(self, "/"));
}

function refresh(self) {
  const { pane, parts } = self;
  const place = placeKey(pane);
  if (self.place !== place) {
    self.place = place;
    parts.input.value = model.drafts.get(place) ?? "";
    grow(parts.input);
  }
  const where = chat(pane.chat);
  const topic = where?.is_forum ? (where.topics.find((one) => one.id === pane.thread)?.name ?? say("chat.general")) : null;
  parts.input.placeholder = say("compose.message");
  parts.input.setAttribute("aria-label", topic ? say("compose.in_topic", { topic }) : say("compose.message"));
  for (const [name, key] of [["attach", "compose.attach"], ["slash", "compose.commands"], ["send", "compose.send"]]) {
    parts[name].setAttribute("aria-label", say(key));
    parts[name].title = say(key);
  }
  showContext(self);
  showKeys(self, where);
  showNote(self);
}

function showNote(self) {
  const { pane, parts, bar } = self;
  const one = person(pane.person);
  const blocked = Boolean(one?.blocked && pane.chat === pane.person);
  bar.hidden = blocked;
  parts.note.hidden = !blocked;
  if (!blocked || !isStale(parts.note, JSON.stringify([one, language()]))) return;
  const unblock = () => api.attempt(() => api.block(one.id, false));
  parts.note.replaceChildren(
    icon("ban"),
    h("span", {}, say("compose.blocked", { name: nameOf(one) })),
    h("button", { class: "text-button", type: "button", onclick: unblock }, say("compose.unblock")),
  );
}

function showContext(self) {
  const { pane, parts } = self;
  const about = pane.editing ?? pane.replyTo;
  parts.context.hidden = !about;
  if (!about || !isStale(parts.context, JSON.stringify([about, Boolean(pane.editing), language()]))) return;
  const title = pane.editing ? say("compose.editing") : say("compose.reply_to", { name: nameOf(about.from) });
  const cancel = h("button", { class: "tool", type: "button", "aria-label": say("compose.cancel"), onclick: () => leave(self) }, icon("close"));
  parts.context.replaceChildren(
    icon(pane.editing ? "edit" : "reply"),
    h("div", {}, h("strong", {}, title), h("span", {}, brief(about))),
    cancel,
  );
}

function leave(self) {
  if (self.pane.editing) fill(self, "");
  Object.assign(self.pane, { editing: null, replyTo: null });
  refresh(self);
  self.parts.input.focus();
}

function showKeys(self, where) {
  const asked = (where?.messages ?? []).filter((one) => one.reply_keyboard?.keyboard || one.reply_keyboard?.remove_keyboard).at(-1);
  const rows = asked?.reply_keyboard.keyboard;
  const used = asked?.reply_keyboard.one_time_keyboard && where.messages.at(-1).from?.id === self.pane.person;
  self.parts.keys.hidden = !rows || used || where.type !== "private";
  if (self.parts.keys.hidden || !isStale(self.parts.keys, JSON.stringify(rows))) return;
  const key = (item) => {
    const text = typeof item === "string" ? item : item.text;
    return h("button", { class: "key", type: "button", onclick: () => post(self, { text }) }, text);
  };
  self.parts.keys.replaceChildren(...rows.map((row) => h("div", { class: "keys" }, row.map(key))));
}

/** Put text into the composer, as a draft. */
function fill(self, text) {
  self.parts.input.value = text;
  model.drafts.set(placeKey(self.pane), text);
  grow(self.parts.input);
  self.parts.input.focus();
  self.picked = 0;
  showMenu(self);
}

function grow(input) {
  input.style.height = "auto";
  if (input.scrollHeight) input.style.height = `${Math.min(input.scrollHeight, 140)}px`;
}

function matches(self) {
  const typed = self.parts.input.value;
  if (!/^\/\w*$/.test(typed)) return [];
  const all = commandsFor(person(self.pane.person), chat(self.pane.chat));
  return all.filter((one) => `/${one.command}`.startsWith(typed.toLowerCase()));
}

function showMenu(self) {
  const { menu, input } = self.parts;
  const found = matches(self);
  menu.hidden = !found.length;
  const option = (one, place) =>
    h(
      "li",
      { role: "option", "aria-selected": String(place === self.picked), onpointerdown: (event) => choose(self, event, one) },
      h("b", {}, `/${one.command}`),
      h("span", {}, one.description),
    );
  menu.replaceChildren(...found.map(option));
  input.setAttribute("aria-expanded", String(!menu.hidden));
  menu.children[self.picked]?.scrollIntoView({ block: "nearest" });
}

function choose(self, event, one) {
  event.preventDefault();
  fill(self, `/${one.command} `);
}

function keydown(self, event) {
  if (event.isComposing || event.keyCode === 229) return;
  const found = self.parts.menu.hidden ? [] : matches(self);
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (found.length && event.key in moves) {
    event.preventDefault();
    self.picked = (self.picked + moves[event.key] + found.length) % found.length;
    showMenu(self);
  } else if (found.length && (event.key === "Tab" || (event.key === "Enter" && !exact(self, found)))) {
    choose(self, event, found[self.picked]);
  } else if (event.key === "Escape") {
    if (found.length) self.parts.menu.hidden = true;
    else leave(self);
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit(self);
  }
}

const exact = (self, found) => `/${found[self.picked].command}` === self.parts.input.value;

async function submit(self) {
  const text = self.parts.input.value.trim();
  if (!text) return;
  const { pane } = self;
  const editing = pane.editing;
  fill(self, "");
  self.parts.menu.hidden = true;
  if (editing) {
    pane.editing = null;
    refresh(self);
    await api.attempt(() => api.edit({ from: pane.person, chat: pane.chat, message_id: editing.message_id, text }));
    self.moved();
  } else {
    await post(self, { text });
  }
}

async function post(self, content) {
  const { pane } = self;
  const message = { from: pane.person, chat: pane.chat, ...content };
  if (pane.thread) message.thread = pane.thread;
  if (pane.replyTo) message.reply_to = pane.replyTo.message_id;
  pane.replyTo = null;
  refresh(self);
  await api.attempt(() => api.send(message));
  self.moved();
}

function attach(self) {
  let close = () => {};
  const sample = (kind, drawing) => {
    const work = () => {
      const caption = self.parts.input.value.trim();
      close();
      fill(self, "");
      post(self, caption ? { [kind]: true, caption } : { [kind]: true });
    };
    return h("button", { class: "item", type: "button", onclick: work }, icon(drawing), say(`compose.${kind}`));
  };
  const content = h("div", { class: "items" }, sample("photo", "image"), sample("document", "file"), h("p", { class: "hint" }, say("compose.caption_note")));
  close = popover(self.parts.attach, content, say("compose.attach"));
}
