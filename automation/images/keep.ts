import { platformOf } from "../platforms";
import type { Deployed } from "../platforms";
import type { Session } from "../session";
import { keepCount, keptReleases } from "./prunable";

/**
 * Sees to it that the images of the kept releases stay, and lets the others go. A deployment does not fail for it: what
 * could not be done is told, and the next update does it.
 */
export async function keepImages(
  session: Session,
  deployed: Deployed,
  config: Parameters<typeof keepCount>[1],
): Promise<void> {
  const { context, project, store } = session;
  try {
    const { images } = await platformOf(deployed);
    if (images.keep === undefined) return;
    const kept = keptReleases(await store.list(), keepCount(project.name, config));
    await images.keep(session, deployed, kept);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `images of earlier releases are not protected against a clean-up of the platform: ${why}`;
    context.emit({ kind: "diagnostic", severity: "warning", ephemeral: false, message });
  }
}
