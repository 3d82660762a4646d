/** What few pages and few visits need; fetched when one does. */
export { checkOptions } from './checks'
export { crashed, mayStart, survived } from './crashes'
export { csp } from './csp'
export { change, dress, innerOptions } from './dressing'
export { exported } from './exported'
export { diagnose, fallBack } from './fallback'
export { chooseStorage } from './storage'
