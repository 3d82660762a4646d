/** What is asked of the page around the widget, and what its host element is to it. */
import type { ChatOptions } from '@miptech/chat'

/** Pins the host against the page's styles, by the object model, which no style-src of the page forbids. */
export function pin(host: HTMLElement, { position = 'bottom-right', theme = 'auto', size = 'medium', zIndex = 2147483000, offset, target }: ChatOptions): void {
  const at = (axis: string, isStart: boolean, px = 16): string => `inset-${axis}-${isStart ? 'start' : 'end'}:${px}px;`
  const pins = target ? 'block-size:100%;' : `position:fixed;z-index:${zIndex};${at('block', /top/.test(position), offset?.y)}${at('inline', /left/.test(position), offset?.x)}`
  Object.assign(host.dataset, { size, position: target ? 'inline' : position })
  host.style.cssText = `all:initial;display:block;color-scheme:${/^(light|dark)$/.test(theme as string) ? theme : 'light dark'};${pins}`.replaceAll(';', '!important;')
}

/** One of two languages, chosen as the widget itself chooses. */
export function words({ locale }: ChatOptions, english: string, italian: string): string {
  // The first tag that is one of the two languages decides.
  const tags = [locale, stored('mip-language'), document.documentElement.lang, navigator.language]
  return /(^|,)(en|(it))\b/i.exec(`${tags}`)?.[3] ? italian : english
}

/** What the page's storage holds; nothing where it is blocked. */
export function stored(key: string): string | null | undefined {
  return attempt(() => localStorage.getItem(key))
}

/** What an act gives; nothing where it throws. */
export function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    // Nothing, then.
  }
}

/** `data-api-url` and its like, an attribute of a tag; flags are read as what they are. */
export const optionOf = ([key, text]: [string, string | undefined]): [string, unknown] => [key, text === 'true' || (text !== 'false' && text)]
