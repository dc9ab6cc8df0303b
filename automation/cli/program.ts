import { Command, Option } from "commander";

import { UsageError } from "../errors";
import type { OperationName } from "../operations";
import { commonOptions } from "./options";
import type { CommonOptions } from "./options";
import type { Verb, Verbs } from "./verb";

/** A command line that was understood as far as its shape goes. */
export interface CommandLine {
  common: CommonOptions;
  /** Fields of the operation's arguments, by the operation's names; not checked yet. */
  raw: Record<string, unknown>;
}

type Execute = <N extends OperationName>(
  name: N,
  verb: Verb<N>,
  line: CommandLine,
) => Promise<void>;

const footer = `
Exit codes:
  0    deployed, unchanged, or done
  1    failed
  2    wrong usage or config
  3    rolled back
  4    unverified: what runs could not be observed
  5    locked by another update
  6    refused by a policy or a safety gate
  130  cancelled

Options come after the command. \`landfall <command> --help\` tells all of them.
Environment: LANDFALL_STACK, DOCKER_HOST, PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE(_FILE), NO_COLOR, FORCE_COLOR.`;

/** The whole command line. Nothing is printed and no process ended by it: errors and help are thrown. */
export function buildProgram(verbs: Verbs, version: string, execute: Execute): Command {
  const program = new Command("landfall")
    .description("Deploys a web system with Pulumi, and tells what is really running.")
    .usage("<command> [options]")
    .version(version, "-V, --version", "print the version")
    .helpCommand("help [command]", "Show the help of a command")
    .addHelpText("after", footer)
    .exitOverride();
  for (const name of Object.keys(verbs) as OperationName[])
    if (verbs[name].formOf === undefined) addVerb(program, verbs, name, execute);
  return program;
}

function addVerb<N extends OperationName>(
  program: Command,
  verbs: { [K in N]: Verb<K> },
  name: N,
  execute: Execute,
): void {
  const verb: Verb<N> = verbs[name];
  const forms = Object.values(verbs as Verbs).filter(({ formOf }) => formOf?.name === name);
  const command = program
    .command(verb.command ?? verb.name)
    .summary(verb.summary)
    .description([`${verb.summary}.`, verb.description, ...forms.map(descriptionOf)].join("\n\n"))
    .helpGroup(`${verb.group}:`)
    .addHelpText("after", `\nExamples:\n${[verb, ...forms].map(examples).join("\n")}`)
    .allowExcessArguments(false);
  for (const { usage, help, parse } of verb.positional ?? []) {
    if (parse) command.argument(usage, help, parse);
    else command.argument(usage, help);
  }
  for (const option of verb.options()) command.addOption(option);
  for (const form of forms) addForm(command, form);
  for (const option of commonOptions()) command.addOption(option);
  command.action(async () => {
    const options = command.opts<CommonOptions & Record<string, unknown>>();
    const { cwd, json, events, verbose, color, yes, ...rest } = options;
    const common = { stack: options.stack, cwd, json, events, verbose, color, yes };
    const raw: Record<string, unknown> = { ...rest, ...(cwd !== undefined && { cwd }) };
    const named = command.getOptionValueSource("stack") !== "default";
    if (verb.stackOnlyIfNamed === true && !named) delete raw.stack;
    takePositional(verb, command, raw);
    if (typeof raw.stack === "string") common.stack = raw.stack;
    const form = forms.find(({ formOf }) => raw[formOf?.flag ?? ""] === true);
    const own = withoutFormsOptions(forms, form, raw);
    if (form === undefined) await execute(verb.name, verb, { common, raw: own });
    else await executeForm(form, execute, { common, raw: own });
  });
}

type Form = Verbs[OperationName];

function descriptionOf({ description }: Form): string {
  return description;
}

function addForm(command: Command, { formOf, summary, options }: Form): void {
  const flag = `--${formOf?.flag ?? ""}`;
  command.addOption(new Option(flag, `${summary.charAt(0).toLowerCase()}${summary.slice(1)}`));
  for (const option of options()) command.addOption(option);
}

/** @throws UsageError for an option of a form that was not asked for */
function withoutFormsOptions(
  forms: readonly Form[],
  chosen: Form | undefined,
  raw: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const others = forms.filter((form) => form !== chosen);
  const problems = others.flatMap(({ formOf, options }) =>
    options()
      .filter((option) => raw[option.attributeName()] !== undefined)
      .map((option) => ({
        path: option.attributeName(),
        message: `needs --${formOf?.flag ?? ""}`,
      })),
  );
  if (problems.length > 0) throw new UsageError(problems);
  return Object.fromEntries(
    Object.entries(raw).filter(([key]) => !forms.some(({ formOf }) => formOf?.flag === key)),
  );
}

/** Which form it is, is known only now: its own name gives its type back. */
function executeForm<N extends OperationName>(
  form: { [K in N]: Verb<K> }[N],
  execute: Execute,
  line: CommandLine,
): Promise<void> {
  return execute(form.name, form, line);
}

function takePositional<N extends OperationName>(
  { positional = [] }: Verb<N>,
  command: Command,
  raw: Record<string, unknown>,
): void {
  for (const [at, { field }] of positional.entries()) {
    const argument = command.args[at];
    if (argument === undefined) continue;
    const value: unknown = command.processedArgs[at];
    const option = raw[field];
    const own = command.getOptionValueSource(field) !== "default";
    const given = own && (typeof option === "string" || typeof option === "number");
    if (given && option !== value) {
      command.error(`error: '--${field}' is '${option}', but the argument is '${argument}'`);
    }
    raw[field] = value;
  }
}

function examples({ examples: list }: Pick<Form, "examples">): string {
  return list.map(([command, what]) => `  $ ${command}\n      ${what}`).join("\n");
}
