/** Gives the visitor a file, as their browser does with what it downloads. */
export function save(file: Blob, name: string): void {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(file), download: name })
  link.click()
  // The browser has taken it by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href))
}

/** The day in the name of such a file. */
export const today = (): string => new Date().toISOString().slice(0, 10)
