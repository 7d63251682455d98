// Improves what works without it: the focus goes to what is wrong, and a form is not sent twice.
"use strict";

const focusOnErrors = (root) => root.querySelector("#errors")?.focus();

document.addEventListener("DOMContentLoaded", () => focusOnErrors(document));
document.addEventListener("htmx:afterSwap", (event) => focusOnErrors(event.target));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
// the back button shows the page as it was left
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));

// how many requests are chosen, and one button for all of them
for (const bar of document.querySelectorAll("[data-choosing]")) {
  const boxes = [...bar.closest("form").querySelectorAll(".box input")];
  const [count, every] = [bar.querySelector("[data-count]"), bar.querySelector("[data-every]")];
  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = count.dataset[chosen > 1 ? "many" : chosen ? "one" : "none"].replace("{}", chosen);
    every.textContent = every.dataset[chosen === boxes.length ? "none" : "all"];
    bar.classList.toggle("ready", chosen > 0);
  };
  every.hidden = false;
  every.addEventListener("click", () => {
    const wanted = boxes.some((box) => !box.checked);
    boxes.forEach((box) => { box.checked = wanted; });
    show();
  });
  bar.closest("form").addEventListener("change", show);
  window.addEventListener("pageshow", show);
}
