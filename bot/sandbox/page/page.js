// The page: top bar, three panes, and the loop that keeps them true.

import * as api from "./api.js";
import { h, icon } from "./dom.js";
import { wireFaults } from "./faults.js";
import { distance, moment, nameOf } from "./format.js";
import { buildInspector } from "./inspector.js";
import { language, recall, remember, say, useLanguage } from "./language.js";
import { model, readAll, restore, settle } from "./model.js";
import { buildPane, newsOf } from "./pane.js";

const PAUSE = 120;
const TYPING = 5000;
const STEPS = { hour: 3600, day: 86_400, week: 604_800 };

const $ = (id) => document.getElementById(id);
const panes = {};
const ui = { inspector: null, drawFaults: () => {}, timer: null, callTimer: null, busy: false, again: false, fetchedAt: 0 };

function start() {
  useLanguage(language());
  restore();
  for (const role of Object.keys(model.panes)) {
    panes[role] = buildPane(role, () => refresh());
    $("panes").append(panes[role].node);
  }
  ui.inspector = buildInspector($("calls"));
  document.body.append(ui.inspector.node);
  ui.drawFaults = wireFaults($("faults"), refresh);
  $("language").addEventListener("click", switchLanguage);
  for (const [name, seconds] of Object.entries(STEPS)) {
    $(`step-${name}`).addEventListener("click", () => api.attempt(() => api.advance(seconds)).then(refresh));
  }
  wireTabs();
  words();
  refresh();
  api.listen(happened, (up) => {
    $("offline").hidden = up;
    if (up) soon();
  });
  setInterval(drawClock, 1000);
}

function happened(event) {
  if (event.kind === "call") return countCall();
  if (event.kind === "message") model.typing.delete(event.chat);
  if (event.kind !== "typing") return soon();
  model.typing.set(event.chat, Date.now() + TYPING);
  if (model.state) draw();
}

function countCall() {
  if (!model.state) return;
  model.state.calls_total += 1;
  $("calls-count").textContent = String(model.state.calls_total);
  if (model.state.faults.length) soon();
  ui.callTimer ??= setTimeout(() => {
    ui.callTimer = null;
    ui.inspector.refresh();
  }, PAUSE);
}

function soon() {
  ui.timer ??= setTimeout(() => {
    ui.timer = null;
    refresh();
  }, PAUSE);
}

async function refresh() {
  if (ui.busy) {
    ui.again = true;
    return;
  }
  ui.busy = true;
  try {
    const first = model.state === null;
    await fetchState();
    if (first) readAll();
    draw();
  } catch {
    $("offline").hidden = false;
  } finally {
    ui.busy = false;
  }
  if (ui.again) {
    ui.again = false;
    soon();
  }
}

/** Fetch the chats in view; a pane that found itself a new place needs a second look. */
async function fetchState() {
  const asked = looked();
  model.state = await api.state(asked);
  settle();
  if (looked().some((id) => !asked.includes(id))) model.state = await api.state(looked());
  ui.fetchedAt = Date.now();
}

function looked() {
  const ids = Object.values(model.panes).flatMap((pane) => [pane.person, pane.chat]).filter(Boolean);
  return ids.length ? [...new Set(ids)] : [0];
}

function draw() {
  for (const pane of Object.values(panes)) pane.draw();
  const { bot, calls_total: total, faults } = model.state;
  $("bot-name").textContent = nameOf(bot);
  $("bot-live").classList.toggle("on", total > 0);
  $("bot-live").title = say(total > 0 ? "page.bot_live" : "page.waiting_bot");
  $("calls-count").textContent = String(total ?? 0);
  $("faults").classList.toggle("armed-now", Boolean(faults?.length));
  ui.drawFaults();
  drawClock();
  drawTabs();
}

function drawClock() {
  if (!model.state) return;
  const at = typeof model.state.now === "number" ? model.state.now * 1000 : Date.parse(model.state.now);
  const [day, short, time] = moment((at + Date.now() - ui.fetchedAt) / 1000);
  $("clock-day").textContent = day;
  $("clock-short").textContent = short;
  $("clock-time").textContent = time;
  const ahead = model.state.offset_seconds;
  $("clock-ahead").textContent = ahead >= 60 ? `+${distance(ahead)}` : "";
  $("clock-ahead").title = ahead >= 60 ? say("clock.ahead", { text: distance(ahead) }) : say("clock.real");
}

function switchLanguage() {
  useLanguage(language() === "zh" ? "en" : "zh");
  words();
  if (model.state) draw();
}

function words() {
  document.title = say("page.title");
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    node.title = say(node.dataset.label);
  }
  $("language-now").textContent = language() === "zh" ? "EN" : "中";
  ui.inspector?.draw();
}

function wireTabs() {
  const show = (role) => {
    document.body.dataset.tab = role;
    remember("sandbox.tab", role);
    if (model.state) draw();
  };
  for (const role of Object.keys(model.panes)) {
    const count = h("span", { class: "badge", hidden: true });
    const tab = h("button", { class: "tab", type: "button", "data-role": role, onclick: () => show(role) }, h("span", { "data-say": `role.${role}` }), count);
    $("tabs").append(tab);
  }
  const asked = new URLSearchParams(location.search).get("tab") ?? recall("sandbox.tab");
  show(asked in model.panes ? asked : "customer");
}

function drawTabs() {
  for (const tab of $("tabs").children) {
    const { role } = tab.dataset;
    const news = document.body.dataset.tab === role ? 0 : newsOf(model.panes[role]);
    tab.setAttribute("aria-pressed", String(document.body.dataset.tab === role));
    tab.lastChild.hidden = !news;
    tab.lastChild.textContent = String(news);
  }
}

for (const node of document.querySelectorAll("[data-icon]")) node.prepend(icon(node.dataset.icon));
start();
