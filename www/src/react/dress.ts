/** Props of the page on the widget's own element, which React does not render. */
import { same } from '../follow'

type Values = Record<string, unknown>

/** Numbers that are no lengths. */
const BARE = /^(?:--.*|opacity|order|zIndex|zoom)$/

export interface Dresser {
  /** Makes the element wear these props, and no longer the former ones; another element takes all of them. */
  wear(element: HTMLElement | null, props: Values): void
}

export function dresser(): Dresser {
  let wearer: HTMLElement | null = null
  let worn: Values = {}
  let undo: (() => void)[] = []
  return {
    wear(element, props) {
      const isSame = element === wearer && same(worn, props)
      worn = props
      if (isSame) return
      for (const take of undo) take()
      wearer = element
      undo = element ? Object.entries(props).map(([name, value]) => put(element, name, value, () => worn[name])) : []
    },
  }
}

/** Puts one prop on, and gives what takes it off. `latest` is the function that a handler is by then. */
function put(element: HTMLElement, name: string, value: unknown, latest: () => unknown): () => void {
  if (name === 'className') {
    const names = `${value ?? ''}`.split(/\s+/).filter(Boolean)
    element.classList.add(...names)
    return () => element.classList.remove(...names)
  }
  if (name === 'style') {
    const styles = Object.entries((value ?? {}) as Values).map(([name, value]) => putStyle(element, name, value))
    return () => styles.forEach((take) => take())
  }
  if (typeof value === 'function') {
    const type = name.slice(2).toLowerCase()
    const listener = (event: Event): void => (latest() as ((event: Event) => void) | undefined)?.(event)
    element.addEventListener(type, listener)
    return () => element.removeEventListener(type, listener)
  }
  // React writes `aria-busy={false}` out and leaves `hidden={false}` away.
  if (value === undefined || value === null || (value === false && !/^(?:data|aria)-/.test(name))) return () => undefined
  const attribute = name.toLowerCase()
  element.setAttribute(attribute, value === true && attribute === name && !name.includes('-') ? '' : `${value}`)
  return () => element.removeAttribute(attribute)
}

/** The element is pinned against the page's styles, so what is to count must be as strong as the pins. */
function putStyle(element: HTMLElement, name: string, value: unknown): () => void {
  const isCustom = name.startsWith('--')
  const property = isCustom ? name : name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  // Of a custom property no pin is in force, though `all` is said to give it a value.
  const before = isCustom ? '' : element.style.getPropertyValue(property)
  const text = typeof value === 'number' && value && !BARE.test(name) ? `${value}px` : `${value ?? ''}`
  element.style.setProperty(property, text, 'important')
  return () => element.style.setProperty(property, before, 'important')
}
