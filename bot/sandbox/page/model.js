// What the page knows: the newest state of the sandbox, and what each pane is looking at.

import { recall, remember } from "./language.js";

const KEY = "sandbox.panes";

const ROLES = {
  customer: ["customer"],
  agent: ["agent", "supervisor", "admin"],
  marketer: ["marketer"],
};

const CONTENT = ["text", "photo", "document", "video", "voice", "audio", "sticker", "animation", "location", "contact"];
const PRESENT = ["creator", "administrator", "member"];

export const model = {
  state: null,
  panes: { customer: fresh(), agent: fresh(), marketer: fresh() },
  drafts: new Map(),
  seen: new Map(),
  typing: new Map(),
};

function fresh() {
  return { person: null, chat: null, thread: null, replyTo: null, editing: null, shown: 80 };
}

/** Bring back who was played where on the last visit; the address may say otherwise. */
export function restore() {
  const saved = JSON.parse(recall(KEY) || "{}");
  const asked = new URLSearchParams(location.search);
  for (const [role, pane] of Object.entries(model.panes)) {
    Object.assign(pane, saved[role] ?? {});
    if (asked.has(role)) Object.assign(pane, { person: Number(asked.get(role)), chat: null, thread: null });
    if (asked.has(`${role}_chat`)) pane.chat = Number(asked.get(`${role}_chat`));
    if (asked.has(`${role}_thread`)) pane.thread = Number(asked.get(`${role}_thread`)) || null;
  }
}

/** Remember who is played where. */
export function persist() {
  const kept = {};
  for (const [role, { person, chat, thread }] of Object.entries(model.panes)) kept[role] = { person, chat, thread };
  remember(KEY, JSON.stringify(kept));
}

/** Find a person by id. */
export function person(id) {
  return model.state?.people.find((one) => one.id === id) ?? null;
}

/** Say which pane a person belongs to; a person without a role may be anyone. */
function fits(one, role) {
  return !one.role_hint || ROLES[role].includes(one.role_hint);
}

/** List the people a pane offers, the cast first. */
export function peopleFor(role) {
  const all = (model.state?.people ?? []).filter((one) => fits(one, role));
  const rank = (one) => (one.pinned ? 0 : 2) + (one.role_hint ? 0 : 1);
  return all.map((one, place) => [one, place]).sort((a, b) => rank(a[0]) - rank(b[0]) || a[1] - b[1]).map(([one]) => one);
}

/** Find a chat by id; a private chat nobody has written in yet is an empty one. */
export function chat(id) {
  const known = model.state?.chats.find((one) => one.id === id);
  if (known) return known;
  return person(id) ? { id, type: "private", messages: [], topics: [], members: [] } : null;
}

/** List the group chats a person is in. */
export function groupsOf(one) {
  return (model.state?.chats ?? []).filter(
    (each) => each.type !== "private" && each.members.some((member) => member.id === one.id && PRESENT.includes(member.status)),
  );
}

const inThread = (message, thread) => (message.is_topic_message ? message.message_thread_id : null) === thread;

/** List the messages a pane shows: of its topic in a forum, of the whole chat elsewhere. */
export function messagesIn(where, thread) {
  if (!where) return [];
  return where.is_forum ? where.messages.filter((message) => inThread(message, thread)) : where.messages;
}

/** List a forum's topics, General first, then the busiest last message first. */
export function topicsOf(where) {
  const last = (thread) => messagesIn(where, thread).at(-1)?.message_id ?? thread ?? 0;
  const made = where.topics.filter((one) => one.state !== "deleted");
  made.sort((a, b) => last(b.id) - last(a.id));
  return [{ id: null, name: null, state: "open" }, ...made];
}

/** Give each pane somebody to play and somewhere to look, where it has none. */
export function settle() {
  for (const [role, pane] of Object.entries(model.panes)) {
    if (!person(pane.person)) pane.person = firstFor(role)?.id ?? null;
    if (pane.person === null) continue;
    const groups = groupsOf(person(pane.person)).map((one) => one.id);
    if (pane.chat !== pane.person && !groups.includes(pane.chat)) {
      pane.chat = role === "agent" && groups.length ? groups[0] : pane.person;
      pane.thread = null;
    }
    if (pane.thread && !topicsOf(chat(pane.chat)).some((one) => one.id === pane.thread)) pane.thread = null;
  }
}

function firstFor(role) {
  const taken = Object.values(model.panes).map((pane) => pane.person);
  const offered = peopleFor(role);
  return offered.find((one) => !taken.includes(one.id)) ?? offered[0];
}

/** Name a place to keep drafts and read marks under. */
export function placeKey(pane, thread = pane.thread) {
  return `${pane.person}/${pane.chat}/${thread ?? 0}`;
}

/** Count the messages of others that the pane's person has not looked at. */
export function unread(pane, chatId, thread) {
  const where = chat(chatId);
  const mark = model.seen.get(`${pane.person}/${chatId}/${thread ?? 0}`) ?? start(where);
  const isNews = (message) => message.message_id > mark && message.from?.id !== pane.person && CONTENT.some((name) => message[name]);
  return messagesIn(where, thread).filter(isNews).length;
}

/** Say whether a person nobody plays just now has something new in the chat with the bot. */
export function hasNews(id) {
  const where = chat(id);
  return (where.last_message_id ?? 0) > (model.seen.get(`${id}/${id}/0`) ?? start(where));
}

const before = new Map();

function start(where) {
  return before.get(where.id) ?? 0;
}

/** Take everything there is now as read: what came before the page was opened is not news. */
export function readAll() {
  for (const where of model.state.chats) before.set(where.id, where.last_message_id ?? 0);
}

/** Note that the pane's person has seen the newest message of where it looks. */
export function markRead(pane) {
  const newest = messagesIn(chat(pane.chat), chat(pane.chat)?.is_forum ? pane.thread : null).at(-1);
  if (newest) model.seen.set(placeKey(pane), newest.message_id);
}

/** List the bot's commands for a person in a chat: the narrowest scope that has any, language before none. */
export function commandsFor(one, where) {
  const menus = model.state?.bot?.commands ?? {};
  const languages = [(one.language_code ?? "").slice(0, 2), ""];
  for (const scope of scopes(one, where)) {
    for (const code of languages) {
      const found = menus[`${scope}:${code}`];
      if (found?.length) return found;
    }
  }
  return [];
}

function scopes(one, where) {
  if (where.type === "private") return [`chat:${where.id}`, "all_private_chats:", "default:"];
  const place = where.members.find((member) => member.id === one.id);
  const admin = ["administrator", "creator"].includes(place?.status);
  const own = [`chat_member:${where.id}/${one.id}`, admin ? `chat_administrators:${where.id}` : null, `chat:${where.id}`];
  return [...own, admin ? "all_chat_administrators:" : null, "all_group_chats:", "default:"].filter(Boolean);
}
