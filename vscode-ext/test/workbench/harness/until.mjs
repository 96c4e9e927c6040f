import { setTimeout as delay } from 'node:timers/promises';

/** How long is waited for what has to come, in ms. It is no expectation on speed: it turns a hang into a failure. */
export const hang = 60_000;

/** Asks again and again until the answer is truthy, and gives it. What names what is waited for. */
export async function until(what, ask) {
  for (const deadline = Date.now() + hang; ;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${hang / 1000} s for ${what}`);
    await delay(50);
  }
}
