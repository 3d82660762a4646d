/** What few pages and few visits need, fetched when one does. */
export type Extras = typeof import('./extras')

/** There once it was fetched. */
export let known: Extras | undefined

export const extras = async (): Promise<Extras> => (known ??= (await import(__EXTRAS__)) as Extras)
