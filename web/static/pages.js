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
