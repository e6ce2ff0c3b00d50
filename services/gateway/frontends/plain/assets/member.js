// The member's page: scan, sign in, check in, see the points and the board move.
import {ask, byId, element} from './dom.js';
import * as checkIn from './check-in.js';
import * as views from './views.js';

const {t} = window.Words;
const AGAIN_MS = 5000;
const BOARD_FOLLOWS_MS = 1500;
const state = {me: null, period: 'month', board: null, total: null, checkIn: null};

function notice(text, kind = '') {
  byId('notice').hidden = !text;
  byId('notice').className = `notice ${kind}`;
  byId('notice').textContent = text ?? '';
}

function fill(id, parts) {
  byId(id).replaceChildren(...parts.filter(Boolean));
}

function view() {
  const signedIn = window.Session.signedIn();
  byId('sign-in').hidden = signedIn;
  byId('home').hidden = !signedIn;
  byId('sign-out').hidden = !signedIn;
  window.Words.fill();
  return signedIn;
}

// A problem somewhere on the page: a lost sign-in shows the form, everything else is said.
function refused(problem) {
  if (problem.status === 401) view();
  notice(problem.detail, 'bad');
}

async function loadHome() {
  try {
    const home = await ask('GET', '/me/home');
    state.me = home.me;
    if (home.points) showPoints(home.points); else fill('points', away('myPoints'));
    fill('events', home.events ? views.events(home.events, home.me) : away('today'));
    if (home.missing.length) setTimeout(() => { loadHome(); }, AGAIN_MS);
    loadInbox();
    await loadBoard();
  } catch (problem) {
    refused(problem);
    if (checkIn.isPassing(problem)) setTimeout(() => { loadHome(); }, AGAIN_MS);
  }
}

const away = (key) => [views.heading(key), views.soft(t('away', t(key)))];

function showPoints(answer) {
  fill('points', views.points(answer));
  if (state.total !== null && state.total !== answer.points) byId('total').classList.add('moved');
  state.total = answer.points;
}

async function loadInbox() {
  try {
    fill('inbox', views.inbox(await ask('GET', '/me/inbox?limit=5'), async () => {
      await ask('POST', '/me/inbox/read-all');
      await loadInbox();
    }));
  } catch (problem) {
    fill('inbox', [views.heading('inbox'), views.soft(problem.detail)]);
  }
}

async function loadBoard() {
  drawBoard();
  const query = new URLSearchParams({
    organisation_id: state.me.organisation.id, period: views.periods()[state.period], limit: '10',
  });
  try {
    state.board = await ask('GET', `/leaderboards?${query}`);
    drawBoard();
  } catch (problem) {
    fill('board', [views.heading('board'), views.soft(problem.detail)]);
  }
}

function drawBoard() {
  fill('board', views.board(state.board, state.period, (period) => {
    state.period = period;
    state.board = null;
    loadBoard();
  }, state.me));
}

// Send what was scanned or typed, and follow it until the points are on the board.
async function carryOut() {
  if (!checkIn.pending()) return;
  notice(t('sending'));
  let answer;
  try {
    answer = await checkIn.send((problem) => notice(problem.status === 0 ? t('kept') : problem.detail));
  } catch (problem) {
    if (problem.status === 401 && checkIn.pending()?.code) await keepAsClaim();
    refused(problem);
    return;
  }
  if (!answer) return;
  notice('');
  state.checkIn = answer;
  await showReceipt();
  await loadHome();
  // The board follows the ledger by a moment.
  setTimeout(() => { loadBoard(); }, BOARD_FOLLOWS_MS);
}

async function showReceipt() {
  const answer = state.checkIn;
  byId('receipt').hidden = false;
  if (views.waits(answer)) {
    fill('receipt', views.checkedIn(answer));
    return;
  }
  fill('receipt', [...views.checkedIn(answer), views.soft(t('counting'))]);
  const receipt = await checkIn.receipt(answer.check_in.id);
  fill('receipt', [...views.checkedIn(answer), ...(receipt ? views.receipt(receipt) : [views.soft(t('countingLong'))])]);
}

async function keepAsClaim() {
  try {
    await checkIn.claim();
    notice(t('claimKept'), 'good');
  } catch (problem) {
    notice(`${problem.detail} ${t('scanAgain')}`, 'bad');
  }
}

// The address of the scanned code: taken out of the address bar, so that a reload or a shared link
// does not send it a second time.
async function takeScan() {
  const [, family, code] = location.pathname.split('/');
  if (family !== 'c' || !code) return;
  checkIn.start({code});
  history.replaceState(null, '', '/');
  if (!window.Session.signedIn()) await keepAsClaim();
}

async function enter() {
  if (!view()) return;
  if (!checkIn.pending()) notice('');
  const sent = carryOut();
  await loadHome();
  await sent;
}

function onSubmit(id, act) {
  byId(id).addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = event.target.querySelector('[type=submit]');
    button.disabled = true;
    try { await act(new FormData(event.target), event.target); } finally { button.disabled = false; }
  });
}

const signIn = (path, body) => new Promise((resolve) => { window.Session.signIn(path, body, resolve); });

onSubmit('password-form', async (fields, form) => {
  const body = {username: fields.get('username'), password: fields.get('password')};
  if (fields.get('totp')) body.totp = fields.get('totp');
  const problem = await signIn('/auth/password', body);
  if (!problem) { form.reset(); enter(); return; }
  if (problem.code === 'totp_required') { byId('totp-row').hidden = false; byId('totp').focus(); }
  notice(problem.detail, problem.code === 'totp_required' ? '' : 'bad');
});

onSubmit('invitation-form', async (fields, form) => {
  const problem = await signIn('/auth/invitation', Object.fromEntries(fields));
  if (problem) notice(problem.detail, 'bad'); else { form.reset(); enter(); }
});

onSubmit('digits-form', async (_, form) => {
  checkIn.start({digits: byId('digits').value});
  form.reset();
  await carryOut();
});

function chooseForm(invitation) {
  byId('password-form').hidden = invitation;
  byId('invitation-form').hidden = !invitation;
}
byId('to-invitation').addEventListener('click', () => chooseForm(true));
byId('to-password').addEventListener('click', () => chooseForm(false));
byId('language').addEventListener('click', () => {
  window.Words.swap();
  notice('');
  if (!view()) return;
  loadHome();
  if (state.checkIn) showReceipt();
});
byId('sign-out').addEventListener('click', () => {
  checkIn.forget();
  window.Session.signOut(() => { location.assign('/'); });
});

takeScan().then(enter);
