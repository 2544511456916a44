// Dates, names and rich text.

import { h } from "./dom.js";
import { language, say } from "./language.js";

const locale = () => (language() === "zh" ? "zh-CN" : "en-GB");

const toDate = (value) => (typeof value === "number" ? new Date(value * 1000) : new Date(value));

/** Show the time of day, with seconds if asked. */
export function timeOfDay(value, exact = false) {
  return toDate(value).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit", second: exact ? "2-digit" : undefined });
}

/** Show a whole moment: its day, the day in short, and the time. */
export function moment(value) {
  const date = toDate(value);
  const day = date.toLocaleDateString(locale(), { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const short = date.toLocaleDateString(locale(), { day: "numeric", month: "short" });
  return [day, short, date.toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit", second: "2-digit" })];
}

/** Name a message's day, as seen from the sandbox's now. */
export function dayName(value, now) {
  const date = toDate(value);
  const days = Math.round((midnight(toDate(now)) - midnight(date)) / 86_400_000);
  if (days === 0) return say("chat.today");
  if (days === 1) return say("chat.yesterday");
  const far = midnight(toDate(now)).getFullYear() !== date.getFullYear();
  return date.toLocaleDateString(locale(), { day: "numeric", month: "long", year: far ? "numeric" : undefined });
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

/** Say how far the sandbox is ahead: "2 d 3 h". */
export function distance(seconds) {
  const minutes = Math.round(seconds / 60);
  const units = language() === "zh" ? ["天", "小时", "分"] : ["d", "h", "min"];
  const parts = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  return parts.map((count, place) => (count ? `${count} ${units[place]}` : "")).filter(Boolean).join(" ");
}

/** Show a size in bytes as people read it. */
export function size(bytes) {
  if (!bytes) return "";
  return bytes < 1024 ? `${bytes} B` : bytes < 1_048_576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** Show a person's name: people of the sandbox have one name, the Bot API's users two. */
export function nameOf(one) {
  if (!one) return "?";
  return one.name ?? one.title ?? [one.first_name, one.last_name].filter(Boolean).join(" ") ?? "?";
}

/** Draw a person's round picture: an initial on a colour of their own. */
export function avatar(one, extra = "") {
  const name = nameOf(one);
  const han = name.match(/[\u3400-\u9fff]/);
  const hue = (Math.abs(Number(one?.id ?? 0)) * 47) % 360;
  const letter = han ? han[0] : (name.match(/[\p{L}\p{N}]/u)?.[0] ?? "?").toUpperCase();
  const node = h("span", { class: `avatar ${extra}`, "aria-hidden": "true" }, one?.is_bot ? "✦" : letter);
  node.style.setProperty("--hue", String(hue));
  return node;
}

const WRAPS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote", spoiler: "span",
};

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

/** Turn text and its entities (UTF-16 offsets, as in the Bot API) into nodes. */
export function richText(text, entities = [], actions = {}) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return spans(text, 0, text.length, sorted, actions);
}

function spans(text, from, to, entities, actions) {
  const nodes = [];
  let at = from;
  while (entities.length) {
    const entity = entities.shift();
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || end <= entity.offset) continue;
    const inside = [];
    while (entities.length && entities[0].offset < end) inside.push(entities.shift());
    const stands = BLOCKS.has(entity.type);
    const before = text.slice(at, entity.offset);
    if (before) nodes.push(stands ? before.replace(/\n$/, "") : before);
    nodes.push(wrap(entity, text.slice(entity.offset, end), spans(text, entity.offset, end, inside, actions), actions));
    at = stands && text[end] === "\n" && end < to ? end + 1 : end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function wrap(entity, plain, nodes, actions) {
  if (entity.type === "bot_command") {
    return h("button", { class: "inline-link", type: "button", onclick: () => actions.command?.(plain) }, nodes);
  }
  if (entity.type === "url" || entity.type === "text_link") {
    return link(entity.url ?? plain, nodes, actions);
  }
  if (["mention", "text_mention", "hashtag", "cashtag", "email", "phone_number"].includes(entity.type)) {
    return h("span", { class: "mention" }, nodes);
  }
  const spoiler = entity.type === "spoiler" ? { class: "spoiler", tabindex: "0" } : {};
  return h(WRAPS[entity.type] ?? "span", spoiler, nodes);
}

/** Make a link; one to the bot itself starts it with its payload instead of leaving the page. */
export function link(url, nodes, actions, look = "inline-link") {
  const payload = url.match(/(?:t\.me|telegram\.me)\/(\w+)\?start=([\w-]+)/);
  if (payload && payload[1].toLowerCase() === actions.bot?.toLowerCase()) {
    return h("button", { class: look, type: "button", onclick: () => actions.start(payload[2]) }, nodes);
  }
  const safe = /^(https?|mailto|tel):/i.test(url) ? url : `https://${url}`;
  return h("a", { class: look, href: safe, target: "_blank", rel: "noopener noreferrer" }, nodes);
}
