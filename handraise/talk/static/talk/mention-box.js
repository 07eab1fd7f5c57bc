// <mention-box from="/address"> around a text area and a list: whom an @ and some letters may mean.
(() => {
  // A text area is no combobox: its list shows and hides without saying so of the text area.
  class People extends OptionList {
    show(isOpen) { this.list.hidden = !isOpen; this.mark(null); }
    fill(html) { super.fill(html); if (!this.list.hidden && !this.marked) this.mark(this.options()[0]); }
    press(event) {
      if (event.key === "Tab" && !this.list.hidden && this.marked) { this.pick(this.marked); event.preventDefault(); }
      else if (!this.list.hidden) super.press(event);
    }
  }

  customElements.define("mention-box", class extends HTMLElement {
    connectedCallback() {
      this.input = this.querySelector("textarea");
      this.input.setAttribute("aria-controls", this.querySelector("[role=listbox]").id);
      this.input.setAttribute("aria-autocomplete", "list");
      this.list = new People(this.input, this.querySelector("[role=listbox]"), {
        ask: () => {}, pick: (option) => this.pick(option),
      });
      this.input.addEventListener("input", () => this.look());
      this.input.addEventListener("blur", () => this.close());
    }

    // What was typed between the last @ and the caret; null where no name is being written.
    typed() {
      const before = this.input.value.slice(0, this.input.selectionStart);
      return before.match(/(?:^|[^\w@.+-])@([^\n@]{0,40})$/u)?.[1] ?? null;
    }

    look() {
      const typed = this.typed();
      clearTimeout(this.waiting);
      this.asked = null;
      if (typed === null) { this.list.show(false); return; }
      this.waiting = setTimeout(async () => {
        const address = new URL(this.getAttribute("from"), location.href);
        address.searchParams.set("q", typed);
        const asked = (this.asked = address.href);
        const answer = await fetch(asked, { headers: { "HX-Request": "true" } }).catch(() => null);
        if (!answer?.ok || asked !== this.asked || document.activeElement !== this.input) return;
        this.list.fill(await answer.text());
      }, 100);
    }

    close() { clearTimeout(this.waiting); this.asked = null; this.list.show(false); }

    pick(option) {
      const caret = this.input.selectionStart, typed = this.typed() ?? "";
      this.close();
      this.input.setRangeText(`${option.dataset.value} `, caret - typed.length, caret, "end");
    }
  });
})();
