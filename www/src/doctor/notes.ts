/** What came of each check so far, at most once each. */
import type { DiagnosticCheck } from '@miptech/chat'
import { CHECKS } from './table'

export class Notes {
  private readonly outcomes = new Map<string, DiagnosticCheck>()

  /** The first check whose failure keeps from looking further. */
  blame: string | undefined

  has(id: string): boolean {
    return this.outcomes.has(id)
  }

  hasFailed(id: string): boolean {
    return this.outcomes.get(id)?.state === 'fail'
  }

  pass(id: string, evidence: string): void {
    this.note({ id, state: 'pass', evidence })
  }

  skip(id: string, evidence: string): void {
    this.note({ id, state: 'skipped', evidence })
  }

  /** Something is wrong; `because` is the check without whose failure this one might have passed. */
  found(id: string, what: string, evidence: string, facts: Record<string, string> = {}, because?: string): void {
    const finding = CHECKS.find((check) => check.id === id)?.findings.find((finding) => finding.id === what)
    if (!finding) throw new Error(`the table has no ${id}/${what}`)
    const filled = (text: string): string => text.replace(/\{(\w+)\}/g, (all, name: string) => facts[name] ?? all)
    const outcome: DiagnosticCheck = { id, state: finding.state, finding: what, evidence, cause: filled(finding.cause), fix: filled(finding.fix) }
    if (because && because !== id) outcome.consequenceOf = because
    if (finding.state === 'fail' && !HARMLESS.test(`${id}/${what}`)) this.blame ??= because ?? id
    // What is wrong says more than that something was right before.
    if (!this.hasFailed(id)) this.outcomes.set(id, outcome)
  }

  /** Every check of the table, in its order. */
  finish(): DiagnosticCheck[] {
    return CHECKS.map(({ id }) => {
      const noted = this.outcomes.get(id)
      if (noted) return noted
      const skipped: DiagnosticCheck = { id, state: 'skipped', evidence: 'not looked at' }
      if (this.blame) skipped.consequenceOf = this.blame
      return skipped
    })
  }

  /** The chat works all the same: what failed of these is only to be looked at. */
  soften(ids: readonly string[]): void {
    for (const id of ids) {
      const outcome = this.outcomes.get(id)
      if (outcome?.state === 'fail') outcome.state = 'warn'
      if (this.blame === id) this.blame = undefined
    }
  }

  private note(outcome: DiagnosticCheck): void {
    if (!this.outcomes.has(outcome.id)) this.outcomes.set(outcome.id, outcome)
  }
}

/** Failures that a chat goes on with, so that what fails besides has a reason of its own. */
const HARMLESS = /^(clock|warm-up|health\/failing)/
