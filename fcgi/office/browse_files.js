// The files beneath a storage's root, folder by folder.

const listedAtOnce = 200;

/// The way to a folder, each part of it a button.
function pathButtons(folder, go) {
  const parts = folder === "" ? [] : folder.split("/");
  const above = parts.map((part, index) => [part, parts.slice(0, index + 1).join("/")]);
  return make("ol", {class: "crumbs"}, [[say("browse.root"), ""], ...above].map(([label, target], index, all) =>
      make("li", {}, button(name(label), {class: "plain", "aria-current": index === all.length - 1 ? "true" : null}, () => go(target)))));
}

/// A list of a storage's files. `pick` is told {path, encrypted} of the one that was chosen.
function fileBrowser(storage, pick) {
  const place = make("div", {class: "entries"});
  const crumbs = make("nav", {"aria-label": say("browse.path")});
  let current = "";

  const row = (entry) => {
    const path = current === "" ? entry.name : `${current}/${entry.name}`;
    const folder = entry.kind === "folder";
    const note = folder ? "" : sizeText(entry.size);
    const press = button([icon(folder ? "folder" : entry.encrypted ? "lock" : "file"), name(entry.name, {class: "grow"}), make("span", {class: "muted"}, note)],
        {class: "entry", "aria-pressed": folder ? null : "false", "aria-label": folder ? say("browse.open", {folder: quoted(entry.name)}) : null}, () => {
      if (folder) return go(path);
      for (const other of place.querySelectorAll("[aria-pressed=true]")) other.setAttribute("aria-pressed", "false");
      press.setAttribute("aria-pressed", "true");
      pick({path, encrypted: entry.encrypted});
    });
    return make("li", {}, press);
  };

  const page = (folder, after) => {
    const query = new URLSearchParams({folder, limit: listedAtOnce, ...(after ? {after} : {})});
    return ask(`v1/storages/${encodeURIComponent(storage)}/files?${query}`);
  };

  const listOf = (found) => {
    const list = make("ul", {}, found.entries.map(row));
    if (found.entries.length === 0) return make("p", {class: "muted"}, say("browse.empty"));
    let after = found.after;
    const more = button(say("browse.more"), {class: "plain"}, async () => {
      more.disabled = true;
      try {
        const next = await page(current, after);
        after = next.after;
        const rows = next.entries.map(row);
        list.append(...rows);
        rows[0]?.firstChild.focus();
        more.hidden = !after;
      } catch (refusal) {
        more.after(fault(refusal));
      }
      more.disabled = false;
    });
    more.hidden = !after;
    return [list, more];
  };

  async function go(folder, first) {
    current = folder;
    refill(crumbs, pathButtons(folder, go));
    await fillWith(place, async () => listOf(await page(folder)));
    if (!first && crumbs.isConnected) crumbs.querySelector("[aria-current]").focus();
  }
  go("", true);
  return make("div", {class: "browser"}, crumbs, place);
}
