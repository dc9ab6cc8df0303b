/** Where a form was found, by its first character and the one after its last. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Finds any of thousands of texts in one pass. A pattern of that many alternatives takes longer to compile than an
 * event may take: here a text costs the same however many forms are known.
 */
export class FormIndex {
  /** Of what is looked for, in characters: by so many a form is known. */
  static readonly shortest = 4;

  /** Length of the longest form. */
  longest = 0;
  /** Forms by their first characters, the longest first. */
  private readonly byStart = new Map<string, string[]>();
  /** A bit for each hash, whether a form may start with such characters: most positions of a text are passed over by it. */
  private readonly known = new Uint8Array(2 ** 13);

  /** @param form At least {@link FormIndex.shortest} characters. */
  add(form: string): void {
    const start = form.slice(0, FormIndex.shortest);
    const others = this.byStart.get(start) ?? [];
    if (others.includes(form)) return;
    others.push(form);
    others.sort((a, b) => b.length - a.length);
    this.byStart.set(start, others);
    const hash = hashAt(form, 0);
    this.known[hash >> 3] = this.bits(hash) | (1 << (hash & 7));
    this.longest = Math.max(this.longest, form.length);
  }

  /** At every position the longest form that begins there, so that forms that overlap are all found. */
  find(text: string): Span[] {
    const found: Span[] = [];
    for (let start = 0; start + FormIndex.shortest <= text.length; start++) {
      const hash = hashAt(text, start);
      if ((this.bits(hash) & (1 << (hash & 7))) === 0) continue;
      const forms = this.byStart.get(text.slice(start, start + FormIndex.shortest));
      const form = forms?.find((each) => text.startsWith(each, start));
      if (form !== undefined) found.push({ start, end: start + form.length });
    }
    return found;
  }

  /** The eight bits that one hash's is among. */
  private bits(hash: number): number {
    return this.known[hash >> 3] ?? 0;
  }
}

function hashAt(text: string, at: number): number {
  const mixed =
    text.charCodeAt(at) ^
    (text.charCodeAt(at + 1) << 3) ^
    (text.charCodeAt(at + 2) << 6) ^
    (text.charCodeAt(at + 3) << 9);
  return mixed & 0xffff;
}
