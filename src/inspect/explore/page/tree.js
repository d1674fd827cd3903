// A tree, as the ARIA authoring practices have it.

/**
 * @typedef {object} TreeNode
 * @property {HTMLElement} label
 * @property {string} className
 * @property {TreeNode[]} children
 * @property {() => void} onChoose
 */

/**
 * A tree whose items can be opened, closed and chosen. Branches are made when they are opened.
 * @param {string} label @param {TreeNode[]} roots
 */
function treeView(label, roots) {
  const tree = element("ul", { class: "tree", role: "tree", "aria-label": label });
  tree.append(...roots.map((root) => treeItem(root, 1)));
  const first = tree.querySelector('[role="treeitem"]');
  if (first instanceof HTMLElement) first.tabIndex = 0;
  const items = () =>
    /** @type {HTMLElement[]} */ ([...tree.querySelectorAll('[role="treeitem"]')]).filter(
      (item) => !item.parentElement?.closest('[aria-expanded="false"]'),
    );
  const focus = (/** @type {HTMLElement | undefined | null} */ item) => {
    if (!item) return;
    items().forEach((other) => (other.tabIndex = other === item ? 0 : -1));
    item.focus();
  };
  tree.addEventListener("keydown", (event) => {
    const item = /** @type {HTMLElement} */ (event.target).closest('[role="treeitem"]');
    if (!(item instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = items();
    const at = all.indexOf(item);
    const isOpen = item.getAttribute("aria-expanded");
    const parent = item.parentElement?.closest('[role="treeitem"]');
    if (event.key === "ArrowDown") focus(all[at + 1]);
    else if (event.key === "ArrowUp") focus(all[at - 1]);
    else if (event.key === "Home") focus(all[0]);
    else if (event.key === "End") focus(all[all.length - 1]);
    else if (event.key === "ArrowRight" && isOpen === "false") openItem(item, true);
    else if (event.key === "ArrowRight" && isOpen === "true") focus(all[at + 1]);
    else if (event.key === "ArrowLeft" && isOpen === "true") openItem(item, false);
    else if (event.key === "ArrowLeft") focus(/** @type {HTMLElement | null} */ (parent));
    else if (event.key === "Enter" || event.key === " ") item.dispatchEvent(new CustomEvent("choose"));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  tree.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const item = target.closest('[role="treeitem"]');
    if (!(item instanceof HTMLElement)) return;
    focus(item);
    if (target.closest(".arrow")) openItem(item, item.getAttribute("aria-expanded") !== "true");
    else item.dispatchEvent(new CustomEvent("choose"));
  });
  return tree;
}

/** @param {TreeNode} node @param {number} level @returns {HTMLElement} */
function treeItem(node, level) {
  const hasChildren = node.children.length > 0;
  const arrow = element("span", { class: "arrow", "aria-hidden": "true" });
  const item = element(
    "li",
    { role: "treeitem", tabindex: -1, class: node.className, "aria-level": level, onchoose: node.onChoose },
    element("span", { class: "item" }, arrow, node.label),
  );
  if (hasChildren) {
    const group = element("ul", { role: "group" });
    item.append(group);
    item.addEventListener("open", () => {
      if (!group.firstChild) group.append(...node.children.map((child) => treeItem(child, level + 1)));
    });
    openItem(item, level < 3);
  }
  return item;
}

/** @param {HTMLElement} item @param {boolean} isOpen */
function openItem(item, isOpen) {
  item.setAttribute("aria-expanded", String(isOpen));
  const [arrow, group] = [item.querySelector(".arrow"), item.querySelector(":scope > ul")];
  if (arrow) arrow.textContent = isOpen ? "▾" : "▸";
  if (group instanceof HTMLElement) group.hidden = !isOpen;
  if (isOpen) item.dispatchEvent(new CustomEvent("open"));
}
