// The language of the page: looking words up, and remembering the choice.

import { TEXTS } from "./texts.js";

const KEY = "sandbox.language";

let current = pick();

function pick() {
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = asked || recall(KEY) || navigator.language || "en";
  return wanted.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** Read a remembered choice; a browser that keeps nothing is fine. */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Remember a choice for the next visit. */
export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows may refuse; the page works without it.
  }
}

/** Return the language in use: "en" or "zh". */
export function language() {
  return current;
}

/** Change the language of the page. */
export function useLanguage(code) {
  current = code;
  remember(KEY, code);
  document.documentElement.lang = code === "zh" ? "zh-Hans" : "en";
}

/** Look a text up and fill in its {places}. */
export function say(key, values = {}) {
  const text = TEXTS[current][key] ?? TEXTS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}
