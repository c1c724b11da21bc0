// Something a person started and waits for: whether it goes on, and what went wrong with it.

export class Attempt {
  /** Whether it goes on: what would start it again is disabled meanwhile. */
  busy = $state(false);
  /** Why the last one failed; `null`: it did not. */
  problem = $state.raw<unknown>(null);

  /** Does it, and keeps what goes wrong for the reader. */
  async run(work: () => Promise<unknown>): Promise<void> {
    this.busy = true;
    this.problem = null;
    try {
      await work();
    } catch (refusal) {
      this.problem = refusal;
    } finally {
      this.busy = false;
    }
  }
}
