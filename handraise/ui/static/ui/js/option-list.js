// The list under a combobox: shown or not, one option marked, moved through by keys, picked from.
class OptionList {
  constructor(input, list, { ask, pick }) {
    Object.assign(this, { input, list, ask, pick });
    input.addEventListener("keydown", (event) => this.press(event));
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) pick(option);
    });
  }

  options() { return [...this.list.children]; }

  // What was marked stays marked: an answer may arrive between a key for it and Enter.
  fill(html) {
    const marked = this.marked?.dataset.value;
    this.list.innerHTML = html;
    this.options().forEach((one, place) => { one.id = `${this.list.id}_${place}`; });
    this.show(this.options().length > 0);
    this.mark(this.options().find((one) => one.dataset.value === marked));
  }

  keep(isWanted) {
    for (const one of this.options()) if (!isWanted(one)) one.remove();
    if (!this.list.hidden) this.show(this.options().length > 0);
  }

  show(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", isOpen);
    this.mark(null);
  }

  mark(option) {
    for (const one of this.options()) one.setAttribute("aria-selected", one === option);
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    this.marked = option;
    option?.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    const all = this.options(), here = all.indexOf(this.marked);
    if (event.key === "ArrowDown" && this.list.hidden) this.ask();
    else if (this.list.hidden) return;
    else if (event.key === "ArrowDown") this.mark(all[(here + 1) % all.length]);
    else if (event.key === "ArrowUp") this.mark(all[(here - 1 + all.length) % all.length]);
    else if (event.key === "Enter" && this.marked) this.pick(this.marked);
    else if (event.key === "Escape" || event.key === "Enter") this.show(false);
    else return;
    event.preventDefault();
  }
}
