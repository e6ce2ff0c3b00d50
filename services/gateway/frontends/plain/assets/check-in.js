// One check-in from the scan to the answer. What was scanned is kept on the phone, with the
// client_ref it will be sent under, until the server has answered: sent again it is the same check-in.
import {ask, askOpenly} from './dom.js';

const KEY = 'suite.check-in';
const RETRY_MS = 5000;
// A code is on the screen for about so long. Sent later, it goes with the time of the scan.
const FRESH_MS = 15000;

export function pending() {
  try { return JSON.parse(localStorage.getItem(KEY)); } catch { return null; }
}

function keep(body) { localStorage.setItem(KEY, JSON.stringify(body)); }
export function forget() { localStorage.removeItem(KEY); }

function newRef() {
  // crypto.randomUUID is missing on plain http.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function start(what) {
  keep({client_ref: newRef(), ...what, ...(what.code ? {scanned_at: new Date().toISOString()} : {})});
}

const isLate = (kept) => Boolean(kept.scanned_at) && Date.now() - Date.parse(kept.scanned_at) > FRESH_MS;

// What is sent of what is kept: an ordinary scan without its time, which only a late one needs.
function body({scanned_at, ...rest}) {
  return isLate({scanned_at}) ? {...rest, scanned_at} : rest;
}

// Swap a scanned code for a claim that is good for two minutes, so that a slow sign-in loses
// nothing. Throws the problem when the server refuses the code; without network the code stays, and so
// does one that has grown old meanwhile: it is sent late.
export async function claim() {
  const kept = pending() ?? {};
  const {code, scanned_at, ...rest} = kept;
  if (!code) return;
  try {
    const answer = await askOpenly('POST', '/code-claims', {code});
    keep({...rest, claim: answer.claim});
  } catch (problem) {
    if (isPassing(problem) || (problem.code === 'code_expired' && isLate(kept))) return;
    forget();
    throw problem;
  }
}

// Nobody answered, or not just now: the same request may be sent again.
export const isPassing = (problem) => problem.status === 0 || problem.status >= 500;

// Send what is kept until there is an answer. `onWaiting` is called when it has to wait.
export async function send(onWaiting) {
  for (;;) {
    const kept = pending();
    if (!kept) return null;
    try {
      const answer = await ask('POST', '/check-ins', body(kept));
      forget();
      return answer;
    } catch (problem) {
      if (!isPassing(problem)) {
        if (problem.status !== 401) forget();
        throw problem;
      }
      onWaiting(problem);
      await networkOr(RETRY_MS);
    }
  }
}

const networkOr = (milliseconds) => new Promise((resolve) => {
  const timer = setTimeout(done, milliseconds);
  function done() {
    clearTimeout(timer);
    removeEventListener('online', done);
    resolve();
  }
  addEventListener('online', done);
});

// Ask for the receipt until the points are there; null when they take longer than `patience`.
export async function receipt(checkInId, patience = 30000) {
  const end = performance.now() + patience;
  for (let wait = 250; performance.now() < end; wait = Math.min(wait * 1.5, 3000)) {
    try {
      const answer = await ask('GET', `/me/receipts/${encodeURIComponent(checkInId)}`);
      if (answer.state !== 'pending') return answer;
    } catch (problem) {
      if (problem.status !== 404 && !isPassing(problem)) throw problem;
    }
    await new Promise((resolve) => { setTimeout(resolve, wait); });
  }
  return null;
}
