/** Files that are dropped on the page, folders with what is in them. */

/** Lets files be dropped anywhere on the page; the root says with a class that it would take them. */
export function acceptDrops(
  root: HTMLElement,
  take: (files: readonly File[]) => unknown,
): void {
  const show = (is: boolean) => root.classList.toggle("is-over", is);
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
  root.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(true);
  });
  root.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) show(false);
  });
  root.addEventListener("drop", async (event) => {
    if (!hasFiles(event) || event.dataTransfer === null) return;
    event.preventDefault();
    show(false);
    const files = await filesOf(event.dataTransfer);
    if (files.length > 0) take(files);
  });
}

/** The dropped files; entries must be asked for before the event is over, so this starts without waiting. */
function filesOf(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? undefined);
  if (entries.some((entry) => entry?.isDirectory)) {
    return Promise.all(entries.map((entry) => entry ? filesBelow(entry) : []))
      .then((lists) => lists.flat());
  }
  return Promise.resolve([...transfer.files]);
}

async function filesBelow(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [
      await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject)
      ),
    ];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  // A reader gives some entries at a time, until it gives no more.
  while (true) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (some.length === 0) return found;
    for (const each of some) found.push(...await filesBelow(each));
  }
}
