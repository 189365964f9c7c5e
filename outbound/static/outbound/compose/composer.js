/**
 * `<wa-composer>`: a form over one JSON value, drawn from a description made on the server.
 * The textarea inside stays the form value; without scripts it is what people edit.
 * Emits a bubbling `input` event of its own after each change.
 */

import { ErrorNote, StatusBar, fill, h, icon, isRecord } from "./composer-dom.js";
import { Fields, Group, TextField, requiredMark } from "./composer-fields.js";
import { Many } from "./composer-rows.js";

const KINDS = { group: Group, many: Many };

/** How many items stand at a path of names, over all lists on the way. */
function countAt(value, [name, ...rest]) {
  const items = Array.isArray(value?.[name]) ? value[name] : [];
  return rest.length ? items.reduce((sum, item) => sum + countAt(item, rest), 0) : items.length;
}

function typeCard(type, name, checked) {
  return h("label", { class: "wa-card" },
    h("input", { type: "radio", class: "wa-card__input", name, value: type.type, checked }),
    icon(type.icon || "chat", "wa-card__icon"),
    h("span", { class: "wa-card__label" }, type.label));
}

/** The fields of one type, and what they share: ids, errors, caps and the way to the composer. */
class TypeForm {
  constructor(type, value, errors, composer) {
    Object.assign(this, { type, errors, composer, texts: composer.spec.texts, caps: type.caps ?? [] });
    this.fields = new Fields(type.fields ?? [], value, [], this);
    this.node = this.fields.node;
    this.refresh();
  }

  build(field, value, path) {
    return new (KINDS[field.kind] ?? TextField)(field, value, path, this);
  }

  newId() {
    return this.composer.newId();
  }

  mark(field) {
    return requiredMark(field, this.texts);
  }

  /** Messages are handed out once, so that those nobody claimed can be shown on top. */
  takeErrors(path) {
    const key = path.join(".");
    const messages = key ? this.errors.get(key) ?? [] : [];
    this.errors.delete(key);
    return messages;
  }

  isCapped(names) {
    return this.caps.some((cap) => cap.path.join() === names.join());
  }

  /** In words, the cap over several lists that one more item with this value would break. */
  capReached(names, value) {
    const cap = this.caps.find(({ path, max }) => {
      if (path.slice(0, names.length).join() !== names.join()) return false;
      const inside = path.slice(names.length);
      const more = inside.length ? countAt(value, inside) : 1;
      return more > 0 && countAt(this.read(), path) + more > max;
    });
    return cap ? cap.hint ?? fill(this.texts.limit, { max: cap.max }) : "";
  }

  whisper(message) {
    this.composer.status?.whisper(message);
  }

  changed(message, restore) {
    this.refresh();
    this.composer.status.say(message, restore);
    this.composer.commit();
  }

  refresh() {
    if (this.fields) this.fields.refresh();
  }

  read() {
    return this.fields ? this.fields.read() : {};
  }
}

/** The element itself: reads what the server rendered, shows the chosen type, writes the value back. */
export class WaComposer extends HTMLElement {
  connectedCallback() {
    if (this.root) return;
    this.textarea = this.querySelector("textarea");
    this.spec = this.json(".composer-spec", null);
    this.errors = new Map(Object.entries(this.json(".composer-errors", {})));
    const value = this.parse(this.textarea?.value.trim() || "{}");
    // Text that is no JSON object stays as it is, editable: drawing a form over it would lose it.
    if (!this.spec || !isRecord(value)) return;
    this.lastId = 0;
    this.forms = new Map();
    this.build(value);
  }

  json(selector, fallback) {
    return this.parse(this.querySelector(selector)?.textContent || "null") ?? fallback;
  }

  parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  newId() {
    this.lastId += 1;
    return `${this.textarea.id || this.textarea.name}-${this.lastId}`;
  }

  build(value) {
    this.panel = h("div", { class: "wa-panel" });
    this.root = h("div", { class: "wa-root", oninput: (event) => this.onInput(event), onkeydown: (event) => this.onKey(event) });
    const only = this.spec.choice === "none" ? this.spec.types[0]?.type : value.type;
    const chooser = this.spec.choice === "none" ? null : this.buildChooser(value.type);
    this.show(only, value);
    this.status = new StatusBar(this.spec.texts.undo);
    this.root.append(...[chooser, this.leftovers(), this.panel, this.status.node].filter(Boolean));
    this.textarea.hidden = true;
    this.textarea.required = false;
    this.append(this.root);
  }

  /** Errors at places this form does not show. */
  leftovers() {
    const messages = [...this.errors.values()].flat();
    this.errors.clear();
    return new ErrorNote(messages, this.newId()).node;
  }

  buildChooser(current) {
    this.typeError = new ErrorNote(this.errors.get("type") ?? [], this.newId());
    this.errors.delete("type");
    this.help = h("p", { class: "wa-help", id: this.newId() });
    const describedBy = [this.typeError.id, this.help.id].filter(Boolean).join(" ");
    return this.spec.choice === "select" ? this.buildSelect(current, describedBy) : this.buildRadios(current, describedBy);
  }

  buildRadios(current, describedBy) {
    const name = `${this.newId()}-type`;
    const cards = this.spec.types.map((type) => typeCard(type, name, type.type === current));
    this.chooser = h("fieldset", { class: "wa-chooser", "aria-describedby": describedBy, oninput: (event) => this.choose(event) },
      h("legend", { class: "wa-label" }, this.spec.legend, requiredMark({ required: true }, this.spec.texts)),
      h("div", { class: "wa-cards" }, ...cards), this.help, this.typeError.node);
    this.markInvalid(this.chooser.querySelectorAll("input"));
    return this.chooser;
  }

  buildSelect(current, describedBy) {
    const id = this.newId();
    const options = this.spec.types.map(({ type, label }) => h("option", { value: type, selected: type === current }, label));
    const select = h("select", { id, class: "wa-input wa-select", "aria-describedby": describedBy, oninput: (event) => this.choose(event) },
      h("option", { value: "" }, this.spec.empty), ...options);
    this.markInvalid([select]);
    this.chooser = h("div", { class: "wa-chooser" },
      h("label", { class: "wa-label", for: id }, this.spec.legend, requiredMark({ required: true }, this.spec.texts)),
      select, this.help, this.typeError.node);
    return this.chooser;
  }

  markInvalid(controls) {
    if (this.typeError.id) controls.forEach((control) => control.setAttribute("aria-invalid", "true"));
  }

  choose(event) {
    event.stopPropagation();
    this.typeError.clear();
    this.chooser.querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
    this.status.say("");
    this.show(event.target.value, {});
    this.commit();
  }

  /** Forms stay alive while hidden: coming back to a type finds what was typed there. */
  show(name, value) {
    const type = this.spec.types.find((each) => each.type === name);
    if (type && !this.forms.has(name)) this.forms.set(name, this.newForm(type, value));
    this.form = this.forms.get(name) ?? null;
    if (this.help) this.help.textContent = type?.help ?? "";
    this.panel.replaceChildren(...(this.form ? [this.form.node] : []));
  }

  newForm(type, value) {
    const { type: _type, ...rest } = value;
    return new TypeForm(type, rest, this.errors, this);
  }

  /** Inner events end here: the page hears one event per change, from the composer, with the value written. */
  onInput(event) {
    event.stopPropagation();
    if (this.form) this.commit();
  }

  /** Enter in a line of text would press the page's first button, which may be the one that sends. */
  onKey(event) {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  }

  commit() {
    this.textarea.value = this.form ? JSON.stringify({ type: this.form.type.type, ...this.form.read() }) : "";
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("wa-composer", WaComposer);
