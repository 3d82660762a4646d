/** Words the wasm has not by itself: other languages than English, and those of a page's own. A file each, fetched when read. */
import type { ChatOptions } from '@miptech/chat'
import { type Language, languageOf } from './language'

type Pack = Record<string, string>

const files: Record<Language, () => Promise<{ default: Pack }>> = { en: () => import(__EN__), it: () => import(__IT__), ar: () => import(__AR__) }

const packs: Partial<Record<Language, Pack>> = {}

/** The tag and a line for each word, as `src/ui/strings.rs` reads them; nothing where the wasm's own words are meant, or none came. */
export function wordsOf(options: ChatOptions): string | undefined {
  const language = languageOf(options)
  const pack = packs[language]
  const own = options.strings as Pack | undefined
  const lines = pack && Object.entries(pack).map(([key, text]) => (typeof own?.[key] === 'string' ? own[key].replaceAll('\n', ' ') : text))
  return lines && [language, ...lines].join('\n')
}

/** Fetches the words for these options; nothing where they are there. What cannot be had is asked for again with the next change. */
export function learn(options: ChatOptions): Promise<void> | undefined {
  const language = languageOf(options)
  if (packs[language] || (language === 'en' && !options.strings)) return undefined
  return files[language]().then(
    (pack) => void (packs[language] = pack.default),
    () => undefined,
  )
}
