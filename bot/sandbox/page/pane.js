// One pane: who is played, where they look, the conversation, and the composer.

import * as api from "./api.js";
import { composer } from "./composer.js";
import { h, icon, isStale, keep, popover, toast } from "./dom.js";
import { avatar, nameOf } from "./format.js";
import { language, say } from "./language.js";
import { drawLog } from "./log.js";
import { chat, groupsOf, markRead, messagesIn, model, person, persist, topicsOf, unread } from "./model.js";
import { openPeople } from "./people.js";
import { topicHead, topicList } from "./topics.js";

const EMOJI = ["👍", "👎", "❤", "🔥", "🎉", "😢", "🙏", "🤔"];

/** Build a pane; `redraw` refreshes the whole page after a choice. */
export function buildPane(role, redraw) {
  const pane = model.panes[role];
  const parts = {
    head: h("header", { class: "pane-head" }),
    chats: h("nav", { class: "chats" }),
    topics: h("aside", { class: "topics" }),
    topicHead: h("header", { class: "topic-head", hidden: true }),
    log: h("ol", { class: "log", role: "log", tabindex: "0" }),
    typing: h("div", { class: "typing", hidden: true }),
    notes: h("div", { class: "notes", "aria-live": "polite" }),
    down: h("button", { class: "down round", type: "button", hidden: true }, icon("down")),
  };
  const self = { role, pane, parts, redraw, drawn: "", stuck: true, top: 0, composer: null };
  self.composer = composer(pane, redraw);
  self.actions = actionsOf(self);
  parts.down.addEventListener("click", () => parts.log.scrollTo({ top: parts.log.scrollHeight, behavior: "smooth" }));
  parts.log.addEventListener("scroll", () => scrolled(self));
  parts.log.addEventListener("load", () => self.stuck && toBottom(parts.log), true);
  new ResizeObserver(() => self.stuck && toBottom(parts.log)).observe(parts.log);
  const stage = h("div", { class: "stage" }, parts.log, parts.typing, parts.down, parts.notes);
  const talk = h("div", { class: "talk" }, parts.topicHead, stage, self.composer.form);
  const room = h("div", { class: "room" }, parts.topics, talk);
  self.node = h("section", { class: "pane", id: `pane-${role}`, "data-role": role }, parts.head, parts.chats, room);
  self.draw = () => draw(self);
  return self;
}

const toBottom = (log) => (log.scrollTop = log.scrollHeight);
const atBottom = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 60;

/** Let go of the newest message only when the reader scrolls up; a smaller window is no reason. */
function scrolled(self) {
  const { log, down } = self.parts;
  if (atBottom(log)) self.stuck = true;
  else if (log.scrollTop < self.top - 2) self.stuck = false;
  self.top = log.scrollTop;
  down.hidden = self.stuck;
}

function draw(self) {
  const { pane, parts, role } = self;
  self.node.setAttribute("aria-label", say(`role.${role}`));
  const one = person(pane.person);
  drawHead(self, one);
  if (!one) return;
  const where = chat(pane.chat);
  drawChats(self, one);
  const forum = Boolean(where.is_forum);
  self.node.classList.toggle("forum", forum);
  parts.topics.hidden = !forum;
  parts.topicHead.hidden = !forum;
  if (forum) {
    const look = (thread) => go(self, { thread });
    topicList(parts.topics, pane, where, look);
    topicHead(parts.topicHead, pane, where);
  }
  drawTyping(self, where);
  const place = `${pane.person}/${pane.chat}/${pane.thread}/${language()}`;
  drawLog(self, where, { moved: self.drawn !== place, stick: self.stuck });
  parts.down.setAttribute("aria-label", say("chat.down"));
  if (self.drawn !== place) self.stuck = true;
  self.drawn = place;
  parts.down.hidden = self.stuck;
  self.composer.refresh();
  if (self.node.offsetParent !== null) markRead(pane);
}

function drawHead(self, one) {
  const { parts, role } = self;
  if (!isStale(parts.head, JSON.stringify([one, language()]))) return;
  const label = h("span", { class: "role" }, say(`role.${role}`));
  const button = h(
    "button",
    { class: "who", type: "button", "aria-haspopup": "dialog", "aria-label": one ? say("people.playing", { name: nameOf(one) }) : say("people.choose") },
    avatar(one),
    h("span", { class: "who-name" }, h("b", {}, one ? nameOf(one) : say("people.choose")), h("small", {}, subtitle(one, role))),
    one?.blocked ? h("span", { class: "blocked", title: say("people.blocked") }, icon("ban")) : null,
    icon("down"),
  );
  button.addEventListener("click", () => openPeople(button, role, (id) => go(self, { person: id, chat: null, thread: null })));
  parts.head.replaceChildren(button, label);
}

function subtitle(one, role) {
  if (!one) return "";
  const parts = [say(`role.${one.role_hint ?? role}`), one.language_code, one.username ? `@${one.username}` : null];
  return parts.filter(Boolean).join(" · ");
}

function drawChats(self, one) {
  const { pane, parts } = self;
  const groups = groupsOf(one);
  parts.chats.hidden = !groups.length;
  parts.chats.setAttribute("aria-label", say("chat.chats"));
  const tab = (id, name) => {
    const current = pane.chat === id;
    const news = current ? 0 : countIn(pane, id);
    const build = () =>
      h(
        "button",
        { class: "chat-tab", type: "button", "aria-pressed": String(current), onclick: () => go(self, { chat: id, thread: null }) },
        h("span", {}, name),
        news ? h("span", { class: "badge", "aria-label": say("unread", { count: news }) }, String(news)) : null,
      );
    return { key: `c${id}`, mark: JSON.stringify([name, current, news, language()]), build };
  };
  const tabs = groups.map((each) => tab(each.id, each.title ?? say("chat.group")));
  keep(parts.chats, [...tabs, tab(one.id, say("chat.private"))]);
}

function countIn(pane, id) {
  const where = chat(id);
  const threads = where.is_forum ? topicsOf(where).map((one) => one.id) : [null];
  return threads.reduce((sum, thread) => sum + unread(pane, id, thread), 0);
}

/** Count what is new for a pane's person anywhere. */
export function newsOf(pane) {
  const one = person(pane.person);
  if (!one) return 0;
  return [one.id, ...groupsOf(one).map((each) => each.id)].reduce((sum, id) => sum + countIn(pane, id), 0);
}

function go(self, target) {
  Object.assign(self.pane, target, { replyTo: null, editing: null, shown: 80 });
  if (target.person !== undefined || target.chat !== undefined) self.drawn = "";
  persist();
  self.redraw();
}

function drawTyping(self, where) {
  const until = model.typing.get(where.id) ?? 0;
  const left = until - Date.now();
  self.parts.typing.hidden = left <= 0;
  if (left <= 0) return;
  self.parts.typing.replaceChildren(h("i"), h("i"), h("i"), h("span", {}, say("chat.typing", { name: nameOf(model.state.bot) })));
  setTimeout(() => self.draw(), left + 20);
}

function actionsOf(self) {
  const { pane, composer: box } = self;
  return {
    command: (text) => box.say(text),
    get bot() {
      return model.state.bot.username;
    },
    start: (payload) => startBot(self, payload),
    fill: (text) => box.fill(text),
    press: (message, data) => press(self, message, data),
    copy: (text) => navigator.clipboard?.writeText(text).then(() => toast(say("message.copied"), "", self.parts.notes)),
    react: (message, button) => openReactions(pane, message, button),
    jump: (id) => jump(self, id),
    earlier: () => {
      pane.shown += 200;
      self.draw();
    },
    reply: (message) => {
      Object.assign(pane, { replyTo: message, editing: null });
      box.refresh();
      box.focus();
    },
    edit: (message) => {
      Object.assign(pane, { editing: message, replyTo: null });
      box.refresh();
      box.fill(message.text ?? message.caption);
    },
  };
}

/** Follow a link to the bot: its chat opens and is started with the payload. */
async function startBot(self, payload) {
  const { person: id } = self.pane;
  await api.attempt(() => api.send({ from: id, text: `/start ${payload}` }));
  go(self, { chat: id, thread: null });
}

async function press({ pane, parts }, message, data) {
  const button = { from: pane.person, chat: pane.chat, message_id: message.message_id, data };
  const result = await api.attempt(() => api.press(button));
  if (!result) return;
  const answer = result.answer;
  if (answer?.text) toast(answer.text, answer.show_alert ? "alert" : "", parts.notes);
  else if (!answer) toast(say("toast.no_answer"), "", parts.notes);
}

function openReactions(pane, message, button) {
  let close = () => {};
  const pick = (emoji) => {
    close();
    const mine = (message.reactions ?? []).some((one) => one.emoji === emoji && one.from === pane.person);
    api.attempt(() => api.react({ from: pane.person, chat: pane.chat, message_id: message.message_id, emoji: mine ? "" : emoji }));
  };
  const one = (emoji) => h("button", { class: "emoji", type: "button", onclick: () => pick(emoji) }, emoji);
  close = popover(button, h("div", { class: "emojis" }, EMOJI.map(one)), say("message.react"));
}

function jump(self, id) {
  const place = messagesIn(chat(self.pane.chat), chat(self.pane.chat).is_forum ? self.pane.thread : null).findIndex((one) => one.message_id === id);
  if (place < 0) return;
  const row = self.parts.log.querySelector(`[data-key="m${id}"]`);
  row?.scrollIntoView({ block: "center", behavior: "smooth" });
  row?.classList.add("flash");
  setTimeout(() => row?.classList.remove("flash"), 1400);
}
