const SOON = 0.6;
const COMMON = ["bread", "dairy", "eggs", "fish", "fruit", "meat", "rice", "tofu", "vegetables"];

const thisYear = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const otherYears = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const percents = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const byId = (id) => document.getElementById(id);

/** Shows the purchases; undefined leaves what is there. */
export function showPurchases(purchases, newId) {
  const body = byId("purchases");
  body.setAttribute("aria-busy", "false");
  if (purchases === undefined) {
    if (body.children.length === 0) body.append(emptyRow("Purchases could not be read."));
    return;
  }
  const rows = purchases.map((purchase) => purchaseRow(purchase, purchase.id === newId));
  body.replaceChildren(
    ...(rows.length > 0 ? rows : [emptyRow("Nothing bought yet. Add the first purchase.")]),
  );
}

/** Shows the most urgent predictions first; undefined leaves what is there. */
export function showPredictions(answer) {
  const list = byId("predictions");
  list.setAttribute("aria-busy", "false");
  if (answer === undefined) {
    if (list.children.length === 0)
      list.append(element("li", "empty", "Predictions could not be read."));
    return;
  }
  const sorted =
    answer.predictions.toSorted?.(byUrgency) ?? [...answer.predictions].sort(byUrgency);
  const items = sorted.slice(0, 8).map(predictionItem);
  const empty = element("li", "empty", "Predictions appear once something was bought.");
  list.replaceChildren(...(items.length > 0 ? items : [empty]));
}

/** Offers the categories that are in use, and some common ones. */
export function fillCategories(used) {
  const names = [...new Set([...used, ...COMMON])].sort();
  byId("categories").replaceChildren(
    ...names.map((name) => Object.assign(document.createElement("option"), { value: name })),
  );
}

/** One line above everything else; undefined takes it away. */
export function showNotice(notice) {
  const box = byId("notice");
  box.hidden = notice === undefined;
  box.classList.toggle("bad", notice?.kind === "bad");
  // Screen readers read a status again whenever its text is set.
  if (box.textContent !== (notice?.text ?? "")) box.textContent = notice?.text ?? "";
}

/** Whether new purchases arrive by themselves. */
export function showLink(state) {
  const link = byId("link");
  if (link.dataset.state === state) return;
  link.dataset.state = state;
  link.lastElementChild.textContent = state === "live" ? "Live" : "Connecting again…";
}

export function showResult(kind, text) {
  const result = byId("result");
  result.className = `result ${kind}`;
  result.textContent = text;
}

/** Puts each problem beside its field, and the focus on the first. */
export function showFieldErrors(form, problems) {
  for (const input of form.querySelectorAll("input")) {
    const problem = problems.find(({ path }) => path === input.name);
    const text = byId(`${input.name}-error`);
    text.hidden = problem === undefined;
    text.textContent = problem === undefined ? "" : problemText(input, problem.message);
    input.setAttribute("aria-invalid", String(problem !== undefined));
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
}

export function showVersion({ version, revision }) {
  byId("version").textContent = `API ${version}, revision ${revision}`;
}

function purchaseRow({ name, categoryId, quantity, purchasedAt }, isNew) {
  const row = element("tr", isNew ? "new" : "");
  const category = element("td");
  category.append(element("span", "tag", categoryId));
  const day = element("td");
  day.append(
    Object.assign(element("time", "", dayText(new Date(purchasedAt))), {
      dateTime: purchasedAt,
    }),
  );
  row.append(element("td", "", name), category, element("td", "number", String(quantity)), day);
  return row;
}

function predictionItem({ categoryId, daysSinceLastPurchase, probability }) {
  const item = element("li", "prediction");
  const chance = probability === null ? "–" : percents.format(probability);
  item.append(
    element("strong", "", categoryId),
    element("span", "chance", chance),
    probability === null ? element("span", "no-meter") : meter(categoryId, probability),
    element("span", "since", `last bought ${agoText(daysSinceLastPurchase)}`),
  );
  return item;
}

function meter(categoryId, probability) {
  const bar = element("meter", probability >= SOON ? "soon" : "");
  Object.assign(bar, { min: 0, max: 1, value: probability });
  bar.setAttribute("aria-label", `Chance that ${categoryId} is needed`);
  return bar;
}

function dayText(day) {
  const isThisYear = day.getFullYear() === new Date().getFullYear();
  return (isThisYear ? thisYear : otherYears).format(day);
}

function agoText(days) {
  if (days === 0) return "today";
  return days === 1 ? "yesterday" : `${days} days ago`;
}

function byUrgency(a, b) {
  const urgency = (b.probability ?? 0) - (a.probability ?? 0);
  return urgency || b.daysSinceLastPurchase - a.daysSinceLastPurchase;
}

function emptyRow(text) {
  const row = element("tr");
  row.append(Object.assign(element("td", "empty", text), { colSpan: 4 }));
  return row;
}

/** The API's words, for somebody who sees the field and what is in it. */
function problemText(input, message) {
  const label = input.labels[0]?.textContent ?? input.name;
  if (input.value.trim() === "") return `${label} is needed.`;
  return `${message.replace(input.name, label).replace(/, got .*$/, "")}.`;
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  if (text !== "") made.textContent = text;
  return made;
}
