import { Redactor } from "../../../components/redaction/redactor";
import { Secret, containsSecret, isPropertyMap, reveal } from "../host";
import type { PropertyMap, PropertyValue, ResourceHandler } from "../host";

/**
 * Lets a handler work on plain values: secrets are taken off what it is given and put back on what it returns, by
 * the names of the inputs, as the engine does for plugins that know of none. What it throws, reports or fails a
 * check with has no secret value in it.
 */
export function withSecrets(
  make: (redact: (text: string) => string) => ResourceHandler,
): ResourceHandler {
  const serve = <T>(
    given: readonly PropertyMap[],
    work: (handler: ResourceHandler) => T | Promise<T>,
  ): Promise<T> => {
    const redact = redactor(given);
    return redacted(redact, async () => work(make(redact)));
  };
  return {
    check: (request) =>
      serve([request.news, request.olds], async (handler) => {
        const { inputs, failures = [] } = await handler.check({
          ...request,
          news: reveal(request.news),
          olds: reveal(request.olds),
        });
        const redact = redactor([request.news]);
        return {
          inputs: annotate(inputs, request.news),
          failures: failures.map((failure) => ({ ...failure, reason: redact(failure.reason) })),
        };
      }),
    diff: (request) =>
      serve([request.news], (handler) =>
        handler.diff({
          ...request,
          oldInputs: reveal(request.oldInputs),
          oldState: reveal(request.oldState),
          news: reveal(request.news),
        }),
      ),
    create: (request) =>
      serve([request.news], async (handler) => {
        const made = await handler.create({ ...request, news: reveal(request.news) });
        return { ...made, state: annotate(made.state, request.news) };
      }),
    read: (request) =>
      serve([request.inputs, request.state], async (handler) => {
        const found = await handler.read({
          ...request,
          inputs: reveal(request.inputs),
          state: reveal(request.state),
        });
        return (
          found && {
            ...found,
            inputs: annotate(found.inputs, request.inputs),
            state: annotate(found.state, request.state),
          }
        );
      }),
    update: (request) =>
      serve([request.news, request.oldState], async (handler) => {
        const { state } = await handler.update({
          ...request,
          oldInputs: reveal(request.oldInputs),
          oldState: reveal(request.oldState),
          news: reveal(request.news),
        });
        return { state: annotate(state, request.news) };
      }),
    delete: (request) =>
      serve([request.state], (handler) =>
        handler.delete({
          ...request,
          oldInputs: reveal(request.oldInputs),
          state: reveal(request.state),
        }),
      ),
  };
}

/** Marks secret what has the name of something secret. Objects are looked into; lists are secret as a whole. */
export function annotate(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, output]) => {
      const input = inputs[key];
      if (isPropertyMap(output) && isPropertyMap(input)) return [key, annotate(output, input)];
      const secret = !(output instanceof Secret) && containsSecret(input);
      return [key, secret ? new Secret(output) : output];
    }),
  );
}

/** Takes the secret values of some properties out of a text, in every form in which they may stand there. */
export function redactor(given: readonly PropertyMap[]): (text: string) => string {
  let known: Redactor | undefined;
  return (text) =>
    (known ??= new Redactor(given.flatMap((map) => secretTexts(map, false)))).text(text);
}

function secretTexts(value: PropertyValue, secret: boolean): string[] {
  if (value instanceof Secret) return secretTexts(value.value, true);
  if (Array.isArray(value)) return value.flatMap((element) => secretTexts(element, secret));
  if (isPropertyMap(value))
    return Object.values(value).flatMap((element) => secretTexts(element, secret));
  if (!secret) return [];
  return typeof value === "string" ? spellings(value) : [];
}

/** An environment entry is secret for its value, whatever its name. */
function spellings(text: string): string[] {
  const equals = text.indexOf("=");
  return equals > 0 ? [text, text.slice(equals + 1)] : [text];
}

async function redacted<T>(redact: (text: string) => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (let at = error; at instanceof Error; at = at.cause) at.message = redact(at.message);
    throw error;
  }
}
