import * as pulumi from "@pulumi/pulumi";
import * as landfall from "./components";
import { readSettings } from "./program/settings";
import { watchOver } from "./program/watch";

const settings = readSettings();
const { drain, logLevel: LOG_LEVEL, webPort, apiPorts } = settings;
const image = (name: string) => ({ name, build: { context: `apps/${name}` } });
const readiness = { path: "/ready", deadline: settings.readinessDeadline };

const environment = new landfall.Environment("shop", settings.environment);
const db = new landfall.ManagedPostgres("db", { environment, ...settings.database });
const cache = new landfall.RedisCache("cache", { environment, ...settings.cache });
const predictor = new landfall.PredictorService("predictor", {
  environment,
  image: image("predictor"),
  env: { LOG_LEVEL },
  health: { readiness },
  drain,
  ...settings.predictor,
});
const migration = new landfall.MigrationJob("migrate", {
  environment,
  image: image("api"),
  migrations: "apps/api/migrations",
  command: ["node", "migrate.js"],
  downCommand: ["node", "migrate.js", "--down-to"],
  links: [db],
});
const apiArgs: landfall.ApiServiceArgs = {
  environment,
  image: image("api"),
  links: [db, cache, predictor],
  env: { LOG_LEVEL },
  // The page calls the API on its own origin; other clients may have a port of their own.
  exposure: { public: [...apiPorts, { port: webPort, pathPrefix: "/api" }] },
  health: { path: "/api/health", readiness },
  drain,
  ...settings.api,
};
const api = new landfall.ApiService("api", apiArgs, { dependsOn: migration });
const web = new landfall.WebFrontend("web", {
  environment,
  image: image("web"),
  configuration: "image",
  env: { API_BASE_URL: "/" },
  exposure: { public: { port: webPort } },
  drain,
  ...settings.web,
});
export const { platform } = settings;
export const [webUrl, apiUrl] = [web.publicUrl, api.publicUrl];
const running = [web, api, predictor];
const statuses = { web: web.status, api: api.status, predictor: predictor.status };
export const secretNames = [...new Set(running.flatMap((each) => each.secretNames))];
export const [migrationHead, migrations] = [migration.head, { migrate: migration.status }];
export const services = pulumi.output(statuses);
const watched = { db, cache, services: running };
export const { alarms, databases } = watchOver(settings, environment, watched);
