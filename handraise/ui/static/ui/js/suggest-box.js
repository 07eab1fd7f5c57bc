// <suggest-box from="/address?what=events" sends="event:event" many> around an input and a list:
// what occurs here, filtered as one types. `sends` adds other inputs' values to the question;
// `many`: the input holds several values parted by commas, and only the last is completed.
customElements.define("suggest-box", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.list = new OptionList(this.input, this.querySelector("[role=listbox]"), {
      ask: () => this.ask(0), pick: (option) => this.pick(option),
    });
    this.input.addEventListener("input", () => { if (!this.isPicking) { this.narrow(); this.ask(120); } });
    this.input.addEventListener("focus", () => { if (this.input.value === "") this.ask(0); });
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("keydown", (event) => { if (["Escape", "Enter"].includes(event.key)) this.forget(); });
  }

  ask(delay) {
    this.forget();
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
      this.list.fill(await answer.text());
    }, delay);
  }

  // At once, so that a quick hand never picks from what was shown for fewer letters.
  narrow() {
    const typed = this.typed().toLowerCase();
    this.list.keep((one) => one.dataset.value.toLowerCase().includes(typed));
  }

  typed() { return this.hasAttribute("many") ? this.input.value.split(",").pop().trim() : this.input.value; }
  forget() { clearTimeout(this.waiting); this.asked = null; } // an answer on its way is not wanted any more
  close() { this.forget(); this.list.show(false); }

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
