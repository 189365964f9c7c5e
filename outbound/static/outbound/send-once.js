/** Submits a form once per page view. The server refuses a second submit as well. */

export function sendOnce(form) {
  let isSubmitted = false;
  form.addEventListener("submit", (event) => {
    if (isSubmitted) event.preventDefault();
    isSubmitted = true;
    form.setAttribute("aria-busy", "true");
  });
  // The back button restores the page as it was left: allow a new submit.
  window.addEventListener("pageshow", () => {
    isSubmitted = false;
    form.removeAttribute("aria-busy");
  });
}

for (const form of document.querySelectorAll("form[data-send-once]")) sendOnce(form);
