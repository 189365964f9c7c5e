/**
 * `<oc-picker>`: choose from many by searching. The select inside stays the form value and holds
 * only what was chosen; native checkboxes and buttons do the rest, so every key works as expected.
 */

const SEARCH_DELAY_MS = 200;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node[name] = value;
  node.append(...children);
  return node;
}

class Picker extends HTMLElement {
  connectedCallback() {
    this.select = this.querySelector("select");
    this.select.hidden = true;
    const label = document.querySelector(`label[for="${this.select.id}"]`);
    this.search = make("input", { type: "search", className: "oc-input", id: `${this.select.id}_search`, autocomplete: "off", placeholder: this.dataset.search });
    if (label) label.htmlFor = this.search.id;
    this.found = make("ul", { className: "oc-picker__found" });
    this.status = make("p", { className: "oc-picker__status" });
    this.status.setAttribute("role", "status");
    this.chosen = make("ul", { className: "oc-picker__chosen" });
    this.append(this.search, this.found, this.status, this.chosen);
    this.search.addEventListener("input", (event) => this.searchSoon(event));
    this.search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    this.drawChosen();
    this.look();
  }

  searchSoon(event) {
    event.stopPropagation(); // a search is no change of the form
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), SEARCH_DELAY_MS);
  }

  async look() {
    const term = this.search.value;
    const answer = await fetch(`${this.dataset.url}?q=${encodeURIComponent(term)}`).catch(() => null);
    if (!answer?.ok || term !== this.search.value) return;
    const { found } = await answer.json();
    this.found.replaceChildren(...found.map((person) => this.row(person)));
    if (!found.length) this.found.append(make("li", { className: "oc-picker__none" }, this.dataset.none));
  }

  row(person) {
    const box = make("input", { type: "checkbox", value: person.id, checked: Boolean(this.option(person.id)) });
    box.addEventListener("change", () => {
      if (!box.checked) this.drop(person.id);
      else if (this.select.options.length < Number(this.dataset.most)) this.add(person);
      else box.checked = false, (this.status.textContent = this.dataset.full);
    });
    const note = person.note ? make("span", { className: "oc-badge oc-badge--warning" }, person.note) : "";
    return make("li", {}, make("label", { className: "oc-choice" }, box, make("span", {}, person.label), note));
  }

  option(id) {
    return [...this.select.options].find((option) => option.value === String(id));
  }

  add(person) {
    if (!this.option(person.id)) this.select.add(new Option(person.label, person.id, true, true));
    this.changed();
  }

  drop(id) {
    this.option(id)?.remove();
    const box = this.found.querySelector(`input[value="${CSS.escape(String(id))}"]`);
    if (box) box.checked = false;
    this.changed();
  }

  changed() {
    this.drawChosen();
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  drawChosen() {
    const options = [...this.select.options];
    this.status.textContent = options.length ? this.dataset.count.replace("{count}", options.length) : this.dataset.nobody;
    this.chosen.replaceChildren(...options.map((option) => this.chip(option)));
  }

  chip(option) {
    const button = make("button", { type: "button", className: "oc-chip" }, option.text, make("span", { className: "oc-chip__x" }, "×"));
    button.setAttribute("aria-label", this.dataset.remove.replace("{name}", option.text));
    button.addEventListener("click", () => {
      this.drop(option.value);
      this.search.focus();
    });
    return make("li", {}, button);
  }
}

customElements.define("oc-picker", Picker);
