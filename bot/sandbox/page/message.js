// One message as a person sees it: a bubble, its files, its buttons, or a line of service.

import * as api from "./api.js";
import { h, icon } from "./dom.js";
import { avatar, link, nameOf, richText, size, timeOfDay } from "./format.js";
import { say } from "./language.js";

const FILES = {
  document: "file", video: "image", animation: "image", voice: "pulse", audio: "pulse", video_note: "image",
  sticker: "smile", location: "pin", contact: "reply",
};

/** Build the row of a message for the person of a pane. */
export function messageRow(message, { pane, joined, group, actions }) {
  const service = serviceText(message);
  if (service) return h("li", { class: "service" }, h("span", {}, service));
  const mine = message.from?.id === pane.person;
  const row = h("li", { class: `row ${mine ? "mine" : "theirs"} ${joined ? "joined" : ""}`, tabindex: "-1" });
  if (group && !mine) row.append(joined ? h("span", { class: "avatar-gap" }) : avatar(message.from));
  const stack = h("div", { class: "stack" }, bubble(message, { mine, joined, group, actions }));
  const keyboard = inlineKeyboard(message, actions);
  if (keyboard) stack.append(keyboard);
  if (message.reactions?.length) stack.append(reactions(message));
  stack.append(tools(message, mine, actions));
  row.append(stack);
  return row;
}

function bubble(message, { mine, joined, group, actions }) {
  const box = h("div", { class: "bubble" });
  if (group && !mine && !joined) box.append(author(message.from));
  const origin = message.forward_origin;
  if (origin) {
    const from = origin.sender_user ?? origin.sender_chat ?? origin.chat;
    box.append(h("div", { class: "origin" }, say("message.forwarded", { name: from ? nameOf(from) : origin.sender_user_name })));
  }
  if (isQuote(message)) box.append(quote(message.reply_to_message, actions));
  box.append(...attachments(message));
  const text = message.text ?? message.caption;
  if (text) box.append(h("div", { class: "text", dir: "auto" }, richText(text, message.entities ?? message.caption_entities, actions)));
  const stamp = h("span", { class: "stamp" });
  if (message.edit_date && !message.edit_hide) stamp.append(h("span", { class: "edited" }, say("message.edited")));
  stamp.append(h("time", {}, timeOfDay(message.date)));
  box.append(stamp);
  return box;
}

function author(from) {
  const name = h("div", { class: "author" }, nameOf(from));
  name.style.setProperty("--hue", String((Math.abs(from?.id ?? 0) * 47) % 360));
  if (from?.is_bot) name.append(h("span", { class: "tag" }, say("message.bot")));
  return name;
}

function isQuote(message) {
  const to = message.reply_to_message;
  return to && !to.forum_topic_created && to.message_id !== message.message_thread_id;
}

function quote(message, actions) {
  const gone = message.date === 0;
  return h(
    "button",
    { class: "quote", type: "button", onclick: () => actions.jump(message.message_id) },
    h("strong", {}, gone ? say("message.deleted") : nameOf(message.from)),
    h("span", {}, gone ? "" : brief(message)),
  );
}

/** Say what a message is in one line. */
export function brief(message) {
  const text = message.text ?? message.caption;
  if (text) return text.length > 90 ? `${text.slice(0, 90)}…` : text;
  const kind = ["photo", ...Object.keys(FILES)].find((name) => message[name]);
  return say(kind ? `message.${kind}` : "message.unknown");
}

function attachments(message) {
  const nodes = [];
  if (message.photo) nodes.push(photo(message));
  for (const [kind, drawing] of Object.entries(FILES)) {
    if (message[kind] && !(kind === "document" && message.animation)) nodes.push(file(kind, drawing, message[kind]));
  }
  return nodes;
}

function photo(message) {
  const largest = message.photo.at(-1);
  const image = h("img", {
    src: api.fileUrl(largest.file_id), alt: message.caption ?? say("message.photo"), loading: "lazy",
    width: largest.width, height: largest.height,
  });
  return h("a", { class: "photo", href: api.fileUrl(largest.file_id), target: "_blank", rel: "noopener" }, image);
}

function file(kind, drawing, item) {
  const name = item.file_name ?? item.emoji ?? item.first_name ?? say(`message.${kind}`);
  const note = item.file_size ? size(item.file_size) : kind === "location" ? `${item.latitude}, ${item.longitude}` : (item.phone_number ?? "");
  const parts = [h("span", { class: "file-icon" }, icon(drawing)), h("span", { class: "file-text" }, h("b", {}, name), h("small", {}, note))];
  if (!item.file_id) return h("div", { class: "file" }, parts);
  return h("a", { class: "file", href: api.fileUrl(item.file_id), target: "_blank", rel: "noopener" }, parts);
}

function inlineKeyboard(message, actions) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return h("div", { class: "keyboard" }, rows.map((row) => h("div", { class: "keys" }, row.map((key) => inlineKey(message, key, actions)))));
}

function inlineKey(message, key, actions) {
  const look = `key ${key.style ?? ""}`;
  if (key.url) return link(key.url, [key.text, icon("link")], actions, look);
  const press = async (event) => {
    const button = event.currentTarget;
    if (key.copy_text) return actions.copy(key.copy_text.text);
    button.setAttribute("aria-busy", "true");
    await actions.press(message, key.callback_data);
    button.removeAttribute("aria-busy");
  };
  return h("button", { class: look, type: "button", onclick: press, title: key.callback_data }, key.text);
}

function reactions(message) {
  const counts = new Map();
  for (const one of message.reactions) counts.set(one.emoji, (counts.get(one.emoji) ?? 0) + (one.count ?? 1));
  return h("div", { class: "reactions" }, [...counts].map(([emoji, count]) => h("span", {}, emoji, count > 1 ? h("small", {}, String(count)) : null)));
}

function tools(message, mine, actions) {
  const tool = (drawing, label, work) =>
    h("button", { class: "tool", type: "button", title: say(label), "aria-label": say(label), onclick: work }, icon(drawing));
  const box = h("div", { class: "tools" });
  box.append(tool("reply", "message.reply", () => actions.reply(message)));
  box.append(tool("smile", "message.react", (event) => actions.react(message, event.currentTarget)));
  if (mine && (message.text ?? message.caption)) box.append(tool("edit", "message.edit", () => actions.edit(message)));
  return box;
}

/** Put an event of the chat in words; null for an ordinary message. */
export function serviceText(message) {
  const name = nameOf(message.from ?? message.sender_chat);
  const others = (message.new_chat_members ?? []).map(nameOf).join(", ");
  if (message.forum_topic_created) return say("service.topic_created", { name, topic: message.forum_topic_created.name });
  if (message.forum_topic_edited) {
    const topic = message.forum_topic_edited.name;
    return topic ? say("service.topic_edited", { name, topic }) : say("service.topic_icon", { name });
  }
  if (message.forum_topic_closed) return say("service.topic_closed", { name });
  if (message.forum_topic_reopened) return say("service.topic_reopened", { name });
  if (message.general_forum_topic_hidden) return say("service.general_hidden", { name });
  if (message.general_forum_topic_unhidden) return say("service.general_unhidden", { name });
  if (message.pinned_message) return say("service.pinned", { name, text: brief(message.pinned_message).slice(0, 40) });
  if (others) return say("service.joined", { other: others });
  if (message.left_chat_member) return say("service.left", { other: nameOf(message.left_chat_member) });
  if (message.new_chat_title) return say("service.title", { name, title: message.new_chat_title });
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return say("service.migrated");
  return null;
}
