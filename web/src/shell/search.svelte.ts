// Whether the search that every room offers is open.

let open = $state(false);

export function searchIsOpen(): boolean {
  return open;
}

export function openSearch(): void {
  open = true;
}

export function closeSearch(): void {
  open = false;
}
