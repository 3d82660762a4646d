/**
 * Why does the chat not work? Looks at the options, the page, the platform and the widget's own connection, and names the
 * check that fails, its cause and what mends it. Fetched when somebody asks.
 *
 * It asks the platform only what changes nothing. It opens no socket and makes no chat: of those it tells what the
 * widget met.
 */
import type { ChatError, ChatOptions, DiagnosticReport } from '@miptech/chat'
import { creationTook, judgeConnection, judgeToken, type Facts } from './doctor/connection'
import { Notes } from './doctor/notes'
import { judgeCode, judgeOptions, judgeStorage, judgeTabs } from './doctor/page'
import { judgePlatform } from './doctor/platform'
import { watchPolicy } from './doctor/policy'

export { show } from './doctor/view'

/** A widget somebody asks about. */
export interface Patient {
  options: ChatOptions
  /** The last thing that failed outside the wasm. */
  error(): ChatError | undefined
  /** What the wasm says of itself; nothing where it does not run. */
  facts(): Promise<Facts | null | undefined>
}

export async function examine(patient: Patient): Promise<DiagnosticReport> {
  const notes = new Notes()
  const { options } = patient
  const facts = await settled(patient)
  // Where the code runs, the options it runs with are right, whatever was refused meanwhile.
  const error = facts ? undefined : patient.error()
  const places = judgeOptions(options, error, notes)
  if (places) {
    judgeCode(!!facts, error, notes)
    judgeStorage(options, notes)
    judgeTabs(notes)
    // Whether the platform is well does not hang on the code.
    const ownBlame = notes.blame
    notes.blame = undefined
    const policy = watchPolicy(places)
    let probe: number | undefined
    try {
      probe = await judgePlatform(places, policy, notes)
      await policy.note(notes)
    } finally {
      policy.end()
    }
    if (facts?.connection === 'live') notes.soften(['cors', 'extension', 'network'])
    notes.blame ??= ownBlame
    if (facts) {
      if (facts.connection !== 'live') judgeToken(facts, places, options, notes)
      judgeConnection(facts, places, { probe, creation: creationTook(places.calls) }, options, notes)
      notes.pass('profile', facts.profile)
    }
    if (probe !== undefined) notes.pass('extension', 'nothing stops calls to the platform')
  }
  return {
    version: __VERSION__,
    buildId: __VERSION__,
    createdAt: new Date().toISOString(),
    profile: facts?.profile ?? options.profile ?? 'auto',
    ...(facts?.chatId && { chatId: facts.chatId }),
    ...(facts?.clientId && { clientId: facts.clientId }),
    capabilities: facts?.capabilities ?? [],
    checks: notes.finish(),
  }
}

/** A connection that is on its way is waited for, and one that failed on the way a little. */
async function settled({ facts }: Patient): Promise<Facts | undefined> {
  const begun = performance.now()
  for (;;) {
    const known = await Promise.race([facts(), pause(SILENCE_MS)])
    const isOnItsWay = /^(connecting|joining|starting)$/.test(known?.connection ?? '')
    if (!isOnItsWay || performance.now() - begun > (known?.error ? PATIENCE_MS / 4 : PATIENCE_MS)) return known ?? undefined
    await pause(LOOK_EVERY_MS)
  }
}

const pause = (ms: number): Promise<undefined> => new Promise((resolve) => setTimeout(resolve, ms, undefined))

/** As long as the platform has for the way to a joined chat, and a little more (`platform.md` section 15); our choice. */
const PATIENCE_MS = 15_000
const LOOK_EVERY_MS = 100

/** How long the code may be silent, whose last part is fetched first; our choice. */
const SILENCE_MS = 10_000
