// For what a session works: asked once for a case, or once for what belongs to none, and carried by everything done after.

interface Question {
  readonly ofCase: string | undefined;
  readonly answer: (stated: boolean) => void;
}

let questions = $state.raw<readonly Question[]>([]);
const pending = new Map<string | undefined, Promise<boolean>>();

/** What is being asked; the shell shows it. One question after the other. */
export function purposeQuestion(): Question | null {
  return questions[0] ?? null;
}

/** Asks the reader. `true`: it was stated, and the act can be tried again. Several calls that need the same answer wait for one question. */
export function statePurpose(ofCase?: string): Promise<boolean> {
  const asked = pending.get(ofCase);
  if (asked) return asked;
  const answered = new Promise<boolean>((resolve) => {
    const question: Question = {
      ofCase,
      answer: (stated) => {
        questions = questions.filter((one) => one !== question);
        pending.delete(ofCase);
        resolve(stated);
      },
    };
    questions = [...questions, question];
  });
  pending.set(ofCase, answered);
  return answered;
}
