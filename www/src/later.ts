/** What few pages and few visits need, fetched when one does. */
export type Extras = typeof import('./extras')

export const extras = (): Promise<Extras> => import(__EXTRAS__)
