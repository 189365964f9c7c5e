/** Leaf fields, groups and sets of fields: each builds its nodes once and reads its part of the value back. */

import { ErrorNote, codePoints, describe, fill, h, helpText, isRecord } from "./composer-dom.js";

/** One text, url or number input with label, help, counter and its own error. */
export class TextField {
  /**
   * @param {Object} field description of the field
   * @param {*} value
   * @param {Array<string|number>} path
   * @param {Object} form the form of the chosen type
   */
  constructor(field, value, path, form) {
    Object.assign(this, { field, form, value, over: false });
    this.id = form.newId();
    this.error = new ErrorNote(form.takeErrors(path), `${this.id}-error`);
    this.control = this.buildControl();
    this.counter = field.maxLength ? h("span", { class: "wa-counter", id: `${this.id}-counter` }) : null;
    this.help = helpText(field, `${this.id}-help`);
    this.node = this.buildNode();
    this.count();
    this.describe();
  }

  buildControl() {
    const { field } = this;
    const multiline = Boolean(field.multiline);
    // "number" stays a text input: comma decimals must survive, and numeric phone keyboards have no minus sign.
    const input = h(multiline ? "textarea" : "input", {
      id: this.id,
      class: "wa-input",
      type: multiline ? null : "text",
      rows: multiline ? 3 : null,
      inputmode: field.kind === "url" ? "url" : null,
      autocapitalize: field.kind === "url" ? "off" : null,
      spellcheck: field.kind === "text" ? null : "false",
      autocomplete: "off",
      placeholder: field.placeholder || null,
      list: field.suggestions?.length ? `${this.id}-list` : null,
      oninput: () => this.edit(),
    });
    input.value = this.asText(this.value);
    return input;
  }

  asText(value) {
    if (value === undefined || value === null) return "";
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  }

  buildNode() {
    const { field, id } = this;
    const label = h("label", { class: "wa-label", for: id }, field.label, this.form.mark(field));
    return h("div", { class: `wa-field${this.isHalf() ? " wa-field--half" : ""}` },
      h("div", { class: "wa-field__top" }, label, this.counter),
      this.control,
      this.suggestions(),
      this.help,
      this.error.node);
  }

  /** Short required inputs of an item and numbers stand side by side unless the description says otherwise. */
  isHalf() {
    const { width, kind, required, multiline, inItem } = this.field;
    if (width) return width === "half";
    return kind === "number" || Boolean(inItem && required && !multiline && kind === "text");
  }

  suggestions() {
    if (!this.field.suggestions?.length) return null;
    return h("datalist", { id: `${this.id}-list` }, ...this.field.suggestions.map((value) => h("option", { value })));
  }

  edit() {
    this.value = this.control.value;
    this.error.clear();
    this.count();
    this.describe();
  }

  count() {
    if (!this.counter) return;
    const { texts } = this.form;
    const max = this.field.maxLength;
    const count = codePoints(this.control.value);
    const excess = count > max ? fill(texts.over, { over: count - max }) : "";
    const spoken = fill(texts.counter, { count, max }) + (excess && `, ${excess}`);
    this.counter.replaceChildren(
      h("span", { "aria-hidden": "true" }, `${count}/${max}${excess && ` · ${excess}`}`),
      h("span", { class: "wa-sr" }, spoken));
    this.counter.classList.toggle("wa-counter--over", Boolean(excess));
    if (excess && !this.over) this.form.whisper(`${this.field.label}: ${excess}`);
    this.over = Boolean(excess);
  }

  describe() {
    describe(this.control, this.error.id, this.help?.id, this.counter?.id);
    if (this.error.id || this.over) this.control.setAttribute("aria-invalid", "true");
    else this.control.removeAttribute("aria-invalid");
  }

  refresh() {}

  read() {
    return this.value === "" || this.value === null ? undefined : this.value;
  }
}

/** The fields of one object. Keys the description does not know travel along untouched. */
export class Fields {
  constructor(fields, value, path, form) {
    const record = isRecord(value) ? value : {};
    const names = new Set(fields.map((field) => field.name));
    this.rest = Object.entries(record).filter(([name]) => !names.has(name));
    this.parts = fields.map((field) => [field.name, form.build(field, record[field.name], [...path, field.name])]);
    this.node = h("div", { class: "wa-fields" }, ...this.parts.map(([, part]) => part.node));
  }

  refresh() {
    this.parts.forEach(([, part]) => part.refresh());
  }

  known() {
    return this.parts.map(([name, part]) => [name, part.read()]).filter(([, value]) => value !== undefined);
  }

  read() {
    return Object.fromEntries([...this.known(), ...this.rest]);
  }
}

/** A nested object under its own heading. */
export class Group {
  constructor(field, value, path, form) {
    const id = form.newId();
    this.edited = false;
    this.error = new ErrorNote(form.takeErrors(path), `${id}-error`);
    this.fields = new Fields(field.fields, value, path, form);
    this.help = helpText(field, `${id}-help`);
    this.node = h("div", { class: "wa-group", role: "group", "aria-labelledby": id, oninput: () => this.edit() },
      h("p", { class: "wa-heading", id }, field.label, form.mark(field)), this.help, this.error.node, this.fields.node);
    describe(this.node, this.error.id, this.help?.id);
  }

  edit() {
    this.edited = true;
    this.error.clear();
    describe(this.node, this.help?.id);
  }

  refresh() {
    this.fields.refresh();
  }

  /** Emptied by hand, the whole object goes: nobody can clear a leftover key they do not see. */
  read() {
    const empty = this.fields.known().length === 0;
    return empty && (this.edited || this.fields.rest.length === 0) ? undefined : this.fields.read();
  }
}

/** How a label says that its field may, or may not, stay empty; the star never wraps alone. */
export function requiredMark(field, texts) {
  if (!field.required) return h("span", { class: "wa-optional" }, ` (${texts.optional})`);
  return h("span", { class: "wa-required" },
    h("span", { "aria-hidden": "true" }, "\u00a0*"),
    h("span", { class: "wa-sr" }, ` (${texts.required})`));
}
