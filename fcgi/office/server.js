// What the server is asked, with the key of whoever signed in.

const session = {key: "", name: "", id: "", scopes: [], leave: null};
let clockOffset = 0;

/// The server's clock, in milliseconds, as its last answer told it.
function serverTime() {
  return Date.now() + clockOffset;
}

function may(scope) {
  return session.scopes.includes(scope);
}

/// What the server, or the way to it, has refused: `word` is one of the error table's.
class Refusal extends Error {
  constructor(word, message = "", details = {}) {
    super(message || word);
    this.word = word;
    this.details = details;
  }
}

async function answerTo(path, key, body) {
  const headers = {Accept: "application/json", Authorization: `Bearer ${key}`};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(path, {
      method: body === undefined ? "GET" : "POST", headers, body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer",
    });
  } catch (fault) {
    throw new Refusal("offline", fault.message);
  }
}

function adjustClock(answer) {
  const told = Date.parse(answer.headers.get("Date") ?? "");
  // Its Date has whole seconds: a clock that is less wrong than that is right.
  if (Number.isFinite(told)) clockOffset = Math.abs(told - Date.now()) > 2000 ? told + 500 - Date.now() : 0;
}

/// Asks with a certain key. Throws a Refusal.
async function askWith(key, path, body) {
  const answer = await answerTo(path, key, body);
  adjustClock(answer);
  const told = await answer.json().catch(() => null);
  if (answer.ok && told !== null) return told;
  throw new Refusal(told?.error ?? "unavailable", told?.message, told?.details ?? {});
}

/// Asks: GET, or POST if there is a body. A key that is no longer good leads back to where one signs in.
async function ask(path, body) {
  try {
    return await askWith(session.key, path, body);
  } catch (refusal) {
    if (refusal.word === "unauthorized" && session.key) session.leave("signin.lost");
    throw refusal;
  }
}

/// What went wrong and what to do, for people.
function reasonOf(refusal) {
  if (!(refusal instanceof Refusal)) throw refusal;
  if (refusal.word === "forbidden") return say("error.forbidden", {scope: refusal.details.scope ?? "?"});
  if (refusal.word === "bad_request") return say("error.bad_request", {message: refusal.message});
  return sayOne("error", refusal.word);
}
