// For what a session works: asked once for a case, or once for what belongs to none, and carried by everything done after.

interface Question {
  readonly ofCase: string | undefined;
  readonly answer: (stated: boolean) => void;
}

let question = $state.raw<Question | null>(null);
let pending: Promise<boolean> | null = null;

/** What is being asked; the shell shows it. */
export function purposeQuestion(): Question | null {
  return question;
}

/** Asks the reader. `true`: it was stated, and the act can be tried again. */
export function statePurpose(ofCase?: string): Promise<boolean> {
  // Several calls that need the same answer wait for one question.
  pending ??= new Promise<boolean>((resolve) => {
    question = {
      ofCase,
      answer: (stated) => {
        question = null;
        pending = null;
        resolve(stated);
      },
    };
  });
  return pending;
}
