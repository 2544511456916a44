// The topics of a forum group: the list beside the conversation, and the head above it.

import * as api from "./api.js";
import { h, icon, isStale, keep, popover } from "./dom.js";
import { nameOf } from "./format.js";
import { language, say } from "./language.js";
import { brief, serviceText } from "./message.js";
import { messagesIn, topicsOf, unread } from "./model.js";

/** Draw the list of topics; `look` gets the one chosen. */
export function topicList(parent, pane, where, look) {
  parent.setAttribute("aria-label", say("chat.topics"));
  const topics = topicsOf(where);
  const open = topics.filter((one) => one.state !== "closed");
  const closed = topics.filter((one) => one.state === "closed");
  const rows = open.map((one) => topicRow(one, pane, where, look));
  if (closed.length) {
    const title = `${say("chat.closed_topics")} · ${closed.length}`;
    rows.push({ key: "closed", mark: title, build: () => h("h3", {}, title) });
    rows.push(...closed.map((one) => topicRow(one, pane, where, look)));
  }
  keep(parent, rows);
}

function topicRow(one, pane, where, look) {
  const current = (pane.thread ?? null) === one.id;
  const last = messagesIn(where, one.id).at(-1);
  const news = current ? 0 : unread(pane, where.id, one.id);
  const name = one.name ?? say("chat.general");
  const build = () =>
    h(
      "button",
      { class: `topic ${one.state === "closed" ? "is-closed" : ""}`, type: "button", "aria-current": current ? "true" : null, onclick: () => look(one.id) },
      mark(one),
      h("span", { class: "topic-text" }, h("b", {}, name), h("small", {}, last ? (serviceText(last) ?? brief(last)) : "")),
      news ? h("span", { class: "badge", "aria-label": say("unread", { count: news }) }, String(news)) : null,
    );
  return { key: `t${one.id}`, mark: JSON.stringify([one, current, last, news, language()]), build };
}

function mark(one) {
  if (one.id === null) return h("span", { class: "topic-mark general", "aria-hidden": "true" }, "#");
  if (one.state === "closed") return h("span", { class: "topic-mark" }, icon("lock"));
  const node = h("span", { class: `topic-mark ${short(one.name).length > 2 ? "long" : ""}`, "aria-hidden": "true" }, short(one.name));
  node.style.setProperty("--hue", String((one.id * 67) % 360));
  return node;
}

/** Shorten a topic's name to its number, or its first letter. */
function short(name) {
  return name.match(/#(\d{1,4})\b/)?.[1] ?? name.match(/[\p{L}\p{N}]/u)?.[0] ?? "•";
}

/** Draw the name of the topic and what can be done with it. */
export function topicHead(parent, pane, where) {
  const topic = where.topics.find((one) => pane.thread && one.id === pane.thread);
  const signature = JSON.stringify([topic, where.id, where.title, where.members.length, pane.person, language()]);
  if (!isStale(parent, signature)) return;
  const title = h("div", { class: "topic-title" }, h("b", {}, topic?.name ?? say("chat.general")), h("small", {}, subtitle(topic, where)));
  parent.replaceChildren(title);
  if (!topic) return;
  const menu = h("button", { class: "tool", type: "button", "aria-label": say("topic.menu"), "aria-haspopup": "menu" }, icon("more"));
  menu.addEventListener("click", () => openMenu(menu, pane, where, topic));
  parent.append(menu);
}

function subtitle(topic, where) {
  if (topic?.state === "closed") return say("chat.topic_closed");
  return `${nameOf(where)} · ${say("chat.members", { count: where.members.length })}`;
}

function openMenu(button, pane, where, topic) {
  let close = () => {};
  const act = (action) => {
    close();
    if (action === "delete" && !confirm(say("topic.confirm_delete"))) return;
    api.attempt(() => api.topic(where.id, topic.id, action, pane.person));
  };
  const item = (action, drawing) => h("button", { class: "item", type: "button", onclick: () => act(action) }, icon(drawing), say(`topic.${action}`));
  const items = [topic.state === "closed" ? item("reopen", "check") : item("close", "lock"), item("delete", "close")];
  close = popover(button, h("div", { class: "items" }, items), say("topic.menu"));
}
