/** A checkbox that selects all rows of a page. Without JavaScript it stays hidden. */

for (const form of document.querySelectorAll("form[data-select-all]")) {
  const label = form.querySelector("[data-all-of-page]");
  const boxes = [...form.querySelectorAll("input[name=message]")];
  const all = label?.querySelector("input");
  const update = () => {
    const checked = boxes.filter((box) => box.checked).length;
    all.checked = checked === boxes.length;
    all.indeterminate = checked > 0 && checked < boxes.length;
  };
  if (!all) continue;
  label.hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
  form.addEventListener("change", (event) => event.target.name === "message" && update());
  window.addEventListener("pageshow", update);
}
