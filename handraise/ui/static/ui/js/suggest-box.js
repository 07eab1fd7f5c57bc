// <suggest-box from="/address?what=events" sends="event:event" many> around an input and a list:
// what occurs here, filtered as one types. `sends` adds other inputs' values to the question;
// `many`: the input holds several values parted by commas, and only the last is completed.
customElements.define("suggest-box", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.list = this.querySelector("[role=listbox]");
    this.input.addEventListener("input", () => { if (!this.isPicking) { this.narrow(); this.ask(120); } });
    this.input.addEventListener("focus", () => { if (this.input.value === "") this.ask(0); });
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.pick(option);
    });
  }

  ask(delay) {
    clearTimeout(this.waiting);
    this.asked = null; // an answer to fewer letters, still on its way, is not wanted any more
    this.waiting = setTimeout(async () => {
      const address = new URL(this.getAttribute("from"), location.href);
      address.searchParams.set("q", this.typed());
      for (const pair of (this.getAttribute("sends") || "").split(",").filter(Boolean)) {
        const [name, field] = pair.split(":");
        address.searchParams.set(name, this.input.form.elements.namedItem(field)?.value ?? "");
      }
      const asked = (this.asked = address.href);
      const answer = await fetch(asked, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (!answer?.ok || asked !== this.asked || document.activeElement !== this.input) return;
      this.list.innerHTML = await answer.text();
      this.options().forEach((one, place) => { one.id = `${this.list.id}_${place}`; });
      this.show(this.options().length > 0);
    }, delay);
  }

  // At once, so that a quick hand never picks from what was shown for fewer letters.
  narrow() {
    const typed = this.typed().toLowerCase();
    for (const one of this.options()) if (!one.dataset.value.toLowerCase().includes(typed)) one.remove();
    if (!this.list.hidden) this.show(this.options().length > 0);
  }

  options() { return [...this.list.children]; }
  typed() { return this.hasAttribute("many") ? this.input.value.split(",").pop().trim() : this.input.value; }
  show(isOpen) { this.list.hidden = !isOpen; this.input.setAttribute("aria-expanded", isOpen); this.mark(null); }
  close() { clearTimeout(this.waiting); this.asked = null; this.show(false); }

  mark(option) {
    for (const one of this.options()) one.setAttribute("aria-selected", one === option);
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    this.marked = option;
    option?.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    const all = this.options(), here = all.indexOf(this.marked);
    if (event.key === "ArrowDown" && this.list.hidden) this.ask(0);
    else if (this.list.hidden) return;
    else if (event.key === "ArrowDown") this.mark(all[(here + 1) % all.length]);
    else if (event.key === "ArrowUp") this.mark(all[(here - 1 + all.length) % all.length]);
    else if (event.key === "Enter" && this.marked) this.pick(this.marked);
    else if (event.key === "Escape" || event.key === "Enter") this.close();
    else return;
    event.preventDefault();
  }

  pick(option) {
    const before = this.hasAttribute("many") ? this.input.value.split(",").slice(0, -1).map((one) => one.trim()) : [];
    const value = option.dataset.value;
    const written = this.hasAttribute("many") && value.includes(",") ? `"${value}"` : value;
    this.close();
    this.isPicking = true;
    this.input.value = [...before, written].join(", ");
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    this.isPicking = false;
  }
});
