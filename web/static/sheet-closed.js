// A sheet that was closed before this browser had sent everything: what it still keeps is shown, until it was read.
"use strict";

(() => {
  const lost = document.getElementById("lost");
  const key = `presences:${lost.dataset.reader}:${lost.dataset.session}`;
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem(key) || "{}"); } catch { return; }
  const taps = [...kept.lost ?? [], ...kept.taken ?? [], ...kept.queue ?? []];
  if (!taps.length) return;
  const textOf = (attribute, id) => document.querySelector(`[data-${attribute}="${id}"]`)?.textContent.trim() ?? "";
  lost.querySelector("ul").replaceChildren(...taps.map((each) => {
    const item = document.createElement("li");
    item.textContent = `${textOf("person", each.request)}, ${textOf("title", each.slot)} : ${lost.dataset[each.status]}`;
    return item;
  }));
  lost.querySelector("button").addEventListener("click", () => { localStorage.removeItem(key); lost.hidden = true; });
  lost.hidden = false;
})();
