// The conversation of a pane: days, messages, and what to try when there is nothing yet.

import { h, keep } from "./dom.js";
import { dayName, nameOf } from "./format.js";
import { language, say } from "./language.js";
import { messageRow, serviceText } from "./message.js";
import { messagesIn, model } from "./model.js";
import { SUGGESTIONS } from "./texts.js";

/** Draw a pane's messages; stay at the newest when the reader was there. */
export function drawLog(self, where, { moved, stick }) {
  const { pane, parts } = self;
  const all = messagesIn(where, where.is_forum ? pane.thread : null);
  const shown = all.slice(-pane.shown);
  const height = parts.log.scrollHeight - parts.log.scrollTop;
  parts.log.setAttribute("aria-label", say("chat.messages"));
  parts.log.classList.toggle("blank", !all.length);
  keep(parts.log, all.length ? rows(self, where, shown, all.length - shown.length) : [blank(self, where)]);
  const grown = parts.log.dataset.first && parts.log.dataset.first !== String(shown[0]?.message_id);
  parts.log.dataset.first = String(shown[0]?.message_id ?? "");
  if (moved || stick) parts.log.scrollTop = parts.log.scrollHeight;
  else if (grown) parts.log.scrollTop = parts.log.scrollHeight - height;
}

function rows(self, where, shown, hidden) {
  const list = [];
  if (hidden) list.push(earlier(self, hidden));
  let before = null;
  for (const message of shown) {
    const day = dayName(message.date, model.state.now);
    if (!before || dayName(before.date, model.state.now) !== day) {
      list.push({ key: `d${day}${message.message_id}`, mark: day, build: () => h("li", { class: "day" }, h("span", {}, day)) });
      before = null;
    }
    list.push(row(self, where, message, before));
    before = message;
  }
  return list;
}

function row(self, where, message, before) {
  const joined = Boolean(before && !serviceText(before) && before.from?.id === message.from?.id && message.date - before.date < 300);
  const group = where.type !== "private";
  const mark = JSON.stringify([message, joined, self.pane.person, language()]);
  const build = () => messageRow(message, { pane: self.pane, joined, group, actions: self.actions });
  return { key: `m${message.message_id}`, mark, build };
}

function earlier(self, hidden) {
  const build = () => h("li", { class: "day" }, h("button", { class: "text-button", type: "button", onclick: self.actions.earlier }, say("chat.earlier", { count: hidden })));
  return { key: "earlier", mark: `${hidden}${language()}`, build };
}

function blank(self, where) {
  const { role, actions, pane } = self;
  const inPrivate = where.type === "private";
  const build = () => {
    if (!inPrivate) return h("li", { class: "nothing" }, h("p", {}, say(pane.thread ? "chat.empty_topic" : "chat.empty")));
    const bot = model.state.bot;
    const ideas = SUGGESTIONS[language()][role].map((text) => h("button", { class: "idea", type: "button", onclick: () => actions.fill(text) }, text));
    return h(
      "li",
      { class: "nothing" },
      h("span", { class: "bot-mark" }, "✦"),
      h("p", {}, h("b", {}, nameOf(bot)), h("small", {}, bot?.username ? `@${bot.username}` : "")),
      h("button", { class: "key primary start", type: "button", onclick: () => actions.command("/start") }, say("chat.start")),
      h("small", { class: "try" }, say("chat.try")),
      h("div", { class: "ideas" }, ideas),
    );
  };
  return { key: "blank", mark: `${where.id}${language()}${role}${pane.thread}`, build };
}
