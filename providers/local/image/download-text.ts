import {
  beforeSilence,
  type DownloadGround,
  isPassing,
  lossIn,
  openAnswer,
  Patience,
  unavailable,
} from '#std/download-answer.ts';
import { orImageProblem } from './image-trouble.ts';

const LENGTH_MAX = 4 * 1_048_576;
const GONE = new Set([404, 410]);

/** A page or a list: a few hundred kilobytes at the most. Undefined: there is no such thing. */
export function downloadText(ground: DownloadGround, url: URL, signal: AbortSignal): Promise<string | undefined> {
  return orImageProblem(() => textAt(ground, url, signal));
}

async function textAt(ground: DownloadGround, url: URL, signal: AbortSignal): Promise<string | undefined> {
  const patience = new Patience(ground, url);
  for (;;) {
    const answer = await oneTry(ground, url, signal);
    if ('text' in answer) return answer.text;
    await patience.afterLoss(answer.lost, signal);
  }
}

type Try = { readonly text: string | undefined } | { readonly lost: string };

async function oneTry(ground: DownloadGround, url: URL, signal: AbortSignal): Promise<Try> {
  const leaving = new AbortController();
  try {
    using answer = await openAnswer(ground, { url, signal: AbortSignal.any([signal, leaving.signal]) });
    const { status } = answer;
    if (GONE.has(status)) return { text: undefined };
    if (isPassing(status)) return { lost: `It answers with status ${status}.` };
    if (status !== 200) throw unavailable(url, `It answers with status ${status}.`);
    const pieces: Uint8Array[] = [];
    let length = 0;
    const iterator = answer.pieces[Symbol.asyncIterator]();
    for (;;) {
      const next = await beforeSilence(ground, iterator.next());
      if (next.done === true) return { text: Buffer.concat(pieces).toString() };
      pieces.push(next.value);
      length += next.value.length;
      if (length > LENGTH_MAX) throw unavailable(url, `It goes on for more than ${LENGTH_MAX} bytes.`);
    }
  } catch (error) {
    return { lost: lossIn(error, url) };
  } finally {
    leaving.abort(LEFT);
  }
}

const LEFT = 'left';
