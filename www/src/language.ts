/** Which language the widget speaks: the page's choice, the site's, the page's own, the browser's; the first it knows. */
import type { ChatOptions } from '@miptech/chat'
import { stored } from './page'

export type Language = 'en' | 'it' | 'ar'

export function languageOf({ locale }: ChatOptions): Language {
  const tags = [locale, stored('mip-language'), document.documentElement.lang, navigator.language].join().toLowerCase()
  return (/(?:^|,)(en|it|ar)\b/.exec(tags)?.[1] as Language) ?? 'en'
}

/** One of the few words that are drawn without a pack. */
export function wordOf(options: ChatOptions, words: Record<Language, string>): string {
  return words[languageOf(options)]
}
