import { ApiError, createApi } from "./api.js";
import { openLive } from "./live.js";
import {
  fillCategories,
  showFieldErrors,
  showLink,
  showNotice,
  showPredictions,
  showPurchases,
  showResult,
  showVersion,
} from "./view.js";

const REFRESH_MS = 30_000;
const PAGE = 20;

const api = createApi(window.LANDFALL_CONFIG ?? {}, window.location);
const form = document.getElementById("add");
const more = document.getElementById("more");
let pages = 1;
let hasVersion = false;

await refresh();
setInterval(refresh, REFRESH_MS);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
more.addEventListener("click", () => {
  pages += 1;
  refresh();
});
form.addEventListener("submit", submit);
form.purchasedAt.max = localDate(new Date());
openLive(api.liveUrl, {
  onState: showLink,
  onPurchase: ({ id }) => refresh(id),
  onResync: () => refresh(),
});

/** Reads everything again; what cannot be had is said, and what is shown stays. */
async function refresh(newId) {
  const [purchases, predictions] = await Promise.allSettled([
    api.purchases(PAGE * pages),
    api.predictions(),
  ]);
  if (purchases.status === "fulfilled") {
    showPurchases(purchases.value.purchases, newId);
    more.hidden = purchases.value.next === null || pages >= 10;
  } else {
    showPurchases(undefined);
  }
  if (predictions.status === "fulfilled") {
    showPredictions(predictions.value);
    fillCategories(predictions.value.predictions.map(({ categoryId }) => categoryId));
  } else {
    showPredictions(undefined);
  }
  showNotice(noticeFor(purchases, predictions));
  if (!hasVersion && purchases.status === "fulfilled") {
    hasVersion = true;
    api.version().then(showVersion, () => (hasVersion = false));
  }
}

function noticeFor(purchases, predictions) {
  if (purchases.status === "rejected") {
    const { reason } = purchases;
    const isAway = !(reason instanceof ApiError) || reason.status === 0;
    return {
      kind: "bad",
      text: isAway
        ? "The API cannot be reached. What you see may be old; this page keeps trying."
        : `The API cannot answer right now: ${reason.message}. This page keeps trying.`,
    };
  }
  if (predictions.status === "rejected") {
    return { kind: "bad", text: "Predictions cannot be read right now. Purchases are up to date." };
  }
  if (predictions.value.degraded)
    return { kind: "warn", text: degradedText(predictions.value.reason) };
  return undefined;
}

function degradedText(reason) {
  const tail = "Purchases are up to date and can be added.";
  if (reason === "predictor_disabled") return `Predictions are switched off. ${tail}`;
  return `Predictions are away for the moment. ${tail}`;
}

let key = newKey();

async function submit(event) {
  event.preventDefault();
  showFieldErrors(form, []);
  const button = form.querySelector("button");
  button.disabled = true;
  showResult("", "");
  try {
    const purchase = await api.add(readForm(), key);
    key = newKey();
    form.reset();
    showResult("good", `${purchase.name} was added.`);
    form.name.focus();
    await refresh(purchase.id);
  } catch (error) {
    const problems = error instanceof ApiError ? error.problems : [];
    // A request that was refused is another one when it comes again; one that got lost is the same.
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) key = newKey();
    showFieldErrors(form, problems);
    showResult(
      "bad",
      problems.length > 0 ? "Please look at the marked fields." : `Not added: ${error.message}`,
    );
  } finally {
    button.disabled = false;
  }
}

function newKey() {
  // randomUUID needs a secure context, which plain HTTP to another host is not.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function readForm() {
  const { name, categoryId, quantity, purchasedAt } = form;
  const purchase = {
    name: name.value.trim(),
    categoryId: categoryId.value.trim(),
    quantity: quantity.value === "" ? null : Number(quantity.value),
  };
  const day = purchasedAt.value;
  if (day === "" || day === localDate(new Date())) return purchase;
  return { ...purchase, purchasedAt: new Date(`${day}T12:00:00`).toISOString() };
}

function localDate(date) {
  const month = String(date.getMonth() + 1).padStart(2, "0");
  return `${date.getFullYear()}-${month}-${String(date.getDate()).padStart(2, "0")}`;
}
