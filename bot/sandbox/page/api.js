// The control API of the sandbox, one function a request.

import { say } from "./language.js";
import { toast } from "./dom.js";

async function ask(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`sandbox/${path}`, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? answer.description ?? `HTTP ${response.status}`);
  return answer;
}

/** Do something that a person asked for; say so when it fails. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(say("toast.failed", { reason: error.message }), "alert");
    return null;
  }
}

export const state = (chats) => ask("GET", `state?${chats.map((id) => `chat=${id}`).join("&")}`);
export const calls = (limit) => ask("GET", `calls?limit=${limit}`);
export const addPerson = (name, language, role) => ask("POST", "people", { name, language_code: language, role_hint: role });
export const send = (message) => ask("POST", "send", message);
export const press = (button) => ask("POST", "press", button);
export const edit = (message) => ask("POST", "edit", message);
export const react = (reaction) => ask("POST", "react", reaction);
export const block = (person, blocked) => ask("POST", "block", { person, blocked });
export const topic = (chat, thread, action, by) => ask("POST", "topic", { chat, thread, action, from: by });
export const advance = (seconds) => ask("POST", "clock", { advance: seconds });
export const addFault = (fault) => ask("POST", "faults", fault);
export const clearFaults = () => ask("DELETE", "faults");
export const limits = (mode) => ask("POST", "limits", { mode });
export const fileUrl = (id) => `sandbox/file/${encodeURIComponent(id)}`;

/** Listen to what happens; `changed` gets each event, `live` hears whether the line is up. */
export function listen(changed, live) {
  const source = new EventSource("sandbox/events");
  source.onopen = () => live(true);
  source.onerror = () => live(false);
  source.onmessage = (event) => changed(JSON.parse(event.data || "{}"));
  return source;
}
