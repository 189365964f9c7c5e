/** The compose page: shows the part of the chosen kind, keeps the preview fresh, leads to what is wrong. */

import { sendOnce } from "../send-once.js";

const PREVIEW_DELAY_MS = 250;
const form = document.getElementById("compose");

function showKind() {
  const kind = new FormData(form).get("kind");
  for (const part of form.querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== kind;
}

/** Draws the phone from what is typed now; an answer that was overtaken by a later one is dropped. */
function keepPreviewFresh() {
  const target = document.getElementById("preview");
  let timer, latest = 0;
  const refresh = async () => {
    const ticket = ++latest;
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (!answer?.ok || ticket !== latest) return;
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    target.replaceChildren(...drawn.body.childNodes);
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PREVIEW_DELAY_MS);
  });
}

/** From the summary of problems to the field itself, also where that is inside a composer. */
function leadToFields() {
  const problems = document.getElementById("problems");
  if (!problems) return;
  problems.addEventListener("click", (event) => {
    const area = document.getElementById(event.target.dataset?.field ?? "");
    const inner = area?.closest("wa-composer")?.querySelector('[aria-invalid="true"], .wa-error, input, select');
    const field = inner ?? area?.closest("oc-picker")?.querySelector("input") ?? area;
    if (!field) return;
    event.preventDefault();
    field.closest("details")?.setAttribute("open", "");
    if (field.classList.contains("wa-error")) field.tabIndex = -1;
    field.focus();
  });
  problems.focus();
}

form.addEventListener("change", showKind);
showKind();
keepPreviewFresh();
leadToFields();
sendOnce(form);
